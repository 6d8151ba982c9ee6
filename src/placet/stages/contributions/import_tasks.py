"""Imports that are read and written in the background."""

from uuid import UUID

from django_tasks import task

from placet.stages.contributions import imports


@task()
def read_import(import_id: str) -> None:
    """Read an uploaded file, for the page on which it is confirmed."""
    imports.read_import(UUID(import_id))


@task()
def run_import(import_id: str) -> None:
    """Write what was confirmed."""
    imports.run_import(UUID(import_id))
