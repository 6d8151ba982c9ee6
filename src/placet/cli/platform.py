"""Commands of the platform: serve it, with a demonstration or without, whole or one process at a time.

Django is imported inside the commands: ``placet --help`` and ``placet analyze`` do without it.
"""

import http.client
import os
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import click

from placet.cli.starting import end_like_interrupt, fail, load_settings, require_platform, set_up_django

ROLES = ("secretariat", "moderator", "partner", "delegate", "participant")
DEFAULT_PORT = 8000
START_SECONDS = 60.0

port_option = click.option(
    "--port", type=click.IntRange(1, 65535), default=DEFAULT_PORT, show_default=True, help="Port to serve at."
)
child_option = click.option("--end-with-parent", is_flag=True, hidden=True)


@click.command()
@port_option
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help="Folder for the demonstration's database and files.",
)
def demo(port: int, home: Path) -> None:
    """Serve the demonstration: a reflection with simulated participants."""
    # Whatever is configured for a real installation is not touched: the demonstration has its own folder.
    for name in [name for name in os.environ if name.startswith("PLACET_")]:
        del os.environ[name]
    for name in ("DATABASE_URL", "EMAIL_URL"):
        os.environ.pop(name, None)
    os.environ["PLACET_DEMONSTRATION"] = "1"
    os.environ["PLACET_HOME"] = str(home.absolute())
    os.environ["PLACET_URL"] = f"http://localhost:{port}"
    _serve("127.0.0.1", port, home, n_workers=1, is_demonstration=True)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@port_option
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Background workers."
)
def serve(host: str, port: int, workers: int) -> None:
    """Serve the whole platform as one process tree, configured by the environment."""
    _serve(host, port, Path(os.environ.get("PLACET_HOME", "var")), n_workers=workers, is_demonstration=False)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@port_option
@click.option(
    "--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="Serving processes."
)
@child_option
def web(host: str, port: int, processes: int, end_with_parent: bool) -> None:
    """Serve the pages alone (`serve` starts this and the rest)."""
    load_settings()
    from django.conf import settings
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from placet.config.metrics_folder import share_metrics

    _join(end_with_parent)
    share_metrics(settings.HOME, port)
    Granian(
        "placet.config.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=processes,
        workers_kill_timeout=4,
        log_level=LogLevels.warning,
        log_dictconfig=settings.LOGGING,
        websockets=False,
    ).serve()


@click.command()
@child_option
def worker(end_with_parent: bool) -> None:
    """Do background work alone (`serve` starts this and the rest)."""
    set_up_django()
    from django.core.management import call_command

    _join(end_with_parent)
    call_command("db_worker", queue_name="*", interval=0.5, startup_delay=False, verbosity=0)


@click.command()
@child_option
def clock(end_with_parent: bool) -> None:
    """Look for work that comes due, alone (`serve` starts this and the rest)."""
    set_up_django()
    from placet.config.clock import run_clock

    _join(end_with_parent)
    run_clock()


@click.command()
@child_option
def follow(end_with_parent: bool) -> None:
    """Keep the live maps of open consultations, alone (`serve` starts this and the rest)."""
    set_up_django()
    from placet.config.following import run_follower

    _join(end_with_parent)
    run_follower()


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run one of Django's own commands: migrate, check, shell, ..."""
    require_platform()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "placet.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["placet manage", *arguments])


def _serve(host: str, port: int, home: Path, *, n_workers: int, is_demonstration: bool) -> None:
    """Prepare, start the process tree, say where it is, and wait until somebody ends it."""
    started_at = time.monotonic()
    require_platform()
    from placet.config.processes import ChildEndedError, ProcessTree, Program
    from placet.config.surroundings import UnsuitableError, check_folder, check_port

    end_like_interrupt()
    try:
        check_port(host, port)
        check_folder(home)
        _prepare(is_demonstration)
    except UnsuitableError as error:
        fail(str(error))
    except KeyboardInterrupt:
        fail("Stopped before it was ready. Nothing is half-done: run the same command again.", status=130)

    def program(name: str, *arguments: str) -> Program:
        return Program(name, [sys.executable, "-m", "placet.cli", *arguments, "--end-with-parent"])

    tree = ProcessTree()
    try:
        with tree.running(program("web server", "web", "--host", host, "--port", str(port))):
            if tree.wait_until(lambda: _is_ready(host, port), timeout=START_SECONDS):
                # Whoever waits, waits for the first page: the rest starts when that is there.
                tree.start(
                    *(program("worker", "worker") for _ in range(n_workers)),
                    program("clock", "clock"),
                    program("follower", "follow"),
                )
                _announce(is_demonstration, time.monotonic() - started_at)
                tree.wait()
            elif not tree.is_asked_to_end:
                fail(f"The web server did not answer within {START_SECONDS:.0f} s; what it said is above.")
    except ChildEndedError as error:
        fail(f"{error} Everything else was ended too. What it said is above; run the same command again.")
    click.echo("\nStopped.")


def _prepare(is_demonstration: bool) -> None:
    """Bring database, static files and demonstration up to date, showing what takes long."""
    set_up_django()
    from django.db import connections

    from placet.config import preparation

    click.echo(preparation.describe_database())
    if not preparation.are_tables_current():
        click.echo("Updating the database's tables ...")
        preparation.update_tables()
    if preparation.collect_static_files():
        click.echo("Collected the static files.")
    if is_demonstration:
        _load_demonstration()
    connections.close_all()


def _load_demonstration() -> None:
    """Load the demonstration, unless it is there already, and show how far it is."""
    from placet.stages.mandates.models import Reflection

    if Reflection.objects.exists():  # the load itself asks more closely, but takes long to import
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    from placet.demonstration.load import load_demonstration

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns) as progress:
        bar: list[TaskID] = []

        def report(step: str, done: int, total: int) -> None:
            if not bar:
                bar.append(progress.add_task("Loading the demonstration", total=total))
            progress.update(bar[0], description=f"Loading the demonstration: {step}", completed=done)

        load_demonstration(report=report)


def _announce(is_demonstration: bool, seconds: float) -> None:
    """Say where the platform is, and in the demonstration how to sign in."""
    from django.conf import settings
    from django.db import connections

    click.echo(f"\nPlacet is ready after {seconds:.1f} s:\n\n  {settings.PUBLIC_URL}/\n")
    if is_demonstration:
        from placet.demonstration.sign_in import sign_in_url

        click.echo("Sign in with one click, in a role:\n")
        for role in ROLES:
            click.echo(f"  {role:<12} {sign_in_url(role)}")
        connections.close_all()
        click.echo("")
    click.echo("Ctrl-C ends all of it.")


def _is_ready(host: str, port: int) -> bool:
    """Whether the web server answers, its database does, and the tables are there."""
    from django.conf import settings

    public = urlsplit(settings.PUBLIC_URL)
    address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound
    connection = http.client.HTTPConnection(address, port, timeout=5)
    try:
        connection.request(
            "GET", "/readyz", headers={"Host": public.netloc, "X-Forwarded-Proto": public.scheme}
        )
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _join(end_with_parent: bool) -> None:
    """Use the home beside the other processes, and end with the parent where there is one."""
    from django.conf import settings

    from placet.config import processes
    from placet.config.occupancy import join_home
    from placet.config.surroundings import UnsuitableError

    try:
        join_home(settings.HOME)
    except UnsuitableError as error:
        fail(str(error))
    if end_with_parent:
        processes.end_with_parent()
