"""Libraries that only ``placet[text]`` installs."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class MissingExtraError(ImportError):
    """A library of ``placet[text]`` is not installed; the message says which, and how to install it."""


def import_extra(module: str) -> Any:
    """Import a library of the extra, or say what is missing.

    Raises
    ------
    MissingExtraError
        If the library is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        # What the library itself misses is another matter, and is said as it is.
        if error.name != module.split(".")[0]:
            raise
        message = f'{error.name} is not installed. Install it with: pip install "placet[text]"'
        raise MissingExtraError(message, name=error.name) from None
