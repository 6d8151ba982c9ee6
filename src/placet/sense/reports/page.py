"""The report as one HTML page that opens offline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from placet.sense.reports.figures import (
    draw_opinion_map,
    draw_participation,
    draw_vote_bars,
    group_colour,
    group_letter,
    votes_class,
)
from placet.sense.reports.language import Language, load_language
from placet.sense.reports.page_scrutiny import Scrutiny

Document = Mapping[str, Any]
Row = dict[str, Any]
Find = Callable[[Row], Row | None]  # what was found behind an entry of a list
Note = Callable[[Row, Row | None], str]

FEW = 10  # votes


def render_report(document: Document, *, language: str = "en", command: str = "") -> str:
    """Return the report of an analysis as one HTML page.

    Parameters
    ----------
    document : mapping
        An analysis as in ``analysis.json``.
    language : {"en", "fr"}
        Language of everything but the statements, which stay as they were written.
    command : str
        The command that recomputes the analysis, to be printed in the report.

    Returns
    -------
    str
        A page that loads nothing: styles and figures are inside. Every text of a participant is
        escaped.
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
    return environment.get_template("report.html.j2").render(
        document=document,
        command=command,
        language=speech,
        stylesheet=Markup(_read_template("report.css")),  # noqa: S704 (our own file)
        **_Composer(document, speech).compose(),
    )


@cache
def _read_template(name: str) -> str:
    return resources.files(__package__).joinpath(f"templates/{name}").read_text("utf-8")


