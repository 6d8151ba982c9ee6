"""Audit entries of series and dialogues: with their actor on the record, without one under any other rule."""

from placet.stages.dialogues.models import Dialogue, HouseRule, Series
from placet.stages.people.models import Account
from placet.stages.record.actions import record, record_without_actor


def record_deed(
    verb: str, dialogue: Dialogue, account: Account | None, **detail: str | int | bool | list[str] | None
) -> None:
    """Write the audit entry of a deed on a dialogue, in its transaction.

    Where the dialogue is not on the record, the entry carries no actor, and its day instead of its moment:
    who did something, and when, would tell who was in the room.

    Parameters
    ----------
    account : Account or None
        Who did it; None where the platform itself did, or where nobody signed in.
    **detail
        What else a reader needs to understand the deed. Never personal data, never what was said.
    """
    action, scope_id = f"dialogues.{verb}", dialogue.series.reflection_id
    if dialogue.house_rule == HouseRule.ON_RECORD:
        actor_id = account.id if account else None
        record(action, target=dialogue.reference, actor_id=actor_id, scope_id=scope_id, **detail)
    else:
        record_without_actor(action, target=dialogue.reference, scope_id=scope_id, **detail)


def record_series_deed(verb: str, series: Series, account: Account, **detail: str | int | bool) -> None:
    """Write the audit entry of a deed on a series, in its transaction."""
    record(
        f"dialogues.{verb}",
        target=series.reference,
        actor_id=account.id,
        scope_id=series.reflection_id,
        **detail,
    )
