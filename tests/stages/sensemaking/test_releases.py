"""Releases, end to end: what is too small appears in no page, file or report, whatever is subtracted."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from placet.sense.estimates.releases import PARTICIPANTS
from placet.stages.consultations.actions import close_consultation
from placet.stages.mandates.actions import add_constituencies, add_members
from placet.stages.record.models import AuditEntry
from placet.stages.sensemaking import actions
from placet.stages.sensemaking.models import AnalysisSchedule, Release
from placet.stages.sensemaking.releases import MEMBER, publish_release, release_view
from tests.stages.reflections import SmallReflection
from tests.stages.sensemaking.opinions import analysed, plant

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def publish(small: SmallReflection, days: int = 0) -> Release | None:
    return publish_release(small.consultation, NOW + timedelta(days=days))


def participants(release: Release | None) -> dict[str, list[int]]:
    assert release is not None
    found: dict[str, list[int]] = release.tables[MEMBER][PARTICIPANTS]
    return found


@pytest.fixture
def nations(small: SmallReflection) -> SmallReflection:
    """Four members of 40, 31, 23 and 3 participants; the last is too small to be shown."""
    add_members(small.secretariat, small.reflection, {"DE": {"en": "Germany"}, "IT": {"en": "Italy"}})
    add_constituencies(small.secretariat, small.reflection, {"experts": {"en": "Experts"}})
    plant(small, 40, member="FR", constituency="young-leaders")
    plant(small, 31, member="DE", constituency="young-leaders")
    plant(small, 23, member="IT", constituency="experts")
    plant(small, 3, member="PL", constituency="experts")
    return small


def test_a_small_cell_and_what_protects_it_are_withheld(nations: SmallReflection) -> None:
    shown = participants(publish(nations))
    assert "PL" not in shown
    assert "" not in shown
    assert shown["FR"] == [40]
    withheld = {"FR", "DE", "IT", "PL", ""} - shown.keys()
    sizes = {"FR": 40, "DE": 31, "IT": 23, "PL": 3, "": 0}
    assert sum(sizes[key] for key in withheld) >= 10
    release = Release.objects.get()
    for table in (*release.tables[MEMBER].values(), *release.tables["constituency"].values()):
        assert all(sum(counts) >= 10 for counts in table.values())
        assert "PL" not in table


def test_two_releases_in_a_row_do_not_give_a_newcomer_away(nations: SmallReflection) -> None:
    first = participants(publish(nations))
    plant(nations, 1, member="FR", constituency="young-leaders")
    second = participants(publish(nations, days=7))
    assert second == first  # one more person changes nothing that is shown
    plant(nations, 40, member="FR", constituency="young-leaders")
    plant(nations, 40, member="DE", constituency="young-leaders")
    plant(nations, 40, member="IT", constituency="experts")
    third = participants(publish(nations, days=14))
    assert third != first
    assert "PL" not in third
    assert [release.number for release in Release.objects.order_by("number")] == [1, 2, 3]


def test_no_new_votes_no_new_release(nations: SmallReflection) -> None:
    assert publish(nations) is not None
    assert publish(nations, days=7) is None


def test_a_release_cannot_be_changed(nations: SmallReflection) -> None:
    publish(nations)
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.update(tables={})


def test_nothing_withheld_stands_in_any_page_or_file(
    nations: SmallReflection, client: Client, real_drawing: None
) -> None:
    """Poland's three people: their number beside their name, and any figure of theirs, are nowhere."""
    run = analysed(nations)
    publish(nations)
    statement = nations.statements[0].reference
    results = reverse("sensemaking:results", args=[nations.consultation.reference])
    client.force_login(nations.secretariat, backend="allauth.account.auth_backends.AuthenticationBackend")
    pages = {
        name: client.get(address).content.decode()
        for name, address in {
            "results": f"{results}?by={statement}",
            "run": reverse("sensemaking:run", args=[run.reference]),
            "runs": reverse("sensemaking:runs", args=[nations.consultation.reference]),
            "json": reverse("sensemaking:analysis-json", args=[run.reference]),
            "report": reverse("sensemaking:report", args=[run.reference]),
            "manage": reverse("sensemaking:manage", args=[nations.consultation.reference]),
        }.items()
    }
    for name in ("run", "runs", "json", "report", "manage"):
        assert "Poland" not in pages[name], name
        assert '"PL"' not in pages[name], name
    rows = re.findall(r"<tr>(?:(?!</tr>).)*?Poland.*?</tr>", pages["results"], re.DOTALL)
    assert len(rows) == 2  # participants by member, and agreement on one statement
    for row in rows:
        cells = re.sub(r"<[^>]+>", " ", row).split()
        assert cells == ["Poland", "withheld"]
    assert "fewer than 10 people" in pages["results"]
    for memory in ('"sizes"', '"records"', '"renewed"'):
        assert all(memory not in page for page in pages.values())


