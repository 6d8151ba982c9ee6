"""What became of ideas: up from inputs to commitments, for as many of them at once as a page shows.

The number of queries is the same for one input and for a hundred, and for a reflection of any size.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from placet.portal.calendar.entries import today_in
from placet.portal.lineage.graph import Above, read_above, standings_of
from placet.portal.lineage.inputs import FIELDS, Input, clusters, input_view, is_shown, text_of
from placet.portal.lineage.items import Kind, address_of
from placet.portal.lineage.sight import Sight
from placet.portal.lineage.steps import Became, FindingStep, Related, Stop, Way
from placet.portal.lineage.telling import Teller, theme_related, written_date
from placet.stages.consultations.lineage import Merges, merges_around, target_of
from placet.stages.consultations.models import Statement
from placet.stages.dialogues.models import PointStatement, Takeaway
from placet.stages.sensemaking.finding_models import Evidence
from placet.stages.sensemaking.theme_models import Theme, ThemeAssignment
from placet.stages.texts.queries import Wording, wordings

Pair = tuple[str, UUID]  # a field of Evidence, and the row it points to


@dataclass(frozen=True)
class Around:
    """What stands beside the inputs, on the level of voices: merges, themes, takeaways of the same points."""

    merges: Merges
    together: dict[UUID, set[UUID]]
    targets: dict[UUID, Statement]
    themes: dict[UUID, Theme]
    theme_of: dict[UUID, UUID]
    same_theme: dict[UUID, set[UUID]]
    takeaways: dict[UUID, list[Takeaway]]

    def theme_for(self, item: Input) -> Theme | None:
        """The theme in which an input stands today, by the statement that stands for it."""
        if not isinstance(item, Statement):
            return None
        theme_id = self.theme_of.get(target_of(item.pk, self.merges))
        return self.themes.get(theme_id) if theme_id else None

    def cited_as(self, item: Input) -> list[Pair]:
        """Everything by which a finding may cite an input, itself first."""
        if not isinstance(item, Statement):
            return [(FIELDS[type(item)], item.pk)]
        others = sorted(self.together[item.pk] - {item.pk})
        pairs: list[Pair] = [("statement", pk) for pk in (item.pk, *others)]
        theme = self.theme_for(item)
        if theme is not None:
            above = [pk for pk in (theme.pk, theme.parent_id) if pk in self.themes]
            pairs += [("theme", pk) for top in above for pk in (top, *sorted(self.same_theme[top]))]
        return pairs + [("takeaway", each.pk) for each in self.takeaways.get(item.pk, ())]


def became_of(
    sight: Sight, items: Sequence[Input], language: str, *, is_readable: Callable[[Input], bool]
) -> list[Became]:
    """What became of each input of a reflection, in a reader's language; a constant number of queries."""
    around = _around(sight, items)
    evidence = _evidence(sight, {pair for item in items for pair in around.cited_as(item)})
    live = [each for each in evidence if each.taken_back_at is None]
    above = read_above(sight, {each.finding_id: each.finding for each in evidence})
    commitments = [each for found in above.commitments.values() for each in found]
    standings = standings_of(commitments, today_in(sight.reflection))
    words = wordings([*above.text_ids(), *_text_ids(items, around)], language)
    teller = Teller(above, standings, words, language)
    by_pair: dict[Pair, list[Evidence]] = defaultdict(list)
    for each in live:
        if each.finding_id in above.findings:
            by_pair[_cited(each)].append(each)
    past = [each for each in evidence if each.taken_back_at is not None]
    return [_became(item, around, by_pair, past, above, teller, words, is_readable(item)) for item in items]


def _became(
    item: Input,
    around: Around,
    by_pair: Mapping[Pair, Sequence[Evidence]],
    past: Sequence[Evidence],
    above: Above,
    teller: Teller,
    words: Mapping[UUID, Wording],
    is_readable: bool,
) -> Became:
    pairs = around.cited_as(item)
    cited: dict[UUID, list[tuple[Pair, Evidence]]] = defaultdict(list)
    for pair in pairs:
        for each in by_pair.get(pair, ()):
            cited[each.finding_id].append((pair, each))
    theme = around.theme_for(item)
    theme_view = theme_related(theme, words, teller.language) if theme else None
    findings = [
        _finding(finding_id, found, item, around, teller)
        for finding_id, found in sorted(cited.items(), key=lambda each: above.findings[each[0]].reference)
    ]
    target = around.targets.get(target_of(item.pk, around.merges)) if isinstance(item, Statement) else None
    return Became(
        input=input_view(item, words, is_readable=is_readable),
        gave_way_to=_related(Kind.STATEMENT, target, words) if target and target.pk != item.pk else None,
        theme=theme_view,
        takeaways=[_related(Kind.TAKEAWAY, each, words) for each in around.takeaways.get(item.pk, ())],
        findings=findings,
        stop=None if findings else Stop(_no_finding(item, theme_view)),
        past=_taken_back(pairs, past, cited, above),
    )


def _finding(
    finding_id: UUID, found: Sequence[tuple[Pair, Evidence]], item: Input, around: Around, teller: Teller
) -> FindingStep:
    (_pair, first) = found[0]
    ways = [_way(pair, item, around) for pair, _evidence in found]
    since = min(each.cited_at for _pair, each in found)
    unique = list({way.sentence: way for way in ways}.values())
    return teller.finding(finding_id, stance=first.stance, since=since, ways=unique)


def _way(pair: Pair, item: Input, around: Around) -> Way:
    field, pk = pair
    if field == "theme":
        return Way(_("It cites the theme in which the idea stands."), is_itself=False)
    if pk == item.pk:
        return Way(_("It cites the idea itself."), is_itself=True)
    if field == "takeaway":
        return Way(_("It cites a takeaway that rests on the same point of a dialogue."), is_itself=False)
    return Way(_("It cites a statement that says the same."), is_itself=False)


