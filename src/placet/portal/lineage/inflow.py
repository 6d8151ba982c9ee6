"""How the inputs of a reflection stand: counted by the database, in groups that go the same way.

Only what findings cite one by one is read one by one; the thousands that stand in a theme, or in none, are
counted. Merged statements go where the one goes that they gave way to.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from placet.portal.lineage.flows import Group, Rests
from placet.portal.lineage.graph import Above, read_above
from placet.portal.lineage.inputs import FIELDS
from placet.portal.lineage.items import Kind
from placet.portal.lineage.sight import Sight
from placet.portal.lineage.upwards import themes_merged_into
from placet.stages.consultations.lineage import target_of
from placet.stages.consultations.models import Statement, StatementMerge
from placet.stages.sensemaking.finding_models import Evidence
from placet.stages.sensemaking.theme_models import Theme, ThemeAssignment

Source = tuple[
    Kind, UUID | int | None
]  # statements of a consultation, contributions of a priority, takeaways
NONE: frozenset[Hashable] = frozenset()


@dataclass(frozen=True)
class Inflow:
    """The groups of inputs, the themes in which they stand, and all that stands above the findings."""

    groups: Mapping[Group, int]
    themes: dict[UUID, Theme]
    above: Above
    rests: Mapping[Hashable, list[Rests]]


@dataclass(frozen=True)
class Cited:
    """By kind of item, which findings cite it."""

    statements: dict[UUID, set[UUID]]
    contributions: dict[UUID, set[UUID]]
    takeaways: dict[UUID, set[UUID]]
    themes: dict[UUID, set[UUID]]


def inflow_of(sight: Sight) -> Inflow:
    """How the inputs stand that a reader may see; a constant number of queries."""
    cited = _cited(sight)
    themes = {each.pk: each for each in sight.themes.select_related("consultation")}
    by_theme = _findings_by_theme(themes, cited.themes)
    groups: Counter[Group] = Counter()
    _count_statements(sight, groups, themes, by_theme, cited.statements)
    _count_contributions(sight, groups, cited.contributions)
    _count_takeaways(sight, groups, cited.takeaways)
    every = [
        finding
        for finding in {key for group in groups for key in group.findings}
        if isinstance(finding, UUID)
    ]
    above = read_above(sight, {each.pk: each for each in sight.findings.filter(pk__in=every)})
    return Inflow(groups, themes, above, _rests(above))


def _cited(sight: Sight) -> Cited:
    found: dict[str, dict[UUID, set[UUID]]] = {name: defaultdict(set) for name in (*FIELDS.values(), "theme")}
    seen = sight.findings.order_by().values("pk")
    rows = Evidence.objects.filter(finding__in=seen, taken_back_at=None)
    for finding, *items in rows.values_list(
        "finding_id", "statement_id", "contribution_id", "takeaway_id", "theme_id"
    ):
        for name, pk in zip(found, items, strict=True):
            if pk is not None:
                found[name][pk].add(finding)
    return Cited(found["statement"], found["contribution"], found["takeaway"], found["theme"])


def _findings_by_theme(
    themes: Mapping[UUID, Theme], cited: Mapping[UUID, set[UUID]]
) -> dict[UUID, frozenset[Hashable]]:
    """By theme, the findings that cite it, one that was merged into it, or the theme above it."""
    merged = themes_merged_into(themes)
    own = {pk: set().union(*(cited.get(each, set()) for each in (pk, *merged.get(pk, ())))) for pk in themes}
    return {
        pk: frozenset(own[pk] | (own.get(theme.parent_id, set()) if theme.parent_id else set()))
        for pk, theme in themes.items()
    }


def _count_statements(
    sight: Sight,
    groups: Counter[Group],
    themes: Mapping[UUID, Theme],
    by_theme: Mapping[UUID, frozenset[Hashable]],
    cited: Mapping[UUID, set[UUID]],
) -> None:
    accepted = Statement.objects.filter(consultation__in=sight.consultations, state=Statement.State.ACCEPTED)
    assigned = ThemeAssignment.objects.filter(
        statement__consultation__in=sight.consultations, statement__state=Statement.State.ACCEPTED
    )
    left = Counter(dict(accepted.order_by().values_list("consultation").annotate(n=Count("pk"))))
    counted = assigned.order_by().values_list("statement__consultation", "theme").annotate(n=Count("pk"))
    for consultation, theme, n in counted:
        if theme in themes:
            groups[Group((Kind.STATEMENT, consultation), theme, by_theme[theme])] += n
            left[consultation] -= n
    for consultation, n in left.items():
        groups[Group((Kind.STATEMENT, consultation), None, NONE)] += n
    _count_one_by_one(sight, groups, themes, by_theme, cited)


def _count_one_by_one(
    sight: Sight,
    groups: Counter[Group],
    themes: Mapping[UUID, Theme],
    by_theme: Mapping[UUID, frozenset[Hashable]],
    cited: Mapping[UUID, set[UUID]],
) -> None:
    """Statements that were merged or are cited themselves: from the group of their theme into their own."""
    live = StatementMerge.objects.filter(statement__consultation__in=sight.consultations, undone_at=None)
    merges = dict(live.values_list("statement_id", "into_id"))
    together: dict[UUID, set[UUID]] = defaultdict(set)
    for pk in (*merges, *cited):
        together[target_of(pk, merges)] |= {pk, target_of(pk, merges)}
    if not together:
        return
    wanted = {pk for cluster in together.values() for pk in cluster}
    rows = Statement.objects.filter(pk__in=wanted, consultation__in=sight.consultations)
    known = {
        pk: (consultation, state)
        for pk, consultation, state in rows.values_list("pk", "consultation", "state")
    }
    standing = ThemeAssignment.objects.filter(
        statement__in=list(together), statement__state=Statement.State.ACCEPTED
    )
    theme_of = {
        statement: theme for statement, theme in standing.values_list("statement", "theme") if theme in themes
    }
    for target, cluster in together.items():
        theme = theme_of.get(target)
        findings = frozenset().union(*(cited.get(pk, set()) for pk in cluster))
        here = findings | by_theme[theme] if theme else findings
        for pk in cluster & known.keys():
            consultation, state = known[pk]
            source = (Kind.STATEMENT, consultation)
            if state == Statement.State.ACCEPTED:
                groups[Group(source, theme, by_theme[theme] if theme else NONE)] -= 1
            elif state != Statement.State.MERGED and pk not in cited:
                continue
            groups[Group(source, theme, here)] += 1


def _count_contributions(sight: Sight, groups: Counter[Group], cited: Mapping[UUID, set[UUID]]) -> None:
    counted = sight.contributions.order_by().values_list("priority").annotate(n=Count("pk"))
    for priority, n in counted:
        groups[Group((Kind.CONTRIBUTION, priority), None, NONE)] += n
    shown = dict(sight.contributions.filter(pk__in=list(cited)).values_list("pk", "priority"))
    model = sight.contributions.model
    rows = model.objects.filter(pk__in=list(cited)).values_list("pk", "priority")
    for pk, priority in rows:
        source = (Kind.CONTRIBUTION, priority)
        groups[Group(source, None, NONE)] -= 1 if pk in shown else 0
        groups[Group(source, None, frozenset(cited[pk]))] += 1


def _count_takeaways(sight: Sight, groups: Counter[Group], cited: Mapping[UUID, set[UUID]]) -> None:
    rows = dict(sight.reported.values_list("pk", "removed_at"))
    for pk, removed_at in rows.items():
        if removed_at is None or pk in cited:
            groups[Group((Kind.TAKEAWAY, None), None, frozenset(cited.get(pk, ())))] += 1


def _rests(above: Above) -> dict[Hashable, list[Rests]]:
    """By finding, the clauses that rest on it, and how far each of them came."""
    found: dict[Hashable, list[Rests]] = {}
    for finding_id in above.findings:
        found[finding_id] = []
        for carried in above.clauses_of(finding_id):
            clause = above.clauses[carried.clause_id]
            adopted = above.adoption_of(clause)
            decision = adopted[0].decision if adopted else None
            undertaken = above.commitments_of(clause, decision) if decision else []
            found[finding_id].append(
                Rests(
                    proposal=clause.proposal_id,
                    decision=decision.pk if decision else None,
                    commitments=tuple(each.pk for each in undertaken),
                )
            )
    return found
