"""What all tests may use: background work on demand, the demonstration in a process tree, a real browser.

A test that asks for ``page`` or ``demo_site`` is a journey: it goes against the demonstration as
``placet demo`` serves it, and ``page`` is a tab of Debian's Chromium that fails the test on any console
error. Where Chromium is missing, journeys in it skip. All journeys run in one worker, so that the
demonstration starts once.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.demonstration_site import DemonstrationSite, start_demonstration
from tests.settings import HOME_OF_TESTS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django.plugin import DjangoDbBlocker

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# Thousands of requests for who may use what: their queries run on PostgreSQL in the pages' own tests.
ASKED_ONCE = {Path(__file__).parent / "test_permissions.py"}
ON_POSTGRESQL = "PLACET_TEST_DATABASE_URL" in os.environ
# No example is too slow: the first one compiles, and a busy machine is no fault of the code.
settings.register_profile("placet", deadline=None)
settings.load_profile("placet")

BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the journeys; on PostgreSQL keep what uses the database, but for what is asked once, on SQLite."""
    for item in items:
        if "demo_site" in getattr(item, "fixturenames", ()):
            item.add_marker("journey")
            item.add_marker(pytest.mark.xdist_group("journeys"))
    if ON_POSTGRESQL:
        kept = [item for item in items if uses_database(item) and item.path not in ASKED_ONCE]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


def uses_database(item: pytest.Item) -> bool:
    """Whether a test asks for the test database, by a mark or through a fixture."""
    fixtures = {"db", "transactional_db", "_django_db_helper", "live_server"}
    return bool(item.get_closest_marker("django_db") or fixtures & set(getattr(item, "fixturenames", ())))


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(HOME_OF_TESTS, ignore_errors=True)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Begin in English: Django's test client leaves the language of the last page switched on."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: "DjangoDbBlocker") -> None:
    """The test database, with the triggers that models know nothing of."""
    from django.db import connection

    from placet.config.schema import complete_schema

    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        complete_schema(editor)


@pytest.fixture
def run_tasks(db: None) -> Callable[[], int]:
    """Run the background tasks that are due, as the worker does, and say how many there were."""
    from django_tasks_db.management.commands.db_worker import Worker
    from django_tasks_db.models import DBTaskResult

    def run() -> int:
        worker = Worker(
            queue_names=["*"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id="tests",
            excluded_queue_names=[],
        )
        count = 0
        while (result := DBTaskResult.objects.ready().first()) is not None:
            result.claim(worker.worker_id)
            worker.run_task(result)
            result.refresh_from_db()
            assert result.status == "SUCCESSFUL", result.traceback
            count += 1
        return count

    return run


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is; the test skips where it is missing."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    return CHROMIUM


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemonstrationSite]:
    """The demonstration, served by ``placet demo`` from a folder of its own."""
    site = start_demonstration(tmp_path_factory.mktemp("demonstration") / "home")
    yield site
    site.stop()


# Playwright's loop lives in this thread as long as the browser does, and Django's test client cannot work
# beside it: each module has its own.
@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator["Browser"]:
    """Chromium, started once a module."""
    from playwright.sync_api import sync_playwright

    # Playwright's event loop stays in this thread; without this Django would refuse every later query.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=BROWSER_ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def new_page(browser: "Browser", demo_site: DemonstrationSite) -> Iterator[Callable[..., "Page"]]:
    """Open a tab in a fresh context: ``new_page(locale="fr-FR", viewport=…, color_scheme="dark")``.

    Whatever lands in a console, fails to load or breaks the content security policy fails the test.
    What a test provokes on purpose (a 404 page) it takes out of ``page.console_errors`` itself.
    """
    contexts = []
    errors: list[str] = []

    def open_page(**options: object) -> "Page":
        context = browser.new_context(**{"base_url": demo_site.url, "reduced_motion": "reduce", **options})  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda m: (
                errors.append(f"{m.type}: {m.text} ({m.location['url']})")
                if m.type in ("error", "warning")
                else None
            ),
        )
        page.on("pageerror", lambda error: errors.append(f"exception: {error}"))
        page.console_errors = errors  # type: ignore[attr-defined]
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors, "The browser's console is not clean:\n" + "\n".join(errors)


@pytest.fixture
def page(new_page: Callable[..., "Page"]) -> "Page":
    """One tab, in English, on a laptop's screen."""
    return new_page(locale="en-GB", viewport={"width": 1280, "height": 800})


@pytest.fixture
def axe() -> Callable[["Page"], None]:
    """Check a page's accessibility: ``axe(page)`` fails with what to repair, and where."""
    from axe_playwright_python.sync_playwright import Axe

    checker = Axe()

    def check(page: "Page") -> None:
        # Once what was changed last is drawn.
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        violations = checker.run(page).response["violations"]
        lines = [
            f"{violation['id']} ({violation['impact']}): {violation['help']}\n    "
            + "\n    ".join(f"{node['target'][0]}  {node['html'][:160]}" for node in violation["nodes"][:5])
            for violation in violations
        ]
        assert not lines, f"{page.url} is not accessible:\n" + "\n".join(lines)

    return check


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder that holds README.md."""
    return Path(__file__).resolve().parent.parent
