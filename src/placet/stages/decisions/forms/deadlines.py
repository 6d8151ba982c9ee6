"""Local times of a stated time zone, as forms take them."""

from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError

from placet.stages.dialogues.setting_up.local_times import moment_of


def read_moment(form: forms.Form, name: str, zone: str) -> datetime | None:
    """The moment at which clocks in a zone show what a field says; a refusal is put on the field."""
    local = form.cleaned_data.get(name)
    if local is None:
        return None
    try:
        return moment_of(local, zone)
    except ValidationError as refusal:
        form.add_error(name, refusal)
        return None
