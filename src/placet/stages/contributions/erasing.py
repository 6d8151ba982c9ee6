"""What goes when an account is erased: its drafts with their files, and the name under what it published.

Earlier stages do not know of this one, so it looks for itself: a participant whose e-mail address was known
and who is tied to no account any more.
"""

from django.db import transaction
from django.db.models import Exists, OuterRef

from placet.stages.contributions.attachments.keeping import forget_files
from placet.stages.contributions.drafts import erase_draft
from placet.stages.contributions.models import Contribution, Draft
from placet.stages.mandates.models import ParticipantLink, Standing


def forget_erased_authors() -> int:
    """Delete the drafts of erased accounts and take their names from what stays; returns how many changed.

    What was submitted stays under its pseudonym, as votes and statements do.
    """
    link = ParticipantLink.objects.filter(participant=OuterRef("author"))
    orphaned = Contribution.objects.filter(
        ~Exists(link), author__standing__in=(Standing.VERIFIED, Standing.INVITED), is_simulated=False
    )
    never_submitted = orphaned.filter(state=Contribution.State.DRAFT)
    changed = list(never_submitted.values_list("pk", flat=True))
    for pk in changed:
        with transaction.atomic():
            erase_draft(Contribution.objects.get(pk=pk))
    with transaction.atomic():
        for draft in Draft.objects.filter(contribution__in=orphaned.values("pk")):
            forget_files(draft.contribution.attachments.filter(is_published=False))
            draft.delete()
        n_signed = orphaned.exclude(signature="").update(signature="")
    return len(changed) + n_signed
