"""A discussion to test with: a published contribution, its rule, people of several groups who talk."""

from dataclasses import dataclass, field
from uuid import uuid4

from django.utils import timezone

from placet.stages.contributions.models import Comment, Contribution, ModerationRule
from placet.stages.contributions.moderating.appealing import appeal
from placet.stages.contributions.moderating.deciding import decide_contribution
from placet.stages.contributions.moderating.rules import add_usual_rules
from placet.stages.contributions.talking.actions import vote_on_comment, write_comment
from placet.stages.mandates import references
from placet.stages.mandates.models import Constituency, Member, Participant, Standing
from placet.stages.texts.actions import create_text
from tests.stages.contributions.writing import SmallContributions
from tests.stages.reflections import SmallReflection


@dataclass
class Discussion(SmallContributions):
    """The rule of six points, and a published contribution by ``author`` to talk about."""

    rules: list[ModerationRule] = field(init=False)
    about: Contribution = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.rules = add_usual_rules(self.secretariat, self.reflection)
        self.about = self.contribution()

    def voter(self, member: str | None = None, constituency: str | None = None) -> Participant:
        """A participant with an account's standing, who declared what is given."""
        return Participant.objects.create(
            reflection=self.reflection,
            standing=Standing.VERIFIED,
            member=Member.objects.get(reflection=self.reflection, code=member) if member else None,
            constituency=(
                Constituency.objects.get(reflection=self.reflection, key=constituency)
                if constituency
                else None
            ),
        )

    def comment(
        self,
        body: str = "Well said.",
        by: Participant | None = None,
        *,
        answers: Comment | None = None,
        about: Contribution | None = None,
    ) -> Comment:
        """A comment by somebody who has said nothing else, unless a participant is given."""
        return write_comment(
            about or self.about,
            by or self.voter(),
            body=body,
            language="en",
            client_key=uuid4(),
            answers=answers,
        )

    def votes(self, comment: Comment, *votes: int, **declared: str) -> None:
        """A vote each of new participants who declared the same."""
        for vote in votes:
            vote_on_comment(comment, self.voter(**declared), vote)


def discuss(small: SmallReflection) -> dict[str, object]:
    """A discussion in a reflection, for the table of permissions: the argument of each address by its name.

    The account ``participant`` has written all of it: a contribution that is talked about, a comment, and a
    contribution that the moderator refused, with an appeal.
    """
    author = small.linked_participant()
    rules = add_usual_rules(small.secretariat, small.reflection)
    about, refused = (_written(small, author, state) for state in ("published", "submitted"))
    comment = write_comment(about, author, body="Well said.", language="en", client_key=uuid4())
    moderator = small.accounts["moderator"]
    decision = decide_contribution(moderator, refused, "rejected", rules[0], "Insults.")
    return {
        "talk": about.reference,
        "comment": comment.pk,
        "rule": rules[0].number,
        "refused contribution": refused.reference,
        "decision": decision.pk,
        "appeal": appeal(author, decision, "Please.").pk,
    }


def _written(small: SmallReflection, author: Participant, state: str) -> Contribution:
    now = timezone.now()
    return Contribution.objects.create(
        reflection=small.reflection,
        reference=next(references.take_references(small.reflection, references.CONTRIBUTION)),
        kind=Contribution.Kind.IDEA,
        title=create_text({"en": "A bridge"}, original="en"),
        body=create_text({"en": "It is long."}, original="en"),
        author=author,
        state=state,
        revision_count=1,
        submitted_at=now,
        published_at=now if state == "published" else None,
    )
