"""Frozen texts: a proposal as it is put to the members, in canonical JSON, with the digest of its bytes.

The document is UTF-8 without a byte order mark, keys sorted, no spaces, no line end after it, all text in
Unicode normalization form C. The digest is ``sha256:`` and the hexadecimal SHA-256 of exactly these bytes:
anybody who holds the document can take it again with ``sha256sum``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from unicodedata import normalize
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.mandates.models import Role
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.proposals.models import Amendment, Citation, Clause, FrozenText, OpenedText, Proposal
from placet.stages.record.actions import record
from placet.stages.sensemaking.finding_models import Finding, Stance
from placet.stages.texts.languages import CONTENT_LANGUAGES
from placet.stages.texts.queries import Wording, all_wordings_of

SCHEMA_NAME = "placet-frozen-text"
SCHEMA_VERSION = 1
ORIGINAL = "original"  # origin of a body that is no translation
AS_OPENED = 0  # number of the text as it was opened to amendments; frozen texts count from 1
FREEZABLE = (Proposal.State.AMENDABLE, Proposal.State.PUBLISHED)

Bodies = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FrozenClause:
    """A clause word for word, in every language; its place, and the findings that it cites."""

    reference: str
    number: int
    bodies: dict[str, str]
    findings: tuple[str, ...]
    against: tuple[str, ...]
    origins: dict[str, str] = field(default_factory=dict)  # by language: the original, or who translated


@dataclass(frozen=True, slots=True)
class FrozenDocument:
    """What a frozen text says."""

    reference: str
    number: int
    languages: tuple[str, ...]
    title: dict[str, str]
    summary: dict[str, str]
    clauses: tuple[FrozenClause, ...]
    title_origins: dict[str, str] = field(default_factory=dict)  # as those of a clause
    summary_origins: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def freeze_proposal(actor: Actor, proposal: Proposal, *, now: datetime | None = None) -> FrozenText:
    """Keep a proposal word for word, to be put to the members; asked twice, the first text is the answer.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the proposal is in no state for it, an amendment waits for its answer, or a title, a clause or
        a translation is missing: one message for each thing that is to be done first.
    """
    account = require_role(actor, proposal.priority.reflection, Role.SECRETARIAT)
    current = locked_proposal(proposal)
    if current.state == Proposal.State.FROZEN:
        _bring_up_to_date(proposal, current)
        return FrozenText.objects.filter(proposal=current).latest("number")
    if to_do := what_is_missing(current):
        raise ValidationError([ValidationError(each) for each in to_do])
    number = FrozenText.objects.filter(proposal=current).count() + 1
    document = canonical(composed(current, number))
    text = FrozenText.objects.create(
        proposal=current,
        number=number,
        document=document,
        digest=digest_of(document),
        frozen_by=account,
        frozen_at=now or timezone.now(),
    )
    _move(proposal, current, Proposal.State.FROZEN)
    _record("freeze_proposal", current, account.id, number=number, digest=text.digest)
    return text


@transaction.atomic
def thaw_proposal(actor: Actor | None, proposal: Proposal, *, reason: str) -> None:
    """Open a text that was put to the members to amendments again; the frozen text stays on record.

    The stage that put it to the members calls this, and has asked whether the actor may: one signature of a
    delegate breaks a silence, and the platform itself may find that a procedure came to nothing. What is
    open to amendments already is left as it is.

    Parameters
    ----------
    actor : Actor or None
        None where the platform itself does it.
    reason : str
        In a word or two, for the audit record.

    Raises
    ------
    PermissionDenied
        To those who neither run the reflection nor speak for a member of it.
    ValidationError
        Where the proposal is not put to the members.
    """
    account_id = None
    if actor is not None:
        reflection = proposal.priority.reflection
        account_id = require_role(actor, reflection, Role.SECRETARIAT, Role.DELEGATE).id
    current = locked_proposal(proposal)
    if current.state == Proposal.State.AMENDABLE:
        _bring_up_to_date(proposal, current)
        return
    if current.state != Proposal.State.FROZEN:
        raise ValidationError(_("Only a text that is put to the members can be opened again."))
    keep_as_opened(current, account_id)
    _move(proposal, current, Proposal.State.AMENDABLE)
    _record("thaw_proposal", current, account_id, reason=reason)


@transaction.atomic
def mark_adopted(proposal: Proposal) -> None:
    """Say that the members have adopted the frozen text; called where the decision is written down.

    Raises
    ------
    ValidationError
        Where the proposal is not put to the members.
    """
    current = locked_proposal(proposal)
    if current.state != Proposal.State.ADOPTED:
        if current.state != Proposal.State.FROZEN:
            raise ValidationError(_("Only a text that is put to the members can be adopted."))
        _move(proposal, current, Proposal.State.ADOPTED)
        _record("mark_adopted", current, None)
    _bring_up_to_date(proposal, current)


def frozen_document(text: FrozenText) -> FrozenDocument:
    """What a frozen text says, read from its document."""
    return read_document(text.document)


def matches_digest(text: FrozenText) -> bool:
    """Whether the document is, byte for byte, the one of which the digest was taken."""
    return digest_of(text.document) == text.digest


def digest_of(document: str) -> str:
    """The digest of a document, as it is shown: the algorithm, a colon, and its hexadecimal digits."""
    return f"sha256:{sha256(document.encode()).hexdigest()}"


def canonical(value: object) -> str:
    """Canonical JSON: keys sorted, no spaces, text as it is and in normalization form C."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return normalize("NFC", text)


