"""Who may use the addresses of findings."""

from placet.stages.sensemaking.finding_models import Evidence, Finding
from placet.stages.sensemaking.findings.publishing import withdraw_finding
from tests.permission_rows import EVERYBODY, SECRETARIAT, Row, Who
from tests.stages.reflections import SmallReflection
from tests.stages.sensemaking.findings.findings import SmallFinding

ANALYSING = frozenset({"secretariat", "analyst"})
PUBLIC_FINDING = {"draft": ANALYSING, "published": EVERYBODY, "withdrawn": EVERYBODY}
STATES = {"finding": ("draft", "published", "withdrawn"), "findings": ("some",)}


def _finding(get: Who | None = None, post: Who | None = None, *more: str) -> Row:
    return Row("finding", get, post, ("finding", *more))


TABLE = {
    "sensemaking:findings": Row("findings", EVERYBODY, None, ("slug",)),
    "sensemaking:manage-findings": Row("findings", SECRETARIAT, None, ("slug",)),
    "sensemaking:write-finding": Row("findings", SECRETARIAT, SECRETARIAT, ("slug",)),
    "sensemaking:finding": _finding(PUBLIC_FINDING),
    "sensemaking:manage-finding": _finding(SECRETARIAT),
    "sensemaking:change-finding": _finding(SECRETARIAT, SECRETARIAT),
    "sensemaking:cite": _finding(None, SECRETARIAT),
    "sensemaking:take-back-evidence": _finding(None, SECRETARIAT, "evidence"),
    "sensemaking:choose-run": _finding(None, SECRETARIAT),
    "sensemaking:publish-finding": _finding(None, SECRETARIAT),
    "sensemaking:discard-finding": _finding(SECRETARIAT, SECRETARIAT),
    "sensemaking:withdraw-finding": _finding(SECRETARIAT, SECRETARIAT),
}


def make(small: SmallReflection, kind: str, state: str) -> dict[str, object]:
    """A finding in a state, and what its addresses name."""
    made = SmallFinding(small)
    if state in (Finding.State.PUBLISHED, Finding.State.WITHDRAWN):
        made.published()
    if state == Finding.State.WITHDRAWN:
        withdraw_finding(small.secretariat, made.finding, reason={"en": "It was wrong."})
    row = Evidence.objects.filter(finding=made.finding).latest("pk")
    return {"finding": made.finding.reference, "evidence": row.pk, "slug": small.reflection.slug}
