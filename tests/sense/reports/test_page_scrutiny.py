"""How sure the report is: what it says of groups, tests, bridging and votes too much alike."""

from __future__ import annotations

import copy
import csv
import io
import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from placet.sense.integrity.synthetic import plant_copies
from placet.sense.reports import Parameters, analyze, build_document, page, render_report, statements_table
from placet.sense.reports.language import LANGUAGES
from placet.sense.reports.reading import (
    Discoveries,
    chosen_group_count,
    group_counts,
    headline_changes,
    largest_change,
    share_without_flagged,
)
from placet.sense.votes import Conversation, Statement, plant_conversation

Document = dict[str, Any]
PARTICIPANT = "secret-participant-"


@pytest.fixture(autouse=True)
def quick_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures of a word each: drawing takes half a second, and these tests are not about it."""
    for name in ("draw_opinion_map", "draw_vote_bars", "draw_participation"):
        monkeypatch.setattr(page, name, lambda *_, **__: "figure")


@pytest.fixture(scope="module")
def plain() -> Document:
    """Three camps, nobody flagged."""
    planted = plant_conversation(200, 40, generator=np.random.default_rng(11)).conversation
    return build_document(analyze(planted))


@pytest.fixture(scope="module")
def copied() -> Document:
    """A list of answers that some copied."""
    planted = plant_copies(600, 60, 60, generator=np.random.default_rng(5))
    votes = planted.votes
    object.__setattr__(
        votes, "participant_ids", np.array([f"{PARTICIPANT}{i}" for i in range(votes.n_participants)])
    )
    statements = tuple(Statement(i, f"Statement <b>{i}</b>") for i in votes.statement_ids)
    return build_document(analyze(Conversation(votes, statements), parameters=Parameters(n_resamples=3)))


class Words(HTMLParser):
    """The text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def text_of(document: Document, language: str = "en") -> str:
    """The words of a report, whitespace as one space."""
    html = render_report(document, language=language)
    parser = Words()
    parser.feed(re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", html, flags=re.DOTALL))
    return re.sub(r"[ \n]+", " ", "".join(parser.words))


def with_groups(document: Document, *, silhouette: float | None, stability: Document | None) -> Document:
    """The document with other scores for the number of groups that it has."""
    changed = copy.deepcopy(document)
    for tried in changed["opinion_space"]["group_counts_tried"]:
        if tried["groups"] == len(changed["groups"]):
            tried.update(silhouette=silhouette, stability=stability)
    return changed


def stable(mean: float, low: float) -> Document:
    return {"mean": mean, "low": low, "high": 1.0, "n_resamples": 20}


# --- groups ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mean", "low", "words"),
    [
        (0.896, 0.8, "nearly the same 3 groups would have come out. Their stability is 0.90, on a scale"),
        (0.8, 0.7, "much the same 3 groups"),
        (0.65, 0.5, "broadly the same 3 groups"),
        (0.59, 0.5, "These 3 groups are not stable"),
        (0.76, 0.03, "In some of the trials, however, quite different groups came out."),
    ],
)
def test_how_stable_the_groups_are_is_said(plain: Document, mean: float, low: float, words: str) -> None:
    document = with_groups(plain, silhouette=0.6, stability=stable(mean, low))
    assert words in text_of(document)
    assert ('class="notice"' in render_report(document)) == (mean < 0.6 or low < 0.4)


@pytest.mark.parametrize(
    ("silhouette", "words"),
    [(0.7, "stand clearly apart"), (0.4, "near a border"), (0.2, "borders are arbitrary"), (None, None)],
)
def test_how_clearly_they_stand_apart_is_said(
    plain: Document, silhouette: float | None, words: str | None
) -> None:
    document = with_groups(plain, silhouette=silhouette, stability=None)
    text = text_of(document)
    assert words is None or words in text
    assert "would have come out" not in text
    assert ('class="notice"' in render_report(document)) == (silhouette == 0.2)


def test_every_number_of_groups_has_a_row(plain: Document) -> None:
    counts = group_counts(plain)
    assert [count.n_groups for count in counts] == [2, 3, 4, 5]
    assert [count.is_chosen for count in counts].count(True) == 1
    assert chosen_group_count(plain) in counts
    assert "3 (chosen)" in text_of(plain)
    assert "3 (retenu)" in text_of(plain, "fr")


# --- tests -----------------------------------------------------------------------------------


def test_the_lists_say_how_many_tests_were_made(plain: Document) -> None:
    text = text_of(plain)
    for control in (
        Discoveries(plain).tests_of_consensus(),
        Discoveries(plain).tests_of_divisive(),
        Discoveries(plain).tests_of_representative(),
        Discoveries(plain).tests_of_bridging(),
    ):
        assert control is not None
        assert f"{control.n_tested} tests: {control.n_passed} result" in text
        assert 0 <= control.n_listed_passed <= control.n_listed
    assert "at most 5% are expected" in text


def test_what_does_not_hold_up_says_so(plain: Document) -> None:
    nothing = copy.deepcopy(plain)
    for kind in ("representative", "consensus", "divisive", "bridging"):
        nothing["findings"][kind]["found"] = []
    text = text_of(nothing)
    lists = [*nothing["consensus"].values(), *(group["representative"] for group in nothing["groups"])]
    assert text.count("Not shown beyond chance.") == sum(map(len, lists))
    assert text.count("Not shown beyond chance that") == len(nothing["divisive"])
    assert "no result holds up" in text
    assert "No statement has the support of both sides beyond chance." in text


