"""Work for the background: translations by machine."""

from uuid import UUID

from django_tasks import task

from placet.portal import translation_actions


@task()
def translate_missing(run_id: str) -> None:
    """Translate for about a minute, and come back for the rest once other work has had its turn."""
    if translation_actions.translate_missing(UUID(run_id)):
        translate_missing.enqueue(run_id)
