"""What the members decide on or have adopted: the words of the frozen text, in every language, and no others.

While a proposal is put to the members, and once it is adopted, nobody changes a text of it in any language,
translators neither. Pages show its frozen text, so that what is read is what was agreed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from unicodedata import normalize
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from placet.stages.proposals.freezing import ORIGINAL, FrozenDocument, frozen_document
from placet.stages.proposals.models import Clause, FrozenText, Proposal
from placet.stages.texts.queries import Wording

SETTLED = (Proposal.State.FROZEN, Proposal.State.ADOPTED)


def why_settled(text_id: UUID, *, is_locking: bool = False) -> str:
    """Why a text stays as it is in every language: a sentence; empty where it may change.

    Parameters
    ----------
    is_locking : bool
        Whether to lock its proposal, in the transaction of what would change the text: whoever freezes the
        proposal at the same moment goes before or after.
    """
    rows = Proposal.objects.select_for_update() if is_locking else Proposal.objects.all()
    holding = Clause.objects.filter(text=text_id).values("proposal")
    found = rows.filter(Q(title=text_id) | Q(summary=text_id) | Q(pk__in=holding)).first()
    if found is None or found.state not in SETTLED:
        return ""
    said = {"reference": found.reference}
    if found.state == Proposal.State.ADOPTED:
        return _("The members have adopted %(reference)s: its text stays as it is, in every language.") % said
    return _("The members decide on %(reference)s: its text stays as it is, in every language.") % said


def agreed_documents(proposals: Iterable[Proposal]) -> dict[UUID, FrozenDocument]:
    """By proposal, the text that the members decide on or have adopted; one query at most."""
    settled = [each.pk for each in proposals if each.state in SETTLED]
    if not settled:
        return {}
    later = FrozenText.objects.filter(proposal=OuterRef("proposal"), number__gt=OuterRef("number"))
    rows = FrozenText.objects.filter(~Exists(later), proposal__in=settled)
    return {each.proposal_id: frozen_document(each) for each in rows}


def shown_language(origins: Mapping[str, str], language: str) -> str:
    """In which language a frozen text is shown to a reader of that one: in it, or else in the original."""
    return language if language in origins else next(each for each in origins if origins[each] == ORIGINAL)


def as_frozen(
    current: Wording, bodies: Mapping[str, str], origins: Mapping[str, str], language: str
) -> Wording:
    """A text as a frozen document has it: in that language, or else in the original.

    Parameters
    ----------
    current : Wording
        What the text says now in that language. Where that is the same, it stays, with who vouches for it.
    bodies, origins : mapping
        Of the document, by language.
    """
    original = next(each for each, origin in origins.items() if origin == ORIGINAL)
    shown = shown_language(origins, language)
    if current.language == shown and normalize("NFC", current.body) == bodies[shown]:
        return current
    is_original = shown == original
    return replace(
        current,
        body=bodies[shown],
        language=shown,
        original_language=original,
        original_body=bodies[original],
        translation_id=None if is_original else current.translation_id,
        translation_number=0 if is_original else current.translation_number,
        origin="" if is_original else origins[shown],
        is_certified=False,
        model_name="",
    )
