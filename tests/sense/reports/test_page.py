"""The report and its figures: offline, escaped, complete in both languages."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from placet.sense.opinion import Placement
from placet.sense.reports import (
    Analysis,
    analyze,
    build_document,
    draw_opinion_map,
    draw_participation,
    draw_vote_bars,
    participants_table,
    render_report,
    statements_table,
)
from placet.sense.reports.figures.shapes import convex_hull, shorten
from placet.sense.reports.language import LANGUAGES, load_language
from placet.sense.votes import Conversation, Statement, VoteTable, plant_conversation

REPORTS = Path(render_report.__code__.co_filename).parent
COMMAND = "placet analyze '<x>' --out results --seed 0"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} {% raw %}",
    "</svg><style>*{display:none}</style>",
    "=HYPERLINK(\"http://example.org\")",
    "+1", "-1", "@x", "\tx", "\rx",
    "%(share)s %s 100%",
    "\u202eesrever",
    "\x1b[31mred\x07 \x00 \ufffe \uffff",
    "",
)  # fmt: skip


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    planted = plant_conversation(200, 40, generator=np.random.default_rng(11)).conversation
    hostile = tuple(Statement(s.id, HOSTILE[s.id % len(HOSTILE)]) for s in planted.statements)
    return analyze(Conversation(planted.votes, hostile, topic="<b>Topic</b> & more"))


@pytest.fixture(scope="module")
def document(analysis: Analysis) -> dict[str, Any]:
    return build_document(analysis)


@pytest.fixture(scope="module", params=LANGUAGES)
def page(request: pytest.FixtureRequest, document: dict[str, Any]) -> Page:
    """The report in each language."""
    return Page(render_report(document, language=request.param, command=COMMAND))


class Page(HTMLParser):
    """The elements of a page with their attributes, and the text outside styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.html = html
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements[-1:] and self.elements[-1][0] != "style":
            self.text += data


def test_the_report_loads_nothing_and_runs_nothing(page: Page) -> None:
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "img", "link", "iframe", "object", "embed", "base", "form"}
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (
            tag,
            attributes,
        )
        for name in ("src", "href", "xlink:href", "srcset", "action"):
            assert (attributes.get(name) or "#").startswith("#"), (tag, attributes)
    assert "url(" not in page.html
    assert "@import" not in page.html


def test_hostile_text_stays_text(page: Page, document: dict[str, Any]) -> None:
    assert "<b>Topic</b> & more" in page.text
    listed = {entry["statement_id"] for group in document["groups"] for entry in group["representative"]}
    shown = [HOSTILE[identifier % len(HOSTILE)].strip() for identifier in listed]
    assert any("<" in text for text in shown)
    assert [text for text in shown if text not in page.text] == []


def test_every_figure_has_a_table(page: Page, document: dict[str, Any]) -> None:
    tags = [tag for tag, _ in page.elements]
    lists = [*document["consensus"].values(), document["divisive"]]
    lists += [group["representative"] for group in document["groups"]]
    bar_lists = [found for found in lists if found]
    assert len(bar_lists) > 3
    figures = 1 + len(bar_lists) + 1
    bridges = len(document["findings"]["bridging"]["found"][:5])
    assert bridges
    assert tags.count("figure") == figures
    assert tags.count("svg") == figures + 2 * bridges  # a bar for each side
    assert tags.count("details") == figures + 2  # numbers of groups that were tried, and bridges
    # the groups' own table is always open, and what the tests say stands beside each list's votes
    assert tags.count("table") == tags.count("details") + 1 + len(bar_lists)


