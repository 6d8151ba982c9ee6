"""Calls: set up, changed, opened, handed to a jury, decided; and their pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from placet.stages.contributions.calls import deciding, judging, setup
from placet.stages.contributions.models import Call, Criterion, Juror
from placet.stages.people.models import OutboxMessage
from placet.stages.record.models import AuditEntry
from tests.stages.contributions.calling import SmallCall
from tests.stages.contributions.writing import SmallContributions
from tests.stages.pages import PAYLOAD, is_harmless, sent

pytestmark = pytest.mark.django_db


def url(name: str, *arguments: object) -> str:
    return reverse(f"contributions:{name}", args=arguments)


def client_of(account: object) -> Any:
    client = Client()
    client.force_login(account)  # type: ignore[arg-type]
    return client


def test_the_weights_add_up_to_100() -> None:
    small = SmallCall("draft")
    criteria = [setup.CriterionFrame({"en": "A"}, 60), setup.CriterionFrame({"en": "B"}, 30)]
    with pytest.raises(ValidationError, match="100"):
        setup.create_call(small.secretariat, small.reflection, small.frame(criteria=criteria))


def test_only_the_secretariat_sets_up_a_call() -> None:
    small = SmallCall("draft")
    for actor in (small.writing.moderator, small.jurors[0]):
        with pytest.raises(PermissionDenied):
            setup.create_call(actor, small.reflection, small.frame())


def test_a_call_that_closes_before_it_opens_is_refused() -> None:
    small = SmallCall("draft")
    with pytest.raises(ValidationError, match="close after"):
        setup.create_call(
            small.secretariat, small.reflection, small.frame(closes_at=timezone.now() - timedelta(9))
        )


def test_criteria_change_until_a_score_exists() -> None:
    small = SmallCall("judging")
    criteria = [setup.CriterionFrame({"en": "Everything"}, 100)]
    small.call.refresh_from_db()
    same = {"opens_at": small.call.opens_at, "closes_at": small.call.closes_at}
    setup.change_call(small.secretariat, small.call, small.frame(criteria=criteria, **same))
    assert Criterion.objects.filter(call=small.call).count() == 1
    judging.give_scores(small.jurors[0], small.call, small.entries[0], {small.criteria[0]: 4})
    with pytest.raises(ValidationError, match="stay as they are"):
        setup.change_call(small.secretariat, small.call, small.frame(**same))
    setup.change_call(
        small.secretariat, small.call, small.frame(criteria=criteria, title={"en": "Another title"}, **same)
    )


def test_the_dates_stay_once_the_entries_are_with_the_jury() -> None:
    small = SmallCall("judging")
    with pytest.raises(ValidationError, match="dates"):
        setup.change_call(small.secretariat, small.call, small.frame(opens_at=timezone.now() - timedelta(5)))


def test_a_juror_needs_an_account_and_gets_a_message_once() -> None:
    small = SmallCall("open")
    with pytest.raises(ValidationError, match="No account"):
        setup.name_juror(small.secretariat, small.call, email="nobody@small.example", public_name="N")
    again = setup.name_juror(small.secretariat, small.call, email=small.jurors[0].email, public_name="Twice")
    assert again.public_name == "Juror 1"
    assert OutboxMessage.objects.filter(key=f"contributions.juror_named:{again.pk}").count() == 1
    assert Juror.objects.filter(call=small.call, removed_at=None).count() == 3


def test_a_call_is_handed_over_only_with_a_jury_and_entries() -> None:
    small = SmallCall("draft")
    with pytest.raises(ValidationError, match="open call"):
        setup.begin_judging(small.secretariat, small.call)
    setup.open_call(small.secretariat, small.call)
    Juror.objects.filter(call=small.call).update(removed_at=timezone.now())
    with pytest.raises(ValidationError, match="jury first"):
        setup.begin_judging(small.secretariat, small.call)


def test_each_step_is_recorded_once() -> None:
    small = SmallCall("decided")
    setup.open_call(small.secretariat, small.call)
    judging.end_judging(small.secretariat, small.call)
    deciding.decide_call(small.secretariat, small.call, result={"en": "Again."})
    entries = AuditEntry.objects.filter(target=small.call.reference).values_list("action", flat=True)
    for verb in ("create_call", "open_call", "begin_judging", "end_judging", "decide_call"):
        assert list(entries).count(f"contributions.{verb}") == 1


def test_a_prize_needs_a_reason_and_the_jury_to_have_finished() -> None:
    small = SmallCall("judging")
    frame = deciding.VerdictFrame(prize={"en": "First"}, reason={"en": "Good."})
    with pytest.raises(ValidationError, match="not finished"):
        deciding.write_verdict(small.secretariat, small.call, small.entries[0], frame)
    small.score_all()
    judging.end_judging(small.secretariat, small.call)
    with pytest.raises(ValidationError, match="why"):
        deciding.write_verdict(
            small.secretariat, small.call, small.entries[0], deciding.VerdictFrame(prize={"en": "First"})
        )
    assert deciding.write_verdict(small.secretariat, small.call, small.entries[0], frame).is_shortlisted


def test_the_result_waits_for_the_audience() -> None:
    small = SmallCall("deliberating")
    with pytest.raises(ValidationError, match="audience"):
        deciding.decide_call(small.secretariat, small.call, result={"en": "Now."})
    small.end_audience_vote()
    deciding.decide_call(small.secretariat, small.call, result={"en": "Now."})
    with pytest.raises(ValidationError, match="published"):
        deciding.write_verdict(small.secretariat, small.call, small.entries[0], deciding.VerdictFrame())


def test_the_secretariat_sets_up_a_call_on_its_pages() -> None:
    small = SmallCall("draft")
    client = client_of(small.secretariat)
    answer = sent(
        client,
        url("create-call", "small"),
        title_en=PAYLOAD[:100],
        description_en="Build.",
        criterion_1_en="Novelty",
        weight_1=70,
        criterion_2_en="Use",
        weight_2=30,
    )
    assert answer.status_code == 302, answer.context["form"].errors
    made = Call.objects.order_by("created_at").last()
    assert made is not None
    assert [c.weight for c in made.criteria.all()] == [70, 30]
    assert is_harmless(client.get(url("manage-call", made.reference)))
    wrong = sent(client, url("change-call", made.reference), weight_2=20)
    assert wrong.status_code == 422
    assert "90" in str(wrong.context["form"].errors["weight_1"])
    assert sent(client, url("change-call", made.reference), weight_1=60, weight_2=40).status_code == 302
    assert [c.weight for c in made.criteria.all()] == [60, 40]


def test_a_call_goes_through_its_life_on_the_pages() -> None:
    small = SmallCall("draft")
    client, reference = client_of(small.secretariat), small.call.reference
    assert client.get(url("open-call", reference)).status_code == 200
    assert client.post(url("open-call", reference)).status_code == 302
    assert client.post(url("end-judging", reference)).status_code == 422
    assert client.post(url("begin-judging", reference)).status_code == 302
    small.score_all()
    assert client.post(url("end-judging", reference)).status_code == 302
    address = url("verdict", reference, small.entries[0].reference)
    assert sent(client, address, prize_en="First prize").status_code == 422
    assert sent(client, address, prize_en="First prize", reason_en="It works.").status_code == 302
    small.end_audience_vote()
    assert sent(client, url("decide-call", reference), result_en="Well done, all.").status_code == 302
    page = Client().get(url("call", reference)).content.decode()
    for words in ("Well done, all.", "First prize", "It works.", "1–2"):
        assert words in page


def test_pages_take_a_constant_number_of_queries() -> None:
    for state in ("open", "judging", "decided"):
        small = SmallCall(state, writing=SmallContributions(slug=state, prefix=state[:6].upper()))
        client = client_of(small.secretariat)
        addresses = [
            url("calls", small.reflection.slug),
            url("call", small.call.reference),
            url("manage-calls", small.reflection.slug),
            url("manage-call", small.call.reference),
        ]
        before = [_count(client, address) for address in addresses]
        for number in range(4):
            small.writing.contribution(title=f"More {number}", call=small.call)
            setup.create_call(small.secretariat, small.reflection, small.frame())
        assert [_count(client, address) for address in addresses] == before


def _count(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)
