"""Actions on a reflection: each refuses every role that may not."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from placet.stages.mandates import actions
from placet.stages.mandates.actions import NewMilestone, ReflectionFrame
from placet.stages.mandates.models import Constituency, Member, Milestone, Role, RoleGrant
from placet.stages.mandates.participation import grant_role, invite, revoke_invitation, revoke_role
from placet.stages.mandates.permissions import Actor
from placet.stages.record.models import AuditEntry
from tests.stages.reflections import NOBODY, SmallReflection

pytestmark = pytest.mark.django_db

EVERYBODY = [*Role.values, "participant", "stranger", "nobody", "secretariat of another"]
Deed = Callable[[Actor, SmallReflection], object]
DAY = date(2030, 1, 1)
WORDS = {"en": "Words"}


def frame(small: SmallReflection) -> ReflectionFrame:
    reflection = small.reflection
    return ReflectionFrame(
        slug=reflection.slug,
        reference_prefix=reflection.reference_prefix,
        name={"en": "New name"},
        summary={"en": "New summary"},
        languages=("en", "fr"),
        time_zone="UTC",
        accent_colour="#123456",
        emblem="anchor",
    )


def mandate(who: Actor, small: SmallReflection) -> object:
    parts = {"issuer": WORDS, "meeting": WORDS, "body": WORDS, "scope": WORDS}
    return actions.write_mandate(who, small.reflection, **parts, given_date=DAY, due_date=None)


def milestone(small: SmallReflection) -> Milestone:
    return Milestone.objects.filter(reflection=small.reflection).latest("pk")


DEEDS: dict[str, Deed] = {
    "frame": lambda who, s: actions.change_reflection(who, s.reflection, frame(s)),
    "publish": lambda who, s: actions.publish_reflection(who, s.reflection),
    "mandate": mandate,
    "priority": lambda who, s: actions.add_priority(who, s.reflection, title=WORDS, description=WORDS),
    "reword": lambda who, s: actions.change_priority(who, s.priority, title=WORDS, description=WORDS),
    "entry": lambda who, s: actions.add_milestones(
        who, s.reflection, [NewMilestone("report", WORDS, {}, DAY, DAY)]
    ),
    "change entry": lambda who, s: actions.change_milestone(
        who, milestone(s), NewMilestone("report", WORDS, {}, DAY, DAY)
    ),
    "remove entry": lambda who, s: actions.remove_milestone(who, milestone(s)),
    "members": lambda who, s: actions.add_members(who, s.reflection, {"DE": {"en": "Germany"}}),
    "rename": lambda who, s: actions.change_name(who, Member.objects.filter(code="PL")[0], WORDS),
    "constituencies": lambda who, s: actions.add_constituencies(who, s.reflection, {"experts": WORDS}),
    "remove": lambda who, s: actions.remove_member_or_constituency(
        who, Constituency.objects.filter(reflection=s.reflection)[0]
    ),
    "invite": lambda who, s: invite(who, s.reflection, "guest@guests.example"),
    "revoke invitation": lambda who, s: revoke_invitation(
        who, invite(s.secretariat, s.reflection, "other@guests.example")[0]
    ),
    "grant": lambda who, s: grant_role(who, s.reflection, s.accounts["stranger"], Role.PARTNER),
    "revoke": lambda who, s: revoke_role(
        who, RoleGrant.objects.get(reflection=s.reflection, role=Role.ANALYST)
    ),
}


@pytest.mark.parametrize("who", EVERYBODY)
def test_each_deed_refuses_whoever_may_not(who: str) -> None:
    small = SmallReflection()
    asking: Actor
    if who == "nobody":
        asking = NOBODY
    elif who == "secretariat of another":
        asking = SmallReflection(slug="other", prefix="OTHER").secretariat
    else:
        asking = small.accounts[who]
    for name, deed in DEEDS.items():
        before = AuditEntry.objects.exclude(actor_id=small.secretariat.id).count()
        if who == Role.SECRETARIAT:
            deed(asking, small)
        else:
            with pytest.raises(PermissionDenied):
                deed(asking, small)
            assert AuditEntry.objects.exclude(actor_id=small.secretariat.id).count() == before, name


@pytest.mark.parametrize("who", [*(role for role in Role.values if role != Role.SECRETARIAT), "nobody"])
def test_only_founders_found(who: str) -> None:
    small = SmallReflection()
    asking: Actor = NOBODY if who == "nobody" else small.accounts[who]
    with pytest.raises(PermissionDenied):
        actions.found_reflection(asking, frame(small))


def test_the_address_and_the_working_language_stay() -> None:
    small = SmallReflection()
    for change in ({"slug": "else"}, {"reference_prefix": "ELSE"}, {"languages": ("fr", "en")}):
        values = {name: getattr(frame(small), name) for name in ReflectionFrame.__slots__}
        with pytest.raises(ValidationError):
            actions.change_reflection(
                small.secretariat, small.reflection, ReflectionFrame(**(values | change))
            )


def test_a_milestone_is_one_day_or_more() -> None:
    small = SmallReflection()
    before = Milestone.objects.count()
    for start, end in ((date(2030, 2, 1), DAY), (DAY, date(2030, 2, 1))):
        new = NewMilestone("report", WORDS, {}, start, end)
        with pytest.raises(ValidationError):
            actions.add_milestones(small.secretariat, small.reflection, [new])
        with pytest.raises(ValidationError):
            actions.change_milestone(small.secretariat, milestone(small), new)
    assert Milestone.objects.count() == before


def test_a_member_to_which_somebody_belongs_stays() -> None:
    small = SmallReflection()
    small.participant(member="PL")
    member = Member.objects.get(reflection=small.reflection, code="PL")
    with pytest.raises(ValidationError, match="it stays"):
        actions.remove_member_or_constituency(small.secretariat, member)
    assert Member.objects.filter(pk=member.pk).exists()
