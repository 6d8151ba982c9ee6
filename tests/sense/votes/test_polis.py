"""Polis exports: real ones read right, broken ones named exactly."""

from __future__ import annotations

import csv
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from placet.sense.votes import Conversation, InputError, read_polis

STATEMENTS = (
    "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n"
    "1,x,0,0,2,1,1,First\n"
    '2,x,1,0,1,1,0,"Second, with\na line break"\n'
    "3,x,2,1,0,2,-1,Third\n"
)
VOTES = (
    "timestamp,datetime,comment-id,voter-id,vote\n"
    "10,x,0,0,1\n"
    "11,x,0,1,-1\n"
    "12,x,0,1,1\n"
    "10,x,1,0,1\n"
    "10,x,1,1,-1\n"
    "10,x,2,0,-1\n"
    "10,x,2,2,-1\n"
)
WIDE = (
    "participant,group-id,n-comments,n-votes,n-agree,n-disagree,0,1,2\n"
    "0,0,0,3,2,1,1,1,-1\n"
    "1,,0,2,1,1,1,-1,\n"
    "2,1,0,1,0,1,,,-1\n"
)
SUMMARY = "topic,What to do\nurl,x\n"
FILES = {
    "comments.csv": STATEMENTS,
    "votes.csv": VOTES,
    "participants-votes.csv": WIDE,
    "summary.csv": SUMMARY,
}


def write(folder: Path, **changed: str | bytes | None) -> Path:
    """Write an export, some of its files changed or (None) left out."""
    for name, content in (FILES | {key.replace("_", "-") + ".csv": c for key, c in changed.items()}).items():
        if content is not None:
            data = content if isinstance(content, bytes) else content.encode()
            (folder / name).write_bytes(data)
    return folder


def cells(conversation: Conversation) -> dict[tuple[object, object], int]:
    votes = conversation.votes
    return {
        (votes.participant_ids[p], votes.statement_ids[s]): int(v)
        for p, s, v in zip(votes.participant_index, votes.statement_index, votes.values, strict=True)
    }


EXPECTED = {(0, 0): 1, (1, 0): 1, (0, 1): 1, (1, 1): -1, (0, 2): -1, (2, 2): -1}


def test_an_export_is_read(tmp_path: Path) -> None:
    conversation = read_polis(write(tmp_path))
    assert cells(conversation) == EXPECTED
    assert conversation.topic == "What to do"
    assert [s.moderated for s in conversation.statements] == [1, 0, -1]
    assert conversation.statements[1].text == "Second, with\na line break"
    assert conversation.notices == ()
    assert conversation.row_counts is not None
    assert conversation.row_counts.n_disagree.tolist() == [1, 1, 2]


