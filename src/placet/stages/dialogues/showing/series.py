"""Series with their organisers and dialogues, for everybody and for those who hold them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.dialogues.models import Dialogue, HouseRule, ProgrammeItem, Series
from placet.stages.dialogues.permissions import (
    managed_series,
    require_holder,
    visible_dialogues,
    visible_series,
)
from placet.stages.dialogues.showing.dialogues import DialogueView, coming_first, dialogue_views
from placet.stages.mandates.models import Organisation, Reflection
from placet.stages.mandates.organisations import OrganisationView, views_of
from placet.stages.mandates.permissions import Actor
from placet.stages.texts.queries import Wording, wordings

State = Dialogue.State


@dataclass(frozen=True, slots=True)
class SeriesView:
    id: UUID
    reference: str
    title: Wording
    question: Wording
    description: Wording | None
    organisers: tuple[OrganisationView, ...]
    state: str
    state_label: str
    is_simulated: bool
    dialogues: tuple[DialogueView, ...]

    @property
    def next_start(self) -> datetime | None:
        """When its next dialogue begins; None where none is to come."""
        return min((each.starts_at for each in self.dialogues if each.is_coming), default=None)

    @property
    def last_start(self) -> datetime | None:
        return max((each.starts_at for each in self.dialogues), default=None)


@dataclass(frozen=True, slots=True)
class ManagedDialogue:
    """A dialogue as those who hold it see it, with what is due next."""

    view: DialogueView
    next_step: str


@dataclass(frozen=True, slots=True)
class ManagedSeries:
    """A series as those who hold it see it."""

    view: SeriesView
    dialogues: tuple[ManagedDialogue, ...]


def series_views(reflection: Reflection, actor: Actor, language: str) -> list[SeriesView]:
    """The series that somebody may see: those with a dialogue to come first, by its date; then the latest."""
    views = _views(list(visible_series(actor, reflection)), reflection, actor, language)
    coming = [(view.next_start, place) for place, view in enumerate(views) if view.next_start]
    over = [(view.last_start, place) for place, view in enumerate(views) if not view.next_start]
    dated = sorted(((start, place) for start, place in over if start), reverse=True)
    undated = [(start, place) for start, place in over if not start]
    return [views[place] for _start, place in (*sorted(coming), *dated, *undated)]


def series_view(series: Series, actor: Actor, language: str) -> SeriesView:
    """One series as its page shows it."""
    return _views([series], series.reflection, actor, language)[0]


def managed_series_views(actor: Actor, reflection: Reflection, language: str) -> list[ManagedSeries]:
    """The series that an account holds, with their dialogues and what is due next in each.

    Raises
    ------
    PermissionDenied
        To all but the secretariat and those who act for a partner.
    """
    require_holder(actor, reflection)
    found = list(managed_series(actor, reflection).order_by("-created_at", "reference"))
    return [_managed(view) for view in _with_steps(found, reflection, actor, language)]


def managed_series_view(series: Series, actor: Actor, language: str) -> ManagedSeries:
    """One series for those who hold it; the caller has asked whether the actor does."""
    return _managed(_with_steps([series], series.reflection, actor, language)[0])


def next_step(dialogue: DialogueView, *, is_series_published: bool, n_items: int) -> str:
    """What those who hold a dialogue do next; empty where nothing is due."""
    match dialogue.state:
        case State.DRAFT if not n_items:
            return _("write the programme")
        case State.DRAFT:
            return _("announce it") if is_series_published else _("publish the series, then announce it")
        case State.ANNOUNCED if dialogue.starts_at <= timezone.now():
            return _("open the live room, or say that it took place")
        case State.ANNOUNCED:
            return _("prepare the live room")
        case State.LIVE:
            return _("it is under way")
        case State.ENDED if dialogue.house_rule != HouseRule.CLOSED:
            return _("publish the report")
    return ""


_Stepped = tuple[SeriesView, dict[UUID, int]]


def _managed(stepped: _Stepped) -> ManagedSeries:
    view, n_items = stepped
    is_published = view.state == Series.State.PUBLISHED
    return ManagedSeries(
        view,
        tuple(
            ManagedDialogue(
                each, next_step(each, is_series_published=is_published, n_items=n_items.get(each.id, 0))
            )
            for each in view.dialogues
        ),
    )


def _with_steps(
    series: Sequence[Series], reflection: Reflection, actor: Actor, language: str
) -> list[_Stepped]:
    counted = ProgrammeItem.objects.filter(dialogue__series__in=series).values("dialogue")
    n_items = {row["dialogue"]: row["n"] for row in counted.annotate(n=Count("pk"))}
    return [(view, n_items) for view in _views(series, reflection, actor, language)]


def _views(series: Sequence[Series], reflection: Reflection, actor: Actor, language: str) -> list[SeriesView]:
    """The series in their order, with those of their dialogues that the actor may see."""
    words = wordings(
        [text for each in series for text in (each.title_id, each.question_id, each.description_id)], language
    )
    links = list(Series.organisers.through.objects.filter(series__in=series).order_by("pk"))
    partners = views_of(
        Organisation.objects.filter(pk__in={link.organisation_id for link in links}), language
    )
    dialogues = visible_dialogues(actor, reflection).filter(series__in=series).select_related("priority")
    by_series: dict[UUID, list[DialogueView]] = {}
    for view in coming_first(dialogue_views(list(dialogues), actor, language)):
        by_series.setdefault(view.series_id, []).append(view)
    return [
        SeriesView(
            id=each.pk,
            reference=each.reference,
            title=words[each.title_id],
            question=words[each.question_id],
            description=words[each.description_id] if each.description_id else None,
            organisers=tuple(partners[link.organisation_id] for link in links if link.series_id == each.pk),
            state=each.state,
            state_label=each.get_state_display(),
            is_simulated=each.is_simulated,
            dialogues=tuple(by_series.get(each.pk, ())),
        )
        for each in series
    ]
