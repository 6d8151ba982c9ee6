"""The public log: everything that was decided, and nothing that tells who."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from placet.stages.contributions.models import ModerationDecision
from placet.stages.contributions.moderating.appealing import answer_appeal, appeal
from placet.stages.contributions.moderating.deciding import decide_comment, decide_contribution
from placet.stages.contributions.moderating.log import LogFilter, log_decisions, log_entries, log_figures
from tests.stages.contributions.talking import Discussion
from tests.stages.pages import PAYLOAD, is_harmless

pytestmark = pytest.mark.django_db

SECRET = "Unspeakable-phrase"


@pytest.fixture
def discussion() -> Discussion:
    return Discussion()


def decide_much(discussion: Discussion) -> None:
    """One published, one refused, one refused and restored after an appeal, one comment hidden."""
    moderator, rules = discussion.moderator, discussion.rules
    decide_contribution(moderator, discussion.contribution("submitted"), "published")
    secret = discussion.contribution("submitted", title=SECRET, summary=SECRET, body=SECRET)
    decide_contribution(moderator, secret, "rejected", rules[3], "It sells something.")
    wrong = discussion.contribution("submitted")
    decision = decide_contribution(moderator, wrong, "rejected", rules[1], "=HYPERLINK(1)")
    made = appeal(discussion.participant, decision, SECRET)
    answer_appeal(discussion.secretariat, made, is_granted=True, answer="It was on the subject.")
    decide_comment(moderator, discussion.comment(SECRET), "hidden", rules[0], "It insults a person.")


def address(discussion: Discussion, name: str = "moderation-log") -> str:
    return reverse(f"contributions:{name}", args=[discussion.reflection.slug])


def test_everybody_reads_what_was_decided_and_nobody_who(discussion: Discussion) -> None:
    decide_much(discussion)
    accounts = (discussion.moderator, discussion.secretariat, discussion.author)
    for name in ("moderation-log", "moderation-log-csv"):
        page = Client().get(address(discussion, name))
        assert page.status_code == 200
        body = page.content.decode()
        for part in ("It sells something.", "It insults a person.", "It was on the subject.", "SMALL-K-"):
            assert part in body
        kept_back = [SECRET, *(each.email for each in accounts), *(str(each.pk) for each in accounts)]
        for part in [*kept_back, str(discussion.participant.pk)]:
            assert part not in body


def test_the_figures_count_what_was_sent_and_not_decisions(discussion: Discussion) -> None:
    decide_much(discussion)
    figures = log_figures(discussion.reflection)
    assert (figures.n_contributions, figures.n_refused, figures.n_restored) == (4, 2, 1)
    assert (figures.n_comments, figures.n_hidden, figures.n_shown_again) == (1, 1, 0)
    assert (figures.n_appeals, figures.n_granted) == (1, 1)
    text = " ".join(Client().get(address(discussion)).content.decode().split())
    assert "Of 4 contributions sent, 2 were refused, 1 of them published after an appeal." in text


def test_filters_by_verdict_rule_and_month_and_ignores_the_rest(discussion: Discussion) -> None:
    decide_much(discussion)
    client = Client()

    def n(**wanted: str) -> int:
        return len(client.get(address(discussion), wanted).context["entries"])

    assert n() == 5
    assert n(verdict="rejected") == 2
    assert n(verdict="rejected", rule="4") == 1
    assert n(rule="9999") == 0
    month = log_figures(discussion.reflection).months[0]
    assert n(month=f"{month:%Y-%m}") == 5
    assert n(month="2001-01") == 0
    for nonsense in (PAYLOAD, "-1", "9" * 40, "²", "0000-00"):
        assert n(verdict=nonsense, rule=nonsense, month=nonsense) == 5


def test_a_day_is_one_of_the_reflections_time_zone(discussion: Discussion) -> None:
    decide_contribution(
        discussion.moderator,
        discussion.contribution("submitted"),
        "published",
        now=datetime(2026, 1, 31, 23, 30, tzinfo=UTC),  # in Brussels it is February
    )
    wanted = LogFilter(month=datetime(2026, 2, 1, tzinfo=UTC).date())
    (entry,) = log_entries(discussion.reflection, list(log_decisions(discussion.reflection, wanted)), "en")
    assert entry.day.isoformat() == "2026-02-01"
    assert log_figures(discussion.reflection).months == [wanted.month]


def test_no_cell_of_the_table_is_a_formula(discussion: Discussion) -> None:
    decide_much(discussion)
    answer = Client().get(address(discussion, "moderation-log-csv"), {"verdict": "rejected"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["verdict"] for row in rows] == ["rejected", "rejected"]
    assert "'=HYPERLINK(1)" in [row["reason"] for row in rows]
    assert {row["appeal"] for row in rows} == {"", "granted"}
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())


def test_reasons_and_answers_do_not_become_mark_up(discussion: Discussion) -> None:
    waiting = discussion.contribution("submitted")
    decision = decide_contribution(discussion.moderator, waiting, "rejected", discussion.rules[0], PAYLOAD)
    made = appeal(discussion.participant, decision, PAYLOAD)
    answer_appeal(discussion.secretariat, made, is_granted=False, answer=PAYLOAD)
    assert is_harmless(Client().get(address(discussion)))


def test_the_log_of_a_draft_does_not_exist_for_others() -> None:
    draft = Discussion(is_published=False)
    for name in ("moderation-log", "moderation-log-csv", "rules"):
        assert Client().get(address(draft, name)).status_code == 404


def test_the_log_takes_as_many_queries_for_five_as_for_twenty(discussion: Discussion) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert Client().get(address(discussion)).status_code == 200
        return len(queries)

    decide_much(discussion)
    before = count()
    for _each in range(3):
        decide_much(discussion)
    assert ModerationDecision.objects.count() == 20
    assert count() == before
