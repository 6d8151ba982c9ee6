"""Themes as their pages show them: quoted statements that are live now, in the reader's language.

What is counted and quoted are accepted statements alone, asked for at the moment of reading: one that was
taken down, withdrawn or merged since the run is in no theme any more.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.http import Http404

from placet.stages.consultations.models import Consultation, Statement
from placet.stages.consultations.queries import StatementView, find_consultation, statement_views
from placet.stages.mandates.models import Role
from placet.stages.mandates.permissions import Actor, require_role, roles_of
from placet.stages.sensemaking.queries import ANALYSING_ROLES
from placet.stages.sensemaking.theme_models import Theme, ThemeAssignment, ThemeEdit, ThemeRun
from placet.stages.texts.queries import Wording, wordings

QUOTED_PER_THEME = 3
STATEMENTS_PER_PAGE = 25
TERMS_IN_A_TITLE = 4
EDITS_SHOWN = 10
UNFINISHED = (ThemeRun.State.WAITING, ThemeRun.State.RUNNING)
VERY_STABLE, STABLE, FAIRLY_STABLE = 0.8, 0.6, 0.4


@dataclass(frozen=True, slots=True)
class LanguageShare:
    """How many of a theme's statements were written in one language."""

    language: str
    count: int
    share: float


@dataclass(frozen=True)
class ThemeView:
    """A theme, with what stands below it. Counts include what stands below."""

    row: Theme
    name: Wording | None
    terms: tuple[str, ...]
    language: str
    counts: Mapping[str, int]
    n_new: int
    is_new: bool
    quoted: list[StatementView] = field(default_factory=list)
    below: "list[ThemeView]" = field(default_factory=list)

    @property
    def reference(self) -> str:
        return self.row.reference

    @property
    def title(self) -> str:
        """The name that the secretariat gave, else the first terms; empty where there is neither."""
        return self.name.body if self.name else ", ".join(self.terms[:TERMS_IN_A_TITLE])

    @property
    def title_language(self) -> str:
        return self.name.language if self.name else self.language

    @property
    def n_statements(self) -> int:
        return sum(self.counts.values())

    @cached_property
    def languages(self) -> list[LanguageShare]:
        """The most used first."""
        total = self.n_statements
        ordered = sorted(self.counts.items(), key=lambda entry: (-entry[1], entry[0]))
        return [LanguageShare(language, count, count / total) for language, count in ordered if count]


@dataclass(frozen=True, slots=True)
class ThemesView:
    """The themes of a consultation as they stand now, and the run behind them."""

    run: ThemeRun | None
    unfinished: ThemeRun | None
    themes: list[ThemeView]
    n_statements: int
    n_new_statements: int

    @property
    def stability_word(self) -> str:
        return stability_word(self.run.stability) if self.run else ""

    @property
    def new_themes(self) -> list[ThemeView]:
        return [each for theme in self.themes for each in (theme, *theme.below) if each.is_new]


@dataclass(frozen=True, slots=True)
class AssignedStatement:
    """A statement in a theme, and whether it is pinned there."""

    statement: StatementView
    is_by_hand: bool


def stability_word(stability: float | None) -> str:
    """How stable themes are, as one of the words that the pages translate."""
    if stability is None:
        return "unknown"
    if stability >= VERY_STABLE:
        return "very"
    if stability >= STABLE:
        return "stable"
    return "fairly" if stability >= FAIRLY_STABLE else "unstable"


def latest_theme_run(consultation: Consultation) -> ThemeRun | None:
    """The last good run: its themes stay while a new one runs or after one failed."""
    done = ThemeRun.objects.filter(consultation=consultation, state=ThemeRun.State.DONE)
    return done.defer("result").order_by("-finished_at", "-reference").first()


def theme_runs(actor: Actor, consultation: Consultation) -> QuerySet[ThemeRun]:
    """Every run, newest first, for those who have themes found."""
    require_role(actor, consultation.priority.reflection, *ANALYSING_ROLES)
    runs = ThemeRun.objects.filter(consultation=consultation)
    return runs.defer("result").order_by("-requested_at", "-reference")


