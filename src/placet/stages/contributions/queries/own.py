"""What somebody wrote, for their own eyes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from placet.stages.contributions.models import Contribution
from placet.stages.mandates.models import Participant, Reflection
from placet.stages.mandates.queries import participant_of
from placet.stages.people.models import Account
from placet.stages.texts.queries import originals


@dataclass(frozen=True, slots=True)
class OwnContribution:
    """A draft, or what became of what was submitted."""

    id: UUID
    reference: str
    title: str
    language: str
    kind_label: str
    state: str
    state_label: str
    has_draft: bool
    saved_at: datetime | None
    submitted_at: datetime | None
    published_at: datetime | None


def own_contributions(account: Account, reflection: Reflection) -> list[OwnContribution]:
    """What an account wrote in a reflection, drafts first, then the newest; two queries."""
    participant: Participant | None = participant_of(account, reflection)
    if participant is None:
        return []
    found = list(
        Contribution.objects.filter(author=participant)
        .select_related("draft", "title")
        .order_by("-created_at")
    )
    words = originals([item.title_id for item in found if item.title_id])
    views = [_view(item, words[item.title_id].body if item.title_id else "") for item in found]
    return sorted(views, key=lambda view: view.state != Contribution.State.DRAFT)


def _view(item: Contribution, submitted_title: str) -> OwnContribution:
    draft = getattr(item, "draft", None)
    return OwnContribution(
        id=item.pk,
        reference=item.reference,
        title=submitted_title or (draft.title if draft else ""),
        language=item.title.language if item.title else (draft.language if draft else ""),
        kind_label=item.get_kind_display(),
        state=item.state,
        state_label=item.get_state_display(),
        has_draft=draft is not None,
        saved_at=draft.saved_at if draft else None,
        submitted_at=item.submitted_at,
        published_at=item.published_at,
    )