def test_either_file_with_votes_is_enough(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    only_wide = read_polis(write(tmp_path / "a", votes=None))
    only_log = read_polis(write(tmp_path / "b", participants_votes=None))
    assert cells(only_wide) == cells(only_log) == EXPECTED
    assert only_wide.digest() == only_log.digest()
    assert only_wide.row_counts is None


def test_the_newer_name_and_extra_columns(tmp_path: Path) -> None:
    wide = "\n".join(
        f"{a},note,{b}"
        for a, b in (line.split(",", 1) for line in WIDE.replace("group-id", "xid,group-id").splitlines())
    )
    wide = wide.replace("participant,note,xid", "participant,extra,xid").replace(",note,", ",note,=x,")
    write(tmp_path, participants_votes=None, participant_votes=wide)
    assert cells(read_polis(tmp_path)) == EXPECTED


def test_newer_statement_columns(tmp_path: Path) -> None:
    lines = STATEMENTS.replace("datetime,", "").replace(",x,", ",").splitlines()
    text = lines[0].replace("comment-body", "is-meta,is-seed,group-informed-consensus,comment-body") + "\n"
    text += "1,0,0,2,1,1,false,true,0.4,First\n2,1,0,1,1,0,true,false,0.1,Second\n3,2,1,0,2,-1,0,0,,Third\n"
    conversation = read_polis(write(tmp_path, comments=text))
    assert [(s.is_meta, s.is_seed) for s in conversation.statements] == [
        (False, True),
        (True, False),
        (False, False),
    ]


def test_a_single_file(tmp_path: Path) -> None:
    write(tmp_path)
    alone = read_polis(tmp_path / "participants-votes.csv")
    assert cells(alone) == EXPECTED
    assert [s.text for s in alone.statements] == ["", "", ""]
    assert "no text" in alone.notices[0]
    log = read_polis(tmp_path / "votes.csv")
    assert cells(log) == EXPECTED
    assert any("could be checked" in notice for notice in log.notices)


def test_a_zip_archive(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    write(folder)
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for name in FILES:
            archive.write(folder / name, f"inside/{name}")
            archive.writestr(f"__MACOSX/inside/{name}", "junk")
    assert read_polis(tmp_path / "export.zip").digest() == read_polis(folder).digest()


def test_a_byte_order_mark_and_windows_lines(tmp_path: Path) -> None:
    changed = {
        "votes": b"\xef\xbb\xbf" + VOTES.replace("\n", "\r\n").encode(),
        "participants_votes": b"\xef\xbb\xbf" + WIDE.encode(),
    }
    assert cells(read_polis(write(tmp_path, **changed))) == EXPECTED


def test_votes_on_statements_that_are_not_listed_are_kept_and_said(tmp_path: Path) -> None:
    listed = "".join(STATEMENTS.splitlines(keepends=True)[:4])
    conversation = read_polis(write(tmp_path, comments=listed))
    assert cells(conversation) == EXPECTED
    assert conversation.statements[2].text == ""
    assert "does not list 1 statements with votes: 2" in conversation.notices[0]


def test_large_identifiers(tmp_path: Path) -> None:
    wide = WIDE.replace(",0,1,2\n", ",0,1,1000000000\n").replace("\n2,1,", "\n1000000000000,1,")
    conversation = read_polis(write(tmp_path, votes=None, comments=None, participants_votes=wide))
    assert conversation.votes.participant_ids.tolist() == [0, 1, 10**12]
    assert conversation.votes.statement_ids == (0, 1, 10**9)


def test_flipped_signs_are_refused_until_asked_for(tmp_path: Path) -> None:
    flipped_votes = "\n".join(
        line[:-2] + "1" if line.endswith("-1") else line[:-1] + "-1" if line.endswith(",1") else line
        for line in VOTES.splitlines()
    )
    rows = list(csv.reader(WIDE.splitlines()))
    for row in rows[1:]:
        row[6:] = [{"1": "-1", "-1": "1"}.get(cell, cell) for cell in row[6:]]
    flipped_wide = "\n".join(",".join(row) for row in rows)
    write(tmp_path, votes=flipped_votes, participants_votes=flipped_wide)
    with pytest.raises(InputError, match="--flip-signs") as raised:
        read_polis(tmp_path)
    assert raised.value.file == "participants-votes.csv"
    assert (raised.value.line, raised.value.column) == (2, "n-agree")
    assert cells(read_polis(tmp_path, flip_signs=True)) == EXPECTED
    (tmp_path / "participants-votes.csv").unlink()
    with pytest.raises(InputError, match="--flip-signs") as raised:
        read_polis(tmp_path)
    assert (raised.value.file, raised.value.column) == ("comments.csv", "agrees")
    assert cells(read_polis(tmp_path, flip_signs=True)) == EXPECTED


def test_right_signs_are_not_flipped(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="leave --flip-signs out"):
        read_polis(write(tmp_path), flip_signs=True)


# What is wrong, the files that have it, and the place and the words that the message must have.
HOSTILE = {
    "missing column": (
        {"votes": VOTES.replace("voter-id", "voter")},
        ("votes.csv", "line 1", '"voter-id"', "expected this column"),
    ),
    "missing n-agree": (
        {"participants_votes": WIDE.replace("n-agree", "agree")},
        ("participants-votes.csv", "line 1", '"n-agree"', "expected this column"),
    ),
    "unknown vote": (
        {"votes": VOTES.replace("12,x,0,1,1", "12,x,0,1,7")},
        ("votes.csv", "line 4", '"vote"', "expected 1, 0 or -1", 'found "7"'),
    ),
    "vote that is not a number": (
        {"votes": VOTES.replace("12,x,0,1,1", "12,x,0,1,nan")},
        ("votes.csv", "line 4", '"vote"', "expected 1, 0 or -1", 'found "nan"'),
    ),
    "unknown cell": (
        {"participants_votes": WIDE.replace("1,,0,2,1,1,1,-1,", "1,,0,2,1,1,1,yes,")},
        ("participants-votes.csv", "line 3", '"1"', "expected a vote: 1, 0, -1 or nothing", 'found "yes"'),
    ),
    "infinite timestamp": (
        {"votes": VOTES.replace("12,x,0,1,1", "inf,x,0,1,1")},
        ("votes.csv", "line 4", '"timestamp"', "expected a moment", 'found "inf"'),
    ),
    "duplicate statement": (
        {"comments": STATEMENTS.replace("3,x,2,", "3,x,1,")},
        ("comments.csv", "line 5", '"comment-id"', "expected each identifier once", "first on line 3"),
    ),
    "duplicate participant": (
        {"participants_votes": WIDE.replace("\n2,1,0", "\n1,1,0")},
        ("participants-votes.csv", "line 4", '"participant"', "expected each identifier once"),
    ),
    "statement twice in the header": (
        {"participants_votes": WIDE.replace(",0,1,2\n", ",0,1,1\n")},
        ("participants-votes.csv", "line 1", '"1"', "expected each column once"),
    ),
    "statement twice, written differently": (
        {"participants_votes": WIDE.replace(",0,1,2\n", ",0,1,01\n")},
        ("participants-votes.csv", "line 1", '"1"', "expected each statement once"),
    ),
    "identifier that is no number": (
        {"votes": VOTES.replace("10,x,2,2,-1", "10,x,2,bob,-1")},
        ("votes.csv", "line 8", '"voter-id"', "expected a whole number", 'found "bob"'),
    ),
    "identifier of a thousand digits": (
        {"votes": VOTES.replace("10,x,2,2,-1", f"10,x,2,{'9' * 1000},-1")},
        ("votes.csv", "line 8", '"voter-id"', "at most 18 digits"),
    ),
    "count that is no number": (
        {"participants_votes": WIDE.replace("0,0,0,3,2,1", "0,0,0,3,many,1")},
        ("participants-votes.csv", "line 2", '"n-agree"', "expected a count", 'found "many"'),
    ),
    "count that contradicts the cells": (
        {"participants_votes": WIDE.replace("0,0,0,3,2,1", "0,0,0,3,3,1")},
        ("participants-votes.csv", "line 2", '"n-agree"', "expected 2 agree and 1 disagree", "n-agree 3"),
    ),
    "cell that contradicts the log": (
        {"votes": VOTES.replace("10,x,2,2,-1", "10,x,2,2,0"), "comments": None},
        ("participants-votes.csv", "line 4", '"2"', "expected the last vote in votes.csv (0)", "found -1"),
    ),
    "vote that the wide file lacks": (
        {"votes": VOTES + "13,x,1,2,1\n", "comments": None},
        ("participants-votes.csv", "expected the vote of participant 2 on 1"),
    ),
    "moderation of another kind": (
        {"comments": STATEMENTS.replace("0,2,-1,Third", "0,2,no,Third")},
        ("comments.csv", "line 5", '"moderated"', "expected -1, 0 or 1", 'found "no"'),
    ),
    "not UTF-8": (
        {"votes": VOTES.encode().replace(b"11,x", b"11,\xff\xfe")},
        ("votes.csv", "line 3", "expected UTF-8 text", "0xff"),
    ),
    "UTF-16": ({"votes": VOTES.encode("utf-16")}, ("votes.csv", "line 1", "expected UTF-8 text")),
    "empty file": ({"votes": ""}, ("votes.csv", "line 1", "expected a header line", "an empty file")),
    "no votes": (
        {"votes": VOTES.splitlines()[0] + "\n", "participants_votes": None},
        ("votes.csv", "expected at least one vote", "none"),
    ),
    "short row": (
        {"votes": VOTES.replace("12,x,0,1,1", "12,x,0")},
        ("votes.csv", "line 4", "expected 5 cells", "found 3"),
    ),
    "quote that never ends": (
        {"comments": STATEMENTS.replace("-1,Third", '-1,"Third')},
        ("comments.csv", "line 5", "expected a well-formed CSV row"),
    ),
    "no file with votes": (
        {"votes": None, "participants_votes": None},
        ("expected votes.csv or participants-votes.csv", "comments.csv"),
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_bad_input_is_named_exactly(case: str, tmp_path: Path) -> None:
    changed, words = HOSTILE[case]
    write(tmp_path, **changed)
    with pytest.raises(InputError) as raised:
        read_polis(tmp_path)
    message = str(raised.value)
    assert [word for word in words if word not in message] == [], message
    assert len(message) < 400


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing there"):
        read_polis(tmp_path / "export")
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="expected the columns of"):
        read_polis(tmp_path / "notes.csv")


def test_an_archive_with_a_file_twice_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("a/votes.csv", VOTES)
        archive.writestr("b/votes.csv", VOTES)
    with pytest.raises(InputError, match="expected one file named"):
        read_polis(tmp_path / "export.zip")


# --- real exports --------------------------------------------------------------------------------


def read_rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def test_current_votes_equal_the_wide_file(export: Path, real_conversation: Conversation) -> None:
    header, *rows = read_rows(export / "participants-votes.csv")
    expected = {
        (int(row[0]), int(statement)): int(cell)
        for row in rows
        for statement, cell in zip(header[6:], row[6:], strict=True)
        if cell
    }
    assert cells(real_conversation) == expected
    votes = real_conversation.votes
    for column, value in (("n-agree", 1), ("n-disagree", -1)):
        counted = np.bincount(votes.participant_index[votes.values == value], minlength=votes.n_participants)
        claimed = {int(row[0]): int(row[header.index(column)]) for row in rows}
        assert dict(zip(votes.participant_ids, counted.tolist(), strict=True)) == claimed


def test_all_rows_equal_agrees_and_disagrees(export: Path, real_conversation: Conversation) -> None:
    counts = real_conversation.row_counts
    if not (export / "votes.csv").exists():
        assert counts is None
        return
    header, *rows = read_rows(export / "comments.csv")
    claimed = {
        int(row[header.index("comment-id")]): tuple(
            int(row[header.index(c)]) for c in ("agrees", "disagrees")
        )
        for row in rows
    }
    assert counts is not None
    counted = zip(counts.n_agree.tolist(), counts.n_disagree.tolist(), strict=True)
    assert dict(zip(real_conversation.votes.statement_ids, counted, strict=True)) == claimed
    assert counts.n_seen.sum() == len(read_rows(export / "votes.csv")) - 1


def test_shuffled_files_give_the_same_conversation(export: Path, tmp_path: Path) -> None:
    for path in export.iterdir():
        shutil.copy(path, tmp_path / path.name)
    header, *rows = read_rows(export / "participants-votes.csv")
    order = np.random.default_rng(5).permutation(len(rows))
    with (tmp_path / "participants-votes.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([header, *(rows[i] for i in order)])
    assert read_polis(tmp_path).digest() == read_polis(export).digest()
