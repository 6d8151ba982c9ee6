"""The jury: scores, interests, and that nobody sees a score who should not."""

import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from placet.stages.contributions.calls import judging, setup
from placet.stages.contributions.calls.jury import jury_page
from placet.stages.contributions.calls.queries import entry_rows
from placet.stages.contributions.calls.results import result_view
from placet.stages.contributions.models import Conflict, Contribution, Score
from placet.stages.mandates.organisations import name_representative
from placet.stages.record.models import AuditEntry
from tests.stages.contributions.calling import SmallCall
from tests.stages.pages import PAYLOAD, is_harmless, sent

pytestmark = pytest.mark.django_db


def url(name: str, *arguments: object) -> str:
    return reverse(f"contributions:{name}", args=arguments)


def client_of(account: object) -> Any:
    client = Client()
    client.force_login(account)  # type: ignore[arg-type]
    return client


def test_scores_are_given_changed_and_recorded_without_their_values() -> None:
    small = SmallCall()
    assert small.score(0, 0, 7, 5)
    assert not small.score(0, 0, 7, 5)
    assert small.score(0, 0, 8, 5)
    assert sorted(Score.objects.values_list("value", flat=True)) == [5, 8]
    recorded = AuditEntry.objects.filter(action="contributions.give_scores")
    assert recorded.count() == 2
    assert all(entry.detail == {} for entry in recorded)


@pytest.mark.parametrize("values", [(11, 5), (-1, 5)])
def test_a_score_outside_0_to_10_is_refused(values: tuple[int, int]) -> None:
    with pytest.raises(ValidationError, match="0 to 10"):
        SmallCall().score(0, 0, *values)


def test_every_criterion_is_scored_at_once() -> None:
    small = SmallCall()
    with pytest.raises(ValidationError, match="every criterion"):
        judging.give_scores(small.jurors[0], small.call, small.entries[0], {small.criteria[0]: 5})


def test_only_the_jury_scores_and_only_while_it_judges() -> None:
    small = SmallCall("open")
    with pytest.raises(ValidationError, match="does not score now"):
        small.score(0, 0, 5, 5)
    setup.begin_judging(small.secretariat, small.call)
    for actor in (small.secretariat, small.writing.author):
        with pytest.raises(PermissionDenied):
            judging.give_scores(actor, small.call, small.entries[0], dict.fromkeys(small.criteria, 5))
    small.score_all()
    judging.end_judging(small.secretariat, small.call)
    with pytest.raises(ValidationError, match="does not score now"):
        small.score(0, 0, 5, 5)


def test_whoever_wrote_an_entry_or_stands_for_its_organisation_cannot_score_it() -> None:
    small = SmallCall("open")
    email = small.writing.author.email
    setup.name_juror(small.secretariat, small.call, email=email, public_name="The author")
    name_representative(small.secretariat, small.writing.organisation, small.jurors[0])
    Contribution.objects.filter(pk=small.entries[1].pk).update(organisation=small.writing.organisation)
    setup.begin_judging(small.secretariat, small.call)
    with pytest.raises(PermissionDenied):
        judging.give_scores(
            small.writing.author, small.call, small.entries[0], dict.fromkeys(small.criteria, 10)
        )
    with pytest.raises(PermissionDenied):
        small.score(0, 1, 10, 10)
    page = jury_page(small.call, small.writing.author, "en")
    assert [each.entry.reference for each in page.entries if each.is_barred] == [small.entries[0].reference]


def test_a_declared_interest_voids_the_scores_and_is_kept() -> None:
    small = SmallCall()
    small.score(0, 0, 7, 5)
    for reason in ("My sister built it.", "Another reason."):
        judging.declare_interest(small.jurors[0], small.call, small.entries[0], reason=reason)
    assert Conflict.objects.get().reason == "My sister built it."
    assert not Score.objects.exists()
    recorded = AuditEntry.objects.get(action="contributions.declare_interest")
    assert recorded.detail == {"n_void": 2}
    with pytest.raises(PermissionDenied):
        small.score(0, 0, 7, 5)
    with pytest.raises(ValidationError):
        judging.declare_interest(small.jurors[1], small.call, small.entries[0], reason="  ")


def test_close_entries_share_their_ranks_and_interests_are_counted() -> None:
    small = SmallCall()
    judging.declare_interest(small.jurors[2], small.call, small.entries[3], reason="I advised them.")
    for juror, entry, values in ((0, 0, (9, 9)), (0, 1, (9, 8)), (0, 2, (3, 2)), (0, 3, (1, 2))):
        small.score(juror, entry, *values)
    for juror, entry, values in ((1, 0, (9, 8)), (1, 1, (9, 9)), (1, 2, (2, 3)), (1, 3, (2, 1))):
        small.score(juror, entry, *values)
    for juror, entry, values in ((2, 0, (6, 6)), (2, 1, (6, 5)), (2, 2, (0, 0))):
        small.score(juror, entry, *values)
    judging.end_judging(small.secretariat, small.call)
    result = result_view(small.call, entry_rows(small.call, "en"), "en")
    labels = {each.entry.reference: each.jury.rank.label for each in result.entries}
    first, second = (labels[small.entries[number].reference] for number in (0, 1))
    assert first == second == "1–2"
    last = next(each for each in result.entries if each.entry.reference == small.entries[3].reference)
    assert (last.jury.n_scores, last.jury.n_interested) == (2, 1)
    shown = [last.jury.score, last.jury.spread, last.jury.score_range]
    assert shown == [None, None, None]  # by two jurors