def read_document(document: str) -> FrozenDocument:
    """A document of ours as an object.

    Raises
    ------
    ValueError
        Where its schema is another one, or of a later version.
    """
    found: dict[str, Any] = json.loads(document)
    schema = found["schema"]
    if (schema["name"], schema["version"]) != (SCHEMA_NAME, SCHEMA_VERSION):
        raise ValueError(f"{schema['name']} {schema['version']} is not {SCHEMA_NAME} {SCHEMA_VERSION}")
    return FrozenDocument(
        reference=found["reference"],
        number=found["number"],
        languages=tuple(found["languages"]),
        title=_bodies_in(found["title"]),
        summary=_bodies_in(found["summary"]),
        clauses=tuple(
            FrozenClause(
                reference=clause["reference"],
                number=clause["number"],
                bodies=_bodies_in(clause["text"]),
                findings=tuple(clause["findings"]),
                against=tuple(clause["against"]),
                origins=_origins_in(clause["text"]),
            )
            for clause in found["clauses"]
        ),
        title_origins=_origins_in(found["title"]),
        summary_origins=_origins_in(found["summary"]),
    )


def what_is_missing(proposal: Proposal) -> list[str]:
    """What has to be done before a proposal can be frozen, a sentence for each thing; empty where it can."""
    if proposal.state not in FREEZABLE:
        return [
            _("A proposal that is %(state)s cannot be put to the members.")
            % {"state": proposal.get_state_display()}
        ]
    open_references = Amendment.objects.filter(proposal=proposal, state=Amendment.State.SUBMITTED)
    missing = [
        _("Amendment %(reference)s waits for its answer.") % {"reference": reference}
        for reference in open_references.values_list("reference", flat=True)
    ]
    clauses = list(live_clauses(proposal))
    if not clauses:
        missing.append(_("It has no clause yet."))
    found = all_wordings_of([proposal.title_id, *(clause.text_id for clause in clauses)])
    places = [(_("The title"), found[proposal.title_id])]
    places += [
        (_("Clause %(number)s") % {"number": number}, found[clause.text_id])
        for number, clause in enumerate(clauses, start=1)
    ]
    for place, texts in places:
        there = {wording.language for wording in texts}
        missing += [
            _("%(place)s is missing in this language: %(language)s.")
            % {"place": place, "language": CONTENT_LANGUAGES[language]}
            for language in proposal.priority.reflection.languages
            if language not in there
        ]
    return missing