def _no_finding(item: Input, theme: Related | None) -> str:
    if theme is not None:
        return _("It stands in a theme; no finding cites it yet.")
    if isinstance(item, Statement):
        return _("It stands in no theme yet, and no finding cites it.")
    return _("No finding cites it yet.")


def _taken_back(
    pairs: Sequence[Pair], past: Sequence[Evidence], cited: Mapping[UUID, object], above: Above
) -> list[str]:
    """A sentence for each finding that cited the idea once and does so no more."""
    wanted = set(pairs)
    gone = {
        each.finding_id: each
        for each in past
        if _cited(each) in wanted and each.finding_id not in cited and _was_public(each, above)
    }
    return [
        _("Finding %(reference)s cited it until %(date)s; the citation was taken back.")
        % {
            "reference": above.findings[pk].reference,
            "date": written_date(each.taken_back_at),
        }
        for pk, each in gone.items()
    ]


def _was_public(evidence: Evidence, above: Above) -> bool:
    """Whether it was cited while everybody could read the finding; what was tried in a draft is nobody's."""
    finding = above.findings.get(evidence.finding_id)
    if finding is None or finding.published_at is None or evidence.taken_back_at is None:
        return False
    return evidence.taken_back_at >= finding.published_at


def _around(sight: Sight, items: Sequence[Input]) -> Around:
    statements = [each for each in items if isinstance(each, Statement)]
    merges = merges_around([each.pk for each in statements])
    together = clusters([each.pk for each in statements], merges)
    target_ids = {target_of(each.pk, merges) for each in statements}
    others = target_ids - {each.pk for each in statements}
    targets = {each.pk: each for each in statements if each.pk in target_ids and is_shown(each)}
    targets |= {each.pk: each for each in sight.statements.filter(pk__in=others)} if others else {}
    theme_of, themes = _themes(sight, target_ids)
    return Around(
        merges=merges,
        together=together,
        targets=targets,
        themes=themes,
        theme_of=theme_of,
        same_theme=themes_merged_into(themes),
        takeaways=_takeaways(sight, together),
    )


def _themes(sight: Sight, statement_ids: Iterable[UUID]) -> tuple[dict[UUID, UUID], dict[UUID, Theme]]:
    """By accepted statement, the theme in which the reader sees it; and those themes, with what is above."""
    rows = ThemeAssignment.objects.filter(
        statement__in=statement_ids, statement__state=Statement.State.ACCEPTED
    ).select_related("theme__parent", "theme__consultation")
    seen = {row.statement_id: row.theme for row in rows if sight.sees_theme(row.theme)}
    above = (theme.parent for theme in seen.values())
    themes = {theme.pk: theme for theme in (*seen.values(), *above) if theme is not None}
    return {pk: theme.pk for pk, theme in seen.items()}, themes


def themes_merged_into(theme_ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """By theme, those that were merged into it: what cites one of them cites it; one query."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    rows = Theme.objects.filter(merged_into__in=list(theme_ids))
    for pk, into in rows.values_list("pk", "merged_into_id"):
        found[into].add(pk)
    return found


def _takeaways(sight: Sight, together: Mapping[UUID, set[UUID]]) -> dict[UUID, list[Takeaway]]:
    """By statement, the published takeaways that rest on the point it came from, or one merged with it."""
    every = {pk for cluster in together.values() for pk in cluster}
    links = PointStatement.objects.filter(statement__in=every, point__is_hidden=False)
    points = dict(links.values_list("statement_id", "point_id"))
    through = Takeaway.points.through.objects.filter(point_id__in=list(points.values()))
    by_point: dict[UUID, list[UUID]] = defaultdict(list)
    for takeaway_id, point_id in through.values_list("takeaway_id", "point_id"):
        by_point[point_id].append(takeaway_id)
    wanted = {pk for found in by_point.values() for pk in found}
    seen = {each.pk: each for each in sight.takeaways.filter(pk__in=wanted)} if wanted else {}
    return {
        pk: list(
            {
                takeaway: seen[takeaway]
                for each in sorted(cluster & points.keys())
                for takeaway in by_point.get(points[each], ())
                if takeaway in seen
            }.values()
        )
        for pk, cluster in together.items()
    }


def _evidence(sight: Sight, pairs: Iterable[Pair]) -> list[Evidence]:
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for name, pk in pairs:
        wanted[name].add(pk)
    if not wanted:
        return []
    asked = Q()
    for name, pks in wanted.items():
        asked |= Q(**{f"{name}__in": pks})
    seen = sight.findings.order_by().values("pk")
    return list(Evidence.objects.filter(asked, finding__in=seen).select_related("finding").order_by("pk"))


def _cited(evidence: Evidence) -> Pair:
    for name in (*FIELDS.values(), "theme"):
        pk = getattr(evidence, f"{name}_id")
        if pk is not None:
            return name, pk
    raise AssertionError  # a check constraint of the database sees to it


def _related(kind: Kind, item: Statement | Takeaway, words: Mapping[UUID, Wording]) -> Related:
    wording = words[item.text_id]
    return Related(item.reference, address_of(kind, item.reference), wording.body, wording.language)


def _text_ids(items: Iterable[Input], around: Around) -> Iterable[UUID | None]:
    yield from (text_of(each) for each in items)
    yield from (each.text_id for each in around.targets.values())
    yield from (each.name_id for each in around.themes.values())
    yield from (each.text_id for found in around.takeaways.values() for each in found)