def finished_theme_run(reference: str, actor: Actor) -> ThemeRun:
    """The finished run of that reference.

    Raises
    ------
    Http404
        Where it does not exist, is not finished, or its consultation may not be seen.
    """
    run = (
        ThemeRun.objects.filter(reference=reference, state=ThemeRun.State.DONE)
        .select_related("consultation")
        .defer("result")
        .first()
    )
    if run is None:
        raise Http404
    find_consultation(run.consultation.reference, actor)
    return run


def unfinished_run(consultation: Consultation) -> ThemeRun | None:
    """The run that waits or runs."""
    unfinished = ThemeRun.objects.filter(consultation=consultation, state__in=UNFINISHED)
    return unfinished.defer("result").first()


def find_theme(reference: str, theme_reference: str, actor: Actor) -> Theme:
    """The theme of that reference, where the actor may see it; one that was merged leads to its successor.

    A hidden theme, or one below a hidden one, is seen by those who have themes found.

    Raises
    ------
    Http404
        Where it does not exist or may not be seen: the two look the same from outside.
    """
    consultation = find_consultation(reference, actor)
    theme = (
        Theme.objects.filter(consultation=consultation, reference=theme_reference)
        .select_related("parent", "merged_into__parent")
        .first()
    )
    theme = theme.merged_into if theme and theme.merged_into else theme
    if theme is None or theme.state != Theme.State.LIVE:
        raise Http404
    is_hidden = theme.is_hidden or bool(theme.parent and theme.parent.is_hidden)
    if is_hidden and not roles_of(actor, consultation.priority.reflection) & set(ANALYSING_ROLES):
        raise Http404
    theme.consultation = consultation
    return theme


def find_edited_theme(reference: str, theme_reference: str, actor: Actor) -> Theme:
    """The theme of that reference, for those who edit it.

    Raises
    ------
    Http404
        Where it does not exist or may not be seen.
    PermissionDenied
        Where it may be seen, but not edited.
    """
    consultation = find_consultation(reference, actor)
    require_role(actor, consultation.priority.reflection, Role.SECRETARIAT)
    return find_theme(reference, theme_reference, actor)


def themes_view(
    consultation: Consultation, language: str, *, with_hidden: bool = False, quoted: int = QUOTED_PER_THEME
) -> ThemesView:
    """The themes of a consultation, the largest first; the number of queries does not grow with them."""
    run = latest_theme_run(consultation)
    rows = list(Theme.objects.filter(consultation=consultation, state=Theme.State.LIVE).order_by("reference"))
    if not with_hidden:
        hidden = {row.pk for row in rows if row.is_hidden}
        rows = [row for row in rows if not {row.pk, row.parent_id} & hidden]
    counts, new = _counts(rows, run)
    names = wordings([row.name_id for row in rows], language)
    quotes = _quoted(rows, quoted, language)
    is_first = run is None or not _has_earlier(run)
    below: dict[UUID, list[ThemeView]] = defaultdict(list)
    mains: list[ThemeView] = []
    for row in sorted(rows, key=lambda row: row.parent_id is None):
        view = ThemeView(
            row=row,
            name=names.get(row.name_id) if row.name_id else None,
            terms=terms_of(row, language),
            language=theme_language(row, language),
            counts=sum((Counter(each.counts) for each in below[row.pk]), Counter(counts[row.pk])),
            n_new=0 if is_first else new[row.pk] + sum(each.n_new for each in below[row.pk]),
            is_new=not is_first and run is not None and row.first_run_id == run.pk,
            quoted=quotes[row.pk],
            below=sorted(below[row.pk], key=_by_size),
        )
        (mains if row.parent_id is None else below[row.parent_id]).append(view)
    shown = [view for view in sorted(mains, key=_by_size) if view.n_statements or with_hidden]
    return ThemesView(
        run=run,
        unfinished=unfinished_run(consultation),
        themes=shown,
        n_statements=sum(view.n_statements for view in shown),
        n_new_statements=sum(view.n_new for view in shown),
    )


def theme_view(theme: Theme, language: str, *, with_hidden: bool = False) -> ThemeView:
    """One theme with what stands below it."""
    found = themes_view(theme.consultation, language, with_hidden=with_hidden)
    for main in found.themes:
        for view in (main, *main.below):
            if view.row.pk == theme.pk:
                return view
    raise Http404  # nothing live is left in it


