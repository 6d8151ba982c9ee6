"""The pages: who sees which, what they say, that they stay as quick with much in them."""

import json
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from placet.stages.consultations.actions import SeedStatement, add_statements, moderate_statement
from placet.stages.consultations.models import Statement
from placet.stages.mandates.models import Role
from placet.stages.sensemaking import actions, renderings
from placet.stages.sensemaking.actions import schedule_runs
from placet.stages.sensemaking.documents import analyse, document_of
from placet.stages.sensemaking.models import AnalysisRun, AnalysisSchedule
from placet.stages.sensemaking.releases import publish_release
from placet.stages.sensemaking.tasks import draw_reports
from tests.stages.reflections import SmallReflection
from tests.stages.sensemaking.opinions import analysed, plant

pytestmark = pytest.mark.django_db

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'}}{{ 7|add:7 }}"
OTHER_ROLES = [Role.MODERATOR, Role.PARTNER, Role.DELEGATE, "participant", "stranger"]
POSTED = {"run-now": {}, "schedule": {"every_minutes": "60"}, "releases": {"every_days": "7", "k": "10"}}


def url(name: str, small: SmallReflection) -> str:
    return reverse(f"sensemaking:{name}", args=[small.consultation.reference])


def run_url(name: str, run: AnalysisRun) -> str:
    return reverse(f"sensemaking:{name}", args=[run.reference])


def as_role(client: Client, small: SmallReflection, role: str) -> Client:
    client.force_login(small.accounts[role], backend=BACKEND)
    return client


@pytest.mark.parametrize("language", ["en", "fr"])
def test_public_pages_are_there_for_everybody(client: Client, small: SmallReflection, language: str) -> None:
    plant(small, 60, member="FR")
    run = analysed(small)
    publish_release(small.consultation, timezone.now())
    for address in (
        url("results", small),
        f"{url('results', small)}?by={small.statements[0].reference}",
        url("runs", small),
        run_url("run", run),
    ):
        page = client.get(address.replace("/en/", f"/{language}/"))
        assert page.status_code == 200
        assert "no-store" in page["Cache-Control"]
        assert run.reference in page.content.decode()
    page = client.get(url("results", small).replace("/en/", f"/{language}/")).content.decode()
    assert ("Énoncé 1." if language == "fr" else "Statement 1.") in page
    assert ("Ce qui fait accord" if language == "fr" else "What is agreed") in page
    assert ("90\u202f%" if language == "fr" else "90%") in page


def test_before_the_first_run_the_page_says_so(client: Client, small: SmallReflection) -> None:
    assert "No results yet" in client.get(url("results", small)).content.decode()
    plant(small, 5)
    AnalysisRun.objects.create(consultation=small.consultation, reference="SMALL-A-0001", seed=0)
    waiting = client.get(url("results", small)).content.decode()
    assert "on its way" in waiting
    assert 'hx-trigger="every 4s"' in waiting


def test_the_last_good_run_is_shown_while_a_new_one_runs(client: Client, small: SmallReflection) -> None:
    plant(small, 30)
    good = analysed(small)
    AnalysisRun.objects.create(
        consultation=small.consultation, reference="SMALL-A-0009", seed=0, state="running"
    )
    page = client.get(url("results", small)).content.decode()
    assert good.reference in page
    assert "A new analysis is on its way" in page
    assert client.get(reverse("sensemaking:run", args=["SMALL-A-0009"])).status_code == 404
    as_role(client, small, Role.ANALYST)
    assert client.get(reverse("sensemaking:run", args=["SMALL-A-0009"])).status_code == 200
    assert client.get(reverse("sensemaking:analysis-json", args=["SMALL-A-0009"])).status_code == 404
    assert client.get(reverse("sensemaking:report", args=["SMALL-A-0009"])).status_code == 404


@pytest.mark.parametrize("role", [None, "stranger", "participant", Role.PARTNER, Role.DELEGATE])
def test_a_draft_is_hidden_with_its_runs(client: Client, role: str | None) -> None:
    small = SmallReflection(n_statements=10, is_open=False)
    plant(small, 30)
    run = analysed(small)
    if role:
        as_role(client, small, role)
    for address in (url("results", small), url("runs", small)):
        assert client.get(address).status_code == 404
    for name in ("run", "analysis-json", "votes", "report"):
        assert client.get(run_url(name, run)).status_code == 404
    assert client.get(reverse("sensemaking:results", args=["NO-C-0001"])).status_code == 404
    assert client.get(reverse("sensemaking:run", args=["NO-A-0001"])).status_code == 404


@pytest.mark.parametrize("name", ["manage", *POSTED])
def test_who_manages_analyses(client: Client, small: SmallReflection, name: str) -> None:
    plant(small, 30)
    ask = (
        (lambda: client.get(url(name, small)))
        if name == "manage"
        else (lambda: client.post(url(name, small), POSTED[name]))
    )
    answer = ask()
    assert (answer.status_code, "login" in answer["Location"]) == (302, True)
    for role in OTHER_ROLES:
        as_role(client, small, role)
        assert ask().status_code == 403, role
    assert not AnalysisRun.objects.exists()
    assert not AnalysisSchedule.objects.exists()
    as_role(client, small, Role.ANALYST)
    assert ask().status_code == {"manage": 200, "releases": 403}.get(name, 302)
    as_role(client, small, Role.SECRETARIAT)
    assert ask().status_code == (200 if name == "manage" else 302)


