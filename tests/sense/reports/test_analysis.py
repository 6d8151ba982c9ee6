"""Whole analyses: real conversations, the schema, invariants, degenerate input."""

from __future__ import annotations

import json
import math
from typing import Any

import jsonschema
import numpy as np
import pytest

from placet.sense.reports import Parameters, analyze, build_document, read_schema
from placet.sense.votes import Conversation, Statement, VoteTable, plant_conversation


def make_conversation(events: list[tuple[int, int, int]], **statements: Any) -> Conversation:
    table = VoteTable.from_events(*(zip(*events, strict=True) if events else ([], [], [])))
    ids = sorted({*table.statement_ids, *statements.get("extra", ())})
    return Conversation(table, tuple(Statement(i, f"Statement {i}") for i in ids))


def check(document: dict[str, Any]) -> None:
    """Check a document as its readers will get it."""
    as_read = json.loads(json.dumps(document, allow_nan=False))
    assert as_read == document
    jsonschema.Draft202012Validator(read_schema()).validate(as_read)


def test_the_schema_is_one_and_strict() -> None:
    schema = read_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    objects = [schema, *find_objects(schema)]
    assert len(objects) > 10
    assert all(entry["additionalProperties"] is False for entry in objects)
    assert all(set(entry["required"]) == set(entry["properties"]) for entry in objects)


def find_objects(schema: Any) -> list[dict[str, Any]]:
    if isinstance(schema, list):
        return [found for entry in schema for found in find_objects(entry)]
    if not isinstance(schema, dict):
        return []
    own = [schema] if schema.get("type") == "object" else []
    return own + [found for entry in schema.values() for found in find_objects(entry)]


def test_a_real_conversation_end_to_end(real_conversation: Conversation) -> None:
    analysis = analyze(real_conversation, seed=3)
    document = build_document(analysis)
    check(document)
    votes = real_conversation.votes
    counts = document["counts"]
    assert counts["participants"] == votes.n_participants
    assert counts["votes"] == votes.n_votes == counts["agree"] + counts["disagree"] + counts["pass"]
    assert counts["statements"] == len(real_conversation.statements) == len(document["statements"])
    assert sum(group["size"] for group in document["groups"]) == counts["participants_grouped"]
    assert (
        sum(base["size"] for base in document["opinion_space"]["base_clusters"])
        == counts["participants_grouped"]
    )
    classes = document["participation"]["votes_per_participant"]
    assert sum(entry["participants"] for entry in classes) == counts["participants"]
    rejected = {s["id"] for s in document["statements"] if s["moderated"] < 0}
    listed = [*document["consensus"]["agree"], *document["consensus"]["disagree"], *document["divisive"]]
    listed += [entry for group in document["groups"] for entry in group["representative"]]
    assert listed
    assert not rejected & {entry["statement_id"] for entry in listed}
    assert len(document["groups"]) >= 2
    assert document == build_document(analyze(real_conversation, seed=3))


def test_consensus_equals_a_plain_computation(real_conversation: Conversation) -> None:
    document = build_document(analyze(real_conversation))
    votes: dict[Any, list[int]] = {}
    table = real_conversation.votes
    for j, value in zip(table.statement_index, table.values, strict=True):
        votes.setdefault(table.statement_ids[j], []).append(int(value))
    for direction, vote in (("agree", 1), ("disagree", -1)):
        rows = []
        for statement in real_conversation.statements:
            cast = votes.get(statement.id, [])
            n, seen = cast.count(vote), len(cast)
            p, z = (n + 1) / (seen + 2), 2 * math.sqrt(seen + 1) * ((n + 1) / (seen + 1) - 0.5)
            if statement.moderated >= 0 and not statement.is_meta and p > 0.5 and z > 1.2816:
                rows.append((-p * z, statement.id, p, z))
        expected = [(i, p, z) for _, i, p, z in sorted(rows, key=lambda row: row[0])[:5]]
        ours = [(entry["statement_id"], entry["p"], entry["z"]) for entry in document["consensus"][direction]]
        assert [entry[0] for entry in ours] == [entry[0] for entry in expected]
        assert np.allclose([e[1:] for e in ours], [e[1:] for e in expected], atol=1e-12) or not expected


