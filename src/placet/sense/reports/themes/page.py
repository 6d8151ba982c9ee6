"""The report of themes as one HTML page that opens offline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from placet.sense.reports.figures.opinion_map import group_colour
from placet.sense.reports.language import Language, load_language
from placet.sense.reports.themes.idea_map import MOST_MARKS, draw_idea_map

Document = Mapping[str, Any]
Row = dict[str, Any]

STABLE = 0.6
LISTED = 50  # texts of a theme that the page lists; all are in texts.csv
SHOWN_QUOTES = {"theme": 4, "sub_theme": 1}


def render_theme_report(document: Document, *, language: str = "en", command: str = "") -> str:
    """Return the report of themes as one HTML page.

    Parameters
    ----------
    document : mapping
        As in ``themes.json``.
    language : {"en", "fr"}
        Language of everything but the texts, which stay as they were written.
    command : str
        The command that finds the same themes, to be printed in the report.

    Returns
    -------
    str
        A page that loads nothing: styles and figures are inside. Every text is escaped.
    """
    speech = load_language(language)
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_read_template),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    # The extension adds the method, which the types do not know.
    environment.install_gettext_translations(speech.messages, newstyle=True)  # type: ignore[attr-defined]
    stylesheet = resources.files("placet.sense.reports").joinpath("templates/report.css").read_text("utf-8")
    return environment.get_template("themes.html.j2").render(
        document=document,
        command=command,
        language=speech,
        stylesheet=Markup(stylesheet),  # noqa: S704 (our own file)
        **_Composer(document, speech).compose(),
    )


@cache
def _read_template(name: str) -> str:
    return resources.files(__package__).joinpath(f"templates/{name}").read_text("utf-8")


class _Composer:
    """Puts what was found into the words of one language."""

    def __init__(self, document: Document, speech: Language) -> None:
        self.document, self.speech = document, speech
        self.texts: Sequence[Row] = document["texts"]
        self.first = [theme for theme in document["themes"] if theme["parent"] is None]
        self.members: dict[int, list[Row]] = {theme["key"]: [] for theme in document["themes"]}
        above = {theme["key"]: theme["parent"] for theme in document["themes"]}
        for text in self.texts:
            if text["theme"] is not None:
                self.members[text["theme"]].append(text)
                if (parent := above[text["theme"]]) is not None:
                    self.members[parent].append(text)

    def compose(self) -> Row:
        """Return everything that the template shows."""
        drawn = draw_idea_map(self.document, language=self.speech.code) if self.first else ""
        return {
            "title": self.document["title"],
            "lead": self._lead(),
            "numbers": self._numbers(),
            "map": Markup(drawn),  # noqa: S704 (the drawing library has escaped all text)
            "map_caption": self._map_caption(),
            "stability": self._stability(),
            "themes": [self._theme(theme) for theme in self.first],
            "languages": self._languages(),
            "detected": self._detected(),
        }

    def _say(self, message: str, **values: object) -> str:
        return self.speech.translate(message) % values

    def _lead(self) -> str:
        count = self.speech.count
        return self._say(
            "%(texts)s in %(languages)s, brought together by what they say: %(themes)s.",
            texts=count("%(n)s text", "%(n)s texts", len(self.texts)),
            languages=count("%(n)s language", "%(n)s languages", self._n_languages()),
            themes=count("%(n)s theme", "%(n)s themes", len(self.first)),
        )

    def _numbers(self) -> list[Row]:
        _, integer = self.speech.translate, self.speech.integer
        n_below = len(self.document["themes"]) - len(self.first)
        return [
            {"name": _("texts"), "value": integer(len(self.texts))},
            {"name": _("languages"), "value": integer(self._n_languages())},
            {"name": _("themes"), "value": integer(len(self.first))},
            {"name": _("sub-themes"), "value": integer(n_below)},
        ]

    def _n_languages(self) -> int:
        return len(self.document["counts"]["languages"])

    def _map_caption(self) -> str:
        caption = self.speech.translate(
            "Each mark is a text, each disc a theme; the larger the disc, the more texts."
        )
        if len(self.texts) <= MOST_MARKS:
            return caption
        some = self._say("Of so many texts, %(n)s at most are drawn.", n=self.speech.integer(MOST_MARKS))
        return f"{caption} {some}"

    def _stability(self) -> Row | None:
        found = self.document["stability"]
        if found is None:
            return None
        if found >= STABLE:
            verdict = self.speech.translate("Other texts like these would give much the same themes.")
        else:
            verdict = self.speech.translate(
                "Other texts like these might well be divided otherwise: take the themes as one way to read"
                " the texts, not as the only one."
            )
        measured = self._say(
            "Found in two samples of nine texts in ten, the themes agree at %(value)s (1: the same,"
            " 0: no more alike than chance).",
            value=self.speech.number(found),
        )
        return {"text": f"{measured} {verdict}", "is_doubtful": found < STABLE}

    def _theme(self, theme: Row) -> Row:
        below = [found for found in self.document["themes"] if found["parent"] == theme["key"]]
        return {
            **self._named(theme),
            "anchor": f"theme-{theme['number']}",
            "colour": group_colour(theme["key"]),
            "quotes": self._quotes(theme, SHOWN_QUOTES["theme"]),
            "below": [
                {**self._named(found), "quotes": self._quotes(found, SHOWN_QUOTES["sub_theme"])}
                for found in below
            ],
            "listed": self.members[theme["key"]][:LISTED],
            "listed_note": self._listed_note(theme),
        }

    def _named(self, theme: Row) -> Row:
        terms = theme["labels"][self.speech.code]
        return {
            "number": theme["number"],
            "label": ", ".join(terms) or self.speech.translate("without a label"),
            "label_language": theme["label_languages"][self.speech.code],
            "texts": self.speech.count("%(n)s text", "%(n)s texts", theme["n_texts"]),
            "n_texts": self.speech.integer(theme["n_texts"]),
            "share": self.speech.percent(theme["share"]),
            "languages": self._spoken(theme["languages"], 3),
            "chance": self._chance(theme),
            "remarks": self._remarks(theme),
        }

    def _chance(self, theme: Row) -> str:
        p_value = theme["language_p_value"]
        return "\u2013" if p_value is None else self.speech.number(p_value, 3)

    def _remarks(self, theme: Row) -> list[str]:
        remarks = []
        if theme["is_only_a_language"]:
            main = next(iter(theme["languages"]))
            remarks.append(
                self._say(
                    "Nearly all of these texts are in one language (%(language)s): this may be a language"
                    " rather than a theme.",
                    language=main,
                )
            )
        if self.speech.code in theme["borrowed_labels"]:
            remarks.append(
                self.speech.translate(
                    "Few of these texts are in the language of this page: the label is taken from the nearest"
                    " texts that are."
                )
            )
        return remarks

    def _quotes(self, theme: Row, at_most: int) -> list[Row]:
        return [self.texts[position] for position in theme["representative"][:at_most]]

    def _spoken(self, languages: Mapping[str, int], at_most: int) -> str:
        found = [f"{code} {self.speech.integer(n)}" for code, n in list(languages.items())[:at_most]]
        return ", ".join(found + (["\u2026"] if len(languages) > at_most else []))

    def _listed_note(self, theme: Row) -> str:
        if theme["n_texts"] <= LISTED:
            return self.speech.translate("All texts of this theme")
        return self._say(
            "The first %(n)s of %(all)s texts; the others are in texts.csv",
            n=self.speech.integer(LISTED),
            all=self.speech.integer(theme["n_texts"]),
        )

    def _languages(self) -> list[Row]:
        return [
            {"code": code, "texts": self.speech.integer(n), "share": self.speech.percent(n / len(self.texts))}
            for code, n in self.document["counts"]["languages"].items()
        ]

    def _detected(self) -> str:
        counts = self.document["counts"]
        found = []
        if counts["languages_detected"]:
            found.append(
                self._say(
                    "The language of %(n)s was detected, not given; short texts may be taken for another.",
                    n=self.speech.count("%(n)s text", "%(n)s texts", counts["languages_detected"]),
                )
            )
        if counts["left_out"]:
            found.append(
                self._say(
                    "%(n)s of the file without a text, rejected or withdrawn: left out.",
                    n=self.speech.count("%(n)s row", "%(n)s rows", counts["left_out"]),
                )
            )
        return " ".join(found)
