"""Which member each participant belongs to: restricted data, read from a file of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from placet.sense.votes.arrays import IntArray
from placet.sense.votes.csvfiles import find_files, read_csv
from placet.sense.votes.errors import InputError, quote
from placet.sense.votes.sources import VoteSource

COLUMNS = ("participant", "member")


@dataclass(frozen=True, eq=False)
class Membership:
    """Which member each participant belongs to.

    Attributes
    ----------
    names : tuple of str
        All members, ascending.
    member_of : (n_participants,) int64
        Position of each participant's member in `names`; -1 where it is not known.
    """

    names: tuple[str, ...]
    member_of: IntArray


def read_members(path: Path, votes: VoteSource) -> Membership:
    """Read a CSV file that says which member each participant belongs to.

    Parameters
    ----------
    path : Path
        With the columns participant and member; an empty member is not known. Participants who did
        not vote are left out, though their members are listed.
    votes : VoteSource
        Whose participants are to be placed.

    Raises
    ------
    InputError
        If a column is missing, a participant is listed twice, or none of them voted.
    """
    ((name, read),) = find_files(path).items()
    table = read_csv(name, read())
    people, members = (table.cells(column) for column in COLUMNS)
    position = {str(identifier): i for i, identifier in enumerate(votes.participant_ids.tolist())}
    names = tuple(sorted({member for member in members if member}))
    number = {member: j for j, member in enumerate(names)}
    member_of = np.full(votes.n_participants, -1, dtype=np.int64)
    seen: set[str] = set()
    for row, (person, member) in enumerate(zip(people, members, strict=True)):
        if person in seen:
            raise table.error(row, "participant", expected="each participant once", found=quote(person))
        seen.add(person)
        if person in position and member:
            member_of[position[person]] = number[member]
    if not (member_of >= 0).any():
        raise InputError(name, expected="participants of these votes with a member", found="none")
    return Membership(names, member_of)
