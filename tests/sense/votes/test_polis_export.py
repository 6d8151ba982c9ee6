"""What is written in the form of a Polis export is read back as it was, whatever the texts are."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from placet.sense.votes import (
    Conversation,
    InputError,
    LoggedVote,
    Statement,
    VoteTable,
    read_polis,
    write_polis,
)

MADE_AT = datetime(2030, 1, 2, 3, 4, 6, tzinfo=UTC)
VOTES = [
    LoggedVote(1, "N30-S-0002", 2, 1),
    LoggedVote(2, "N30-S-0010", 2, -1),
    LoggedVote(4, "N30-S-0002", 5, 0),
    LoggedVote(9, "N30-S-0002", 2, -1),
]
CURRENT = VoteTable.from_events([2, 5, 2], ["N30-S-0010", "N30-S-0002", "N30-S-0002"], [-1, 0, -1])


def written(*texts: str, topic: str = "") -> bytes:
    stream = io.BytesIO()
    write_polis(stream, statements(*texts), VOTES, topic=topic, notes={"a.txt": "é"}, made_at=MADE_AT)
    return stream.getvalue()


def statements(*texts: str) -> list[Statement]:
    moderation = [(1, False, True), (-1, False, False), (0, True, False)]
    ids = ["N30-S-0002", "N30-S-0010", "N30-S-0011"]
    return [
        Statement(identifier, text, *flags)
        for identifier, text, flags in zip(ids, texts, moderation, strict=True)
    ]


def changed(tmp_path: Path, name: str, old: str, new: str) -> Path:
    """An export of which one file was altered by hand."""
    folder = tmp_path / "export"
    folder.mkdir()
    with zipfile.ZipFile(io.BytesIO(written("First", "Second", "'Third"))) as archive:
        archive.extractall(folder)
    text = (folder / name).read_bytes().decode()
    assert old in text
    (folder / name).write_bytes(text.replace(old, new).encode())
    return folder


# Carriage returns, quotes, separators and what begins a formula come often.
TEXTS = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("='+-@;,\"\r\n\t ")))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(texts=st.lists(TEXTS, min_size=3, max_size=3), topic=TEXTS)
def test_any_text_comes_back_as_it_was(texts: list[str], topic: str, tmp_path: Path) -> None:
    path = tmp_path / "votes.zip"
    path.write_bytes(written(*texts, topic=topic))
    conversation = read_polis(path)
    assert conversation.topic == topic
    assert conversation.statements == tuple(statements(*texts))
    assert conversation.digest() == Conversation(CURRENT, tuple(statements(*texts))).digest()
    assert conversation.notices == ()


@given(text=TEXTS)
@settings(max_examples=150, deadline=None)
def test_no_cell_begins_a_formula_whichever_separator_is_taken(text: str) -> None:
    with zipfile.ZipFile(io.BytesIO(written(text, "", ""))) as archive:
        listed = archive.read("comments.csv").decode()
    for separator in ",;":
        for row in csv.reader(io.StringIO(listed, newline=""), delimiter=separator):
            for cell in row:
                assert cell == "-1" or not cell.strip().startswith(("=", "+", "-", "@"))


def test_the_same_votes_give_the_same_bytes() -> None:
    assert written("a", "b", "c") == written("a", "b", "c")
    with zipfile.ZipFile(io.BytesIO(written("a", "b", "c"))) as archive:
        assert archive.namelist() == ["a.txt", "votes.csv", "comments.csv", "summary.csv"]
        assert {entry.date_time for entry in archive.infolist()} == {(2030, 1, 2, 3, 4, 6)}


def test_swapped_signs_are_noticed(tmp_path: Path) -> None:
    folder = changed(tmp_path, "votes.csv", "N30-S-0010,2,-1", "N30-S-0010,2,1")
    with pytest.raises(InputError, match="--flip-signs"):
        read_polis(folder)


BROKEN = {
    "guard that is not there": (
        ("comments.csv", '"\'Third","false"', '"Third","true"'),
        ("comments.csv", "line 4", '"comment-body"', "an apostrophe first", 'found "Third"'),
    ),
    "guard of another kind": (
        ("comments.csv", '"First","false"', '"First","maybe"'),
        ("comments.csv", "line 2", '"is-guarded"', "expected true or false", 'found "maybe"'),
    ),
    "formula for an identifier": (
        ("votes.csv", "2,N30-S-0010,2,-1", "2,=HYPERLINK(1),2,-1"),
        ("votes.csv", "line 3", '"comment-id"', "a whole number", 'found "=HYPERLINK(1)"'),
    ),
    "no identifier": (
        ("votes.csv", "2,N30-S-0010,2,-1", "2,,2,-1"),
        ("votes.csv", "line 3", '"comment-id"', "with a letter among them", 'found ""'),
    ),
    "identifier of a thousand letters": (
        ("votes.csv", "2,N30-S-0010,2,-1", f"2,{'N' * 1000},2,-1"),
        ("votes.csv", "line 3", '"comment-id"', "at most 60 letters"),
    ),
    "number of a thousand digits among text": (
        ("votes.csv", "2,N30-S-0010,2,-1", f"2,{'9' * 1000},2,-1"),
        ("votes.csv", "line 3", '"comment-id"', "at most 18 digits"),
    ),
    "participant by text": (
        ("votes.csv", "N30-S-0010,2,-1", "N30-S-0010,bob,-1"),
        ("votes.csv", "line 3", '"voter-id"', "expected a whole number", 'found "bob"'),
    ),
    "statement twice": (
        ("comments.csv", '"N30-S-0011"', '"N30-S-0010"'),
        ("comments.csv", "line 4", '"comment-id"', "each identifier once", "first on line 3"),
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_was_broken_by_hand_is_named_exactly(case: str, tmp_path: Path) -> None:
    change, words = BROKEN[case]
    with pytest.raises(InputError) as raised:
        read_polis(changed(tmp_path, *change))
    message = str(raised.value)
    assert [word for word in words if word not in message] == [], message
    assert len(message) < 400


LISTED = "comment-id,moderated,comment-body\n{},1,a\n"
LOG = "timestamp,comment-id,voter-id,vote\n1,{},1,1\n"
WIDE = "participant,n-agree,n-disagree,7\n1,1,0,1\n"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (
            {"comments.csv": LISTED.format("S-1"), "votes.csv": LOG.format(1)},
            ("votes.csv", "line 2", '"comment-id"', "expected text, as in comments.csv", 'found "1"'),
        ),
        (
            {"comments.csv": LISTED.format(1), "votes.csv": LOG.format("S-1")},
            ("votes.csv", "line 2", "expected a whole number, as in comments.csv", 'found "S-1"'),
        ),
        (
            {"comments.csv": LISTED.format("S-1"), "participants-votes.csv": WIDE},
            ("participants-votes.csv", "line 1", "expected text, as in comments.csv", 'found "7"'),
        ),
        (
            {"votes.csv": LOG.format("S-1"), "participants-votes.csv": WIDE},
            ("participants-votes.csv", "line 2", "expected the last vote in votes.csv (none)"),
        ),
    ],
)
def test_numbers_here_and_text_there_are_refused(
    files: dict[str, str], words: tuple[str, ...], tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(InputError) as raised:
        read_polis(tmp_path)
    assert [word for word in words if word not in str(raised.value)] == [], str(raised.value)


def test_text_among_numbers_makes_all_of_them_text(tmp_path: Path) -> None:
    (tmp_path / "votes.csv").write_text("timestamp,comment-id,voter-id,vote\n1,10,1,1\n2,A-2,1,1\n3,9,1,1\n")
    assert read_polis(tmp_path).votes.statement_ids == ("10", "9", "A-2")
