"""Work of this stage that is done in the background."""

from uuid import UUID

from django_tasks import task

from placet.stages.consultations import imports


@task()
def run_import(import_id: str) -> None:
    """Put an uploaded export into its consultation."""
    imports.run_import(UUID(import_id))