def test_agreement_by_member_is_shown_for_one_statement(nations: SmallReflection, client: Client) -> None:
    analysed(nations)
    publish(nations)
    view = release_view(nations.consultation, "en", nations.statements[0].reference)
    assert view is not None
    france = next(cell for cell in view.agreement if cell.name and cell.name.body == "France")
    assert france.count == 40
    assert france.share == pytest.approx(0.9)
    unknown = release_view(nations.consultation, "en", PARTICIPANTS)
    assert unknown is not None
    assert (unknown.statement, unknown.agreement) == (None, [])


def test_consent_rests_on_published_cells_alone(nations: SmallReflection) -> None:
    publish(nations)
    release = Release.objects.get()
    shown = release.tables["member"]
    assert release.consent, "the world of these tests publishes some statement by member"
    for entry in release.consent:
        cells = {key: counts for key, counts in shown[entry["reference"]].items() if key}
        assert entry["n_heard"] == len(cells) > 1
        assert entry["least_member"] in cells
        agree, everyone = sum(c[0] for c in cells.values()), sum(map(sum, cells.values()))
        assert entry["as_voted"] == pytest.approx(agree / everyone)
        assert entry["members_equal"] == pytest.approx(
            sum(c[0] / sum(c) for c in cells.values()) / len(cells)
        )
        assert entry["least_low"] < min(c[0] / sum(c) for c in cells.values())
    lows = [entry["least_low"] for entry in release.consent]
    assert lows == sorted(lows, reverse=True)


def test_before_the_first_release_nothing_by_member_is_shown(
    nations: SmallReflection, client: Client
) -> None:
    analysed(nations)
    page = client.get(reverse("sensemaking:results", args=[nations.consultation.reference])).content.decode()
    assert "No release has been published yet" in page
    assert "Poland" not in page


def test_releases_come_at_their_time_and_once_more_at_the_end(nations: SmallReflection) -> None:
    start = NOW
    actions.set_releases(nations.secretariat, nations.consultation, every_days=7, k=10, now=start)
    assert actions.enqueue_due_work(start)["n_releases"] == 1
    assert AnalysisSchedule.objects.get().next_release_at == start + timedelta(days=7)
    plant(nations, 30, member="FR")
    assert actions.enqueue_due_work(start + timedelta(days=6))["n_releases"] == 0
    assert actions.enqueue_due_work(start + timedelta(days=7))["n_releases"] == 1
    plant(nations, 30, member="FR")
    close_consultation(nations.secretariat, nations.consultation)
    assert actions.enqueue_due_work(start + timedelta(days=8))["n_releases"] == 1
    assert AnalysisSchedule.objects.get().next_release_at is None
    assert actions.enqueue_due_work(start + timedelta(days=30))["n_releases"] == 0
    assert AuditEntry.objects.filter(action="sensemaking.publish_release", actor_id=None).count() == 3


def test_setting_releases_anew_does_not_bring_the_next_one_forward(nations: SmallReflection) -> None:
    actions.set_releases(nations.secretariat, nations.consultation, every_days=7, k=10, now=NOW)
    actions.enqueue_due_work(NOW)
    soon = NOW + timedelta(hours=1)
    changed = actions.set_releases(nations.secretariat, nations.consultation, every_days=1, k=10, now=soon)
    assert changed.next_release_at == NOW + timedelta(days=1)


@pytest.mark.parametrize("k", [-1, 0, 9, 1001])
def test_k_is_ten_or_more(nations: SmallReflection, k: int) -> None:
    with pytest.raises(ValidationError):
        actions.set_releases(nations.secretariat, nations.consultation, every_days=7, k=k)


def test_k_does_not_go_down_again(nations: SmallReflection) -> None:
    actions.set_releases(nations.secretariat, nations.consultation, every_days=7, k=20, now=NOW)
    actions.enqueue_due_work(NOW)
    with pytest.raises(ValidationError):
        actions.set_releases(nations.secretariat, nations.consultation, every_days=7, k=10)
    with pytest.raises(IntegrityError), transaction.atomic():
        AnalysisSchedule.objects.update(least_cell_count=9)


def test_one_release_that_fails_does_not_hold_up_the_clock(
    nations: SmallReflection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError

    actions.set_releases(nations.secretariat, nations.consultation, every_days=7, k=10, now=NOW)
    monkeypatch.setattr(actions, "publish_release", fail)
    assert actions.enqueue_due_work(NOW)["n_releases"] == 0
    monkeypatch.undo()
    assert actions.enqueue_due_work(NOW)["n_releases"] == 1


def test_what_is_kept_for_the_next_release_holds_json(nations: SmallReflection) -> None:
    release = publish(nations)
    assert release is not None
    assert json.loads(json.dumps(release.memory))["minimum"] == 10