@pytest.mark.parametrize("name", POSTED)
def test_what_changes_something_is_posted(client: Client, small: SmallReflection, name: str) -> None:
    as_role(client, small, Role.SECRETARIAT)
    assert client.get(url(name, small)).status_code == 405


def test_wrong_settings_are_refused_on_the_page(client: Client, small: SmallReflection) -> None:
    as_role(client, small, Role.SECRETARIAT)
    for name, data in (
        ("schedule", {"every_minutes": "7"}),
        ("releases", {"every_days": "7", "k": "9"}),
        ("releases", {"every_days": "x", "k": ""}),
        ("schedule", {}),
    ):
        assert client.post(url(name, small), data).status_code == 422
    assert not AnalysisSchedule.objects.exists()


def test_an_interval_that_the_form_does_not_offer_is_shown_as_it_is(
    client: Client, small: SmallReflection
) -> None:
    schedule_runs(small.secretariat, small.consultation, 45)
    as_role(client, small, Role.SECRETARIAT)
    page = client.get(url("manage", small)).content.decode()
    assert '<option value="45" selected>every 45 minutes</option>' in page
    client.post(url("schedule", small), {"every_minutes": "never"})
    assert AnalysisSchedule.objects.get().run_every_minutes is None


def test_asking_without_votes_is_answered_kindly(client: Client, small: SmallReflection) -> None:
    as_role(client, small, Role.SECRETARIAT)
    page = client.post(url("run-now", small), follow=True).content.decode()
    assert "there is nothing to analyse" in page
    assert not AnalysisRun.objects.exists()


def test_the_list_of_runs_refreshes_while_one_is_on_its_way(client: Client, small: SmallReflection) -> None:
    plant(small, 30)
    as_role(client, small, Role.SECRETARIAT)
    client.post(url("run-now", small))
    assert 'hx-trigger="every 2s"' in client.get(url("manage", small)).content.decode()
    fragment = client.get(url("manage", small), headers={"HX-Request": "true"}).content.decode()
    assert fragment.lstrip().startswith("<section")
    assert "<html" not in fragment
    AnalysisRun.objects.update(state="failed", error="MemoryError", finished_at=timezone.now())
    failed = client.get(url("manage", small), headers={"HX-Request": "true"}).content.decode()
    assert "every 2s" not in failed
    assert "MemoryError" in failed


def test_the_document_is_handed_out_as_it_is_kept(client: Client, small: SmallReflection) -> None:
    plant(small, 30)
    run = analysed(small)
    answer = client.get(run_url("analysis-json", run))
    assert answer["Content-Type"].startswith("application/json")
    assert answer["Content-Disposition"] == f'attachment; filename="{run.reference}-analysis.json"'
    assert answer.content.decode() == run.result


def test_a_text_taken_down_after_the_run_is_in_nothing_that_is_handed_out(
    client: Client, small: SmallReflection, real_drawing: None
) -> None:
    plant(small, 30)
    run = analysed(small)
    assert "Statement 3." in client.get(run_url("report", run)).content.decode()
    moderate_statement(small.secretariat, small.statements[2], accept=False, reason="Insult.")
    for address in (
        url("results", small),
        run_url("run", run),
        run_url("analysis-json", run),
        run_url("report", run),
    ):
        assert "Statement 3." not in client.get(address).content.decode()
    document = json.loads(client.get(run_url("analysis-json", run)).content)
    assert document["statements"][2]["n_agree"] == document_of(run.pk)["statements"][2]["n_agree"]
    assert AnalysisRun.objects.get(pk=run.pk).result == run.result


def test_a_report_is_a_download_in_the_readers_language(
    client: Client, small: SmallReflection, real_drawing: None
) -> None:
    plant(small, 30)
    run = analysed(small)
    answer = client.get(run_url("report", run).replace("/en/", "/fr/"))
    assert answer["Content-Disposition"] == f'attachment; filename="{run.reference}-report-fr.html"'
    body = answer.content.decode()
    assert "Énoncé 1." in body
    assert f"--seed {run.seed} --language fr" in body
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"]


def test_hostile_texts_are_escaped_everywhere(
    client: Client, small: SmallReflection, real_drawing: None
) -> None:
    (hostile,) = add_statements(
        small.secretariat, small.consultation, [SeedStatement({"en": HOSTILE, "fr": HOSTILE}, "en")]
    )
    plant(small, 40)
    run = analysed(small)
    publish_release(small.consultation, timezone.now())
    for address in (
        f"{url('results', small)}?by={hostile.reference}&q=%3Cscript%3E&sort=%3Cscript%3E&page=%3Cscript%3E",
        url("results", small),
        run_url("run", run),
        run_url("report", run),
    ):
        body = client.get(address).content.decode()
        assert "<script>alert" not in body
        assert "<img src=x" not in body
        assert "q=<script>" not in body
    assert json.loads(client.get(run_url("analysis-json", run)).content)["statements"][-1]["text"] == HOSTILE