def composed(proposal: Proposal, number: int) -> dict[str, object]:
    """A proposal as it stands now, as what a document holds; a constant number of queries."""
    clauses = list(live_clauses(proposal))
    cited = _citations(clauses)
    found = all_wordings_of([proposal.title_id, proposal.summary_id, *(each.text_id for each in clauses)])
    languages = proposal.priority.reflection.languages
    return {
        "schema": {"name": SCHEMA_NAME, "version": SCHEMA_VERSION},
        "reference": proposal.reference,
        "number": number,
        "languages": languages,
        "title": _texts_of(found[proposal.title_id], languages),
        "summary": _texts_of(found[proposal.summary_id], languages),
        "clauses": [
            {
                "reference": clause.reference,
                "number": place,
                "text": _texts_of(found[clause.text_id], languages),
                "findings": cited[clause.pk, Stance.SUPPORTS],
                "against": cited[clause.pk, Stance.AGAINST],
            }
            for place, clause in enumerate(clauses, start=1)
        ],
    }


def live_clauses(proposal: Proposal) -> list[Clause]:
    """The clauses that stand in a proposal, in their order."""
    return list(Clause.objects.filter(proposal=proposal, removed_at=None).order_by("position", "reference"))


def keep_as_opened(proposal: Proposal, account_id: UUID | None, *, now: datetime | None = None) -> None:
    """Keep the text that amendments will be compared with; the first time that a proposal is opened alone."""
    if not OpenedText.objects.filter(proposal=proposal).exists():
        OpenedText.objects.create(
            proposal=proposal,
            document=canonical(composed(proposal, AS_OPENED)),
            opened_by_id=account_id,
            opened_at=now or timezone.now(),
        )


def locked_proposal(proposal: Proposal) -> Proposal:
    """The proposal read anew under a lock: whoever changes its text or its state is alone."""
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("priority__reflection")
    return rows.get(pk=proposal.pk)


def _texts_of(found: list[Wording], languages: list[str]) -> dict[str, dict[str, str]]:
    """A text by language, each with where it comes from: the original, or who or what translated it."""
    return {
        wording.language: {
            "body": wording.body,
            "origin": ORIGINAL if wording.is_original else wording.origin,
        }
        for wording in found
        if wording.language in languages or wording.is_original
    }


def _citations(clauses: list[Clause]) -> dict[tuple[UUID, str], list[str]]:
    """The references of the findings that each clause cites, by clause and stance; drafts nobody can read."""
    cited: dict[tuple[UUID, str], list[str]] = {
        (clause.pk, stance): [] for clause in clauses for stance in Stance
    }
    rows = Citation.objects.filter(clause__in=clauses, taken_back_at=None)
    rows = rows.exclude(finding__state=Finding.State.DRAFT).order_by("finding__reference")
    for clause_id, stance, reference in rows.values_list("clause_id", "stance", "finding__reference"):
        cited[clause_id, stance].append(reference)
    return cited


def _bodies_in(texts: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {language: each["body"] for language, each in texts.items()}


def _origins_in(texts: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {language: each["origin"] for language, each in texts.items()}


def _move(proposal: Proposal, current: Proposal, to: Proposal.State) -> None:
    """Write the state of a locked proposal, and tell the caller's object."""
    current.state = to
    current.save(update_fields=["state"])
    _bring_up_to_date(proposal, current)


def _bring_up_to_date(proposal: Proposal, current: Proposal) -> None:
    proposal.state = current.state


def _record(verb: str, proposal: Proposal, account_id: UUID | None, **detail: str | int) -> None:
    record(
        f"proposals.{verb}",
        target=proposal.reference,
        actor_id=account_id,
        scope_id=proposal.priority.reflection_id,
        **detail,
    )
