"""What a run found, brought together with the themes that are there and what was edited by hand.

Names, places, pins, merges and hidden themes stay. A theme that was edited and is not found again keeps its
pinned statements and is marked for a look; one that nobody edited goes, and its reference with it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from placet.sense.text.themes import Theme as FoundTheme
from placet.sense.text.themes import Themes
from placet.stages.consultations.queries import accepted_statements
from placet.stages.mandates import references
from placet.stages.sensemaking.documents import write_json
from placet.stages.sensemaking.theme_models import THEME, Theme, ThemeAssignment, ThemeRun
from placet.stages.sensemaking.themes.matching import Cluster, KnownTheme, Matching, match_themes
from placet.stages.sensemaking.vectors import Corpus

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class FoundThemes:
    """The statements that were read, the themes that the engine found in them, and the vectors' model."""

    corpus: Corpus
    themes: Themes
    model: str


def keep_found(run: ThemeRun, found: FoundThemes) -> str:
    """Write what a run found, inside the transaction that finishes it.

    Returns
    -------
    str
        The run's document as JSON: references and figures, no text.
    """
    rows = {row.pk: row for row in Theme.objects.select_for_update().filter(consultation=run.consultation)}
    before = {
        row.statement_id: row for row in ThemeAssignment.objects.filter(theme__in=list(rows)).order_by("pk")
    }
    keeper = _Keeper(run, found, rows, before)
    keeper.keep()
    return write_json(_document(run, found, keeper))


