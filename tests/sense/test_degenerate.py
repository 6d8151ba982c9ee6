"""Conversations in which there is little or nothing to find have a declared result.

The table in docs/guides/analyst.md is this one in words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import jsonschema
import numpy as np
import pytest

from placet.sense import (
    Analysis,
    Conversation,
    CovoteMoments,
    Statement,
    VoteTable,
    analyze,
    build_document,
    consent_across_members,
    read_schema,
    refresh,
    render_report,
)

Events = list[tuple[int, int, int]]


def disconnected() -> Events:
    """Two halves that voted on nothing in common, each of them two camps with minds of their own."""
    random = np.random.default_rng(5)
    return [
        (60 * half + person, 10 * half + statement, vote)
        for half, n_people in enumerate((60, 40))
        for person in range(n_people)
        for statement in range(10)
        for vote in [(1 if (person + statement) % 2 else -1) * (1 if random.random() < 0.8 else -1)]
    ]


@dataclass(frozen=True)
class Case:
    """A conversation, the sizes of its groups and the shares of variance along the two components."""

    events: Events
    sizes: tuple[int, ...]
    variance: tuple[float, float]
    bridging_rounds: bool = False


NONE = (np.nan, np.nan)
CASES = {
    "no votes": Case([], (), NONE),
    "one vote": Case([(1, 1, 1)], (1,), NONE),
    "one participant": Case([(1, s, (-1) ** s) for s in range(9)], (1,), NONE),
    "one statement, all agree": Case([(p, 1, 1) for p in range(30)], (30,), NONE),
    "one statement, half agree": Case([(p, 1, (-1) ** p) for p in range(30)], (15, 15), (1.0, 0.0)),
    "all pass": Case([(p, s, 0) for p in range(30) for s in range(9)], (30,), NONE),
    "identical": Case([(p, s, (-1) ** s) for p in range(30) for s in range(9)], (30,), NONE),
    "a statement each": Case([(p, p, 1) for p in range(30)], (15,), NONE),
    "two participants, opposed": Case(
        [(p, s, 1 - 2 * p) for p in range(2) for s in range(9)], (1, 1), (1.0, 0.0), bridging_rounds=True
    ),
    "disconnected": Case(disconnected(), (33, 29, 20, 18), (0.253, 0.178), bridging_rounds=True),
}


def converse(events: Events) -> Conversation:
    table = VoteTable.from_events(*(zip(*events, strict=True) if events else ([], [], [])))
    return Conversation(table, tuple(Statement(i, f"Statement {i}") for i in table.statement_ids))


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> tuple[Case, Analysis]:
    declared = CASES[request.param]
    return declared, analyze(converse(declared.events))


def test_groups_and_space(case: tuple[Case, Analysis]) -> None:
    declared, analysis = case
    assert tuple(analysis.groups.sizes().tolist()) == declared.sizes
    assert np.allclose(analysis.space.explained_variance_ratio, declared.variance, atol=1e-3, equal_nan=True)
    if len(declared.sizes) < 2:
        assert analysis.groups.silhouettes == {}
        assert analysis.stability == {}
        assert not analysis.positions.any()


def test_nobody_is_flagged_and_little_is_found(case: tuple[Case, Analysis]) -> None:
    declared, analysis = case
    assert analysis.integrity is not None
    assert analysis.bridges is not None
    assert not analysis.integrity.lookalikes.is_flagged.any()
    assert bool(analysis.bridges.model.n_iterations) is declared.bridging_rounds
    assert analysis.bridges.found.found == ()
    if len(declared.sizes) < 2:
        assert analysis.discoveries.representative.found == ()
        assert analysis.discoveries.divisive.found == ()


def test_document_report_and_notebook(case: tuple[Case, Analysis]) -> None:
    _, analysis = case
    document = build_document(analysis)
    jsonschema.Draft202012Validator(read_schema()).validate(document)
    for language in ("en", "fr"):
        assert "</html>" in render_report(document, language=language)
    assert "<svg" in analysis._repr_html_()


def test_nothing_can_be_added(case: tuple[Case, Analysis]) -> None:
    declared, analysis = case
    assert analysis.moments is not None
    assert (analysis.moments + CovoteMoments.nothing()).equals(analysis.moments)
    later = refresh(analysis, [], [], [])
    assert later.conversation.digest() == analysis.conversation.digest()
    assert tuple(later.groups.sizes().tolist()) == declared.sizes


def test_consent_without_votes_or_members(case: tuple[Case, Analysis]) -> None:
    _, analysis = case
    votes = analysis.conversation.votes
    assert isinstance(votes, VoteTable)
    unknown = consent_across_members(votes, np.full(votes.n_participants, -1), members=["FR", "DE"])
    assert unknown.absent == ("FR", "DE")
    assert (unknown.least.member == -1).all()
    assert np.isnan(unknown.as_voted.value).all()
    assert unknown.to_polars()["support"].is_null().all()


def test_halves_that_saw_nothing_in_common_lie_on_different_axes() -> None:
    analysis = analyze(converse(disconnected()))
    assert np.allclose(analysis.positions[:60, 1], 0)
    assert np.allclose(analysis.positions[60:, 0], 0)


def test_consensus_needs_more_than_one_voice() -> None:
    """Polis's list has no lower bound on votes; the findings have."""
    alone = analyze(converse(CASES["one participant"].events))
    assert len(alone.consensus.agree) == 5
    assert alone.discoveries.consensus.found == ()
    together = analyze(converse(CASES["identical"].events))
    assert len(together.discoveries.consensus.found) == 9


def test_without_an_eligible_statement_there_is_no_direction() -> None:
    conversation = converse(CASES["disconnected"].events)
    rejected = tuple(replace(statement, moderated=-1) for statement in conversation.statements)
    analysis = analyze(Conversation(conversation.votes, rejected))
    assert np.isnan(analysis.space.explained_variance_ratio).all()
    assert analysis.groups.n_groups == 1
    assert analysis.discoveries.consensus.found == ()
    build_document(analysis)
