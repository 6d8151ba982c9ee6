"""The state of a dialogue and its house rule: nothing else changes them.

A dialogue goes from draft to announced, under way, ended and reported. An announced one may be cancelled;
one that was held without the live room goes from announced to ended. A draft that is not wanted is deleted.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.dialogues.models import Dialogue, HouseRule, Series
from placet.stages.dialogues.recording import record_deed
from placet.stages.people.models import Account

_State = Dialogue.State
NEXT: dict[str, frozenset[Dialogue.State]] = {
    _State.DRAFT: frozenset({_State.ANNOUNCED}),
    _State.ANNOUNCED: frozenset({_State.LIVE, _State.ENDED, _State.CANCELLED}),
    _State.LIVE: frozenset({_State.ENDED}),
    _State.ENDED: frozenset({_State.REPORTED}),
    _State.REPORTED: frozenset(),
    _State.CANCELLED: frozenset(),
}
TOLD_TO_CALENDARS = frozenset({_State.ANNOUNCED, _State.CANCELLED})
STRICTNESS = {
    HouseRule.ON_RECORD: 0,
    HouseRule.CHATHAM_HOUSE: 1,
    HouseRule.UNKNOWN: 1,  # nothing is attributed
    HouseRule.CLOSED: 2,
}
_VERBS = {
    _State.ANNOUNCED: "announce_dialogue",
    _State.LIVE: "begin_dialogue",
    _State.ENDED: "end_dialogue",
    _State.REPORTED: "report_dialogue",
    _State.CANCELLED: "cancel_dialogue",
}


@transaction.atomic
def move(dialogue: Dialogue, to: Dialogue.State, account: Account | None) -> bool:
    """Bring a dialogue into another state; the caller has asked whether the account may.

    Parameters
    ----------
    dialogue : Dialogue
        Read anew under a lock, and brought up to date.
    account : Account or None
        Who does it; None where the platform itself does.

    Returns
    -------
    bool
        Whether it moved; False where it was in that state already: asked twice, it does nothing the second
        time, and writes no second entry.

    Raises
    ------
    ValidationError
        Where no way leads there from the state that it is in.
    """
    current = Dialogue.objects.select_for_update(of=("self",)).select_related("series").get(pk=dialogue.pk)
    if current.state == to:
        dialogue.refresh_from_db()
        return False
    _check_move(current, to)
    current.state = to
    changed = ["state"]
    if to in TOLD_TO_CALENDARS:
        changed += mark_for_calendars(current)
    current.save(update_fields=changed)
    dialogue.refresh_from_db()
    record_deed(_VERBS[to], current, account)
    return True


def mark_for_calendars(dialogue: Dialogue) -> list[str]:
    """Count up what calendars compare, on a locked row; the names of the fields to be saved."""
    dialogue.calendar_sequence += 1
    dialogue.changed_at = timezone.now()
    return ["calendar_sequence", "changed_at"]


def check_house_rule(dialogue: Dialogue, wanted: str) -> None:
    """Refuse a house rule that would tell more than was promised.

    Raises
    ------
    ValidationError
        Where a dialogue that was announced would get a looser one, or one that has begun another one.
    """
    if wanted == dialogue.house_rule or dialogue.state == _State.DRAFT:
        return
    if dialogue.state != _State.ANNOUNCED:
        raise ValidationError({"house_rule": _("The house rule cannot change once a dialogue has begun.")})
    if STRICTNESS[HouseRule(wanted)] < STRICTNESS[HouseRule(dialogue.house_rule)]:
        raise ValidationError(
            {"house_rule": _("Once a dialogue is announced, its house rule may only become stricter.")}
        )


def _check_move(dialogue: Dialogue, to: Dialogue.State) -> None:
    if to not in NEXT[dialogue.state]:
        raise ValidationError(
            _("A dialogue that is %(state)s cannot become %(wanted)s."),
            params={"state": dialogue.get_state_display(), "wanted": to.label},
        )
    if to == _State.ANNOUNCED and dialogue.series.state != Series.State.PUBLISHED:
        raise ValidationError(_("Publish the series first."))
    if to == _State.LIVE and dialogue.house_rule == HouseRule.UNKNOWN:
        raise ValidationError(_("Settle its house rule first: whoever speaks has to know it."))
    if to == _State.REPORTED and dialogue.house_rule == HouseRule.CLOSED:
        raise ValidationError(_("Nothing is reported of a closed dialogue."))
