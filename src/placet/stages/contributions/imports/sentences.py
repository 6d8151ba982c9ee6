"""What is said of faults and findings, in the language of whoever reads the page."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

FAULTS: "Mapping[str, _StrPromise]" = {
    # The file as a whole
    "damaged": _("This file is damaged: it cannot be opened. Save it again in Word and try once more."),
    "too-long": _("This document is longer than can be imported at once. Divide it."),
    "nothing-numbered": _(
        "No numbered paragraph was found. Recommendations are known by Word’s automatic numbering, or by a "
        "number typed before them: “12.”, “Recommendation 12 –”, “R12”."
    ),
    "empty-file": _("This file has no rows."),
    "no-text": _("This file is no text. Save the table as “CSV UTF-8” and upload that."),
    "broken-table": _(
        "The table breaks off at row %(row)s: a quotation mark is open or stands where none may be, or a "
        "cell is longer than can be read."
    ),
    "too-many-rows": _("At most %(limit)s rows can be imported at once. Divide the table."),
    "is-pdf": _("This is a PDF. Numbers and paragraphs are lost in one: upload the report as DOCX."),
    "is-old-office": _(
        "This file is in an older format of Office, or protected by a password. Save it as DOCX or CSV."
    ),
    "is-rtf": _("This is an RTF file. Save it as DOCX and upload that."),
    "is-spreadsheet": _("This is a spreadsheet. Save the sheet as “CSV UTF-8” and upload that."),
    "is-open-document": _("This is an OpenDocument file. Save it as DOCX and upload that."),
    # The header
    "column-twice": _("Two columns are called so, or mean the same."),
    "no-text-column": _(
        "No column holds the texts. Call it “text” or “body”, or, in several languages, “text/en” and "
        "“text/fr”."
    ),
    # One row or paragraph
    "cells": _("This row has %(found)s cells, the header %(expected)s."),
    "no-number": _("“%(cell)s” is not a number from 1 on."),
    "no-language": _("“%(cell)s” is not a language of the list. Use a tag such as en or fr."),
    "no-id": _("The identifier is missing."),
    "id-too-long": _("The identifier has more than %(limit)s characters."),
    "id-twice": _("%(id)s stands here for the second time; the first is at %(place)s."),
    "text-twice": _("The same text stands here for the second time; the first is at %(place)s."),
    "number-taken": _("In this collection, %(id)s is the number of another contribution."),
    "empty-text": _("There is no text."),
    "title-too-long": _("The title has %(length)s characters; %(limit)s are possible."),
    "summary-too-long": _("The summary has %(length)s characters; %(limit)s are possible."),
    "body-too-long": _("The text has %(length)s characters; %(limit)s are possible."),
    "gap": _("After %(before)s comes %(number)s: what is between them is missing."),
    "double": _("%(number)s comes after %(before)s: the numbers begin anew, or one is there twice."),
}

FINDINGS: Mapping[str, Any] = {
    "not-numbered": ngettext_lazy(
        "%(count)s paragraph stands under no number: it is not imported.",
        "%(count)s paragraphs stand under no number: they are not imported.",
        "count",
    ),
    "contents": ngettext_lazy(
        "%(count)s line of the table of contents is left out.",
        "%(count)s lines of the table of contents are left out.",
        "count",
    ),
    "other-numbers": ngettext_lazy(
        "%(count)s paragraph is numbered in another way, and not taken for a recommendation.",
        "%(count)s paragraphs are numbered in another way, and not taken for recommendations.",
        "count",
    ),
    "inner-lists": ngettext_lazy(
        "%(count)s item of lists within recommendations is kept as part of their text.",
        "%(count)s items of lists within recommendations are kept as part of their text.",
        "count",
    ),
    "notes": ngettext_lazy(
        "%(count)s footnote stands at the end of its recommendation.",
        "%(count)s footnotes stand at the end of their recommendations.",
        "count",
    ),
    "tables": ngettext_lazy(
        "%(count)s table is read as lines of text.",
        "%(count)s tables are read as lines of text.",
        "count",
    ),
    "pictures": ngettext_lazy(
        "%(count)s picture is not imported.", "%(count)s pictures are not imported.", "count"
    ),
    "begins-later": _("The first number is %(number)s."),
    "tracked-changes": _(
        "The document has tracked changes: what was inserted is read, what was deleted is not."
    ),
    "windows-1252": _("The file was read as Windows-1252, not as UTF-8: look whether the accents are right."),
    "columns-taken": ngettext_lazy(
        "%(count)s column is imported.", "%(count)s columns are imported.", "count"
    ),
    "columns-unused": ngettext_lazy(
        "%(count)s column is not used.", "%(count)s columns are not used.", "count"
    ),
    "known-by-text": _(
        "No column numbers the rows: when the file is imported again, a row is known by what it says."
    ),
    "amendments-left-out": ngettext_lazy(
        "%(count)s amendment of another proposal is left out.",
        "%(count)s amendments of other proposals are left out.",
        "count",
    ),
    "withdrawn-left-out": ngettext_lazy(
        "%(count)s proposal that its author withdrew is left out.",
        "%(count)s proposals that their authors withdrew are left out.",
        "count",
    ),
    "state-accepted": ngettext_lazy(
        "%(count)s proposal was accepted there.", "%(count)s proposals were accepted there.", "count"
    ),
    "state-rejected": ngettext_lazy(
        "%(count)s proposal was rejected there: it is imported all the same.",
        "%(count)s proposals were rejected there: they are imported all the same.",
        "count",
    ),
    "state-evaluating": ngettext_lazy(
        "%(count)s proposal was being evaluated there.",
        "%(count)s proposals were being evaluated there.",
        "count",
    ),
    "state-other": ngettext_lazy(
        "%(count)s proposal was in another state there.",
        "%(count)s proposals were in other states there.",
        "count",
    ),
    "titles-shortened": ngettext_lazy(
        "%(count)s title is too long and was shortened: the whole of it begins the text.",
        "%(count)s titles are too long and were shortened: the whole of them begins the text.",
        "count",
    ),
    "personal-left-out": _("Names, pictures, addresses and places of authors are left out on purpose."),
    "changed": ngettext_lazy(
        "%(count)s that is here already says something else in this file. It stays as it is here.",
        "%(count)s that are here already say something else in this file. They stay as they are here.",
        "count",
    ),
}


def fault_sentence(code: str, values: Mapping[str, str | int]) -> str:
    """A fault as a sentence."""
    return str(FAULTS[code]) % values


def finding_sentence(code: str, values: Mapping[str, str | int]) -> str:
    """A finding as a sentence."""
    return str(FINDINGS[code] % values)
