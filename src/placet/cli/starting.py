"""What the platform's commands have in common: Django set up, and an end in one sentence."""

import importlib.util
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

import click


def set_up_django() -> None:
    """Load settings and apps; a setting that cannot be is said in one sentence."""
    load_settings()
    import django

    django.setup()


def load_settings() -> None:
    """Read the settings alone."""
    require_platform()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "placet.config.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from environs import EnvError

    try:
        bool(settings.SECRET_KEY)
    except (EnvError, ImproperlyConfigured, ValueError) as error:
        fail(f"A setting is wrong: {' '.join(str(error).split())} See docs/guides/settings.md.")
    except OSError as error:
        fail(f"PLACET_HOME cannot be used ({error.strerror}): make it writable, or name another folder.")


def require_platform() -> None:
    """See that more than the engine is installed."""
    if importlib.util.find_spec("django") is None:
        fail("This command needs the platform, and the engine alone is here: pip install 'placet[platform]'.")


def end_like_interrupt() -> None:
    """Have SIGTERM and SIGHUP end a command as Ctrl-C does, so that it cleans up."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


def fail(message: str, *, status: int = 1) -> NoReturn:
    """End the command with one sentence on standard error."""
    click.echo(f"placet: {message}", err=True)
    sys.exit(status)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
