"""``placet analyze``: a conversation's export in, a report out. Runs on the engine alone."""

from pathlib import Path

import click


@click.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
def analyze(source: Path, out: Path) -> None:
    """Analyse a Polis export and write a report."""
    raise click.ClickException("The engine's command is still being written.")
