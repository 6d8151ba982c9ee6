"""Opening a list of votes that is too long for memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from placet.sense.votes.conversations import Conversation, Statement
from placet.sense.votes.errors import InputError
from placet.sense.votes.events import find_event_file
from placet.sense.votes.sources import BlockedVotes


@contextmanager
def open_votes(
    path: str | Path,
    *,
    statements: tuple[Statement, ...] = (),
    flip_signs: bool = False,
    scratch: Path | None = None,
    cluster: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> Iterator[Conversation]:
    """Open a list of votes in Parquet or CSV, of any length, for the time of a ``with``.

    Parameters
    ----------
    path : str or Path
        A Parquet or CSV file, or a folder of Parquet files that are read in the order of their
        names. Columns: participant, statement, vote (+1 agree, -1 disagree, 0 pass) and, if votes
        are not in the order in which they were cast, time.
    statements : tuple of Statement
        What is known of the statements; those that only the votes know are added without text.
    flip_signs : bool
        Read -1 as agree and 1 as disagree.
    scratch : Path, optional
        Folder for the sorted votes, about 8 bytes each; removed at the end. By default the
        system's folder for temporary files.
    cluster : str, optional
        Address of a Dask scheduler: its workers read and keep the votes, and nothing is written.
    progress : callable, optional
        Told the share of the reading that is done, from 0 to 1.

    Yields
    ------
    Conversation
        The same as if the votes were in memory: whatever is computed from it is equal.

    Raises
    ------
    InputError
        If the file cannot be read or holds what is no vote; it says which file, row and column.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from placet.sense import open_votes
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "votes.csv"
    ...     _ = path.write_text("participant,statement,vote\\nann,1,1\\nbob,1,-1\\nbob,2,0\\n")
    ...     with open_votes(path) as conversation:
    ...         print(conversation)
    Conversation('', 2 statements, SpilledVotes(2 participants, 2 statements, 3 votes))
    """
    # Absolute, since the workers of a cluster stand in folders of their own.
    file = find_event_file(Path(path).absolute(), flip_signs=flip_signs)
    if file.n_rows == 0:
        raise InputError(file.name, expected="at least one vote", found="none")
    opened: BlockedVotes
    if cluster is None:
        from placet.sense.votes.spilled import spill_votes

        opened = spill_votes(file, scratch=scratch, progress=progress)
    else:
        from placet.sense.votes.cluster import spread_votes

        opened = spread_votes(file, cluster)
    with opened as votes:
        known = {statement.id: statement for statement in statements}
        for identifier in votes.statement_ids:
            known.setdefault(identifier, Statement(identifier))
        yield Conversation(votes, tuple(known[identifier] for identifier in sorted(known)))
