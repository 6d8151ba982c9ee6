"""Personal data: what is found, where, and what only looks like it."""

from __future__ import annotations

import time

import pytest

from placet.sense.text.personal_data import find_personal_data


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write to jan.kowalski@example.pl, please.", [("email", "jan.kowalski@example.pl")]),
        ("Mail: <a+b_c%d@mail.example.co.uk>.", [("email", "a+b_c%d@mail.example.co.uk")]),
        ("écrire à hélène@exemple.fr", [("email", "hélène@exemple.fr")]),
        ("call +48 601 234 567.", [("telephone", "+48 601 234 567")]),
        ("+1 (212) 555-2368", [("telephone", "+1 (212) 555-2368")]),
        (
            "Mon numéro : 01 42 68 53 00 ou 06.12.34.56.78",
            [("telephone", "01 42 68 53 00"), ("telephone", "06.12.34.56.78")],
        ),
        ("0532 123 45 67 beni arayın", [("telephone", "0532 123 45 67")]),
        ("Tel.: 912 345 678", [("telephone", "912 345 678")]),
        ("tel. 22 123 45 67", [("telephone", "22 123 45 67")]),
        ("IBAN FR76 3000 6000 0112 3456 7890 189 merci", [("iban", "FR76 3000 6000 0112 3456 7890 189")]),
        ("BE68 5390 0754 7034 pour nous", [("iban", "BE68 5390 0754 7034")]),
        ("gb82west12345698765432", [("iban", "gb82west12345698765432")]),
        (
            "a@example.org or GB82 WEST 1234 5698 7654 32",
            [("email", "a@example.org"), ("iban", "GB82 WEST 1234 5698 7654 32")],
        ),
    ],
)
def test_personal_data_is_found_where_it_stands(text: str, expected: list[tuple[str, str]]) -> None:
    found = find_personal_data(text)
    assert [(datum.kind, text[datum.start : datum.end]) for datum in found] == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Spend 1 200 000 000 euros on 150,000 soldiers by 2030-2035, 912 345 678 times over.",
        "On 01.02.2024 and from 03.04.2024 to 12/11/2025, at 10:30.",
        "Resolutions 1325 (2000), 2250 (2015) and 2535 (2020).",
        "0,5 % in 2024, 0.75 % in 2025, 12 345 678 in all.",
        "GB82 WEST 1234 5698 7654 33",
        "FR76 3000 6000 0112 3456 7890 188",
        "article 5@home, @handle, someone@localhost",
        "Version 1.2.3.4, page 123-456",
        "The 5 000 000 000 000 euros of 10 000 000 000 000 000",
    ],
)
def test_numbers_of_things_are_not_personal(text: str) -> None:
    assert find_personal_data(text) == []


@pytest.mark.parametrize(
    "text", ["a" * 50_000, "a." * 25_000, "a@" * 25_000, "AB12 " * 10_000, "@a." * 15_000]
)
def test_a_hostile_text_takes_no_longer(text: str) -> None:
    start = time.perf_counter()
    find_personal_data(text)
    assert time.perf_counter() - start < 10
