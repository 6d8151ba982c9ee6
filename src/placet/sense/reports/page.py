"""The report as one HTML page that opens offline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

Document = Mapping[str, Any]
Row = dict[str, Any]

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
        self.statements = {statement["id"]: statement for statement in document["statements"]}

    def compose(self) -> dict[str, Any]:
        """Return everything that the template shows."""
        _ = self.speech.translate
        return {
            "title": self.document["topic"] or _("Conversation without a title"),
            "lead": self._lead(),
            "numbers": self._numbers(),
            "map": self._figure(draw_opinion_map) if self.document["groups"] else "",
            "map_caption": self._map_caption(),
            "marks": self._marks(),
            "groups": [self._group(group) for group in self.document["groups"]],
            "consensus": [self._consensus("agree"), self._consensus("disagree")],
            "divisive": self._divisive(),
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
        return {
            "name": letter,
            "colour": group_colour(group["id"]),
            "size": self.speech.integer(group["size"]),
            "share": self.speech.percent(group["size"] / placed),
            "title": self._say("Group %(letter)s, %(people)s", letter=letter, people=people),
            "caption": caption,
            "entries": self._entries(group["representative"], self._representative_note),
            "svg": self._figure(draw_vote_bars, ids, title=caption) if ids else "",
        }

    def _representative_note(self, found: Row) -> str:
        if found["direction"] == "agree":
            return self._agreed_note(found["n_agree"], found["n_seen"])
        return self._rejected_note(found["n_disagree"], found["n_seen"])

    def _consensus(self, direction: str) -> Row:
        _ = self.speech.translate
        found = self.document["consensus"][direction]
        ids = [entry["statement_id"] for entry in found]
        title = _("Most agree") if direction == "agree" else _("Most disagree")
        say = self._agreed_note if direction == "agree" else self._rejected_note
        return {
            "title": title,
            "caption": title,
            "empty": _("No statement meets this bar."),
            "entries": self._entries(found, lambda entry: say(entry["n_success"], entry["n_seen"])),
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
            "entries": self._entries(found, self._divisive_note),
            "svg": self._figure(draw_vote_bars, ids, title=caption) if ids else "",
        }

    def _divisive_note(self, found: Row) -> str:
        by_group = self.statements[found["statement_id"]]["by_group"]
        shares = {}
        for side in ("for", "against"):
            tally = by_group[found[f"group_{side}"]]
            shares[side] = self.speech.percent(tally["n_agree"] / max(_n_seen(tally), 1))
        return self._say(
            "%(share_for)s of group %(group_for)s agree, %(share_against)s of group %(group_against)s.",
            share_for=shares["for"],
            group_for=group_letter(found["group_for"]),
            share_against=shares["against"],
            group_against=group_letter(found["group_against"]),
        )

    def _entries(self, found: Sequence[Row], note: Any) -> list[Row]:
        """Return listed statements, numbered, each with a note and the rows of its table."""
        entries = []
        for number, entry in enumerate(found, start=1):
            statement = self.statements[entry["statement_id"]]
            rows = [self._tally_row(self.speech.translate("All"), statement)]
            rows += [self._tally_row(group_letter(t["group"]), t) for t in statement["by_group"]]
            named = {"number": number, "id": statement["id"], "text": statement["text"]}
            entries.append({**named, "note": note(entry), "rows": rows})
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
        tried = self.document["opinion_space"]["group_counts_tried"]
        best = max((entry["silhouette"] for entry in tried), default=None)
        groups = ""
        if best is not None:
            groups = self._say(
                "Their number was chosen by how clearly they stand apart: a silhouette of %(score)s,"
                " where 1 is perfectly apart and 0 not at all.",
                score=self.speech.number(best),
            )
        return {
            "shares_explained": self._say(
                "Shares are of the votes cast on a statement, passes included. The %(interval)s says"
                " how far a share could be off by chance if the participants were a random sample"
                " (Wilson, 1927).",
                interval=self._interval_name(),
            ),
            "groups_explained": groups,
            "variance_explained": self._say(
                "The map keeps %(share)s of the differences between participants; the rest does not"
                " fit in two dimensions.",
                share=self.speech.percent(sum(ratio or 0.0 for ratio in ratios)),
            ),
        }


def _n_seen(tally: Row) -> int:
    return int(tally["n_agree"] + tally["n_pass"] + tally["n_disagree"])
