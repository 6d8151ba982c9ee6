"""Work of this stage that is done in the background. A worker's clock enqueues what is due."""

from uuid import UUID

from django_tasks import task

from placet.stages.sensemaking import actions
from placet.stages.sensemaking.themes import building


@task()
def run_analysis(run_id: str) -> str:
    """Carry an analysis run out; returns its state afterwards."""
    return actions.run_analysis(UUID(run_id)).value


@task()
def draw_reports(run_id: str) -> None:
    """Draw a finished run's reports, in every language."""
    actions.draw_reports(UUID(run_id))


@task()
def build_themes(run_id: str) -> str:
    """Carry a theme run out; returns its state afterwards."""
    return building.build_themes(UUID(run_id)).value


@task()
def enqueue_due_work() -> dict[str, int]:
    """Ask for the runs, and publish the releases, that are due."""
    return actions.enqueue_due_work()
