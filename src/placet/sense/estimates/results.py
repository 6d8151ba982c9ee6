"""What is found about consent across members, and its tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from placet.sense.estimates.proportions import Interval
from placet.sense.estimates.shrinkage import ShrunkProportions
from placet.sense.votes import Identifier
from placet.sense.votes.arrays import FloatArray, IntArray

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, eq=False)
class Estimate:
    """One figure for each statement.

    Attributes
    ----------
    value : (n_statements,) float64
        NaN where there is no vote.
    ci : Interval
    """

    value: FloatArray
    ci: Interval


@dataclass(frozen=True, eq=False)
class LeastFavourable:
    """The member in which a statement has the lowest lower bound.

    Attributes
    ----------
    member : (n_statements,) int64
        Position among the members; -1 where nobody voted. Of equal ones the first.
    low : (n_statements,) float64
        Lower bound of support in every member that was heard at once, at the level of the
        analysis; NaN where nobody voted.
    """

    member: IntArray
    low: FloatArray


@dataclass(frozen=True, eq=False)
class Consent:
    """Support for each statement in each member.

    Support is the share of agreement among all who saw a statement, passes included.

    Attributes
    ----------
    members : tuple of str
        Their names, in the order of the first axis. Those nobody voted from are among them.
    statement_ids : tuple of int or tuple of str
    level : float
        Of every interval and bound.
    n_unknown : int
        Participants whose member is not known; they are in no figure.
    n, n_agree : (n_members, n_statements) int64
        Votes, passes included, and agreements.
    support : (n_members, n_statements) float64
        As counted; NaN where a member has no vote.
    support_ci : Interval
        Wilson's.
    shrunk : ShrunkProportions
        Support drawn towards the other members where it rests on few votes. Of a member without
        votes it is what the others make likely.
    shrunk_ci : Interval
        Each on its own at the level.
    least : LeastFavourable
        By the shrunk support: the headline.
    least_without_model : LeastFavourable
        By each member's own votes alone (Clopper-Pearson): nothing is taken for granted about
        other members, and a member with few votes brings it close to 0.
    as_voted : Estimate
        Every vote counts the same; Wilson's interval.
    members_equal : Estimate
        Every member that was heard counts the same.
    n_effective : (n_statements,) float64
        Kish's effective sample size of ``members_equal``: how many votes of equal weight would say as
        much.
    difference : Estimate
        ``members_equal`` minus ``as_voted``.
    n_heard : (n_statements,) int64
        Members with a vote on the statement: those that ``least`` and ``members_equal`` speak of.
    """

    members: tuple[str, ...]
    statement_ids: tuple[Identifier, ...]
    level: float
    n_unknown: int
    n: IntArray
    n_agree: IntArray
    support: FloatArray
    support_ci: Interval
    shrunk: ShrunkProportions
    shrunk_ci: Interval
    least: LeastFavourable
    least_without_model: LeastFavourable
    as_voted: Estimate
    members_equal: Estimate
    n_effective: FloatArray
    difference: Estimate
    n_heard: IntArray

    def __repr__(self) -> str:
        members = f"{len(self.members)} members, {len(self.absent)} of them absent"
        return f"Consent({members}; {len(self.statement_ids)} statements)"

    @property
    def absent(self) -> tuple[str, ...]:
        """Members without a vote on any statement."""
        silent = self.n.sum(axis=1) == 0
        return tuple(name for name, is_silent in zip(self.members, silent, strict=True) if is_silent)

    def to_polars(self) -> pl.DataFrame:
        """Return a row for each statement and member; null where there is no figure.

        Columns: statement, member, n, n_agree, support, support_low, support_high, shrunk,
        shrunk_low, shrunk_high.
        """
        import polars as pl

        n_members = len(self.members)
        columns: dict[str, Any] = {
            "statement": [identifier for identifier in self.statement_ids for _ in range(n_members)],
            "member": list(self.members) * len(self.statement_ids),
        }
        columns |= {name: values.T.ravel() for name, values in self._by_cell().items()}
        types = {"statement": _text_or_integer(self.statement_ids), "member": pl.String()}
        return pl.DataFrame(columns, schema_overrides=types).fill_nan(None)

    def statements_to_polars(self) -> pl.DataFrame:
        """Return a row for each statement; null where there is no figure.

        Columns: statement, n, n_heard, n_effective; as_voted, members_equal and difference, each with
        its _low and _high; least_member, least_low, and the two without a model.
        """
        import polars as pl

        columns: dict[str, Any] = {"statement": list(self.statement_ids), **self._by_statement()}
        types = {"statement": _text_or_integer(self.statement_ids)}
        types |= dict.fromkeys(("least_member", "least_without_model_member"), pl.String())
        return pl.DataFrame(columns, schema_overrides=types).fill_nan(None)

    def to_json(self) -> str:
        """Return all figures as JSON; null where there is none."""
        cells = {name: _plain(values.T) for name, values in self._by_cell().items()}
        figures = {name: _plain(values) for name, values in self._by_statement().items()}
        statements = [
            {
                "id": identifier,
                **{name: values[position] for name, values in figures.items()},
                "members": {name: values[position] for name, values in cells.items()},
            }
            for position, identifier in enumerate(self.statement_ids)
        ]
        document = {
            "level": self.level,
            "n_unknown": self.n_unknown,
            "members": self.members,
            "absent": self.absent,
            "statements": statements,
        }
        return json.dumps(document, ensure_ascii=False, allow_nan=False)

    def _by_cell(self) -> dict[str, npt.NDArray[Any]]:
        return {
            "n": self.n,
            "n_agree": self.n_agree,
            "support": self.support,
            "support_low": self.support_ci.low,
            "support_high": self.support_ci.high,
            "shrunk": self.shrunk.mean,
            "shrunk_low": self.shrunk_ci.low,
            "shrunk_high": self.shrunk_ci.high,
        }

    def _by_statement(self) -> dict[str, Any]:
        columns: dict[str, Any] = {
            "n": self.n.sum(axis=0),
            "n_heard": self.n_heard,
            "n_effective": self.n_effective,
        }
        for name in ("as_voted", "members_equal", "difference"):
            estimate: Estimate = getattr(self, name)
            columns |= {
                name: estimate.value,
                f"{name}_low": estimate.ci.low,
                f"{name}_high": estimate.ci.high,
            }
        for name in ("least", "least_without_model"):
            found: LeastFavourable = getattr(self, name)
            columns[f"{name}_member"] = [self.members[m] if m >= 0 else None for m in found.member.tolist()]
            columns[f"{name}_low"] = found.low
        return columns


def _plain(values: Any) -> Any:
    """Return lists of plain numbers, with None for NaN."""
    if not isinstance(values, np.ndarray):
        return values
    if values.dtype.kind != "f":
        return values.tolist()
    plain = values.astype(object)
    plain[np.isnan(values)] = None
    return plain.tolist()


def _text_or_integer(identifiers: Sequence[Identifier]) -> pl.DataType:
    import polars as pl

    return pl.String() if identifiers and isinstance(identifiers[0], str) else pl.Int64()
