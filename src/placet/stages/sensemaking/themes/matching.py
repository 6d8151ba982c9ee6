"""Which of the clusters that a run found is which theme of before: names and edits hang on it.

The rules, as declared in ``docs/guides/themes.md``:

1. Clusters and themes of one level are paired so that as many statements as possible stay together
   (an assignment problem, Kuhn 1955), among pairs where at least 30 % of the theme's statements are in the
   cluster. Pinned statements count only where others leave a choice: hands put them there, not a run.
2. A cluster that found no pair joins a theme that others were merged into by hand, where at least half of
   those of its statements that were known before stand in that theme: merges stay merged.
3. Any other cluster is a new theme.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from scipy.optimize import linear_sum_assignment

LEAST_OVERLAP = 0.3
LEAST_SHARE_OF_A_MERGED = 0.5


@dataclass(frozen=True, slots=True)
class Cluster:
    """What a run found: its key, its level (0 or 1), and its statements with those of the clusters below."""

    key: int
    level: int
    statements: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class KnownTheme:
    """A theme as it stands: its statements that are still live, which stand in itself, which are pinned."""

    id: UUID
    level: int
    statements: frozenset[UUID]
    own: frozenset[UUID]
    pinned: frozenset[UUID]
    has_merged: bool


@dataclass(frozen=True, slots=True)
class Matching:
    """Who is who.

    Attributes
    ----------
    themes : mapping of int to UUID
        The theme of a cluster, by its key; those that are new themes are not in it.
    overlap : mapping of UUID to float
        By theme that was paired, the share of its statements that are together again.
    """

    themes: Mapping[int, UUID]
    overlap: Mapping[UUID, float]


def match_themes(clusters: Sequence[Cluster], known: Sequence[KnownTheme]) -> Matching:
    """Pair what was found with what is known. The order of both makes no difference but for ties."""
    themes: dict[int, UUID] = {}
    overlap: dict[UUID, float] = {}
    for level in sorted({cluster.level for cluster in clusters}):
        for cluster, theme, share in _paired(
            [each for each in clusters if each.level == level],
            [each for each in known if each.level == level],
        ):
            themes[cluster.key] = theme.id
            overlap[theme.id] = share
    merged = [theme for theme in known if theme.has_merged]
    before = frozenset[UUID]().union(*(theme.statements for theme in known))
    for cluster in clusters:
        if cluster.key not in themes and (joined := _merged_home(cluster, merged, before)) is not None:
            themes[cluster.key] = joined
    return Matching(themes, overlap)


def _paired(
    clusters: Sequence[Cluster], known: Sequence[KnownTheme]
) -> list[tuple[Cluster, KnownTheme, float]]:
    if not clusters or not known:
        return []
    shares = np.array([[_share(theme, cluster) for cluster in clusters] for theme in known])
    gains = np.array([[_gain(theme, cluster) for cluster in clusters] for theme in known])
    rows, columns = linear_sum_assignment(np.where(shares >= LEAST_OVERLAP, gains, 0), maximize=True)
    return [
        (clusters[j], known[i], float(shares[i, j]))
        for i, j in zip(rows.tolist(), columns.tolist(), strict=True)
        if shares[i, j] >= LEAST_OVERLAP
    ]


def _share(theme: KnownTheme, cluster: Cluster) -> float:
    return len(theme.statements & cluster.statements) / max(len(theme.statements), 1)


def _gain(theme: KnownTheme, cluster: Cluster) -> float:
    """How many statements stay together; all the pinned ones count for less than a single other."""
    common = theme.statements & cluster.statements
    n_pinned = len(common & theme.pinned)
    return len(common) - n_pinned + n_pinned / (len(theme.pinned) + 1)


def _merged_home(cluster: Cluster, merged: Sequence[KnownTheme], before: Collection[UUID]) -> UUID | None:
    """Across levels, only what stands in the merged theme itself counts: what stands below it is apart."""
    n_known = sum(statement in before for statement in cluster.statements)
    for theme in merged:
        statements = theme.statements if theme.level == cluster.level else theme.own
        if n_known and len(statements & cluster.statements) / n_known >= LEAST_SHARE_OF_A_MERGED:
            return theme.id
    return None
