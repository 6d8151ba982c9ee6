"""Results as data frames, as JSON and as themselves in a notebook."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib import resources
from xml.etree import ElementTree as ET

import numpy as np
import polars as pl
import pytest

from placet.sense import (
    Analysis,
    Conversation,
    Parameters,
    Statement,
    VoteTable,
    analyze,
    fit_space,
    place_participant,
    plant_conversation,
    rake_weights,
    refresh,
    weighted_support,
    write_results,
)
from placet.sense.integrity.synthetic import plant_copies
from placet.sense.reports.figures.notebook import COLOURS
from placet.sense.votes import open_votes

HOSTILE = "<script>alert('&')</script> \x00 & more"


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    planted = plant_conversation(300, 20, generator=np.random.default_rng(1)).conversation
    statements = (
        *(Statement(s.id, f"{HOSTILE} {s.id}") for s in planted.statements),
        Statement(99, "Unseen"),
    )
    return analyze(Conversation(planted.votes, statements, topic=HOSTILE))


def test_a_table_of_votes_round_trips(analysis: Analysis) -> None:
    votes = analysis.conversation.votes
    assert isinstance(votes, VoteTable)
    frame = votes.to_polars()
    assert frame.columns == ["participant", "statement", "vote"]
    assert VoteTable.from_events(*(frame[name].to_numpy() for name in frame.columns)).equals(votes)
    assert VoteTable.from_events([], [], []).to_polars().is_empty()
    named = VoteTable.from_events(["ann"], ["N30-S-0001"], [1]).to_polars()
    assert named.rows() == [("ann", "N30-S-0001", 1)]


def test_statements_have_their_counts_and_intervals(analysis: Analysis) -> None:
    frame = analysis.to_polars()
    assert frame.height == 21
    seen = frame.filter(pl.col("n_seen") > 0)
    assert (seen["n_agree"] + seen["n_disagree"] + seen["n_pass"] == seen["n_seen"]).all()
    assert np.allclose(seen["support"], seen["n_agree"] / seen["n_seen"])
    assert (seen["support_low"] < seen["support"]).all()
    assert (seen["support"] < seen["support_high"]).all()
    groups = [f"group_{letter}_n_seen" for letter in "abc"]
    assert (frame.select(groups).sum_horizontal() <= frame["n_seen"]).all()
    assert frame["support_without_flagged"].equals(frame["support"], check_names=False)
    unseen = frame.row(-1, named=True)
    assert unseen["statement"] == 99
    assert all(unseen[name] is None for name in ("support", "support_low", "bridging", "extremity"))


def test_participants_have_their_place(analysis: Analysis) -> None:
    frame = analysis.participants_to_polars()
    assert frame["n_votes"].sum() == analysis.conversation.votes.n_votes
    sizes = dict(frame.group_by("group").len().iter_rows())
    assert [sizes[letter] for letter in "ABC"] == analysis.groups.sizes().tolist()
    assert not frame["is_flagged"].any()


def test_numbers_of_groups_that_were_tried(analysis: Analysis) -> None:
    frame = analysis.tried_to_polars()
    assert frame["n_groups"].to_list() == [2, 3, 4, 5]
    assert frame.filter("is_chosen")["n_groups"].to_list() == [3]
    assert frame.filter("is_chosen")["stability"].item() == analysis.stability[3].mean
    plain = analyze(analysis.conversation, parameters=Parameters(n_resamples=0)).tried_to_polars()
    assert plain["stability"].is_null().all()
    assert plain.schema == frame.schema


def test_what_was_not_computed_is_null(analysis: Analysis) -> None:
    later = refresh(analysis, [0], [3], [1])
    frame = later.to_polars()
    for name in ("bridging", "bridging_low", "bridging_high", "support_without_flagged"):
        assert frame[name].is_null().all()
    assert later.participants_to_polars()["is_flagged"].is_null().all()


def test_json_is_that_of_the_file(analysis: Analysis, tmp_path) -> None:
    write_results(analysis, tmp_path / "out")
    assert analysis.to_json() == (tmp_path / "out" / "analysis.json").read_text(encoding="utf-8")


def test_a_space_as_json_places_people(analysis: Analysis) -> None:
    space = json.loads(analysis.space.to_json())
    groups = json.loads(analysis.groups.to_json())
    document = {
        "opinion_space": space,
        "groups": [{"id": g, "centre": found["centre"]} for g, found in enumerate(groups["groups"])],
    }
    first = analysis.conversation.votes.rows(0, 1)
    cast = {first.statement_ids[j]: int(v) for j, v in zip(first.statement_index, first.values, strict=True)}
    placed = place_participant(document, cast)
    assert placed is not None
    assert np.allclose((placed.x, placed.y), analysis.positions[0])
    assert placed.group == analysis.groups.labels[0]
    assert sum(group["size"] for group in groups["groups"]) == 300
    assert sum(base["size"] for base in groups["base_clusters"]) == 300
    frame = analysis.space.to_polars()
    assert np.allclose(np.hypot(frame["x"], frame["y"]), frame["extremity"])
    assert analysis.groups.to_polars()["n_base_clusters"].sum() == len(groups["base_clusters"])


def test_nothing_has_empty_frames_and_json() -> None:
    nothing = analyze(Conversation(VoteTable.from_events([], [], []), ()))
    for frame in (nothing.to_polars(), nothing.participants_to_polars(), nothing.tried_to_polars()):
        assert frame.is_empty()
    assert nothing.space.to_polars().is_empty()
    assert nothing.groups.to_polars().is_empty()
    assert json.loads(nothing.space.to_json())["explained_variance_ratio"] == [None, None]
    assert json.loads(nothing.groups.to_json())["groups"] == []
    assert "Nobody is placed" in nothing._repr_html_()


def test_weighted_support_as_a_frame(analysis: Analysis) -> None:
    votes = analysis.conversation.votes
    assert isinstance(votes, VoteTable)
    weights = rake_weights({"half": np.arange(300) % 2}, {"half": [3.0, 1.0]})
    found = weighted_support(votes, weights.values)
    frame = found.to_polars()
    assert np.allclose(frame["share"] - frame["raw"], frame["difference"])
    assert repr(weights) == (
        "Weights(300 participants, effective sample size 240.0, 0 unknown, 0 capped, gap 0.0%)"
    )


def test_in_a_notebook(analysis: Analysis) -> None:
    html = analysis._repr_html_()
    assert "<script" not in html
    assert "300 participants" in html
    assert "3 opinion groups" in html
    assert "Both sides agree" in html
    assert "var(" not in html
    ET.fromstring(html.replace("\x00", ""))
    assert str(analysis).startswith("Analysis(VoteTable(300 participants, 20 statements, 6000 votes)")
    assert len(html) < 60_000


def test_the_flagged_are_counted_in_a_notebook() -> None:
    planted = plant_copies(1000, 100, 100, generator=np.random.default_rng(1))
    statements = tuple(map(Statement, planted.votes.statement_ids))
    html = analyze(Conversation(planted.votes, statements))._repr_html_()
    assert "100 participants answer too much alike to be independent; figures here include them." in html


def test_figures_have_the_colours_of_the_pages() -> None:
    styles = resources.files("placet.ui").joinpath("static/ui/placet.css").read_text(encoding="utf-8")
    light = styles[styles.index(":root") : styles.index("@media (prefers-color-scheme")]
    expected = dict(re.findall(r"--figure-([a-z0-9-]+): (#[0-9a-f]{6})", light))
    assert expected == {name: colour for name, colour in COLOURS.items() if name != "surface"}


def test_figures_draw_themselves(analysis: Analysis) -> None:
    for figure in (analysis.draw_map(), analysis.draw_votes([3, 4], language="fr", title="Deux énoncés")):
        assert ET.fromstring(figure.svg).tag.endswith("svg")
        assert "var(" not in figure.svg
        assert figure.svg in figure._repr_html_()
    assert repr(analysis.draw_map()) == "Figure(Opinion map)"


def test_every_result_says_in_a_line_what_it_is(analysis: Analysis, tmp_path) -> None:
    assert analysis.bridges is not None
    assert analysis.integrity is not None
    path = tmp_path / "votes.csv"
    path.write_text("participant,statement,vote\nann,1,1\n")
    with open_votes(path) as conversation:
        spilled = repr(conversation.votes)
    assert spilled == "SpilledVotes(1 participants, 1 statements, 1 votes)"
    results = (
        analysis,
        analysis.conversation,
        analysis.moments,
        analysis.space,
        analysis.groups,
        analysis.counts,
        analysis.discoveries.divisive,
        analysis.bridges.model,
        analysis.integrity.lookalikes,
        replace(analysis.groups, labels=analysis.groups.labels[:0], centres=np.empty((0, 2))),
        fit_space(VoteTable.from_events([], [], []), is_eligible=np.ones(0, dtype=bool)),
    )
    for result in results:
        assert "\n" not in repr(result)
        assert len(repr(result)) < 200
