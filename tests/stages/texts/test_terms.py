"""The term base: how terms are found in texts, and how they are kept."""

from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError

from placet.stages.record.models import AuditEntry
from placet.stages.texts.actions import add_term, remove_term
from placet.stages.texts.models import Term
from placet.stages.texts.queries import pairs_of, terms_of
from placet.stages.texts.terms import TermPair, absent_terms, terms_in

SCOPE, ACCOUNT = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("term", "text", "language", "is_found"),
    [
        ("power grid", "The Power  Grid fails.", "en", True),
        ("power grid", "Powergrid fails.", "en", False),
        ("port", "A report.", "en", False),
        ("port", "Ports.", "en", False),
        ("l’énergie", "Toute L'ÉNERGIE.", "fr", True),
        ("ILIK", "ılık bir gün", "tr", True),
        ("ILIK", "ilik", "tr", False),
        ("İL", "il", "tr", True),
        ("Straße", "Eine STRASSE.", "de", True),
        ("北约", "加强北约合作", "zh", True),
        ("סייבר", "ביטחון בסייבר", "he", True),
        ("C++ (modern)", "We use c++ (modern) here.", "en", True),
    ],
)
def test_terms_are_found_as_whole_words_whatever_the_case(
    term: str, text: str, language: str, is_found: bool
) -> None:
    assert bool(terms_in(text, language, [TermPair(term, "x")])) == is_found


@pytest.mark.parametrize(
    ("target", "translation", "is_absent"),
    [
        ("rançongiciel", "Des rançongiciels.", False),
        ("rançongiciel", "Des logiciels.", True),
        ("port", "La portabilité.", True),
        ("réseau électrique", "Le réseau\nélectrique tombe.", False),
    ],
)
def test_a_translation_lacks_a_term_unless_it_stands_there_with_a_short_ending(
    target: str, translation: str, is_absent: bool
) -> None:
    assert bool(absent_terms(translation, "fr", [TermPair("x", target)])) == is_absent


def new_term(**changes: str) -> Term:
    values = {"source_language": "en", "target_language": "fr", "source": "ransomware"}
    return add_term(ACCOUNT, SCOPE, **(values | {"target": "rançongiciel"} | changes))


@pytest.mark.django_db
def test_a_term_is_added_once_and_removed_and_both_are_on_record() -> None:
    term = new_term(source="  ransom   ware ", note="Not “virus”.")
    assert new_term(source="ransom ware") == term
    assert list(terms_of(SCOPE)) == [term]
    assert not terms_of(uuid4()).exists()
    assert pairs_of(SCOPE, "en", "fr") == [TermPair("ransom ware", "rançongiciel", "Not “virus”.")]
    assert pairs_of(SCOPE, "fr", "en") == []
    for _twice in range(2):
        remove_term(ACCOUNT, term)
    assert not terms_of(SCOPE).exists()
    entries = AuditEntry.objects.filter(scope_id=SCOPE)
    assert [entry.action for entry in entries] == ["texts.add_term", "texts.remove_term"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source": " "}, "both languages"),
        ({"target": ""}, "both languages"),
        ({"target_language": "en"}, "two languages"),
        ({"target_language": "tlh"}, "of the list"),
        ({"target": "logiciel rançonneur"}, "in the list already"),
    ],
)
def test_a_term_that_cannot_be_is_refused(changes: dict[str, str], said: str) -> None:
    new_term()
    with pytest.raises(ValidationError, match=said):
        new_term(**changes)
    assert Term.objects.count() == 1