def test_no_page_needs_what_the_security_policy_forbids(
    client: Client, small: SmallReflection, real_drawing: None
) -> None:
    plant(small, 40)
    analysed(small)
    body = client.get(url("results", small)).content.decode()
    assert "<svg" in body
    for forbidden in (" style=", "<style", "onclick=", "javascript:"):
        assert forbidden not in body


def test_who_voted_sees_their_own_place_and_nobody_else_does(
    client: Client, small: SmallReflection, real_drawing: None
) -> None:
    plant(small, 60)
    analysed(small)
    you = small.linked_participant()
    for j, statement in enumerate(small.statements[:6]):
        small.vote(you, statement, 1 if j % 2 else -1)
    as_role(client, small, "participant")
    assert "Vote on 1 more statement" in client.get(url("results", small)).content.decode()
    small.vote(you, small.statements[6], 1)
    page = client.get(url("results", small)).content.decode()
    assert "You stand nearest to group" in page
    assert "var(--figure-you)" in page
    assert "Where you stand" in page
    assert "var(--figure-you)" not in Client().get(url("results", small)).content.decode()


def test_the_table_is_sorted_searched_and_paged(client: Client, small: SmallReflection) -> None:
    add_statements(
        small.secretariat,
        small.consultation,
        [SeedStatement({"en": f"About {'bees' if n % 2 else 'wasps'} {n}."}, "en") for n in range(40)],
    )
    plant(small, 20)
    analysed(small)
    found = client.get(url("results", small), {"q": "bees"}).content.decode()
    assert "20 statements" in found
    assert "About wasps 2." not in found[found.index('id="statements"') :]
    first = client.get(url("results", small), {"sort": "agree"})
    shares = [row.figures.tally.agree_share for row in first.context["results"].statements]
    assert shares == sorted(shares, reverse=True)
    assert len(shares) == 25
    assert len(client.get(url("results", small), {"page": "2"}).context["results"].statements) == 25
    for nonsense in ({"sort": "password"}, {"page": "x"}, {"page": "-1"}, {"q": "%"}, {"by": "'; DROP"}):
        assert client.get(url("results", small), nonsense).status_code == 200


def test_what_is_simulated_is_marked(client: Client, small: SmallReflection, real_drawing: None) -> None:
    small.consultation.is_simulated = True
    small.consultation.save()
    plant(small, 30)
    run = analysed(small)
    for address in (url("results", small), run_url("run", run)):
        assert 'class="simulated"' in client.get(address).content.decode()
    assert "[simulated]" in client.get(run_url("report", run)).content.decode()
    assert "simulated" in json.loads(client.get(run_url("analysis-json", run)).content)["topic"]


@pytest.mark.parametrize("name", ["results", "runs", "manage", "run"])
def test_as_many_queries_with_much_as_with_little(client: Client, name: str) -> None:
    counts = []
    for n_statements, n_runs, prefix in ((10, 10, "FEW"), (1000, 1000, "MANY")):
        small = SmallReflection(slug=prefix.lower(), prefix=prefix, n_statements=n_statements)
        plant(small, 12, lambda i, j: (i + j) % 3 - 1 if j % 7 == i % 7 else None, member="FR")
        run = analysed(small)
        publish_release(small.consultation, timezone.now())
        AnalysisRun.objects.bulk_create(
            AnalysisRun(
                consultation=small.consultation,
                reference=f"{prefix}-X-{n}",
                seed=0,
                state="failed" if name == "manage" else "done",
                result="{}",
                requested_by=small.secretariat,
                finished_at=run.requested_at,
            )
            for n in range(n_runs)
        )
        as_role(client, small, Role.SECRETARIAT)
        address = run_url(name, run) if name == "run" else url(name, small)
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address, {"by": small.statements[0].reference}).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 40


def test_nothing_is_drawn_for_a_reader(
    client: Client, small: SmallReflection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawing takes half a second a figure: the worker draws ahead, and a page only puts the drawings in."""
    plant(small, 60)
    run = analysed(small)
    draw_reports.call(str(run.pk))

    def fail(*_: object, **__: object) -> str:
        raise AssertionError("drawn for a reader")

    monkeypatch.setattr(renderings, "FIGURES", dict.fromkeys(renderings.FIGURES, fail))
    monkeypatch.setattr(renderings, "render_report", fail)
    for language in ("en", "fr"):
        for address in (url("results", small), run_url("run", run), run_url("report", run)):
            assert client.get(address.replace("/en/", f"/{language}/")).status_code == 200


def test_weights_reach_the_statements(small: SmallReflection) -> None:
    plant(small, 30)
    analysed(small)
    weights: list[Any] = list(Statement.objects.values_list("routing_weight", flat=True))
    assert len(set(weights)) > 1


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