class _Composer:
    """Puts what an analysis found into the words of one language."""

    def __init__(self, document: Document, speech: Language) -> None:
        self.document = document
        self.speech = speech
        self.scrutiny = Scrutiny(document, speech)
        self.statements = self.scrutiny.statements

    def compose(self) -> dict[str, Any]:
        """Return everything that the template shows."""
        _ = self.speech.translate
        discoveries = self.scrutiny.discoveries
        return {
            "title": self.document["topic"] or _("Conversation without a title"),
            "lead": self._lead(),
            "numbers": self._numbers(),
            "map": self._figure(draw_opinion_map) if self.document["groups"] else "",
            "map_caption": self._map_caption(),
            "sureness": self.scrutiny.sureness(),
            "marks": self._marks(),
            "groups": [self._group(group) for group in self.document["groups"]],
            "groups_control": self.scrutiny.control(discoveries.tests_of_representative()),
            "consensus": [self._consensus("agree"), self._consensus("disagree")],
            "consensus_control": self.scrutiny.control(discoveries.tests_of_consensus()),
            "bridging": self.scrutiny.bridging(),
            "divisive": self._divisive(),
            "divisive_control": self.scrutiny.control(discoveries.tests_of_divisive()),
            "integrity": self.scrutiny.integrity(),
            "participation": self._participation(),
            "interval_name": self._interval_name(),
            **self._explanations(),
        }

    def _say(self, message: str, **values: object) -> str:
        return self.speech.translate(message) % values

    def _figure(self, draw: Any, *arguments: Any, **options: Any) -> Markup:
        drawn = draw(self.document, *arguments, language=self.speech.code, **options)
        return Markup(drawn)  # noqa: S704 (the drawing library has escaped all text)

    def _lead(self) -> str:
        counts, n_groups = self.document["counts"], len(self.document["groups"])
        count = self.speech.count
        lead = self._say(
            "%(participants)s cast %(votes)s on %(statements)s.",
            participants=count("%(n)s participant", "%(n)s participants", counts["participants"]),
            votes=count("%(n)s vote", "%(n)s votes", counts["votes"]),
            statements=count("%(n)s statement", "%(n)s statements", counts["statements"]),
        )
        if n_groups > 1:
            lead += " " + self._say(
                "They form %(n)s opinion groups: people who vote alike.", n=self.speech.integer(n_groups)
            )
        return lead

    def _numbers(self) -> list[Row]:
        _, integer = self.speech.translate, self.speech.integer
        counts = self.document["counts"]
        return [
            {"name": _("participants"), "value": integer(counts["participants"])},
            {"name": _("of them placed in a group"), "value": integer(counts["participants_grouped"])},
            {"name": _("statements"), "value": integer(counts["statements"])},
            {"name": _("votes"), "value": integer(counts["votes"])},
        ]

    def _map_caption(self) -> str:
        counts = self.document["counts"]
        return self._say(
            "%(grouped)s of %(participants)s participants are placed: as a rule, those who cast at least"
            " %(min)s votes.",
            grouped=self.speech.integer(counts["participants_grouped"]),
            participants=self.speech.integer(counts["participants"]),
            min=self._votes_needed(),
        )

    def _votes_needed(self) -> int:
        n_voted = len(self.document["opinion_space"]["statement_ids"])
        needed: int = self.document["parameters"]["min_votes"]
        return min(needed, n_voted)

    def _marks(self) -> list[Row]:
        bases = sorted(
            self.document["opinion_space"]["base_clusters"], key=lambda b: (b["group"], -b["size"])
        )
        number, integer = self.speech.number, self.speech.integer
        return [
            {
                "group": group_letter(base["group"]),
                "size": integer(base["size"]),
                "x": number(base["x"]),
                "y": number(base["y"]),
            }
            for base in bases
        ]

    def _group(self, group: Row) -> Row:
        letter = group_letter(group["id"])
        placed = self.document["counts"]["participants_grouped"]
        people = self.speech.count("%(n)s participant", "%(n)s participants", group["size"])
        ids = [found["statement_id"] for found in group["representative"]]
        caption = self._say("What sets group %(letter)s apart", letter=letter)

        def find(entry: Row) -> Row | None:
            return self.scrutiny.discoveries.representative(group["id"], entry)

        return {
            "name": letter,
            "colour": group_colour(group["id"]),
            "size": self.speech.integer(group["size"]),
            "share": self.speech.percent(group["size"] / placed),
            "title": self._say("Group %(letter)s, %(people)s", letter=letter, people=people),
            "caption": caption,
            "effect": self.speech.translate("Difference from the others"),
            "entries": self._entries(group["representative"], self._representative_note, find),
            "svg": self._figure(draw_vote_bars, ids, title=caption) if ids else "",
        }

    def _representative_note(self, entry: Row, found: Row | None) -> str:
        if entry["direction"] == "agree":
            note = self._agreed_note(entry["n_agree"], entry["n_seen"])
        else:
            note = self._rejected_note(entry["n_disagree"], entry["n_seen"])
        return note if found else f"{note} {self.scrutiny.not_shown()}"

    def _consensus(self, direction: str) -> Row:
        _ = self.speech.translate
        found = self.document["consensus"][direction]
        ids = [entry["statement_id"] for entry in found]
        title = _("Most agree") if direction == "agree" else _("Most disagree")
        say = self._agreed_note if direction == "agree" else self._rejected_note

        def find(entry: Row) -> Row | None:
            return self.scrutiny.discoveries.consensus(direction, entry)

        def note(entry: Row, _found: Row | None) -> str:
            remarks = self.scrutiny.consensus_remarks(direction, entry)
            return " ".join([say(entry["n_success"], entry["n_seen"]), *remarks])

        return {
            "title": title,
            "effect": _("Share"),
            "caption": title,
            "empty": _("No statement meets this bar."),
            "entries": self._entries(found, note, find),
            "svg": self._figure(draw_vote_bars, ids, title=title) if ids else "",
        }

    def _agreed_note(self, n_agree: int, n_seen: int) -> str:
        shares = self._share_of(n_agree, n_seen)
        return self._warn_if_few(self._say("%(share)s agree (%(n)s of %(seen)s).", **shares), n_seen)

    def _rejected_note(self, n_disagree: int, n_seen: int) -> str:
        shares = self._share_of(n_disagree, n_seen)
        return self._warn_if_few(self._say("%(share)s disagree (%(n)s of %(seen)s).", **shares), n_seen)

    def _warn_if_few(self, note: str, n_seen: int) -> str:
        """Add a warning to what rests on few votes: the rule of selection has no lower bound."""
        warning = self.speech.translate("So few votes say little.")
        return note if n_seen >= FEW else f"{note} {warning}"

    def _share_of(self, part: int, whole: int) -> dict[str, str]:
        return {
            "share": self.speech.percent(part / whole if whole else 0.0),
            "n": self.speech.integer(part),
            "seen": self.speech.integer(whole),
        }

    def _divisive(self) -> Row:
        found = self.document["divisive"]
        ids = [entry["statement_id"] for entry in found]
        caption = self.speech.translate("What divides the groups")
        return {
            "caption": caption,
            "effect": self.speech.translate("Gap between the groups"),
            "entries": self._entries(found, self._divisive_note, self.scrutiny.discoveries.divisive),
            "svg": self._figure(draw_vote_bars, ids, title=caption) if ids else "",
        }

    def _divisive_note(self, entry: Row, _found: Row | None) -> str:
        by_group = self.statements[entry["statement_id"]]["by_group"]
        shares = {}
        for side in ("for", "against"):
            tally = by_group[entry[f"group_{side}"]]
            shares[side] = self.speech.percent(tally["n_agree"] / max(_n_seen(tally), 1))
        note = self._say(
            "%(share_for)s of group %(group_for)s agree, %(share_against)s of group %(group_against)s.",
            share_for=shares["for"],
            group_for=group_letter(entry["group_for"]),
            share_against=shares["against"],
            group_against=group_letter(entry["group_against"]),
        )
        return " ".join([note, *self.scrutiny.divisive_remarks(entry)])

    def _entries(self, listed: Sequence[Row], note: Note, find: Find) -> list[Row]:
        """Return listed statements, numbered, each with a note, the rows of its table and its test."""
        entries = []
        for number, entry in enumerate(listed, start=1):
            statement, found = self.statements[entry["statement_id"]], find(entry)
            rows = [self._tally_row(self.speech.translate("All"), statement)]
            if without := self.scrutiny.tally_without(statement):
                rows.append(self._tally_row(self.speech.translate("Without votes too much alike"), without))
            rows += [self._tally_row(group_letter(t["group"]), t) for t in statement["by_group"]]
            named = {"number": number, "id": statement["id"], "text": statement["text"]}
            test = self.scrutiny.measured(found)
            entries.append({**named, "note": note(entry, found), "rows": rows, "test": test})
        return entries

    def _tally_row(self, who: str, tally: Row) -> Row:
        n_seen = _n_seen(tally)
        return {
            "who": who,
            "agree": self.speech.integer(tally["n_agree"]),
            "pass": self.speech.integer(tally["n_pass"]),
            "disagree": self.speech.integer(tally["n_disagree"]),
            "share": self.speech.percent(tally["n_agree"] / n_seen) if n_seen else "\u2013",
            "interval": self.speech.percent_range(tally["p_agree_ci"]),
        }

    def _participation(self) -> Row:
        told = self.document["participation"]
        if not told["votes_per_participant"]:
            return {"lead": self.speech.translate("Nobody has voted yet."), "rows": [], "svg": ""}
        counts = self.document["counts"]
        lead = self._say(
            "Half of the participants cast %(median)s votes or more. Of all votes, %(agree)s agree,"
            " %(disagree)s disagree and %(passed)s pass.",
            median=self.speech.number(told["median_votes"], 0 if told["median_votes"] % 1 == 0 else 1),
            agree=self.speech.percent(counts["agree"] / counts["votes"]),
            disagree=self.speech.percent(counts["disagree"] / counts["votes"]),
            passed=self.speech.percent(counts["pass"] / counts["votes"]),
        )
        rows = [
            {
                "name": votes_class(votes, self.speech),
                "participants": self.speech.integer(votes["participants"]),
            }
            for votes in told["votes_per_participant"]
        ]
        return {"lead": lead, "rows": rows, "svg": self._figure(draw_participation)}

    def _interval_name(self) -> str:
        level = self.speech.percent(self.document["parameters"]["interval_level"])
        return self._say("%(level)s interval", level=level)

    def _explanations(self) -> dict[str, str]:
        ratios = self.document["opinion_space"]["explained_variance_ratio"]
        return {
            "shares_explained": self._say(
                "Shares are of the votes cast on a statement, passes included. The %(interval)s says"
                " how far a share could be off by chance if the participants were a random sample"
                " (Wilson, 1927).",
                interval=self._interval_name(),
            ),
            "tests_explained": self._say(
                "The lists follow Polis, which tests each statement on its own, so that some stand out by"
                " chance. Beside them it is said what holds up although so many questions are asked"
                " (Benjamini and Hochberg, 1995): at most %(rate)s of that is expected to be due to chance."
                " The groups were found in the same votes, which no test here allows for: read what sets"
                " them apart as a description of these groups, not as proof that they exist.",
                rate=self.speech.percent(self.document["findings"]["false_discovery_rate"]),
            ),
            "variance_explained": self._say(
                "The map keeps %(share)s of the differences between participants; the rest does not"
                " fit in two dimensions.",
                share=self.speech.percent(sum(ratio or 0.0 for ratio in ratios)),
            ),
        }


def _n_seen(tally: Row) -> int:
    return int(tally["n_agree"] + tally["n_pass"] + tally["n_disagree"])
