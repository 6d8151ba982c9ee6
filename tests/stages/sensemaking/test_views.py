"""The pages: who sees which, what they say, that they stay as quick with much in them."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from placet.stages.consultations.actions import SeedStatement, add_statements
from placet.stages.consultations.models import Statement
from placet.stages.mandates.models import Role
from placet.stages.sensemaking import renderings
from placet.stages.sensemaking.models import AnalysisRun
from placet.stages.sensemaking.releases import publish_release
from placet.stages.sensemaking.tasks import draw_reports
from tests.stages.reflections import SmallReflection
from tests.stages.sensemaking.addresses import as_role, run_url, url
from tests.stages.sensemaking.opinions import analysed, plant

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'}}{{ 7|add:7 }}"


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
        with CaptureQueriesContext(connection) as queries:
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
