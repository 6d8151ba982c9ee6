"""Consent across members as an analyst gets it: publishable figures only, from a file of members."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from placet.cli import main
from placet.sense.reports import publishable_consent
from placet.sense.votes import InputError, VoteTable, plant_votes, read_members

NATIONS = ("Atlantis", "Borduria", "Syldavia")


@pytest.fixture(scope="module")
def votes() -> VoteTable:
    drawn = plant_votes(300, 12, generator=np.random.default_rng(0))
    return VoteTable.from_events(drawn.participants, drawn.statements, drawn.values)


@pytest.fixture
def members(votes: VoteTable, tmp_path: Path) -> Path:
    """Three nations, one of them of four people; and some of no known nation."""
    path = tmp_path / "members.csv"
    lines = [
        f"{person},{'Syldavia' if person < 4 else '' if person < 30 else NATIONS[person % 2]}"
        for person in votes.participant_ids.tolist()
    ]
    path.write_text("participant,member\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_small_members_are_not_heard(votes: VoteTable, members: Path) -> None:
    membership = read_members(members, votes)
    assert membership.names == NATIONS
    assert np.bincount(membership.member_of + 1).tolist()[3] == 4
    consent = publishable_consent(votes, membership)
    assert consent.absent == ("Syldavia",)
    assert consent.n.max() > 10
    assert ((consent.n == 0) | (consent.n >= 10)).all()
    heard = consent.n_heard > 0
    assert (consent.least.low[heard] <= consent.as_voted.value[heard]).all()


def test_the_command_writes_consent(votes: VoteTable, members: Path, tmp_path: Path) -> None:
    cells = zip(
        votes.participant_index.tolist(), votes.statement_index.tolist(), votes.values.tolist(), strict=True
    )
    rows = "".join(f"{i},{s},{p},{v}\n" for i, (p, s, v) in enumerate(cells))
    export = tmp_path / "votes.csv"
    export.write_text("timestamp,comment-id,voter-id,vote\n" + rows, encoding="utf-8")
    out = tmp_path / "out"
    command = ["analyze", str(export), "--out", str(out), "--members", str(members)]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    document = json.loads((out / "consent.json").read_text())
    with (out / "consent.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) == len(document["statements"]) == 12
    assert {row["least_member"] for row in table} <= {*NATIONS[:2], ""}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("participant\n1\n", "member"),
        ("participant,member\n1,A\n1,B\n", "each participant once"),
        ("participant,member\n99999,A\n", "participants of these votes"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(votes: VoteTable, tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "members.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        read_members(path, votes)