def test_the_order_of_votes_does_not_matter() -> None:
    planted = plant_conversation(150, 40, generator=np.random.default_rng(7)).conversation
    votes = planted.votes
    order = np.random.default_rng(8).permutation(votes.n_votes)
    table = VoteTable.from_events(
        votes.participant_index[order], votes.statement_index[order], votes.values[order]
    )
    shuffled = Conversation(table, planted.statements)
    assert build_document(analyze(shuffled)) == build_document(analyze(planted))


def test_meta_and_rejected_statements_shape_nothing() -> None:
    planted = plant_conversation(120, 30, generator=np.random.default_rng(9)).conversation
    marked = tuple(
        Statement(s.id, s.text, moderated=-1 if s.id == 3 else 0, is_meta=s.id == 5)
        for s in planted.statements
    )
    document = build_document(analyze(Conversation(planted.votes, marked)))
    check(document)
    space = document["opinion_space"]
    assert len(space["statement_ids"]) == 30
    assert [space["means"][j] for j in (3, 5)] == [0.0, 0.0]
    assert [axis[j] for axis in space["components"] for j in (3, 5)] == [0.0] * 4
    assert document["statements"][5]["priority"] == 49
    assert document["statements"][3]["n_agree"] + document["statements"][3]["n_disagree"] > 0


@pytest.mark.parametrize(
    ("events", "sizes"),
    [
        ([], []),
        ([(1, 1, 1)], [1]),
        ([(1, s, 1) for s in range(9)], [1]),
        ([(p, 1, 1) for p in range(30)], [30]),
        ([(p, s, 0) for p in range(20) for s in range(9)], [20]),
        ([(p, s, (-1) ** s) for p in range(20) for s in range(9)], [20]),
    ],
    ids=["no votes", "one vote", "one participant", "one statement", "all pass", "all alike"],
)
def test_degenerate_conversations_have_a_declared_result(
    events: list[tuple[int, int, int]], sizes: list[int]
) -> None:
    document = build_document(analyze(make_conversation(events, extra=[100])))
    check(document)
    assert [group["size"] for group in document["groups"]] == sizes
    unseen = document["statements"][-1]
    assert (unseen["id"], unseen["extremity"], unseen["p_agree_ci"]) == (100, None, None)


def test_identifiers_may_be_text() -> None:
    table = VoteTable.from_events(["p-b", "p-a"], ["N30-S-0002", "N30-S-0001"], [1, -1])
    statements = (Statement("N30-S-0001", "a"), Statement("N30-S-0002", "b"))
    check(build_document(analyze(Conversation(table, statements))))


def test_progress_is_told() -> None:
    told: list[tuple[str, float]] = []
    conversation = make_conversation([(1, 1, 1), (2, 1, -1)])
    analyze(conversation, progress=lambda stage, share: told.append((stage, share)))
    stages, shares = zip(*told, strict=True)
    assert (stages[0], stages[-1]) == ("moments", "done")
    assert list(shares) == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


@pytest.mark.parametrize(
    "arguments",
    [{"min_votes": 0}, {"max_groups": 1}, {"max_groups": 27}, {"interval_level": 1.0}, {"n_selected": 0}],
)
def test_parameters_out_of_range_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"at least|between|from 2"):
        Parameters(**arguments)


def test_a_seed_is_not_negative() -> None:
    with pytest.raises(ValueError, match="negative"):
        analyze(make_conversation([(1, 1, 1)]), seed=-1)


def test_statements_must_be_given_in_order_and_once() -> None:
    table = VoteTable.from_events([1], [1], [1])
    with pytest.raises(ValueError, match="ascending"):
        Conversation(table, (Statement(2), Statement(1)))
    with pytest.raises(ValueError, match="ascending"):
        Conversation(table, (Statement(1), Statement(1)))
    with pytest.raises(ValueError, match="not given"):
        Conversation(table, (Statement(2),))