class _Keeper:
    """One run's work on the rows of a consultation."""

    def __init__(
        self,
        run: ThemeRun,
        found: FoundThemes,
        rows: dict[UUID, Theme],
        before: Mapping[UUID, ThemeAssignment],
    ) -> None:
        self.run, self.corpus, self.clusters = run, found.corpus, found.themes.themes
        self.rows, self.before = rows, before
        for row in rows.values():
            row.parent = rows[row.parent_id] if row.parent_id else None
        self.live = {row.pk: row for row in rows.values() if row.state == Theme.State.LIVE}
        accepted = set(accepted_statements(run.consultation).values_list("pk", flat=True))
        ids = found.corpus.statement_ids
        self.present = {pk: i for i, pk in enumerate(ids) if pk in accepted}  # some were taken down meanwhile
        self.cluster_of = {
            pk: int(found.themes.theme_of[i])
            for pk, i in self.present.items()
            if int(found.themes.theme_of[i]) >= 0
        }
        self.new: list[Theme] = []
        self.theme_of: dict[int, Theme] = {}

    def keep(self) -> None:
        matching = match_themes(self._found_clusters(), self._known_themes())
        self._identify(matching)
        self._place()
        self._let_go(matching)
        self._write()

    def _found_clusters(self) -> list[Cluster]:
        below = {each.key: each.parent for each in self.clusters}
        statements: dict[int, set[UUID]] = defaultdict(set)
        for pk, key in self.cluster_of.items():
            statements[key].add(pk)
            if (parent := below[key]) is not None:
                statements[parent].add(pk)
        return [
            Cluster(each.key, int(each.parent is not None), frozenset(statements[each.key]))
            for each in self.clusters
        ]

    def _known_themes(self) -> list[KnownTheme]:
        """With the statements of what stands below a theme, unless that was placed there by hand."""
        own: dict[UUID, set[UUID]] = defaultdict(set)
        statements: dict[UUID, set[UUID]] = defaultdict(set)
        for pk, assignment in self.before.items():
            theme = self.rows[assignment.theme_id]
            if pk not in self.present:
                continue
            own[theme.pk].add(pk)
            statements[theme.pk].add(pk)
            if theme.parent_id is not None and not theme.is_placed:
                statements[theme.parent_id].add(pk)
        pinned = {pk for pk, assignment in self.before.items() if assignment.is_by_hand}
        merged = {row.merged_into_id for row in self.rows.values()}
        return [
            KnownTheme(
                id=row.pk,
                level=row.level,
                statements=frozenset(statements[row.pk]),
                own=frozenset(own[row.pk]),
                pinned=frozenset(statements[row.pk] & pinned),
                has_merged=row.pk in merged,
            )
            for row in sorted(self.live.values(), key=lambda row: row.reference)
        ]

    def _identify(self, matching: Matching) -> None:
        """The row of each cluster; new ones get the next references, in the engine's order."""
        n_new = sum(each.key not in matching.themes for each in self.clusters)
        reflection = self.run.consultation.priority.reflection
        taken = references.take_references(reflection, THEME, n_new) if n_new else iter(())
        for each in self.clusters:
            if each.key in matching.themes:
                self.theme_of[each.key] = self.live[matching.themes[each.key]]
                continue
            theme = Theme(
                consultation=self.run.consultation,
                reference=next(taken),
                level=int(each.parent is not None),
                first_run=self.run,
            )
            self.theme_of[each.key] = theme
            self.new.append(theme)
        for position, each in enumerate(self.clusters):
            row = self.theme_of[each.key]
            if row.pk not in self.rows or matching.overlap.get(row.pk) is not None:
                self._describe(row, each, position)
        for row in self.live.values():
            row.overlap = matching.overlap.get(row.pk)
            row.needs_a_look = row.needs_a_look and row.overlap is None

    def _describe(self, row: Theme, found: FoundTheme, position: int) -> None:
        row.position = position
        row.labels = {language: list(terms) for language, terms in found.labels.items()}
        row.representative = [self.corpus.references[int(i)] for i in found.representative]
        row.language_p_value = found.language_p_value
        row.is_only_a_language = found.is_only_a_language

    def _place(self) -> None:
        """Below which main theme each stands, where nobody chose that by hand: there are two levels."""
        for each in self.clusters:
            row = self.theme_of[each.key]
            if each.parent is None or row.is_placed or row.level == 0:
                continue
            parent = self.theme_of[each.parent]
            main = parent.parent or parent
            row.parent = main if main != row else None

    def _let_go(self, matching: Matching) -> None:
        """Themes that were not found again: edited ones stay with what is pinned to them, others go."""
        held = {row.pk for row in self.theme_of.values()}
        pinned: dict[UUID, int] = defaultdict(int)
        total: dict[UUID, int] = defaultdict(int)
        for pk, assignment in self.before.items():
            if pk in self.present:
                total[assignment.theme_id] += 1
                pinned[assignment.theme_id] += assignment.is_by_hand
        for row in self.live.values():
            if row.pk in held:
                continue
            if row.is_edited:
                row.needs_a_look = pinned[row.pk] < total[row.pk] or not total[row.pk]
            else:
                row.state = Theme.State.GONE
        for row in self.live.values():
            if row.parent is not None and row.parent.state != Theme.State.LIVE:
                row.parent, row.is_placed = None, False

    def _write(self) -> None:
        for parents_first in (True, False):
            Theme.objects.bulk_create(
                [row for row in self.new if (row.parent is None) == parents_first], batch_size=BATCH
            )
        Theme.objects.bulk_update(
            list(self.live.values()),
            fields=(
                "parent", "state", "labels", "representative", "position", "overlap", "language_p_value",
                "is_only_a_language", "is_placed", "needs_a_look",
            ),
            batch_size=BATCH,
        )  # fmt: skip
        kept = list(self._assignments())
        ThemeAssignment.objects.filter(theme__consultation=self.run.consultation).delete()
        ThemeAssignment.objects.bulk_create(kept, batch_size=BATCH)

    def _assignments(self) -> Iterable[ThemeAssignment]:
        for pk, i in self.present.items():
            before = self.before.get(pk)
            is_pinned = before is not None and before.is_by_hand
            if not is_pinned and pk not in self.cluster_of:
                continue
            theme = self.rows[before.theme_id] if before and is_pinned else self.theme_of[self.cluster_of[pk]]
            yield ThemeAssignment(
                statement_id=pk,
                theme=theme,
                version_id=self.corpus.version_ids[i],
                run=self.run,
                first_run_id=before.first_run_id if before else self.run.pk,
                is_by_hand=is_pinned,
            )


def _document(run: ThemeRun, found: FoundThemes, keeper: _Keeper) -> dict[str, Any]:
    """What a run left behind, edits before it included. Texts are not in it: they may be taken down."""
    statements: dict[UUID, list[str]] = defaultdict(list)
    by_pk = dict(zip(found.corpus.statement_ids, found.corpus.references, strict=True))
    for assignment in keeper._assignments():
        statements[assignment.theme_id].append(by_pk[assignment.statement_id])
    rows = [row for row in [*keeper.live.values(), *keeper.new] if row.state == Theme.State.LIVE]
    by_id = {row.pk: row.reference for row in rows}
    return {
        "format": "placet themes",
        "format_version": 1,
        "run": run.reference,
        "consultation": run.consultation.reference,
        "seed": run.seed,
        "model": found.model,
        "statements": len(found.corpus.statement_ids),
        "stability": found.themes.stability,
        "themes": [
            {
                "reference": row.reference,
                "parent": by_id[row.parent.pk] if row.parent else None,
                "is_new": row.first_run_id == run.pk,
                "found_again": row.overlap,
                "labels": row.labels,
                "representative": row.representative,
                "language_p_value": row.language_p_value,
                "is_only_a_language": row.is_only_a_language,
                "statements": sorted(statements[row.pk]),
            }
            for row in sorted(rows, key=lambda row: row.reference)
        ],
    }
