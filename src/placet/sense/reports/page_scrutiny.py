"""How sure a report is, in words: groups, tests, bridging statements, votes too much alike."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from placet.sense.reports.figures import group_letter
from placet.sense.reports.language import Language
from placet.sense.reports.reading import (
    SMALL_CLUSTER,
    Change,
    Control,
    Discoveries,
    GroupCount,
    bridging_listed,
    chosen_group_count,
    group_counts,
    headline_changes,
    largest_change,
    n_flagged,
    share_without_flagged,
)

Document = Mapping[str, Any]
Row = dict[str, Any]

NOTHING = "\u2013"
CHANGES_AT_ONCE = 5
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Scrutiny:
    """Puts into words what an analysis says of its own certainty."""

    def __init__(self, document: Document, speech: Language) -> None:
        self.document = document
        self.speech = speech
        self.discoveries = Discoveries(document)
        self.statements = {statement["id"]: statement for statement in document["statements"]}

    def _say(self, message: str, **values: object) -> str:
        return self.speech.translate(message) % values

    # --- groups --------------------------------------------------------------------------------

    def sureness(self) -> Row | None:
        """Return how sure the groups are, with what there is to warn of; None without groups."""
        chosen = chosen_group_count(self.document)
        if chosen is None:
            return None
        sentences = [*self._stability(chosen), *self._clearness(chosen)]
        return {
            "text": " ".join(sentences),
            "is_doubtful": chosen.is_doubtful,
            "rows": [self._count_row(tried) for tried in group_counts(self.document)],
        }

    def _stability(self, tried: GroupCount) -> list[str]:
        if tried.level is None or tried.stability is None:
            return []
        _ = self.speech.translate
        said = {
            "high": _(
                "If other people like these had voted, nearly the same %(n)s groups would have come out."
            ),
            "good": _(
                "If other people like these had voted, much the same %(n)s groups would have come out."
            ),
            "fair": _(
                "If other people like these had voted, broadly the same %(n)s groups would have come out,"
                " but many people would have been placed in another."
            ),
            "low": _(
                "These %(n)s groups are not stable: if other people like these had voted, different ones"
                " might have come out. Read them as a description of these votes, not as camps that exist."
            ),
        }[tried.level] % {"n": self.speech.integer(tried.n_groups)}
        scale = self._say(
            "Their stability is %(score)s, on a scale where 1 is the same groups every time and 0 is chance.",
            score=self.speech.number(tried.stability),
        )
        unsteady = [_("In some of the trials, however, quite different groups came out.")]
        return [said, scale, *(unsteady if tried.is_unsteady else [])]

    def _clearness(self, tried: GroupCount) -> list[str]:
        if tried.silhouette is None:
            return []
        _ = self.speech.translate
        if tried.is_clear:
            said = _("The groups stand clearly apart (silhouette %(score)s, where 1 is perfectly apart).")
        elif tried.is_blurred:
            said = _(
                "Their borders are arbitrary: many people could as well be counted in another group"
                " (silhouette %(score)s, where 1 is perfectly apart)."
            )
        else:
            said = _(
                "The groups stand apart, but people near a border could be counted in either"
                " (silhouette %(score)s, where 1 is perfectly apart)."
            )
        return [said % {"score": self.speech.number(tried.silhouette)}]

    def _count_row(self, tried: GroupCount) -> Row:
        number = self.speech.number
        has_stability = tried.stability is not None
        name = self.speech.integer(tried.n_groups)
        low, high = (tried.stability_low or 0.0, tried.stability_high or 0.0)
        return {
            "name": self._say("%(n)s (chosen)", n=name) if tried.is_chosen else name,
            "silhouette": NOTHING if tried.silhouette is None else number(tried.silhouette),
            "stability": number(tried.stability or 0.0) if has_stability else NOTHING,
            "range": f"{number(low)}\u2009\u2013\u2009{number(high)}" if has_stability else NOTHING,
        }

    # --- tests ---------------------------------------------------------------------------------

    def control(self, control: Control) -> str:
        """Return how many tests were made, how many results hold up, and whether those listed do."""
        tests = self.speech.count("%(n)s test", "%(n)s tests", control.n_tested)
        if not control.n_passed:
            return self._say("%(tests)s: no result holds up against chance.", tests=tests)
        said = self._say(
            "%(tests)s: %(results)s, of which at most %(rate)s are expected to be due to chance.",
            tests=tests,
            results=self.speech.count("%(n)s result holds up", "%(n)s results hold up", control.n_passed),
            rate=self.speech.percent(control.rate),
        )
        if not control.n_listed:
            return said
        _ = self.speech.translate
        more = _("What is listed here and is not among them says so.")
        if control.all_listed_passed:
            more = _("Everything listed here is among them.")
        return f"{said} {more}"

    def consensus_remarks(self, direction: str, entry: Row) -> list[str]:
        """Return whether a consensus holds up, and in every group, and without votes too much alike."""
        found = self.discoveries.consensus(direction, entry)
        remarks = [] if found else [self.not_shown()]
        remarks += self._in_groups(direction, entry)
        without = self.statements[entry["statement_id"]]["without_flagged"]
        if n_flagged(self.document) and without and _n_seen(without):
            share = self.speech.percent(without[f"n_{direction}"] / _n_seen(without))
            remarks.append(self._say("Without votes too much alike: %(share)s.", share=share))
        return remarks

    def _in_groups(self, direction: str, entry: Row) -> list[str]:
        statement = self.statements[entry["statement_id"]]
        found = self.discoveries.in_groups(direction, entry, statement)
        if found is None:
            return []
        _, percent = self.speech.translate, self.speech.percent
        said = {
            "every": _(
                "Holds in every group; least in group %(letter)s: %(share)s, and no less than %(low)s"
                " allowing for chance."
            ),
            "not": _("Not in every group: %(share)s in group %(letter)s."),
            "unsure": _("Not certain in every group: group %(letter)s cast too few votes."),
        }[found.holds]
        letter, share = group_letter(found.group), percent(found.share)
        return [said % {"letter": letter, "share": share, "low": percent(found.low or 0.0)}]

    def not_shown(self) -> str:
        """Return the remark on what does not hold up."""
        return self.speech.translate("Not shown beyond chance.")

    def divisive_remarks(self, entry: Row) -> list[str]:
        """Return what is not shown of a divisive statement, or between which other groups it is."""
        found = self.discoveries.divisive(entry)
        letters = {
            "group_for": group_letter(entry["group_for"]),
            "group_against": group_letter(entry["group_against"]),
        }
        if found is None:
            return [
                self._say(
                    "Not shown beyond chance that most of group %(group_for)s agree and most of group"
                    " %(group_against)s disagree.",
                    **letters,
                )
            ]
        pair = {side: group_letter(found[side]) for side in letters}
        if pair == letters:
            return []
        return [
            self._say("Shown beyond chance for group %(group_for)s against group %(group_against)s.", **pair)
        ]

    def measured(self, found: Row | None) -> Row:
        """Return the row of a finding in the table of tests; dashes where it does not hold up."""
        if found is None:
            return {"effect": NOTHING, "interval": NOTHING, "q": NOTHING}
        name = next(name for name in ("difference", "gap", "share") if name in found)
        return {
            "effect": self.speech.percent(found[name]),
            "interval": self.speech.percent_range(found[f"{name}_ci"]),
            "q": self._rate(found["q_value"]),
        }

    def _rate(self, value: float) -> str:
        return f"<\u00a0{self.speech.number(0.001, 3)}" if value < 0.001 else self.speech.number(value, 3)

    # --- bridging ------------------------------------------------------------------------------

    def bridging(self) -> Row | None:
        """Return what both sides support; None where that was not computed."""
        listed, control = bridging_listed(self.document), self.discoveries.tests_of_bridging()
        if listed is None or control is None:
            return None
        _ = self.speech.translate
        empty = _("No statement has the support of both sides beyond chance.")
        if not control.n_tested:
            empty = _("Two sides cannot be told apart, or too few voted on either.")
        shared = _("Where there are three groups or more, two of them share a side.")
        return {
            "control": self.control(control) if control.n_tested else "",
            "empty": empty,
            "shared": shared if len(self.document["groups"]) > 2 else "",
            "entries": [self._bridge(number, found) for number, found in enumerate(listed, start=1)],
        }

    def _bridge(self, number: int, found: Row) -> Row:
        statement = self.statements[found["statement_id"]]
        sides = [(found[f"n_agree_{side}"], found[f"n_seen_{side}"]) for side in ("below", "above")]
        shares = [agree / seen for agree, seen in sides]
        integer, decimal = self.speech.integer, self.speech.number
        low, high = found["intercept_ci"]
        return {
            "number": number,
            "id": statement["id"],
            "text": statement["text"],
            "note": self._say(
                "%(share_one)s of one side agree (%(n_one)s of %(seen_one)s), %(share_other)s of the other"
                " (%(n_other)s of %(seen_other)s).",
                share_one=self.speech.percent(shares[0]),
                n_one=integer(sides[0][0]),
                seen_one=integer(sides[0][1]),
                share_other=self.speech.percent(shares[1]),
                n_other=integer(sides[1][0]),
                seen_other=integer(sides[1][1]),
            ),
            "bars": [f"{100 * share:.1f}" for share in shares],
            "sides": [
                {"share": self.speech.percent(share), "seen": integer(seen)}
                for share, (_agree, seen) in zip(shares, sides, strict=True)
            ],
            "midway": decimal(found["intercept"]),
            "interval": f"{decimal(low)} \u2013 {decimal(high)}",
            "q": self._rate(found["q_value"]),
        }

    # --- votes too much alike ------------------------------------------------------------------

    def integrity(self) -> Row | None:
        """Return who votes too much alike, and what changes without them; None if not looked at."""
        found = self.document["integrity"]
        if found is None:
            return None
        if not found["n_flagged"]:
            return {"is_found": False}
        points = self.speech.number(largest_change(self.document), 1)
        changes = [self._change(change) for change in headline_changes(self.document)]
        largest = max(cluster["size"] for cluster in found["clusters"])
        return {
            "is_found": True,
            "notice": self._say(
                "%(people)s participants (%(share)s) voted too much alike to be independent. All figures are"
                " shown with them; without them, the support of no statement changes by more than"
                " %(points)s points.",
                people=self.speech.integer(found["n_flagged"]),
                share=self.speech.percent(found["flagged_rate"]),
                points=points,
            ),
            "small": self._say(
                "A set this small is at the edge of what can be told: a second search might miss it."
            )
            if largest < SMALL_CLUSTER
            else "",
            "changes": changes[:CHANGES_AT_ONCE],
            "more_changes": changes[CHANGES_AT_ONCE:],
            "clusters": [self._cluster(cluster) for cluster in found["clusters"]],
        }

    def _change(self, change: Change) -> Row:
        statement = self.statements[change.statement_id]
        return {
            "id": statement["id"],
            "text": statement["text"],
            "share": self._exact_percent(change.share),
            "share_without": self._exact_percent(change.share_without),
            "points": self._signed(change.points),
        }

    def _cluster(self, cluster: Row) -> Row:
        percent = self.speech.percent
        return {
            "size": self.speech.integer(cluster["size"]),
            "answers": self.speech.integer(cluster["mean_answers"]),
            "agreement": percent(cluster["agreement_rate"]),
            "expected": percent(cluster["expected_rate"]),
            "evidence": f"10{str(max(math.floor(cluster['median_evidence']), 0)).translate(SUPERSCRIPTS)}",
        }

    def tally_without(self, statement: Row) -> Row | None:
        """Return the votes on a statement without the flagged; None where nobody is."""
        if not n_flagged(self.document) or share_without_flagged(statement) is None:
            return None
        tally: Row = statement["without_flagged"]
        return tally

    def _exact_percent(self, share: float) -> str:
        return f"{self.speech.number(100 * share, 1)}{self.speech.before_percent}%"

    def _signed(self, points: float) -> str:
        text = self.speech.number(points, 1)
        if not any(digit in text for digit in "123456789"):
            return text.lstrip("\u2212")
        return f"+{text}" if points > 0 else text


def _n_seen(tally: Row) -> int:
    return int(tally["n_agree"] + tally["n_pass"] + tally["n_disagree"])
