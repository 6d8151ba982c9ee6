"""Personal data in a text: e-mail addresses, telephone numbers, bank accounts. A person decides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from placet.sense.text.extras import import_extra

Kind = Literal["email", "telephone", "iban"]

EMAIL = re.compile(
    # The part before the sign begins where a word begins: a long run of letters is tried once.
    r"(?<![\w.+%-])[\w+%-][\w.+%-]{0,63}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24}(?![\w-])"
)
IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ \u00a0\u202f]?[A-Z0-9]){11,30}", re.IGNORECASE)
# Characters of an account's number by country, from the IBAN registry (ISO 13616).
IBAN_COUNTRIES = """
AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24
FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32
LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22
SA24 SC31 SE24 SI19 SK24 SM27 ST25 TL23 TN24 TR26 UA29 VA22 VG24 XK20
"""
IBAN_LENGTHS = {entry[:2]: int(entry[2:]) for entry in IBAN_COUNTRIES.split()}
# Where a national number starts with 0, which no quantity does.
REGIONS_WITH_ZERO = ("FR", "GB", "DE", "IT", "TR", "BE", "NL", "CH")
# Where it looks like any number: only after a word that announces it.
REGIONS_WITHOUT_ZERO = ("ES", "PL", "PT", "US")
ANNOUNCED = re.compile(
    r"\b(?:t[eé]l|t[eé]l[eé]phone?|tel[eé]fono?|telefone|phone|mobile|portable|m[oó]vil|handy|cellulare|kom[oó]rk\w*"
    r"|call|appelez|whatsapp|signal|sms)\b[^\w\n]{0,3}(?:\w{1,8}[^\w\n]{1,3}){0,2}$",
    re.IGNORECASE,
)
LEAST_DIGITS = 8


@dataclass(frozen=True, slots=True)
class PersonalDatum:
    """Personal data at a place in a text.

    Attributes
    ----------
    kind : {"email", "telephone", "iban"}
    start, end : int
        ``text[start:end]`` is what was found.
    """

    kind: Kind
    start: int
    end: int


def find_personal_data(text: str) -> list[PersonalDatum]:
    """Find e-mail addresses, telephone numbers and IBANs in a text.

    Telephone numbers count in their international form, in the national form of eight countries where it
    starts with 0 and is grouped as usual there, and in that of four more after a word such as "phone".
    An IBAN has its country's length and a remainder of 1 modulo 97 (ISO 7064).

    Parameters
    ----------
    text : str

    Returns
    -------
    list of PersonalDatum
        In the order of the text, none inside another. What else is personal (names, addresses,
        health) is not looked for.

    Raises
    ------
    MissingExtraError
        If the text has eight digits or more and ``placet[text]`` is not installed.
    """
    found: list[PersonalDatum] = []
    for candidate in (*_emails(text), *_ibans(text), *_telephones(text)):
        if all(candidate.end <= other.start or other.end <= candidate.start for other in found):
            found.append(candidate)
    return sorted(found, key=lambda datum: datum.start)


def _emails(text: str) -> Iterator[PersonalDatum]:
    for match in EMAIL.finditer(text):
        yield PersonalDatum("email", match.start(), match.end())


def _ibans(text: str) -> Iterator[PersonalDatum]:
    for match in IBAN.finditer(text):
        places = [place for place in range(match.start(), match.end()) if text[place].isalnum()]
        length = IBAN_LENGTHS.get(match[0][:2].upper(), len(places) + 1)
        if length > len(places):
            continue
        end = places[length - 1] + 1
        number = "".join(text[place] for place in places[:length]).upper()
        digits = "".join(str(int(c, 36)) for c in number[4:] + number[:4])
        if int(digits) % 97 == 1 and not text[end : end + 1].isalnum():
            yield PersonalDatum("iban", match.start(), end)


def _telephones(text: str) -> Iterator[PersonalDatum]:
    if sum(c.isdigit() for c in text) < LEAST_DIGITS:
        return
    library = import_extra("phonenumbers")
    strict = library.Leniency.STRICT_GROUPING
    for match in library.PhoneNumberMatcher(text, None, leniency=library.Leniency.VALID):
        yield PersonalDatum("telephone", match.start, match.end)
    for region in (*REGIONS_WITH_ZERO, *REGIONS_WITHOUT_ZERO):
        for match in library.PhoneNumberMatcher(text, region, leniency=strict):
            starts_with_zero = match.raw_string.lstrip("(").startswith("0")
            if starts_with_zero if region in REGIONS_WITH_ZERO else ANNOUNCED.search(text[: match.start]):
                yield PersonalDatum("telephone", match.start, match.end)
