"""What commands say on a terminal while they work: how far they are, and lines that fit."""

from __future__ import annotations

INTERRUPTED = 130  # the exit code of a shell for Ctrl-C


class Progress:
    """A progress bar on standard error: shown on a terminal, silent elsewhere."""

    def __init__(self) -> None:
        from rich import progress
        from rich.console import Console

        self._bar = progress.Progress(console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task("", total=1.0)

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def __call__(self, stage: str, share: float) -> None:
        self._bar.update(self._task, description=stage, completed=share)


def one_line(text: str, limit: int = 100) -> str:
    """Return text fit for a terminal: one line, no control characters, not too long."""
    line = "".join(c if c.isprintable() else " " for c in " ".join(text.split()))
    return line if len(line) <= limit else line[: limit - 1] + "\u2026"