def test_headings_and_landmarks_are_in_order(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {str(attributes["href"])[1:] for tag, attributes in page.elements if tag == "a"}
    assert targets <= set(ids)


def test_what_it_takes_to_recompute_is_printed(page: Page, document: dict[str, Any]) -> None:
    for words in (document["input_digest"], f"Placet {document['software_version']}", COMMAND):
        assert words in page.text


def test_the_french_catalogue_is_complete_and_compiled() -> None:
    keywords = {
        "_": None,
        "gettext": None,
        "ngettext": (1, 2),
        "translate": None,
        "_say": None,
        "count": (1, 2),
    }
    found = extract_from_dir(
        REPORTS, [("**.py", "python"), ("**/templates/**.j2", "jinja2")], keywords=keywords
    )
    used = {message for _, _, message, _, _ in found}
    with (REPORTS / "locale/fr/LC_MESSAGES/sense.po").open("rb") as stream:
        catalogue = {message.id: message for message in read_po(stream) if message.id}
    assert set(catalogue) == used
    french = load_language("fr")
    for key, message in catalogue.items():
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        assert all(strings), key
        assert not message.fuzzy, key
        assert not list(message.check()), key
        if isinstance(key, str):
            assert french.translate(key) == message.string
        for string in strings:
            assert not re.search(r"(?<![\u00a0\u202f])[:;!?»]", string), (
                f"a space is missing or breaks: {string}"
            )
            assert "'" not in string, string


def test_no_english_is_left_in_french(document: dict[str, Any]) -> None:
    text = Page(render_report(document, language="fr")).text
    with (REPORTS / "locale/fr/LC_MESSAGES/sense.po").open("rb") as stream:
        english = [message.id for message in read_po(stream) if isinstance(message.id, str) and message.id]
    sentences = [message for message in english if len(message) > 25 and "%(" not in message]
    assert len(sentences) > 10
    assert [message for message in sentences if message in text] == []


def test_numbers_are_written_as_the_language_does() -> None:
    english, french = load_language("en"), load_language("fr")
    assert (english.integer(12345), french.integer(12345)) == ("12,345", "12\u202f345")
    assert (english.number(-0.5), french.number(-1234.5, 1)) == ("\u22120.50", "\u22121\u202f234,5")
    assert (english.percent(0.42), french.percent(0.42)) == ("42%", "42\u202f%")
    assert french.percent_range([0.1, 0.2]) == "10\u2009\u2013\u200920\u202f%"
    assert english.percent_range(None) == "\u2013"
    with pytest.raises(ValueError, match="language is one of"):
        load_language("xx")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [0, 1, 2])
def test_a_report_of_next_to_nothing(language: str, size: int) -> None:
    table = VoteTable.from_events(list(range(size)), [1] * size, [1] * size)
    tiny = build_document(analyze(Conversation(table, (Statement(1, "Only one"),))))
    assert Page(render_report(tiny, language=language)).text


# --- figures -------------------------------------------------------------------------------------


