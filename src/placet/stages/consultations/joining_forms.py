"""Forms around join codes: what is typed in a hall, and how long a new one lasts."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from placet.stages.consultations.forms import ZonedDateTimeField
from placet.stages.mandates.forms.multilingual import OnceForm
from placet.stages.mandates.models import Reflection


class JoinForm(forms.Form):
    """What was read out or stands on the screen."""

    code = forms.CharField(
        label=_("Join code"),
        help_text=_("Eight letters and digits. Capitals, spaces and hyphens make no difference."),
        max_length=40,
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "size": "12"}
        ),
    )


class JoinCodeForm(OnceForm):
    """Until when a new code lets people in: by default, all of tomorrow."""

    def __init__(self, *args: Any, reflection: Reflection, **kwargs: Any) -> None:
        zone = reflection.time_zone
        tomorrow = timezone.localdate(timezone=ZoneInfo(zone)) + timedelta(days=1)
        end = datetime.combine(tomorrow, time(23, 59), tzinfo=ZoneInfo(zone))
        super().__init__(*args, **kwargs)
        self.fields["expires_at"] = ZonedDateTimeField(
            zone=zone,
            label=_("Valid until"),
            initial=end,
            help_text=gettext("Time in %(zone)s.") % {"zone": zone.replace("_", " ")},
        )
