"""Which texts of a reflection are translated, across the stages, and how long a translation may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from placet.stages.consultations.forms import ConsultationForm
from placet.stages.consultations.models import TRANSLATION_MAX_LENGTH, Consultation, Statement
from placet.stages.contributions.models import BODY_MAX_LENGTH, Call, Collection, Contribution
from placet.stages.dialogues.models import TAKEAWAY_MAX_LENGTH, Dialogue, Series, Takeaway
from placet.stages.dialogues.reporting.takeaways import SUMMARY_MAX_LENGTH
from placet.stages.followup.models import Commitment
from placet.stages.mandates.forms.multilingual import MultilingualForm
from placet.stages.mandates.forms.setup import FrameForm, MandateForm, MilestoneForm, NameForm, PriorityForm
from placet.stages.mandates.models import Constituency, Mandate, Member, Milestone, Priority, Reflection
from placet.stages.proposals.agreed import SETTLED
from placet.stages.proposals.models import CLAUSE_MAX_LENGTH, Amendment, Clause, Proposal
from placet.stages.sensemaking.finding_models import FINDING_MAX_LENGTH, Finding

_Limits = list[tuple[QuerySet[Any], dict[str, int]]]  # items, and how long which of their texts may be

# Of translations; some languages need more room for the same.
_TITLE, _LONG, _BODY = 320, 8_000, 2 * BODY_MAX_LENGTH


@dataclass(frozen=True, slots=True)
class TranslatableText:
    """A text, what it is of, and how long a translation of it may be."""

    id: UUID
    label: str
    target: str
    max_length: int


def translatable_texts(reflection: Reflection) -> list[TranslatableText]:
    """All texts of a reflection that are translated, in the order of its pages; a dozen queries.

    Sources of the calendar are left out: they are cited as they are. So is what is not published: statements
    that wait, drafts of contributions and of reports; and what the members decide on or have adopted, which
    stays as it is in every language (:func:`settled_texts`).
    """
    frame = FrameForm.words
    return [
        _text(reflection.name_id, _("Name"), reflection.slug, frame["name"].max_length),
        _text(reflection.summary_id, _("Summary"), reflection.slug, frame["summary"].max_length),
        *_mandate_texts(reflection),
        *_priority_texts(reflection),
        *_name_texts(reflection),
        *_milestone_texts(reflection),
        *_consultation_texts(reflection),
        *_dialogue_texts(reflection),
        *_contribution_texts(reflection),
        *_decision_texts(reflection),
    ]


def settled_texts(reflection: Reflection) -> list[TranslatableText]:
    """The texts of proposals that the members decide on or have adopted; two queries."""
    settled = Proposal.objects.filter(priority__reflection=reflection, state__in=SETTLED)
    return _texts_of(_proposal_limits(settled))


def _mandate_texts(reflection: Reflection) -> list[TranslatableText]:
    mandate = Mandate.objects.filter(reflection=reflection).first()
    if mandate is None:
        return []
    labels = {
        "issuer": _("Mandate – who asks"),
        "meeting": _("Mandate – at which meeting"),
        "body": _("Mandate – text"),
        "scope": _("Mandate – scope"),
    }
    return [
        _text(getattr(mandate, f"{name}_id"), label, "mandate", _limit(MandateForm, name))
        for name, label in labels.items()
    ]


def _priority_texts(reflection: Reflection) -> list[TranslatableText]:
    texts = []
    for each in Priority.objects.filter(reflection=reflection):
        number = {"number": each.number}
        target = f"priority {each.number}"
        texts += [
            _text(
                each.title_id,
                _("Priority %(number)d – title") % number,
                target,
                _limit(PriorityForm, "title"),
            ),
            _text(
                each.description_id,
                _("Priority %(number)d – description") % number,
                target,
                _limit(PriorityForm, "description"),
            ),
        ]
    return texts


def _name_texts(reflection: Reflection) -> list[TranslatableText]:
    limit = _limit(NameForm, "name")
    members = Member.objects.filter(reflection=reflection)
    constituencies = Constituency.objects.filter(reflection=reflection)
    return [
        *(
            _text(each.name_id, _("Member %(code)s") % {"code": each.code}, each.code, limit)
            for each in members
        ),
        *(_text(each.name_id, _("Constituency"), each.key, limit) for each in constituencies),
    ]


def _milestone_texts(reflection: Reflection) -> list[TranslatableText]:
    labels = {
        "title": _("Calendar – title"),
        "description": _("Calendar – description"),
        "date_note": _("Calendar – remark on the date"),
    }
    return [
        _text(text_id, label, f"milestone {each.pk}", _limit(MilestoneForm, name))
        for each in Milestone.objects.filter(reflection=reflection)
        for name, label in labels.items()
        if (text_id := getattr(each, f"{name}_id"))
    ]


def _consultation_texts(reflection: Reflection) -> list[TranslatableText]:
    consultations = Consultation.objects.filter(priority__reflection=reflection).order_by("reference")
    accepted = Statement.objects.filter(
        consultation__priority__reflection=reflection, state=Statement.State.ACCEPTED
    ).order_by("consultation__reference", "reference")
    texts = []
    for each in consultations:
        named = {"reference": each.reference}
        texts += [
            _text(
                each.question_id,
                _("%(reference)s – question") % named,
                each.reference,
                _limit(ConsultationForm, "question"),
            ),
            _text(
                each.introduction_id,
                _("%(reference)s – introduction") % named,
                each.reference,
                _limit(ConsultationForm, "introduction"),
            ),
        ]
    statements = accepted.values_list("text_id", "reference")
    return texts + [
        _text(text_id, reference, reference, TRANSLATION_MAX_LENGTH) for text_id, reference in statements
    ]


def _dialogue_texts(reflection: Reflection) -> list[TranslatableText]:
    series = Series.objects.filter(reflection=reflection, state=Series.State.PUBLISHED)
    dialogues = (
        Dialogue.objects.filter(series__in=series)
        .exclude(state=Dialogue.State.DRAFT)
        .select_related("report")
    )
    takeaways = Takeaway.objects.filter(
        report__dialogue__in=dialogues, removed_at=None, report__published_at__isnull=False
    ).order_by("reference")
    texts = [
        text
        for each in series.order_by("reference")
        for text in _named(each.reference, each, {"title": _TITLE, "question": _LONG, "description": _LONG})
    ]
    for each in dialogues.order_by("reference"):
        texts += _named(each.reference, each, {"title": _TITLE, "description": _LONG, "date_note": _LONG})
        report = getattr(each, "report", None)
        if report is not None and report.published_at is not None:
            texts += _named(each.reference, report, {"summary": 2 * SUMMARY_MAX_LENGTH})
    return texts + [
        _text(each.text_id, each.reference, each.reference, 2 * TAKEAWAY_MAX_LENGTH) for each in takeaways
    ]


def _contribution_texts(reflection: Reflection) -> list[TranslatableText]:
    published = Contribution.objects.filter(reflection=reflection, state=Contribution.State.PUBLISHED)
    calls = Call.objects.filter(reflection=reflection).exclude(state=Call.State.DRAFT)
    return [
        *(
            text
            for each in Collection.objects.filter(reflection=reflection).order_by("created_at")
            for text in _named(
                _("Collection"), each, {"title": _TITLE, "authors": _LONG, "description": _LONG}
            )
        ),
        *(
            text
            for each in calls.order_by("reference")
            for text in _named(each.reference, each, {"title": _TITLE, "description": _LONG, "result": _LONG})
        ),
        *(
            text
            for each in published.order_by("reference")
            for text in _named(each.reference, each, {"title": _TITLE, "summary": _LONG, "body": _BODY})
        ),
    ]


def _decision_texts(reflection: Reflection) -> list[TranslatableText]:
    """Of findings, proposals, amendments and commitments: what is published and can still be translated."""
    findings = Finding.objects.filter(reflection=reflection, state=Finding.State.PUBLISHED)
    proposals = Proposal.objects.filter(priority__reflection=reflection).exclude(
        state__in=(Proposal.State.DRAFT, Proposal.State.WITHDRAWN)
    )
    amendments = Amendment.objects.filter(proposal__in=proposals)
    commitments = Commitment.objects.filter(
        decision__text__proposal__priority__reflection=reflection, published_at__isnull=False
    )
    return _texts_of(
        [
            (findings, {"title": _TITLE, "text": 2 * FINDING_MAX_LENGTH}),
            *_proposal_limits(proposals.exclude(state__in=SETTLED)),
            (amendments, {"wording": 2 * CLAUSE_MAX_LENGTH, "justification": _LONG, "answer": _LONG}),
            (commitments, {"title": _TITLE, "description": _LONG}),
        ]
    )


def _proposal_limits(proposals: QuerySet[Proposal]) -> _Limits:
    clauses = Clause.objects.filter(proposal__in=proposals, removed_at=None)
    return [
        (proposals, {"title": _TITLE, "summary": _LONG}),
        (clauses, {"text": 2 * CLAUSE_MAX_LENGTH}),
    ]


def _texts_of(limits: _Limits) -> list[TranslatableText]:
    return [
        text
        for items, fields in limits
        for each in items.order_by("reference")
        for text in _named(each.reference, each, fields)
    ]


def _named(name: str, item: Model, limits: Mapping[str, int]) -> list[TranslatableText]:
    """The texts of an item that has them: what it is called, and which of its texts."""
    labels = {
        "title": pgettext("text of an item", "title"),
        "question": pgettext("text of an item", "question"),
        "description": pgettext("text of an item", "description"),
        "date_note": pgettext("text of an item", "remark on the date"),
        "summary": pgettext("text of an item", "summary"),
        "body": pgettext("text of an item", "text"),
        "authors": pgettext("text of an item", "authors"),
        "result": pgettext("text of an item", "result"),
        "text": pgettext("text of an item", "text"),
        "wording": pgettext("text of an item", "wording"),
        "justification": pgettext("text of an item", "justification"),
        "answer": pgettext("text of an item", "answer"),
    }
    return [
        _text(text_id, f"{name} – {labels[field]}", name, limit)
        for field, limit in limits.items()
        if (text_id := getattr(item, f"{field}_id"))
    ]


def _text(text_id: UUID, label: str, target: str, max_length: int) -> TranslatableText:
    return TranslatableText(text_id, label, target, max_length)


def _limit(form: type[MultilingualForm], name: str) -> int:
    return form.words[name].max_length
