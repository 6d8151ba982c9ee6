"""Lists of votes in Parquet or CSV files, read piece by piece and checked.

A file has the columns participant, statement and vote, and may have time: a number that orders the
votes; without it their order in the file counts. Participants and statements are whole numbers or
text. The names of Polis's exports serve as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from placet.sense.votes.arrays import FloatArray, IdentifierArray, VoteArray
from placet.sense.votes.errors import InputError, quote

if TYPE_CHECKING:
    import polars as pl

NAMES = {
    "participant": ("participant", "voter-id", "voter_id", "participant_id"),
    "statement": ("statement", "comment-id", "comment_id", "statement_id"),
    "vote": ("vote",),
    "time": ("time", "timestamp"),
}
ROWS_PER_PIECE = 4_000_000
N_SAMPLED = 200_000


@dataclass(frozen=True, eq=False)
class VoteEvents:
    """A piece of a list of votes.

    Attributes
    ----------
    participants, statements : (n,) int64 or str array
    values : (n,) int8
        +1 agree, -1 disagree, 0 pass.
    times : (n,) float64, optional
    """

    participants: IdentifierArray
    statements: IdentifierArray
    values: VoteArray
    times: FloatArray | None

    def take(self, positions: Any) -> VoteEvents:
        """Return some of the votes."""
        times = None if self.times is None else self.times[positions]
        return VoteEvents(
            self.participants[positions], self.statements[positions], self.values[positions], times
        )


@dataclass(frozen=True)
class EventFile:
    """Parquet or CSV files with one list of votes.

    Attributes
    ----------
    name : str
        For messages.
    paths : tuple of Path
        Read one after the other.
    columns : dict of str to str
        The name in the file of participant, statement, vote and, if there is one, time.
    n_rows : int
    flip_signs : bool
        Whether -1 means agree in the file.
    """

    name: str
    paths: tuple[Path, ...]
    columns: dict[str, str]
    n_rows: int
    flip_signs: bool

    def sample_participants(self) -> IdentifierArray:
        """Return the participants of about 200,000 votes from all over the list."""
        every = max(self.n_rows // N_SAMPLED, 1)
        frame = self._scan().select(self.columns["participant"]).gather_every(every).collect()
        return _identifiers(self, frame, "participant", 0)

    def pieces(self, first: int = 0, last: int | None = None) -> Iterator[VoteEvents]:
        """Yield the votes from one row to before another, in order, piece by piece.

        Raises
        ------
        InputError
            If a cell is empty, an identifier is neither whole number nor text, a time is not a
            finite number, or a vote is none of -1, 0, 1.
        """
        for start in range(first, self.n_rows if last is None else last, ROWS_PER_PIECE):
            length = min(ROWS_PER_PIECE, (self.n_rows if last is None else last) - start)
            frame = self._scan().slice(start, length).collect()
            yield self._check(frame, start)

    def _scan(self) -> pl.LazyFrame:
        return _scan(self.paths).select(*self.columns.values())

    def _check(self, frame: pl.DataFrame, start: int) -> VoteEvents:
        values = _numbers(self, frame, "vote", start)
        is_whole = values.dtype.kind in "iu"
        is_vote = (values >= -1) & (values <= 1) if is_whole else np.isin(values, (-1, 0, 1))
        if not is_vote.all():
            row = int(np.argmin(is_vote))
            raise self.error(start + row, "vote", expected="-1, 0 or 1", found=f"{values[row]:g}")
        votes = values.astype(np.int8)
        times = None
        if "time" in self.columns:
            times = _numbers(self, frame, "time", start).astype(np.float64)
            if not np.isfinite(times).all():
                row = int(np.argmin(np.isfinite(times)))
                raise self.error(start + row, "time", expected="a finite number", found=str(times[row]))
        return VoteEvents(
            _identifiers(self, frame, "participant", start),
            _identifiers(self, frame, "statement", start),
            -votes if self.flip_signs else votes,
            times,
        )

    def error(self, row: int, column: str, *, expected: str, found: str) -> InputError:
        """Return the error for one cell; rows are counted from 0, lines of a CSV file from 2."""
        return InputError(
            self.name, line=row + 2, column=self.columns[column], expected=expected, found=found
        )


def find_event_file(path: Path, *, flip_signs: bool = False) -> EventFile:
    """Look at a Parquet or CSV file with votes, or at a folder of Parquet files.

    Raises
    ------
    InputError
        If there is nothing, it cannot be read, or a column is missing.
    """
    import polars as pl

    paths = tuple(sorted(path.glob("*.parquet"))) if path.is_dir() else (path,)
    if not paths or not all(file.is_file() for file in paths):
        raise InputError(
            path.name, expected="a Parquet or CSV file, or a folder of Parquet files", found="none"
        )
    try:
        names = _scan(paths).collect_schema().names()
        columns = {}
        for column, known in NAMES.items():
            found = next((name for name in known if name in names), None)
            if found is not None:
                columns[column] = found
            elif column != "time":
                shown = quote(", ".join(names[:8]))
                raise InputError(path.name, column=column, expected="this column", found=shown)
        n_rows = _scan(paths).select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(path.name, expected="a readable Parquet or CSV file", found=reason) from None
    return EventFile(path.name, paths, columns, n_rows, flip_signs)


def is_event_file(path: Path) -> bool:
    """Return whether a path is a Parquet file or a folder of them, and no Polis export."""
    return path.suffix == ".parquet" or (path.is_dir() and any(path.glob("*.parquet")))


def _scan(paths: tuple[Path, ...]) -> pl.LazyFrame:
    import polars as pl

    if paths[0].suffix == ".parquet":
        return pl.scan_parquet(list(paths))
    return pl.scan_csv(paths[0])


def _numbers(file: EventFile, frame: pl.DataFrame, column: str, start: int) -> np.ndarray[Any, Any]:
    series = _complete(file, frame, column, start)
    if not series.dtype.is_numeric():
        raise file.error(start, column, expected="numbers", found=str(series.dtype))
    return series.to_numpy()


def _identifiers(file: EventFile, frame: pl.DataFrame, column: str, start: int) -> IdentifierArray:
    import polars as pl

    series = _complete(file, frame, column, start)
    if series.dtype == pl.String:
        return series.to_numpy().astype(np.str_)
    if not series.dtype.is_integer():
        raise file.error(start, column, expected="whole numbers or text", found=str(series.dtype))
    if series.dtype == pl.UInt64 and (series > 2**63 - 1).any():
        row = int(series.arg_max() or 0)
        raise file.error(start + row, column, expected="at most 63 bits", found=str(series[row]))
    return series.to_numpy().astype(np.int64, copy=False)


def _complete(file: EventFile, frame: pl.DataFrame, column: str, start: int) -> pl.Series:
    series = frame.get_column(file.columns[column])
    if series.null_count():
        row = int(series.is_null().arg_max() or 0)
        raise file.error(start + row, column, expected="a value in every row", found="an empty cell")
    return series
