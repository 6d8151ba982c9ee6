"""The form that sets up a reflection which starts from an earlier one."""

from typing import Any

from placet.stages.mandates.forms.setup import FoundingForm
from placet.stages.mandates.models import Reflection


class StartingForm(FoundingForm):
    """As for any reflection, filled in with the look and the languages of the earlier one."""

    def __init__(self, *args: Any, earlier: Reflection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {
            "working_language": earlier.languages[0],
            "other_languages": earlier.languages[1:],
            "time_zone": earlier.time_zone,
            "accent_colour": earlier.accent_colour,
            "emblem": earlier.emblem,
            **self.initial,
        }
