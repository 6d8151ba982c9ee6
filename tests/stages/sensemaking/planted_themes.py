"""Planted themes: a plan says which statement stands where, so that tests need no model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from placet.stages.consultations.models import Consultation, Statement
from placet.stages.consultations.queries import accepted_statements
from placet.stages.sensemaking.theme_models import Theme, ThemeAssignment, ThemeRun
from placet.stages.sensemaking.themes import building, summaries
from placet.stages.sensemaking.themes.building import build_themes, request_themes
from placet.stages.sensemaking.themes.keeping import FoundThemes
from placet.stages.sensemaking.vectors import Corpus
from placet.stages.texts.models import TextVersion
from tests.stages.reflections import SmallReflection

Plan = Mapping[str, Sequence[int]]  # "main" or "main/below" → numbers of statements, from 1


@dataclass(frozen=True)
class PlantedTheme:
    key: int
    parent: int | None
    members: np.ndarray
    labels: Mapping[str, tuple[str, ...]]
    representative: np.ndarray
    language_p_value: float | None = None
    is_only_a_language: bool = False
    label_languages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PlantedThemes:
    themes: tuple[PlantedTheme, ...]
    theme_of: np.ndarray
    stability: float | None


def planted(corpus: Corpus, plan: Plan, *, stability: float | None = 0.71) -> PlantedThemes:
    """The themes of a plan; numbers that the corpus lacks are left out."""
    place = {reference: i for i, reference in enumerate(corpus.references)}
    first = min((int(reference.rpartition("-")[2]) for reference in place), default=1)
    prefix = next(iter(place), "X-S-0001").rpartition("-")[0]
    index = {n: place[r] for n in range(1, 1000) if (r := f"{prefix}-{first + n - 1:04d}") in place}
    mains = list(dict.fromkeys(name.partition("/")[0] for name in plan))
    names = [*mains, *(name for name in plan if "/" in name)]
    theme_of = np.full(len(corpus.references), -1)
    themes = []
    for key, name in enumerate(names):
        own = [index[n] for n in plan.get(name, ()) if n in index]
        below = [
            index[n] for other in plan if other.startswith(f"{name}/") for n in plan[other] if n in index
        ]
        theme_of[own] = key
        members = np.array(sorted([*own, *below]), dtype=np.int64)
        themes.append(
            PlantedTheme(
                key=key,
                parent=mains.index(name.partition("/")[0]) if "/" in name else None,
                members=members,
                labels={"en": (f"{name} term", "other"), "fr": (f"{name} terme", "autre")},
                representative=members[:3],
            )
        )
    return PlantedThemes(tuple(themes), theme_of, stability)


def small_corpus(consultation: Consultation, **_options: object) -> Corpus:
    """The live statements, with vectors drawn by their references."""
    rows = list(accepted_statements(consultation).select_related("text"))
    versions = {
        version.text_id: version
        for version in TextVersion.objects.filter(text__in=[row.text_id for row in rows]).order_by("number")
    }
    vectors = np.random.default_rng(1).normal(size=(len(rows), 8)).astype(np.float32)
    return Corpus(
        statement_ids=tuple(row.pk for row in rows),
        version_ids=tuple(versions[row.text_id].pk for row in rows),
        references=tuple(row.reference for row in rows),
        bodies=tuple(versions[row.text_id].body for row in rows),
        languages=tuple(row.text.language for row in rows),
        vectors=vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-9),
    )


class Planter:
    """Runs that find what the test says, without a model."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch
        monkeypatch.setattr(building, "corpus_of", small_corpus)
        monkeypatch.setattr(building, "text_embedder", lambda: None)
        monkeypatch.setattr(building, "centred_model", lambda embedder: "fake/1")
        monkeypatch.setattr(summaries, "corpus_of", small_corpus)

    def will_find(self, plan: Plan, *, stability: float | None = 0.71) -> None:
        def find_in(corpus: Corpus, *, seed: int, on_progress: object) -> FoundThemes:
            return FoundThemes(corpus, planted(corpus, plan, stability=stability), "fake/1")  # type: ignore[arg-type]

        self.monkeypatch.setattr(building, "find_in", find_in)

    def find(self, small: SmallReflection, plan: Plan, *, stability: float | None = 0.71) -> ThemeRun:
        """A finished run."""
        self.will_find(plan, stability=stability)
        run = request_themes(small.secretariat, small.consultation)
        assert build_themes(run.pk) == ThemeRun.State.DONE
        return ThemeRun.objects.get(pk=run.pk)


def numbers_in(theme: Theme, small: SmallReflection) -> list[int]:
    """The numbers of the statements that stand in a theme itself."""
    order = {row.pk: n for n, row in enumerate(all_statements(small), start=1)}
    return sorted(
        order[pk] for pk in ThemeAssignment.objects.filter(theme=theme).values_list("statement", flat=True)
    )


def all_statements(small: SmallReflection) -> list[Statement]:
    """All statements, by reference: the order of their numbers."""
    return list(Statement.objects.filter(consultation=small.consultation).order_by("reference"))


def theme_with(small: SmallReflection, number: int) -> Theme:
    """The theme in which the statement of that number stands."""
    statement = all_statements(small)[number - 1]
    return ThemeAssignment.objects.select_related("theme").get(statement=statement).theme


def reference_of(small: SmallReflection, *numbers: int) -> list[str]:
    return [all_statements(small)[number - 1].reference for number in numbers]
