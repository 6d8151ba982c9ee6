"""Who may use the addresses of commitments, and of starting a new reflection from an old one."""

from placet.stages.followup.committing import add_indicator
from tests.permission_rows import EVERYBODY, NO_ONE, SECRETARIAT, Row, Who
from tests.stages.followup.commitments import SmallCommitment
from tests.stages.reflections import SmallReflection

# The account ``delegate`` speaks for France, which leads the commitment.
REPORTERS = SECRETARIAT | {"delegate"}
STATES = {"commitment": ("draft", "published"), "commitments": ("some",)}
READ = {"draft": SECRETARIAT, "published": EVERYBODY}
IN_CALENDARS = {"draft": NO_ONE, "published": EVERYBODY}
REPORTED = {"draft": SECRETARIAT, "published": REPORTERS}


def _commitment(get: Who | None, post: Who | None = None, *more: str) -> Row:
    return Row("commitment", get, post, ("commitment", *more))


def _commitments(get: Who | None, post: Who | None = None) -> Row:
    return Row("commitments", get, post, ("slug",))


TABLE = {
    "followup:list": _commitments(EVERYBODY),
    "followup:csv": _commitments(EVERYBODY),
    "followup:feed": _commitments(EVERYBODY),
    "followup:ics": _commitments(EVERYBODY),
    "followup:origin": _commitments(EVERYBODY),
    "followup:manage-list": _commitments(SECRETARIAT),
    "followup:start-anew": _commitments(SECRETARIAT, SECRETARIAT),
    "followup:commitment": _commitment(READ),
    "followup:commitment-ics": _commitment(IN_CALENDARS),
    "followup:report": _commitment(REPORTED, REPORTED),
    "followup:reach-milestone": _commitment(REPORTED, REPORTED, "commitment step"),
    "followup:manage-commitment": _commitment(SECRETARIAT),
    "followup:change-commitment": _commitment(SECRETARIAT, SECRETARIAT),
    "followup:publish-commitment": _commitment(SECRETARIAT, SECRETARIAT),
    "followup:add-milestone": _commitment(SECRETARIAT, SECRETARIAT),
    "followup:remove-milestone": _commitment(SECRETARIAT, SECRETARIAT, "commitment step"),
    "followup:add-indicator": _commitment(SECRETARIAT, SECRETARIAT),
    "followup:remove-indicator": _commitment(SECRETARIAT, SECRETARIAT, "indicator"),
    "followup:make-commitment": Row("commitments", SECRETARIAT, SECRETARIAT, ("decided",)),
}


def make(small: SmallReflection, kind: str, state: str) -> dict[str, object]:
    """A commitment in the state asked for, with a milestone and an indicator."""
    made = SmallCommitment(small, is_published=state != "draft")
    return {
        "commitment": made.commitment.reference,
        "commitment step": made.step(10).pk,
        "indicator": add_indicator(made.secretariat, made.commitment, {"en": "Lines"}).pk,
        "decided": made.decision.reference,
    }
