"""What every kind of finding has in common."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from types import UnionType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    import polars as pl
    from _typeshed import DataclassInstance

Kind = TypeVar("Kind", bound="DataclassInstance", covariant=True)


@dataclass(frozen=True)
class Findings(Generic[Kind]):
    """The discoveries of one kind in one analysis.

    Attributes
    ----------
    kind : type
        The dataclass of the findings.
    found : tuple
        The findings, in the order in which they should be read.
    n_tested : int
        How many tests were made; the rate is controlled over all of them together.
    false_discovery_rate : float
        Expected share of false discoveries, at most, among those found.
    level : float
        Coverage of the intervals, of each on its own unless its description says otherwise.
    """

    kind: type[Kind]
    found: tuple[Kind, ...]
    n_tested: int
    false_discovery_rate: float
    level: float

    def __repr__(self) -> str:
        found = f"{len(self.found)} found by {self.n_tested} tests"
        return f"Findings({self.kind.__name__}: {found}, false-discovery rate {self.false_discovery_rate})"

    def to_polars(self) -> pl.DataFrame:
        """Return one row a finding; an interval ``x_ci`` becomes the columns ``x_low`` and ``x_high``."""
        import polars as pl

        columns: dict[str, tuple[Any, list[Any]]] = {}
        for name, hint in get_type_hints(self.kind).items():
            values = [getattr(finding, name) for finding in self.found]
            if get_origin(hint) is tuple:
                for end, suffix in enumerate(("low", "high")):
                    bounds = [interval[end] for interval in values]
                    columns[f"{name.removesuffix('_ci')}_{suffix}"] = (pl.Float64, bounds)
            else:
                columns[name] = (_plain_type(hint), values)
        return pl.DataFrame(
            {name: values for name, (_, values) in columns.items()},
            schema={name: dtype for name, (dtype, _) in columns.items()},
        )

    def to_json(self) -> str:
        """Return the findings, their number of tests and the two rates as JSON."""
        document = {
            "false_discovery_rate": self.false_discovery_rate,
            "level": self.level,
            "n_tested": self.n_tested,
            "found": [asdict(finding) for finding in self.found],
        }
        return json.dumps(document, allow_nan=False)


def _plain_type(hint: Any) -> type:
    """Return int, float, bool or str for a hint that may also allow None, or be a literal."""
    if get_origin(hint) is UnionType:
        hint = next(option for option in get_args(hint) if option is not type(None))
    return hint if isinstance(hint, type) else str
