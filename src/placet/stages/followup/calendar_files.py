"""iCalendar files (RFC 5545) of what is due: commitments and the steps on their way, as days.

Where the month or the year alone is known, the entry stands on the last day that it may be, and says so. An
entry keeps its UID for good.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from urllib.parse import urljoin
from uuid import uuid5

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vText

from placet.stages.followup.dates import Due
from placet.stages.followup.models import Precision
from placet.stages.followup.queries import CommitmentView, MilestoneView
from placet.stages.texts.queries import Wording

PRODUCT = "-//Placet//Placet//EN"
REFRESHED_EVERY = timedelta(hours=6)


def due_dates_file(name: str, commitments: Iterable[CommitmentView]) -> bytes:
    """The due dates of published commitments as one iCalendar file.

    Parameters
    ----------
    name : str
        What calendars call it.
    commitments : iterable of CommitmentView
        Drafts among them are left out, and what is due on no day.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", " ".join(name.split()))  # RFC 7986, and what was in use before it
    calendar.add("x-wr-calname", " ".join(name.split()))
    calendar.add("refresh-interval", REFRESHED_EVERY, parameters={"value": "DURATION"})
    for view in commitments:
        if view.published_at is None:
            continue
        if view.due:
            calendar.add_component(_due(view, view.due, view.published_at))
        for step in view.milestones:
            calendar.add_component(_step(view, step, view.published_at))
    return bytes(calendar.to_ical())


def _due(view: CommitmentView, due: Due, published_at: datetime) -> Event:
    event = _day(view, due, published_at)
    event.add("uid", str(view.id))
    event.add("summary", _text(view.title, _("Due: %(title)s")))
    return event


def _step(view: CommitmentView, step: MilestoneView, published_at: datetime) -> Event:
    event = _day(view, step.due, published_at)
    event.add("uid", str(uuid5(view.id, f"milestone {step.id}")))
    sentence = _("Reached: %(title)s") if step.reached_date else _("Milestone: %(title)s")
    event.add("summary", _text(step.title, sentence))
    return event


def _day(view: CommitmentView, due: Due, published_at: datetime) -> Event:
    """An entry that takes no time of the day on which it stands."""
    last: date = due.last_day
    event = Event()
    event.add("dtstamp", published_at)
    event.add("dtstart", last)
    event.add("dtend", last + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("categories", [" ".join(view.priority_title.body.split())])
    event.add("url", urljoin(settings.PUBLIC_URL, reverse("followup:commitment", args=[view.reference])))
    lines = [f"{view.reference} – {_one_line(view.title)}", _one_line(view.lead.name), view.status_label]
    if due.precision != Precision.DAY:
        lines.append(_("Due at some day of: %(period)s. This is the last one.") % {"period": due})
    event.add("description", vText("\n".join(lines)))
    return event


def _text(wording: Wording, sentence: str) -> vText:
    return vText(sentence % {"title": _one_line(wording)}, params={"language": wording.language})


def _one_line(wording: Wording) -> str:
    return " ".join(wording.body.split())