def statements_in(theme: Theme, view: ThemeView) -> QuerySet[Statement]:
    """The live statements of a theme and of what stands below it, by reference."""
    family = [theme.pk, *(each.row.pk for each in view.below)]
    assigned = ThemeAssignment.objects.filter(theme__in=family).values("statement")
    return Statement.objects.filter(pk__in=assigned, state=Statement.State.ACCEPTED).order_by("reference")


def statements_page(
    statements: QuerySet[Statement], language: str, number: str | None
) -> tuple["Page[Statement]", list[StatementView]]:
    """One page of statements in the reader's language."""
    page = Paginator(statements, STATEMENTS_PER_PAGE).get_page(number)
    return page, statement_views(list(page.object_list), language)


def assigned_statements(
    theme: Theme, language: str, number: str | None
) -> tuple["Page[ThemeAssignment]", list[AssignedStatement]]:
    """One page of what stands in a theme itself, for those who edit it."""
    assigned = (
        ThemeAssignment.objects.filter(theme=theme, statement__state=Statement.State.ACCEPTED)
        .select_related("statement")
        .order_by("statement__reference")
    )
    page = Paginator(assigned, STATEMENTS_PER_PAGE).get_page(number)
    rows = list(page.object_list)
    views = statement_views([row.statement for row in rows], language)
    return page, [AssignedStatement(view, row.is_by_hand) for view, row in zip(views, rows, strict=True)]


def latest_edits(consultation: Consultation) -> list[ThemeEdit]:
    """What was edited last, newest first."""
    edits = ThemeEdit.objects.filter(theme__consultation=consultation)
    return list(
        edits.select_related("theme", "other", "edited_by").order_by("-edited_at", "-pk")[:EDITS_SHOWN]
    )


def terms_of(theme: Theme, language: str) -> tuple[str, ...]:
    """The terms that set a theme apart, in the reader's language where the engine has them in it."""
    return tuple(theme.labels.get(language) or theme.labels.get("en") or ())


def theme_language(theme: Theme, language: str) -> str:
    """The language that these terms are in: another than the reader's where no statement is in that."""
    shown = language if theme.labels.get(language) else "en"
    return str(theme.label_languages.get(shown, shown))


def _by_size(view: ThemeView) -> tuple[int, str]:
    return -view.n_statements, view.reference


def _counts(rows: Sequence[Theme], run: ThemeRun | None) -> tuple[dict[UUID, Counter[str]], Counter[UUID]]:
    """By theme: live statements by language, and how many of them the last run had for the first time."""
    live = ThemeAssignment.objects.filter(
        theme__in=[row.pk for row in rows], statement__state=Statement.State.ACCEPTED
    )
    counts: dict[UUID, Counter[str]] = defaultdict(Counter)
    new: Counter[UUID] = Counter()
    grouped = live.values_list("theme", "statement__text__language", "first_run").annotate(n=Count("pk"))
    for theme, language, first_run, n in grouped:
        counts[theme][language] += n
        new[theme] += n if run is not None and first_run == run.pk else 0
    return counts, new


def _quoted(rows: Iterable[Theme], n_quoted: int, language: str) -> dict[UUID, list[StatementView]]:
    """By theme, the best of its representative statements that are live and still stand in it."""
    themes = {row.pk: row for row in rows}
    wanted = {each for row in themes.values() for each in row.representative} if n_quoted else set()
    live = ThemeAssignment.objects.filter(
        theme__in=list(themes),
        statement__reference__in=wanted,
        statement__state=Statement.State.ACCEPTED,
    )
    home = dict(live.values_list("statement__reference", "theme"))
    chosen = {
        row.pk: [
            each
            for each in row.representative
            if each in home and row.pk in (home[each], themes[home[each]].parent_id)
        ][:n_quoted]
        for row in themes.values()
    }
    shown = {each for references in chosen.values() for each in references}
    found = list[Statement](Statement.objects.filter(reference__in=shown))
    views = {view.reference: view for view in statement_views(found, language)}
    return {pk: [views[each] for each in references] for pk, references in chosen.items()}


def _has_earlier(run: ThemeRun) -> bool:
    done = ThemeRun.objects.filter(consultation=run.consultation_id, state=ThemeRun.State.DONE)
    return done.exclude(pk=run.pk).exists()
