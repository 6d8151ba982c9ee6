"""Work of this stage that is done in the background. A worker's clock enqueues what is due."""

from django_tasks import task

from placet.stages.people import actions


@task()
def deliver_outbox() -> dict[str, int]:
    """Send what is due; what fails stays in the outbox until its next attempt is due."""
    delivery = actions.deliver_due_messages()
    return {"n_sent": delivery.n_sent, "n_failed": delivery.n_failed}


@task()
def forget_unverified_accounts() -> int:
    """Delete accounts whose address nobody confirmed in a week."""
    return actions.forget_unverified_accounts()