def test_consensus_says_whether_it_holds_in_every_group(plain: Document) -> None:
    found = plain["findings"]["consensus"]["found"]
    listed = {(e["statement_id"], side) for side in ("agree", "disagree") for e in plain["consensus"][side]}
    shown = [each for each in found if (each["statement_id"], each["direction"]) in listed]
    everywhere = sum(each["is_in_every_group"] for each in shown)
    text = text_of(plain)
    assert everywhere
    assert text.count("Holds in every group; least in group") == everywhere
    assert "Vaut dans chaque groupe\u202f; le moins dans le groupe" in text_of(plain, "fr")


def test_too_few_votes_in_a_group_are_no_dissent(plain: Document) -> None:
    """Where all groups agree and one of them cannot show it, the report does not say that it disagrees."""
    changed = copy.deepcopy(plain)
    for found in changed["findings"]["consensus"]["found"]:
        found.update(is_in_every_group=False, least_group=2)
    for statement in changed["statements"]:
        for tally in statement["by_group"]:
            tally.update(n_agree=5, n_pass=0, n_disagree=1)
    changed["consensus"]["disagree"] = []
    assert "Not certain in every group: group C cast too few votes." in text_of(changed)
    for statement in changed["statements"]:
        statement["by_group"][1].update(n_agree=1, n_disagree=5)
    assert "Not in every group: 17% in group B." in text_of(changed)


def test_a_finding_between_other_groups_is_named(plain: Document) -> None:
    changed = copy.deepcopy(plain)
    for found in changed["findings"]["divisive"]["found"]:
        found["group_for"], found["group_against"] = found["group_against"], found["group_for"]
    assert "Shown beyond chance for group" in text_of(changed)
    assert "Shown beyond chance for group" not in text_of(plain)


# --- bridging --------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_bridging_is_shown_or_said_to_be_empty_or_left_out(plain: Document, language: str) -> None:
    title = {"en": "What bridges the sides", "fr": "Ce qui rapproche les deux bords"}[language]
    first = plain["findings"]["bridging"]["found"][0]
    html = render_report(plain, language=language)
    assert f'id="bridging-title">{title}' in html
    assert html.count('class="meter"') == 2 * min(5, len(plain["findings"]["bridging"]["found"]))
    assert str(first["n_seen_below"]) in text_of(plain, language)
    untested = copy.deepcopy(plain)
    untested["findings"]["bridging"] = {"n_tested": 0, "found": []}
    words = {"en": "Two sides cannot be told apart", "fr": "On ne distingue pas deux bords"}[language]
    assert words in text_of(untested, language)
    absent = copy.deepcopy(plain)
    absent["findings"]["bridging"] = None
    assert title not in text_of(absent, language)


# --- votes too much alike --------------------------------------------------------------------


def test_flagged_participants_are_announced_and_nobody_is_named(copied: Document) -> None:
    assert copied["integrity"]["n_flagged"] > 40
    for language, words in (
        ("en", "voted too much alike to be independent"),
        ("fr", "ont voté de façon trop semblable pour être indépendants"),
    ):
        html = render_report(copied, language=language)
        assert words in html
        assert html.index(words) < html.index('id="map"')
        assert 'href="#integrity"' in html
        assert PARTICIPANT not in html
        assert "<b>" not in html


def test_every_headline_is_given_without_them(copied: Document) -> None:
    text = text_of(copied)
    listed = [*copied["consensus"]["agree"], *copied["consensus"]["disagree"]]
    assert text.count("Without votes too much alike: ") == len(listed)
    changes = headline_changes(copied)
    assert [abs(c.points) for c in changes] == sorted((abs(c.points) for c in changes), reverse=True)
    assert {each["statement_id"] for each in listed} <= {change.statement_id for change in changes}
    assert abs(changes[0].points) <= largest_change(copied)
    for change in changes:
        assert f"{100 * change.share:.1f}%" in text
        assert f"{100 * change.share_without:.1f}%" in text


def test_without_the_copies_support_is_what_the_others_say(copied: Document) -> None:
    for statement in copied["statements"]:
        without = share_without_flagged(statement)
        tally = statement["without_flagged"]
        assert without == tally["n_agree"] / (tally["n_agree"] + tally["n_pass"] + tally["n_disagree"])


def test_where_nobody_is_flagged_one_sentence_says_so(plain: Document) -> None:
    assert plain["integrity"]["n_flagged"] == 0
    text = text_of(plain)
    assert text.count("too much alike") == 1
    assert "No ten participants or more were found" in text
    unchecked = copy.deepcopy(plain)
    unchecked["integrity"] = None
    for statement in unchecked["statements"]:
        statement["without_flagged"] = None
    assert "too much alike" not in text_of(unchecked)


# --- tables ----------------------------------------------------------------------------------


def test_new_columns_of_statements_come_last(copied: Document) -> None:
    rows = list(csv.DictReader(io.StringIO(statements_table(copied))))
    assert list(rows[0])[-5:] == [
        f"group_{'abcdefgh'[len(copied['groups']) - 1]}_p_agree",
        "bridging",
        "bridging_low",
        "bridging_high",
        "p_agree_without_flagged",
    ]
    for row, statement in zip(rows, copied["statements"], strict=True):
        assert float(row["bridging"]) == statement["bridging"]["intercept"]
        assert [float(row["bridging_low"]), float(row["bridging_high"])] == statement["bridging"][
            "intercept_ci"
        ]
        assert float(row["p_agree_without_flagged"]) == statement["without_flagged"]["p_agree"]


def test_what_was_not_computed_is_an_empty_cell(plain: Document) -> None:
    changed = copy.deepcopy(plain)
    changed["statements"][0].update(bridging=None, without_flagged=None)
    row = next(csv.DictReader(io.StringIO(statements_table(changed))))
    assert {row[name] for name in list(row)[-4:]} == {""}
