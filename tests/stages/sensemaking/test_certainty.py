"""How sure results are: the pages say it, doubts included."""

from random import Random
from typing import Any

import pytest
from django.test import Client

from placet.stages.consultations.actions import moderate_statement
from placet.stages.sensemaking import actions
from placet.stages.sensemaking.documents import analyse, document_of
from tests.stages.reflections import SmallReflection
from tests.stages.sensemaking.addresses import run_url, url
from tests.stages.sensemaking.opinions import analysed, plant

pytestmark = pytest.mark.django_db


def two_camps_of_their_own_mind(participant: int, statement: int) -> int:
    """Nearly everybody is for the first two statements, two camps differ on the others; many stray."""
    chance = Random(f"{participant}-{statement}").random()
    usual = 1 if statement < 2 or (participant % 2 == statement % 2) else -1
    return usual if chance < (0.9 if statement < 2 else 0.7) else -usual


def with_doubts(document: dict[str, Any]) -> dict[str, Any]:
    """The document of a run whose groups are not stable, and some of whose participants vote alike."""
    cluster = {
        "size": 12,
        "n_statements": 8,
        "mean_answers": 8.0,
        "agreement_rate": 0.97,
        "expected_rate": 0.6,
        "unanimous_share": 0.95,
        "median_evidence": 7.9,
        "arrivals": None,
    }
    document["integrity"] = {
        "n_flagged": 12,
        "flagged_rate": 0.2,
        "false_discovery_rate": 0.01,
        "clusters": [cluster],
    }
    for statement in document["statements"]:
        without = {name: max(statement[name] - 4, 0) for name in ("n_agree", "n_disagree", "n_pass")}
        statement["without_flagged"] = without | {"p_agree": 0.5, "p_agree_ci": [0.3, 0.7]}
    for tried in document["opinion_space"]["group_counts_tried"]:
        tried["stability"] = {"mean": 0.41, "low": 0.1, "high": 0.7, "n_resamples": 20}
    document["findings"]["divisive"]["found"] = []
    return document


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_says_how_sure_it_is(client: Client, small: SmallReflection, language: str) -> None:
    plant(small, 200, two_camps_of_their_own_mind)
    run = analysed(small)
    page = client.get(url("results", small).replace("/en/", f"/{language}/"))
    text, shown = page.content.decode(), page.context["results"]
    document = document_of(run.pk)
    assert shown.certainty.chosen.n_groups == len(document["groups"])
    for words in {
        "en": (
            "Their stability is",
            "What bridges the sides",
            "No ten participants or more",
            "Holds in every",
        ),
        "fr": (
            "Leur stabilité est de",
            "Ce qui rapproche les deux bords",
            "On n’a pas trouvé",
            "Vaut dans chaque",
        ),
    }[language]:
        assert words in text
    assert f"{document['findings']['consensus']['n_tested']} tests" in text
    assert [row.row.reference for row in shown.bridging] == [
        found["statement_id"] for found in document["findings"]["bridging"]["found"][:5]
    ]
    assert 'id="alike"' not in text
    assert "alert--warning" not in text


@pytest.mark.parametrize("language", ["en", "fr"])
def test_doubts_are_told_and_every_headline_is_given_without_those_who_vote_alike(
    client: Client, small: SmallReflection, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr(actions, "analyse", lambda *given, **named: with_doubts(analyse(*given, **named)))
    plant(small, 60)
    run = analysed(small)
    alike, stable, without, unproven = {
        "en": (
            "voted too much alike",
            "groups are not stable",
            "Without votes too much alike:",
            "Not shown beyond chance that",
        ),
        "fr": (
            "trop semblable",
            "ne sont pas stables",
            "Sans les votes trop semblables\u00a0:",
            "Il n’est pas établi",
        ),
    }[language]
    for address in (url("results", small), run_url("run", run)):
        page = client.get(address.replace("/en/", f"/{language}/"))
        text, shown = page.content.decode(), page.context["results"]
        assert text.index(alike) < text.index('id="map"')
        assert 'id="alike"' in text
        assert "alert--warning" in text
        assert stable in text
        assert text.count(without) == len(shown.agreed) + len(shown.rejected)
        assert text.count(unproven) == len(shown.divisive)
        points = [abs(each.change.points) for each in shown.integrity.changes]
        assert points == sorted(points, reverse=True)
        highlighted = {row.row.reference for row in (*shown.agreed, *shown.rejected, *shown.divisive)}
        assert highlighted <= {each.row.reference for each in shown.integrity.changes}
    moderate_statement(small.secretariat, small.statements[0], accept=False, reason="Insult.")
    assert "Statement 1." not in client.get(url("results", small)).content.decode()


def test_a_run_that_did_not_look_leaves_it_out(
    client: Client, small: SmallReflection, monkeypatch: pytest.MonkeyPatch
) -> None:

    def analyse_less(*given: Any, **named: Any) -> dict[str, Any]:
        document = analyse(*given, **named)
        document["integrity"] = document["findings"]["bridging"] = None
        for statement in document["statements"]:
            statement["without_flagged"] = statement["bridging"] = None
        for tried in document["opinion_space"]["group_counts_tried"]:
            tried["stability"] = None
        return document

    monkeypatch.setattr(actions, "analyse", analyse_less)
    plant(small, 60)
    analysed(small)
    text = client.get(url("results", small)).content.decode()
    for words in ("too much alike", "What bridges the sides", "Their stability is"):
        assert words not in text
    assert "silhouette" in text