def all_figures(document: dict[str, Any], language: str) -> list[str]:
    ids = [statement["id"] for statement in document["statements"][: len(HOSTILE)]]
    you = Placement(x=8.0, y=-8.0, group=0, n_votes=3)
    return [
        draw_opinion_map(document, language=language),
        draw_opinion_map(document, language=language, you=you),
        draw_vote_bars(document, ids, language=language, title='Title <&"'),
        draw_participation(document, language=language),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_are_images_that_follow_the_page(document: dict[str, Any], language: str) -> None:
    for svg in all_figures(document, language):
        root = ET.fromstring(svg)
        assert root.get("role") == "img"
        assert root.get("aria-label") == root[0].text
        assert root[1].tag.endswith("desc")
        for element in root.iter():
            if element is not root:
                assert not [name for name in element.attrib if name == "role" or name.startswith("aria")]
            assert element.get("style") is None
            assert element.tag.rpartition("}")[2] in ALLOWED
            for name in ("fill", "stroke"):
                colour = element.get(name) or "none"
                assert colour in ("none", "transparent") or colour.startswith("var(--figure-"), colour


ALLOWED = {"svg", "title", "desc", "g", "path", "text", "line", "rect"}


def test_figures_keep_their_lettering_inside_and_legible(document: dict[str, Any]) -> None:
    for svg in all_figures(document, "fr"):
        root = ET.fromstring(svg)
        width, height = (float(value) for value in (root.get("viewBox") or "").split()[2:])
        assert width == 360
        for text in root.iter("{http://www.w3.org/2000/svg}text"):
            assert float((text.get("font-size") or "0px")[:-2]) >= 12
            x, y = map(
                float, re.findall(r"translate\(([-\d.]+),([-\d.]+)\)", text.get("transform") or "")[-1]
            )
            assert -1 <= x <= width + 1
            assert 0 <= y <= height


def test_what_rests_on_few_votes_says_so() -> None:
    table = VoteTable.from_events([1, 2, 3], [1, 1, 1], [1, 1, 1])
    few = build_document(analyze(Conversation(table, (Statement(1, "Only one"),))))
    assert "So few votes say little." in Page(render_report(few)).text
    assert "Si peu de votes" in Page(render_report(few, language="fr")).text


def test_you_are_on_the_map(document: dict[str, Any]) -> None:
    you = Placement(x=30.0, y=30.0, group=1, n_votes=3)
    assert ">Vous<" in draw_opinion_map(document, language="fr", you=you)
    assert "nearest to group B" in draw_opinion_map(document, language="en", you=you)
    assert "You" not in draw_opinion_map(document, language="en")


def test_groups_are_told_apart_without_colour(document: dict[str, Any]) -> None:
    root = ET.fromstring(draw_opinion_map(document, language="en"))
    marks: dict[str, set[str]] = {}
    for path in root.iter("{http://www.w3.org/2000/svg}path"):
        if path.get("stroke-width") == "0.8":
            shape = re.sub(r"[^A-Za-z]", "", path.get("d") or "")
            marks.setdefault(str(path.get("fill")), set()).add(shape)
    assert len(marks) == len(document["groups"])
    shapes = [shape for found in marks.values() for shape in found]
    assert len(shapes) == len(set(shapes)) == len(marks)
    letters = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"A", "B", "C"} <= letters


def test_convex_hull_holds_every_point() -> None:
    points = [tuple(point) for point in np.random.default_rng(0).normal(size=(50, 2)).tolist()]
    hull = convex_hull(points)
    assert set(hull) <= set(points)
    for (ax, ay), (bx, by) in zip(hull, hull[1:] + hull[:1], strict=True):
        assert all((bx - ax) * (y - ay) - (by - ay) * (x - ax) >= -1e-12 for x, y in points)
    assert len(convex_hull([(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)])) == 2


def test_long_text_is_cut_with_an_ellipsis() -> None:
    assert shorten("short", 360, 13) == "short"
    for text in ("word " * 60, "字" * 80):
        line = shorten(text, 360, 13)
        assert line.endswith("\u2026")
        assert len(line) < len(text)


# --- tables --------------------------------------------------------------------------------------


def test_no_cell_is_taken_for_a_formula(document: dict[str, Any]) -> None:
    rows = list(csv.DictReader(io.StringIO(statements_table(document))))
    assert len(rows) == len(document["statements"])
    for row, statement in zip(rows, document["statements"], strict=True):
        if statement["text"].startswith(("=", "+", "-", "@", "\t", "\r")):
            assert row["text"] == "'" + statement["text"]
        else:
            assert row["text"] == statement["text"]
        assert int(row["n_agree"]) == statement["n_agree"]
        assert int(row["group_b_n_pass"]) == statement["by_group"][1]["n_pass"]


def test_participants_are_listed_with_their_votes_and_group(analysis: Analysis) -> None:
    rows = list(csv.DictReader(io.StringIO(participants_table(analysis))))
    assert len(rows) == 200
    sizes = analysis.groups.sizes().tolist()
    letters = [row["group"] for row in rows]
    assert [letters.count("ABC"[group]) for group in range(len(sizes))] == sizes
    for row in rows:
        assert int(row["n_votes"]) == sum(int(row[f"n_{kind}"]) for kind in ("agree", "disagree", "pass"))
        float(row["x"])


def test_text_identifiers_of_participants_are_safe() -> None:
    table = VoteTable.from_events(["=cmd()", "bob"], [1, 1], [1, -1])
    text = participants_table(analyze(Conversation(table, (Statement(1),))))
    assert "'=cmd()" in text
    assert "\n=cmd()" not in text