def test_the_kept_figures_name_no_juror() -> None:
    small = SmallCall("deliberating")
    kept = json.dumps(small.call.figures)
    assert "severity" not in kept
    assert all(juror.email not in kept for juror in small.jurors)
    assert '"n_jurors": 3' in kept


def test_scores_leak_nowhere_before_the_decision() -> None:
    """Score everything with numbers that stand nowhere else, and look at every page of everybody."""
    small = SmallCall()
    small.score_all()
    reference = small.call.reference
    public = [url("call", reference), url("calls", "small"), url("contribution", small.entries[0].reference)]
    public += [f"{address}?order=score&sort=rank&state=decided&format=json" for address in public]
    seen = {
        None: public,
        small.secretariat: [*public, url("manage-call", reference), url("manage-calls", "small")],
        small.jurors[1]: [*public, url("jury", reference)],
    }
    before = {}
    for who, addresses in seen.items():
        client = client_of(who) if who else Client()
        before[who] = [_texts(client, address) for address in addresses]
    Score.objects.all().update(value=0)
    for who, addresses in seen.items():
        client = client_of(who) if who else Client()
        assert [_texts(client, address) for address in addresses] == before[who]
    Score.objects.all().update(value=7)
    judging.end_judging(small.secretariat, small.call)
    client = Client()
    for address in public:
        page = client.get(address).content.decode()
        assert "Spread" not in page
        assert "7.0" not in page


def test_jurors_do_not_see_the_scores_of_others() -> None:
    small = SmallCall()
    small.score(0, 0, 9, 8)
    address = url("jury-entry", small.call.reference, small.entries[0].reference)
    page = client_of(small.jurors[1]).get(address)
    assert page.context["form"].initial == {}
    assert client_of(small.jurors[0]).get(address).context["form"].initial != {}
    assert client_of(small.secretariat).get(address).status_code == 403


def test_a_juror_scores_declares_and_finishes_on_its_pages() -> None:
    small = SmallCall()
    client, reference = client_of(small.jurors[0]), small.call.reference
    page = client.get(url("jury", reference)).context["page"]
    order = [each.entry.reference for each in page.entries]
    assert [e.entry.reference for e in client.get(url("jury", reference)).context["page"].entries] == order
    fields = [f"score_{pk}" for pk in small.criteria]
    address = url("jury-entry", reference, order[0])
    assert sent(client, address, **_all(fields[:1], 5)).status_code == 422
    assert sent(client, address, **_all(fields, 5)).url == url("jury-entry", reference, order[1])
    address = url("jury-interest", reference, order[1])
    assert sent(client, address).status_code == 422
    assert sent(client, address, reason=PAYLOAD).status_code == 302
    assert client.get(url("jury", reference)).context["page"].n_to_score == 3
    assert is_harmless(client_of(small.secretariat).get(url("manage-call", reference)))
    for entry in order[2:]:
        assert sent(client, url("jury-entry", reference, entry), **_all(fields, 6)).status_code == 302
    assert client.get(url("jury", reference)).context["page"].next_reference == ""


def test_orders_differ_between_jurors() -> None:
    small = SmallCall()
    for number in range(5, 9):
        small.writing.contribution(title=f"Entry {number}", call=small.call)
    orders = {
        tuple(each.entry.reference for each in jury_page(small.call, juror, "en").entries)
        for juror in small.jurors
    }
    assert len(orders) > 1


def test_the_jurys_page_takes_a_constant_number_of_queries() -> None:
    small = SmallCall()
    client = client_of(small.jurors[0])
    counts = []
    for _size in range(2):
        client.get(url("jury", small.call.reference))
        with CaptureQueriesContext(connection) as queries:
            client.get(url("jury", small.call.reference))
        counts.append(len(queries))
        for number in range(5):
            small.writing.contribution(title=f"More {number}", call=small.call)
        small.score(0, 2, 4, 4)
    assert counts[0] == counts[1]


def _all(fields: list[str], value: int) -> dict[str, Any]:
    return dict.fromkeys(fields, value)


def _texts(client: Client, address: str) -> str:
    """A page without what differs from one request to the next."""
    page = client.get(address)
    assert page.status_code == 200
    lines = page.content.decode().splitlines()
    return "\n".join(line for line in lines if "csrf" not in line.lower() and "nonce" not in line)
