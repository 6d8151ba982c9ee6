"""Commands for whoever runs an installation: back it up, restore it, examine it, let somebody begin."""

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import click

from placet.cli.starting import end_like_interrupt, fail, set_up_django

file_argument = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.command()
@file_argument
def backup(file: Path) -> None:
    """Write FILE: database, uploaded files and secret key in one archive, while the platform runs.

    It holds all that people wrote and the key that signs sessions and links: keep it as carefully as the
    server. Only its owner can read it. PostgreSQL needs pg_dump.
    """
    with _examined_database():
        from placet.config.backup.saving import create_backup

        with _progress() as report:
            manifest = create_backup(file, report)
    rows = sum(table.rows for table in manifest.tables.values())
    click.echo(
        f"{file}: {rows} rows of {len(manifest.tables)} tables, {len(manifest.members) - 2} uploaded files "
        f"and the secret key ({file.stat().st_size / 1e6:.1f} MB). Keep it on another machine."
    )


@click.command()
@file_argument
@click.option("--replace", is_flag=True, help="Lose what is here for what the backup holds.")
def restore(file: Path, replace: bool) -> None:
    """Put back what FILE holds: database, uploaded files and secret key; all of it, or nothing.

    The archive is verified first, and what was loaded is compared with its counts and digests. Take your own
    backups only: a dump of PostgreSQL is a program. PostgreSQL needs pg_restore.
    """
    with _examined_database():
        from placet.config.backup.restoring import restore_backup

        with _progress() as report:
            restored = restore_backup(file, report, is_replacing=replace)
    manifest = restored.manifest
    rows = sum(table.rows for table in manifest.tables.values())
    click.echo(
        f"Restored the backup of {manifest.made_at}: {rows} rows of {len(manifest.tables)} tables and "
        f"{len(manifest.members) - 2} uploaded files, all as the backup's manifest says."
    )
    if restored.is_other_key_set:
        click.echo(
            "PLACET_SECRET_KEY is not the backup's key: sessions and links made before will not be accepted."
        )


@contextlib.contextmanager
def _examined_database() -> Iterator[None]:
    """Set Django up, and end in a sentence where the command cannot go on."""
    end_like_interrupt()
    try:
        set_up_django()
        from django.db import Error

        from placet.config.backup.archive import BackupError
        from placet.config.surroundings import UnsuitableError

        try:
            yield
        except (BackupError, UnsuitableError) as error:
            fail(str(error))
        except Error as error:
            fail(f"The database refuses ({type(error).__name__}); nothing was changed. Try placet doctor.")
        except OSError as error:
            where = f" {error.filename}" if error.filename else ""
            fail(f"{error.strerror or 'A file cannot be read or written'}:{where}; nothing was changed.")
    except KeyboardInterrupt:
        fail("Stopped. Nothing was changed, and nothing is left half-written.", status=130)


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each step, on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    bars: dict[str, TaskID] = {}
    with Progress(*columns, console=Console(stderr=True)) as progress:

        def report(step: str, done: int, total: int) -> None:
            if step not in bars:
                bars[step] = progress.add_task(step, total=total or None)
            progress.update(bars[step], completed=done, total=total or None)

        yield report


@click.command()
@click.option("--json", "is_json", is_flag=True, help="One JSON list, for a program that reads it.")
def doctor(is_json: bool) -> None:
    """Examine an installation: one line a check, with what to do. No mail is sent.

    Ends with status 1 where something is at fault; a warning alone does not.
    """
    set_up_django()
    from placet.config.doctor import examine

    findings = list(examine())
    if is_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        for finding in findings:
            advice = f" → {finding.advice}" if finding.advice else ""
            click.echo(f"{finding.state:<8}{finding.check}: {finding.says}{advice}")
    sys.exit(any(finding.state == "fault" for finding in findings))


@click.command()
@click.argument("address")
@click.option(
    "--language", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="Of a new account."
)
def founder(address: str, language: str) -> None:
    """Let whoever has ADDRESS found reflections; makes the account where there is none.

    For the first one on a new installation, and any later one. Repeating it changes nothing.
    """
    with _examined_database():
        from django.conf import settings
        from django.core.exceptions import ValidationError
        from django.urls import reverse
        from django.utils.translation import override

        from placet.config.preparation import are_tables_current
        from placet.stages.people.actions import let_found_reflections

        if not are_tables_current():
            fail(
                "The database's tables are not those of this version: start `placet serve`, then repeat this."
            )
        try:
            with override("en"):
                account = let_found_reflections(address, language=language)
        except ValidationError as error:
            fail(f"{address}: {' '.join(error.messages)}")
        with override(account.language):
            sign_in, found = reverse("account_login"), reverse("mandates:found")
    click.echo(f"{account.email} may found reflections.")
    click.echo(
        f"Sign in at {settings.PUBLIC_URL}{sign_in} with a code sent there (a new account: within a week),"
    )
    click.echo(f"and found the first reflection at {settings.PUBLIC_URL}{found}.")
