"""Actions on consultations: each refuses every role that may not, and does its deed once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from placet.stages.consultations import actions, queries
from placet.stages.consultations.actions import ConsultationFrame, SeedStatement
from placet.stages.consultations.ballots.actions import submit_statement
from placet.stages.consultations.models import Consultation, Statement
from placet.stages.mandates.models import Role
from placet.stages.mandates.permissions import Actor
from placet.stages.record.models import AuditEntry
from placet.stages.texts.queries import all_wordings
from tests.stages.reflections import NOBODY, SmallReflection

pytestmark = pytest.mark.django_db

EVERYBODY = [*Role.values, "participant", "stranger", "nobody", "secretariat of another", "deactivated"]
MODERATING = {Role.SECRETARIAT.value, Role.MODERATOR.value}
Deed = Callable[[Actor, SmallReflection], object]


def frame() -> ConsultationFrame:
    now = timezone.now()
    return ConsultationFrame(
        question={"en": "What first?", "fr": "Quoi d’abord ?"},
        introduction={"en": "An introduction."},
        eligibility="open",
        opens_at=now,
        closes_at=now + timedelta(days=1),
    )


DEEDS: dict[str, tuple[Deed, set[str]]] = {
    "create": (lambda who, s: actions.create_consultation(who, s.priority, frame()), {"secretariat"}),
    "change": (lambda who, s: actions.change_consultation(who, s.consultation, frame()), {"secretariat"}),
    "open": (lambda who, s: actions.open_consultation(who, s.consultation), {"secretariat"}),
    "add": (
        lambda who, s: actions.add_statements(who, s.consultation, [SeedStatement({"en": "New."}, "en")]),
        {"secretariat"},
    ),
    "translate": (
        lambda who, s: actions.translate_statement(who, s.statements[0], language="de", body="Neu."),
        {"secretariat"},
    ),
    "accept": (lambda who, s: actions.moderate_statement(who, s.statements[0], accept=True), MODERATING),
    "reject": (
        lambda who, s: actions.moderate_statement(who, s.statements[0], accept=False, reason="No."),
        MODERATING,
    ),
    "meta": (lambda who, s: actions.mark_meta(who, s.statements[0], is_meta=True), MODERATING),
    "queue": (lambda who, s: list(queries.moderation_queue(who, s.consultation)), MODERATING),
    "decided": (lambda who, s: list(queries.moderated_statements(who, s.consultation)), MODERATING),
    "imports": (lambda who, s: list(queries.imports_of(who, s.consultation)), {"secretariat"}),
    "listing": (
        lambda who, s: queries.managed_consultations(who, s.reflection, "en"),
        MODERATING | {Role.ANALYST.value},
    ),
    # Last, since the record of a closed consultation is final.
    "close": (lambda who, s: actions.close_consultation(who, s.consultation), {"secretariat"}),
}


def actor(small: SmallReflection, who: str) -> Actor:
    if who == "nobody":
        return NOBODY
    if who == "secretariat of another":
        return SmallReflection(slug="other", prefix="OTHER").secretariat
    if who == "deactivated":
        account = small.secretariat
        account.is_active = False
        return account
    return small.accounts[who]


@pytest.mark.parametrize("who", EVERYBODY)
def test_each_deed_refuses_whoever_may_not(who: str) -> None:
    small = SmallReflection()
    asking = actor(small, who)
    before = AuditEntry.objects.count()
    for name, (deed, allowed) in DEEDS.items():
        if who in allowed:
            deed(asking, small)
        else:
            with pytest.raises(PermissionDenied):
                deed(asking, small)
            assert AuditEntry.objects.count() == before, name
        before = AuditEntry.objects.count()


def test_a_consultation_closes_after_it_opens() -> None:
    small = SmallReflection()
    wrong = replace(frame(), closes_at=frame().opens_at - timedelta(hours=1))
    with pytest.raises(ValidationError):
        actions.create_consultation(small.secretariat, small.priority, wrong)


def test_a_draft_of_a_draft_reflection_does_not_open() -> None:
    small = SmallReflection(is_published=False)
    with pytest.raises(ValidationError, match="Publish the reflection first"):
        actions.open_consultation(small.secretariat, small.consultation)
    with pytest.raises(ValidationError, match="never open"):
        actions.close_consultation(small.secretariat, small.consultation)


def test_a_refused_change_changes_nothing() -> None:
    small = SmallReflection()
    small.vote(small.participant(), small.statements[0], 1)
    with pytest.raises(ValidationError):
        actions.change_consultation(
            small.secretariat, small.consultation, replace(frame(), question={"en": "Another?"})
        )
    assert [w.body for w in all_wordings(small.consultation.question_id)] == ["What first?", "Quoi d’abord ?"]


def test_statements_of_the_secretariat_are_all_written_or_none() -> None:
    small = SmallReflection()
    seeds = [SeedStatement({"en": "Good."}, "en"), SeedStatement({"en": "x" * 281}, "en")]
    with pytest.raises(ValidationError):
        actions.add_statements(small.secretariat, small.consultation, seeds)
    assert Statement.objects.filter(consultation=small.consultation).count() == 3


@pytest.mark.parametrize(
    ("language", "body"), [("en", "x"), ("xx", "x"), ("de", "  "), ("de", "x" * 561), ("und", "x")]
)
def test_a_wrong_translation_is_refused(language: str, body: str) -> None:
    small = SmallReflection()
    with pytest.raises(ValidationError):
        actions.translate_statement(small.secretariat, small.statements[0], language=language, body=body)


def test_the_same_decision_twice_is_one() -> None:
    small = SmallReflection()
    statement = submit_statement(
        small.consultation, small.participant(), body="An idea", language="en", client_key=uuid4()
    )
    for _twice in range(2):
        actions.moderate_statement(
            small.secretariat, statement, accept=False, reason=" No. ", seen_state="submitted"
        )
    assert statement.moderation_reason == "No."
    assert AuditEntry.objects.filter(action="consultations.reject_statement").count() == 1
    with pytest.raises(ValidationError, match="Another moderator"):
        actions.moderate_statement(small.secretariat, statement, accept=True, seen_state="submitted")


def test_a_rejected_statement_takes_no_votes() -> None:
    small = SmallReflection()
    actions.moderate_statement(small.secretariat, small.statements[0], accept=False, reason="No.")
    assert small.vote(small.participant(), small.statements[0], 1).sequence is None
    assert Consultation.objects.get().last_sequence == 0


def test_no_statement_enters_a_closed_consultation() -> None:
    small = SmallReflection()
    actions.close_consultation(small.secretariat, small.consultation)
    with pytest.raises(ValidationError, match="closed"):
        actions.add_statements(small.secretariat, small.consultation, [SeedStatement({"en": "Late."}, "en")])
    assert small.consultation.statements.count() == small.n_statements
