"""Adding votes to a table gives the table of all votes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placet.sense.votes import Identifier, VoteTable, add_votes

Events = list[tuple[int, int, int]]
Kind = type[int] | type[str]
events = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 6), st.sampled_from([-1, 0, 1])), max_size=60)


def columns(votes: Events, kind: Kind) -> tuple[list[Identifier], list[Identifier], list[int]]:
    return [kind(vote[0]) for vote in votes], [kind(vote[1]) for vote in votes], [vote[2] for vote in votes]


@settings(deadline=None, max_examples=40)
@given(events, events, st.sampled_from([int, str]))
def test_a_table_with_votes_added_is_that_of_all(before: Events, later: Events, kind: Kind) -> None:
    first = VoteTable.from_events(*columns(before, kind))
    update = add_votes(first, *columns(later, kind))
    assert update.votes.equals(VoteTable.from_events(*columns([*before, *later], kind)))
    touched = {vote[0] for vote in later}
    assert update.after.n_participants == len(touched)
    assert update.before.n_participants == len(touched & {vote[0] for vote in before})
    assert update.after.statement_ids == update.before.statement_ids == update.votes.statement_ids


def test_identifiers_of_another_kind_are_refused() -> None:
    table = VoteTable.from_events([1], [1], [1])
    with pytest.raises(ValueError, match="participants are all known"):
        add_votes(table, ["a"], [1], [1])
    with pytest.raises(ValueError, match="statements are all known"):
        add_votes(table, [1], ["a"], [1])
