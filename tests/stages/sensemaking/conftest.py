"""A small reflection with opinions in it. Drawing is slow: it is replaced where a test is not about it."""

from collections.abc import Iterator

import pytest

from placet.stages.sensemaking import renderings
from placet.stages.sensemaking.documents import document_of
from tests.stages.reflections import SmallReflection


@pytest.fixture(autouse=True)
def fresh_documents() -> Iterator[None]:
    document_of.cache_clear()
    yield
    document_of.cache_clear()


@pytest.fixture(autouse=True)
def quick_drawing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures and reports of a line each, unless the test is marked with the fixture ``real_drawing``."""
    if "real_drawing" in request.fixturenames:
        return
    for kind in renderings.FIGURES:
        monkeypatch.setitem(
            renderings.FIGURES, kind, lambda document, *, language: f'<svg lang="{language}"></svg>'
        )
    monkeypatch.setattr(renderings, "render_report", lambda document, *, language, command: command)


@pytest.fixture
def real_drawing() -> None:
    """Draw with the engine."""


@pytest.fixture
def small() -> SmallReflection:
    return SmallReflection(n_statements=10)
