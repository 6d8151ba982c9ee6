"""Two short walks through the demonstration: from an idea to a commitment, and through a broken silence.

Both are found in the database as it stands: where somebody has changed it so that a walk leads nowhere any
more, it is left out.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse
from django.utils.translation import gettext as _

from placet.demonstration.content import load_content
from placet.demonstration.league import load_league
from placet.stages.decisions.models import Decision, Position, SilenceProcedure
from placet.stages.followup.models import Commitment
from placet.stages.mandates.models import Reflection
from placet.stages.proposals.models import Amendment, Citation
from placet.stages.sensemaking.finding_models import Evidence, Stance


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    sentence: str
    url: str


@dataclass(frozen=True, slots=True)
class GuidedPath:
    title: str
    sentence: str
    steps: tuple[Step, ...]


def guided_paths() -> list[GuidedPath]:
    """The walks that lead somewhere, in the reader's language."""
    found = []
    makers: tuple[tuple[Callable[[Reflection], GuidedPath], str], ...] = (
        (_from_idea_to_commitment, load_content().reflection.slug),
        (_through_a_broken_silence, load_league().frame.slug),
    )
    for make, slug in makers:
        try:
            found.append(make(Reflection.objects.get(slug=slug)))
        except ObjectDoesNotExist:
            continue
    return found


def _from_idea_to_commitment(reflection: Reflection) -> GuidedPath:
    """The first commitment that hangs on a clause, and down from there to a statement."""
    commitment = (
        Commitment.objects.filter(
            decision__text__proposal__priority__reflection=reflection, published_at__isnull=False
        )
        .exclude(clause=None)
        .select_related("decision", "clause__proposal")
        .earliest("reference")
    )
    clause, decision = commitment.clause, commitment.decision
    standing = {"taken_back_at": None, "stance": Stance.SUPPORTS}
    cited = Citation.objects.filter(clause=clause, **standing).values("finding")
    evidence = (
        Evidence.objects.filter(finding__in=cited, statement__isnull=False, **standing)
        .select_related("finding", "statement")
        .earliest("pk")
    )
    if evidence.statement is None or clause is None:
        raise Evidence.DoesNotExist
    return GuidedPath(
        _("Follow an idea to a commitment"),
        _("Four clicks lead from what somebody wrote to what nations promised; each page leads back."),
        (
            Step(
                _("An idea"),
                _("One statement among many, and what became of it."),
                reverse("portal:became", args=[evidence.statement.reference]),
            ),
            Step(
                _("The finding"),
                _("What the secretariat concludes, with figures that nobody typed."),
                reverse("sensemaking:finding", args=[evidence.finding.reference]),
            ),
            Step(
                _("The clause"),
                _("The sentence put to the leaders, and all that it rests on."),
                reverse("proposals:clause", args=[clause.proposal.reference, clause.reference]),
            ),
            Step(
                _("The decision"),
                _("Thirty members join. Nobody is outvoted."),
                reverse("decisions:decision", args=[decision.reference]),
            ),
            Step(
                _("The commitment"),
                _("What was done since, as far as it is on public record."),
                reverse("followup:commitment", args=[commitment.reference]),
            ),
        ),
    )


def _through_a_broken_silence(reflection: Reflection) -> GuidedPath:
    """The silence that was broken, what was amended, and what came of it."""
    procedures = SilenceProcedure.objects.filter(reflection=reflection)
    broken = procedures.filter(state=SilenceProcedure.State.BROKEN).earliest("opened_at")
    proposal = broken.text.proposal
    amendment = Amendment.objects.filter(proposal=proposal).earliest("reference")
    adopted = procedures.filter(text__proposal=proposal, state=SilenceProcedure.State.ADOPTED).latest(
        "opened_at"
    )
    reserved = Position.objects.filter(
        kind=Position.Kind.RESERVES, text__proposal__priority__reflection=reflection
    ).earliest("pk")
    decision = Decision.objects.get(text=reserved.text)
    steps = [
        Step(
            _("The silence is broken"),
            _("An hour before the deadline one island objects, and says why."),
            reverse("decisions:silence", args=[broken.reference]),
        ),
        Step(
            _("An amendment"),
            _("It asks for other words. Another island supports it, one opposes it."),
            reverse("proposals:amendment", args=[amendment.reference]),
        ),
        Step(
            _("The silence holds"),
            _("The amended text is put to the members again, and adopted at its deadline."),
            reverse("decisions:silence", args=[adopted.reference]),
        ),
        Step(
            _("A reservation"),
            _("At a council all islands join another text, one of them with a reservation on record."),
            reverse("decisions:decision", args=[decision.reference]),
        ),
    ]
    running = procedures.filter(state=SilenceProcedure.State.RUNNING).order_by("deadline_at").first()
    if running is not None:
        steps.append(
            Step(
                _("A silence that runs"),
                _("Sign in as the delegate, and break it yourself."),
                reverse("decisions:silence", args=[running.reference]),
            )
        )
    return GuidedPath(
        _("See a broken silence"),
        _("Seven invented islands disagree, and come to agree: an example that no real nation has to give."),
        tuple(steps),
    )
