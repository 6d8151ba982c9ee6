"""A small reflection with contributions to test with: one in every state, an organisation, who writes."""

from dataclasses import dataclass
from uuid import uuid4

from django.utils import timezone

from placet.stages.contributions.models import Collection, Contribution, Draft, Revision
from placet.stages.mandates import references
from placet.stages.mandates.models import Organisation, Participant
from placet.stages.mandates.organisations import OrganisationFrame, add_organisation, name_representative
from placet.stages.mandates.participation import participant_for
from placet.stages.people.actions import create_account
from placet.stages.people.models import Account
from placet.stages.texts.actions import create_text
from placet.stages.texts.models import TextVersion
from tests.stages.reflections import SmallReflection


@dataclass
class SmallContributions:
    """A published reflection; ``author`` writes, ``representative`` acts for ``organisation``."""

    slug: str = "small"
    prefix: str = "SMALL"
    is_published: bool = True
    on: SmallReflection | None = None  # a reflection that is there already

    def __post_init__(self) -> None:
        self.small: SmallReflection = self.on or SmallReflection(
            slug=self.slug, prefix=self.prefix, is_published=self.is_published
        )
        self.reflection = self.small.reflection
        self.author: Account = create_account(f"author@{self.slug}.example", is_verified=True)
        self.participant: Participant = participant_for(self.author, self.reflection)
        self.representative: Account = create_account(f"represents@{self.slug}.example", is_verified=True)
        self.organisation: Organisation = self.add_organisation("Institute of Small Things")
        name_representative(self.secretariat, self.organisation, self.representative)

    @property
    def secretariat(self) -> Account:
        return self.small.secretariat

    @property
    def moderator(self) -> Account:
        return self.small.accounts["moderator"]

    def add_organisation(self, name: str) -> Organisation:
        """One more organisation, for which nobody acts yet."""
        return add_organisation(self.secretariat, self.reflection, OrganisationFrame({"en": name}))

    def another(self, name: str = "another") -> Account:
        """One more account that takes part."""
        account = create_account(f"{name}@{self.slug}.example", is_verified=True)
        participant_for(account, self.reflection)
        return account

    def contribution(
        self,
        state: str = Contribution.State.PUBLISHED,
        *,
        title: str = "A bridge",
        summary: str = "Over a river.",
        body: str = "It is long.\n\nIt is wide.",
        language: str = "en",
        author: Participant | None = None,
        **changes: object,
    ) -> Contribution:
        """A contribution in a state, by ``author`` unless another participant is given."""
        by = author or self.participant
        if state == Contribution.State.DRAFT:
            return self._draft(by, title, summary, body, language, changes)
        now = timezone.now()
        texts = {
            name: create_text({language: words}, original=language)
            for name, words in {"title": title, "summary": summary, "body": body}.items()
            if words
        }
        was_published = state in (Contribution.State.PUBLISHED, Contribution.State.WITHDRAWN)
        values = {
            "reflection": self.reflection,
            "reference": next(references.take_references(self.reflection, references.CONTRIBUTION)),
            "kind": Contribution.Kind.IDEA,
            "author": by,
            "state": state,
            "revision_count": 1,
            "client_key": uuid4(),
            "submitted_at": now,
            "published_at": now if was_published else None,
        }
        made = Contribution.objects.create(**(values | texts | changes))
        versions = {name: TextVersion.objects.get(text=text) for name, text in texts.items()}
        Revision.objects.create(contribution=made, number=1, made_at=now, **versions)
        return made

    def collection(self, title: str = "A report", *, n: int = 3) -> Collection:
        """A collection of ``n`` published and numbered recommendations."""
        collection = Collection.objects.create(
            reflection=self.reflection, title=create_text({"en": title}, original="en")
        )
        for number in range(1, n + 1):
            made = self.contribution(title=f"Recommendation {number}", collection=collection, number=number)
            Contribution.objects.filter(pk=made.pk).update(kind=Contribution.Kind.RECOMMENDATION, author=None)
        return collection

    def _draft(
        self,
        author: Participant,
        title: str,
        summary: str,
        body: str,
        language: str,
        changes: dict[str, object],
    ) -> Contribution:
        made = Contribution.objects.create(
            reflection=self.reflection,
            kind=Contribution.Kind.IDEA,
            author=author,
            client_key=uuid4(),
            **changes,
        )
        Draft.objects.create(
            contribution=made,
            language=language,
            title=title,
            summary=summary,
            body=body,
            saved_at=timezone.now(),
        )
        return made
