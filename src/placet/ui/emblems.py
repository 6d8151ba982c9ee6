"""The icons that a reflection may carry as its emblem: few, calm, and known to exist."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

DEFAULT_EMBLEM: Final = "landmark"

EMBLEMS: Final[dict[str, str | Promise]] = {
    "landmark": _("Institution"),
    "compass": _("Compass"),
    "scale": _("Scales"),
    "globe": _("Globe"),
    "shield": _("Shield"),
    "handshake": _("Handshake"),
    "users": _("People"),
    "messages-square": _("Conversation"),
    "scroll-text": _("Charter"),
    "anchor": _("Anchor"),
    "ship": _("Ship"),
    "mountain": _("Mountain"),
    "tree-deciduous": _("Tree"),
    "sprout": _("Sprout"),
    "sun": pgettext_lazy("emblem", "Sun"),
    "telescope": _("Telescope"),
    "network": _("Network"),
    "graduation-cap": _("Learning"),
}
