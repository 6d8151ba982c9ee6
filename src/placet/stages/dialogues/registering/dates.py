"""When a dialogue takes place, in words."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format

from placet.stages.dialogues.models import Dialogue

MOMENT = timedelta(microseconds=1)  # midnight belongs to the day before


def when(dialogue: Dialogue) -> str:
    """When it takes place, in its own time zone and the current language; days alone where that is known."""
    zone = ZoneInfo(dialogue.time_zone)
    starts_at = timezone.localtime(dialogue.starts_at, zone)
    if dialogue.precision == Dialogue.Precision.TIME:
        ends_at = timezone.localtime(dialogue.ends_at, zone)
        start, end = (f"{date_format(at, 'DATE_FORMAT')}, {at:%H:%M}" for at in (starts_at, ends_at))
        is_one_day = starts_at.date() == ends_at.date()
        hours = f"{start}–{ends_at:%H:%M}" if is_one_day else f"{start} – {end}"
        return f"{hours} ({dialogue.time_zone.replace('_', ' ')})"
    last = timezone.localtime(dialogue.ends_at - MOMENT, zone)
    if starts_at.date() == last.date():
        return date_format(starts_at, "DATE_FORMAT")
    return f"{date_format(starts_at, 'DATE_FORMAT')} – {date_format(last, 'DATE_FORMAT')}"
