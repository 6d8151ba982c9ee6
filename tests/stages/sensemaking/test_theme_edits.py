"""Edits of themes survive the next run, by the declared rules; who may edit, and what is refused."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.utils import DatabaseError

from placet.stages.mandates.models import Role
from placet.stages.record.models import AuditEntry
from placet.stages.sensemaking.theme_models import Theme, ThemeAssignment, ThemeEdit
from placet.stages.sensemaking.themes import edits
from placet.stages.sensemaking.themes.matching import Cluster, KnownTheme, match_themes
from placet.stages.texts.queries import all_wordings
from tests.stages.reflections import NOBODY, SmallReflection
from tests.stages.sensemaking.planted_themes import Planter, numbers_in, reference_of, theme_with

pytestmark = pytest.mark.django_db

NAMES = {"en": "Schools", "fr": "Écoles"}
PLAN = {"a": [1, 2, 3], "b/x": [4, 5], "b/y": [6, 7], "c": [8, 9, 10]}
# As a second run may find it: other keys, one statement elsewhere.
AGAIN = {"q": [8, 9, 10], "p/n": [6, 7, 5], "p/m": [4], "o": [1, 2, 3]}


@pytest.fixture
def planter(monkeypatch: pytest.MonkeyPatch) -> Planter:
    return Planter(monkeypatch)


def test_a_name_stays_where_its_statements_are_found_again(small: SmallReflection, planter: Planter) -> None:
    planter.find(small, PLAN)
    theme = theme_with(small, 8)
    edits.rename_theme(small.secretariat, theme, NAMES)
    planter.find(small, AGAIN)
    kept = theme_with(small, 8)
    assert kept == theme
    assert kept.overlap == 1.0
    assert kept.name_id is not None
    assert {each.language: each.body for each in all_wordings(kept.name_id)} == NAMES
    assert theme_with(small, 1).reference == "SMALL-TH-0001"


def test_what_was_merged_stays_merged(small: SmallReflection, planter: Planter) -> None:
    planter.find(small, PLAN)
    first, third = theme_with(small, 1), theme_with(small, 8)
    edits.merge_themes(small.secretariat, first, third)
    assert numbers_in(third, small) == [1, 2, 3, 8, 9, 10]
    planter.find(small, AGAIN)  # the two are found apart again
    assert numbers_in(third, small) == [1, 2, 3, 8, 9, 10]
    first.refresh_from_db()
    assert (first.state, first.merged_into) == (Theme.State.MERGED, third)
    planter.find(small, PLAN | {"a": [1, 2], "d": [3]})
    assert numbers_in(third, small) == [1, 2, 3, 8, 9, 10]


def test_a_main_theme_takes_those_below_it_along(small: SmallReflection, planter: Planter) -> None:
    planter.find(small, PLAN)
    main, below, other = theme_with(small, 4).parent, theme_with(small, 4), theme_with(small, 1)
    assert main is not None
    with pytest.raises(ValidationError):
        edits.merge_themes(small.secretariat, main, below)
    edits.merge_themes(small.secretariat, main, other)
    below.refresh_from_db()
    assert below.parent == other
    planter.find(small, PLAN)
    below.refresh_from_db()
    assert below.parent == other
    assert numbers_in(below, small) == [4, 5]


def test_pinned_statements_stay_whatever_a_run_finds(small: SmallReflection, planter: Planter) -> None:
    planter.find(small, PLAN)
    theme, other = theme_with(small, 1), theme_with(small, 8)
    edits.pin_statements(small.secretariat, theme, reference_of(small, 1))
    edits.move_statements(small.secretariat, theme, reference_of(small, 2), other)
    planter.find(small, {"a": [3], "b": [1, 2, 4, 5, 6, 7, 8, 9, 10]})
    assert theme_with(small, 1) == theme
    assert theme_with(small, 2) == other
    edits.pin_statements(small.secretariat, theme, reference_of(small, 1), pinned=False)
    planter.find(small, {"a": [3], "b": [1, 2, 4, 5, 6, 7, 8, 9, 10]})
    assert theme_with(small, 1) != theme


def test_what_was_split_off_stays_apart(small: SmallReflection, planter: Planter) -> None:
    planter.find(small, PLAN)
    theme = theme_with(small, 8)
    new = edits.split_theme(small.secretariat, theme, reference_of(small, 8, 9), NAMES)
    assert new.representative == reference_of(small, 8, 9)
    planter.find(small, PLAN)
    assert numbers_in(new, small) == [8, 9]
    assert numbers_in(theme, small) == [10]
    new.refresh_from_db()
    assert not new.needs_a_look


def test_a_theme_that_was_moved_stays_where_it_was_put(small: SmallReflection, planter: Planter) -> None:
    planter.find(small, PLAN)
    below, main, third = theme_with(small, 4), theme_with(small, 1), theme_with(small, 8)
    edits.place_theme(small.secretariat, below, main)
    edits.place_theme(small.secretariat, third, main)
    planter.find(small, PLAN)
    for theme in (below, third):
        theme.refresh_from_db()
        assert theme.parent == main
    assert numbers_in(third, small) == [8, 9, 10]
    edits.place_theme(small.secretariat, below, None)
    planter.find(small, PLAN)
    below.refresh_from_db()
    assert below.parent is None
    assert numbers_in(below, small) == [4, 5]


def test_what_is_not_found_again_is_kept_only_where_it_was_edited(
    small: SmallReflection, planter: Planter
) -> None:
    planter.find(small, {"a": [1, 2, 3, 4], "b": [5, 6, 7, 8], "c": [9, 10]})
    named, plain = theme_with(small, 1), theme_with(small, 5)
    edits.rename_theme(small.secretariat, named, NAMES)
    edits.pin_statements(small.secretariat, named, reference_of(small, 4))
    planter.find(small, {"one": [1, 5, 9], "two": [2, 6, 10], "three": [3, 7], "four": [4, 8]})
    named.refresh_from_db()
    plain.refresh_from_db()
    assert (named.state, named.needs_a_look, named.overlap) == (Theme.State.LIVE, True, None)
    assert numbers_in(named, small) == [4]
    assert plain.state == Theme.State.GONE
    edits.mark_looked_at(small.secretariat, named)
    named.refresh_from_db()
    assert not named.needs_a_look


def test_a_hidden_theme_stays_hidden(small: SmallReflection, planter: Planter) -> None:
    planter.find(small, PLAN)
    theme = theme_with(small, 8)
    edits.hide_theme(small.secretariat, theme)
    edits.hide_theme(small.secretariat, theme)
    planter.find(small, AGAIN)
    theme.refresh_from_db()
    assert theme.is_hidden
    assert ThemeEdit.objects.filter(theme=theme).count() == 1


def deeds(small: SmallReflection, theme: Theme, other: Theme) -> list[Callable[[object], object]]:
    references = reference_of(small, 1)
    return [
        lambda actor: edits.rename_theme(actor, theme, NAMES),  # type: ignore[arg-type]
        lambda actor: edits.merge_themes(actor, theme, other),  # type: ignore[arg-type]
        lambda actor: edits.split_theme(actor, theme, references, NAMES),  # type: ignore[arg-type]
        lambda actor: edits.move_statements(actor, theme, references, other),  # type: ignore[arg-type]
        lambda actor: edits.pin_statements(actor, theme, references),  # type: ignore[arg-type]
        lambda actor: edits.place_theme(actor, theme, other),  # type: ignore[arg-type]
        lambda actor: edits.hide_theme(actor, theme),  # type: ignore[arg-type]
        lambda actor: edits.mark_looked_at(actor, theme),  # type: ignore[arg-type]
    ]


def test_only_the_secretariat_of_the_reflection_edits(small: SmallReflection, planter: Planter) -> None:
    planter.find(small, PLAN)
    theme, other = theme_with(small, 1), theme_with(small, 8)
    foreign = SmallReflection(slug="foreign", prefix="FORGN")
    strangers = [small.accounts[each] for each in small.accounts if each != Role.SECRETARIAT]
    before = list(Theme.objects.order_by("pk").values())
    for deed in deeds(small, theme, other):
        for actor in (NOBODY, foreign.secretariat, *strangers):
            with pytest.raises(PermissionDenied):
                deed(actor)
    assert list(Theme.objects.order_by("pk").values()) == before
    assert not ThemeEdit.objects.exists()


def test_each_edit_is_a_row_and_an_audit_entry_that_cannot_be_changed(
    small: SmallReflection, planter: Planter
) -> None:
    planter.find(small, PLAN)
    theme = theme_with(small, 1)
    edits.pin_statements(small.secretariat, theme, reference_of(small, 1, 2))
    edit = ThemeEdit.objects.get()
    assert (edit.kind, edit.edited_by, edit.statements) == (
        "pinned",
        small.secretariat,
        reference_of(small, 1, 2),
    )
    entry = AuditEntry.objects.get(action="sensemaking.edit_theme")
    assert (entry.target, entry.detail["kind"]) == (theme.reference, "pinned")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE sensemaking_themeedit SET kind = 'hidden'")


def test_what_makes_no_sense_is_refused(small: SmallReflection, planter: Planter) -> None:
    planter.find(small, PLAN)
    theme, below, main = theme_with(small, 1), theme_with(small, 4), theme_with(small, 4).parent
    assert main is not None
    foreign = SmallReflection(slug="foreign", prefix="FORGN", n_statements=10)
    planter.find(foreign, PLAN)
    elsewhere = theme_with(foreign, 1)
    actor = small.secretariat
    refused: list[Callable[[], object]] = [
        lambda: edits.rename_theme(actor, theme, {"en": "Schools", "fr": " "}),
        lambda: edits.rename_theme(actor, theme, {"en": "S" * 121, "fr": "É"}),
        lambda: edits.merge_themes(actor, theme, theme),
        lambda: edits.merge_themes(actor, theme, elsewhere),
        lambda: edits.split_theme(actor, theme, [], NAMES),
        lambda: edits.split_theme(actor, theme, reference_of(small, 8), NAMES),
        lambda: edits.split_theme(actor, theme, reference_of(small, 1), {}),
        lambda: edits.move_statements(actor, theme, reference_of(small, 1), elsewhere),
        lambda: edits.pin_statements(actor, theme, ["NO-S-0001"]),
        lambda: edits.place_theme(actor, theme, theme),
        lambda: edits.place_theme(actor, theme, below),
        lambda: edits.place_theme(actor, main, theme),
        lambda: edits.place_theme(actor, theme, elsewhere),
    ]
    for deed in refused:
        with pytest.raises(ValidationError):
            deed()
    edits.merge_themes(actor, theme, main)
    with pytest.raises(ValidationError):
        edits.rename_theme(actor, theme, NAMES)
    assert not ThemeAssignment.objects.filter(theme=theme).exists()


def test_pairs_hold_from_three_tenths_on() -> None:
    ids = [UUID(int=n) for n in range(1, 21)]
    known = KnownTheme(UUID(int=100), 0, frozenset(ids[:10]), frozenset(ids[:10]), frozenset(), False)
    for n_common, is_kept in ((2, False), (3, True)):
        cluster = Cluster(0, 0, frozenset([*ids[:n_common], *ids[10:]]))
        found = match_themes([cluster], [known])
        assert dict(found.themes) == ({0: known.id} if is_kept else {})
        assert dict(found.overlap) == ({known.id: n_common / 10} if is_kept else {})
    assert match_themes([], [known]).themes == {}
    assert match_themes([Cluster(0, 1, frozenset(ids))], [known]).themes == {}
