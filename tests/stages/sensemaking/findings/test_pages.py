"""Pages of findings: what everybody reads, and the secretariat's desk; in both languages."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from placet.stages.consultations.actions import moderate_statement
from placet.stages.sensemaking.finding_models import Evidence, Finding, FindingRun
from placet.stages.sensemaking.findings.evidence import evidence_of
from placet.stages.sensemaking.findings.publishing import publish_finding, withdraw_finding
from placet.stages.sensemaking.findings.queries import finding_views
from placet.stages.sensemaking.findings.writing import cite
from placet.stages.sensemaking.theme_models import Theme
from tests.stages.contributions.writing import SmallContributions
from tests.stages.dialogues.reports import Reporting
from tests.stages.pages import PAYLOAD, count_queries, filled, is_harmless, sent
from tests.stages.sensemaking.findings.findings import SmallFinding

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> SmallFinding:
    return SmallFinding()


@pytest.fixture
def desk(made: SmallFinding, client: Client) -> Client:
    client.force_login(made.small.secretariat)
    return client


def address(name: str, *arguments: object, language: str = "en") -> str:
    with override(language):
        return reverse(f"sensemaking:{name}", args=arguments)


def body_of(client: Client, where: str, status: int = 200) -> str:
    page = client.get(where)
    assert page.status_code == status
    return page.content.decode()


def test_everybody_reads_a_published_finding_with_its_figures(made: SmallFinding, client: Client) -> None:
    made.against()
    finding = made.published()
    page = body_of(client, address("finding", finding.reference))
    assert "67% (57–75%)" in page
    assert "100 votes" in page
    for reference in (made.small.statements[0].reference, made.run.reference):
        assert f"/{reference}/" in page
    assert page.index("What supports it") < page.index("What speaks against it")
    assert "Une majorité" in page  # in all languages


def test_in_french(made: SmallFinding, client: Client) -> None:
    finding = made.published()
    page = body_of(client, address("finding", finding.reference, language="fr"))
    assert "67\u00a0% (57–75\u00a0%)" in page
    assert "Constat" in page
    assert "What supports it" not in page
    assert "Constats" in body_of(client, address("findings", "small", language="fr"))


def test_a_draft_is_not_found_by_others(made: SmallFinding, client: Client) -> None:
    body_of(client, address("finding", made.finding.reference), status=404)
    assert made.finding.reference not in body_of(client, address("findings", "small"))
    client.force_login(made.small.accounts["participant"])
    body_of(client, address("manage-finding", made.finding.reference), status=404)
    body_of(client, address("manage-findings", "small"), status=403)


def test_a_withdrawn_finding_says_why(made: SmallFinding, client: Client) -> None:
    finding = made.published()
    withdraw_finding(made.small.secretariat, finding, reason={"en": "The sample was wrong."})
    for where in (address("findings", "small"), address("finding", finding.reference)):
        assert "The sample was wrong." in body_of(client, where)


def test_a_changed_figure_is_said_with_both_values(made: SmallFinding, client: Client) -> None:
    finding = made.published()
    later = made.add_run([(40, 50, 10), *made.tallies[1:]])
    page = body_of(client, address("finding", finding.reference))
    assert "1 figure has changed since" in page
    assert "67% (57–75%)" in page
    assert f"40% in {later.reference}" in page


def test_what_was_taken_down_is_not_quoted(made: SmallFinding, client: Client) -> None:
    finding = made.published()
    statement = made.small.statements[0]
    moderate_statement(made.small.secretariat, statement, accept=False, reason="Off topic.")
    page = body_of(client, address("finding", finding.reference))
    assert "Statement 1." not in page
    assert "Its text is no longer shown." in page
    assert statement.reference in page


def test_no_markup_comes_through(made: SmallFinding, client: Client) -> None:
    finding = made.write({"en": PAYLOAD.replace("{{", "(").replace("}}", ")")}, title=PAYLOAD[:100])
    cite(made.small.secretariat, finding, made.small.statements[0])
    publish_finding(made.small.secretariat, finding)
    for where in (address("findings", "small"), address("finding", finding.reference)):
        assert is_harmless(client.get(where))


def test_a_finding_is_written_in_the_form(made: SmallFinding, desk: Client) -> None:
    changes = {"title_en": "A title", "text_en": "A text.", "priority": "1"}
    answer = sent(desk, address("write-finding", "small"), **changes)
    written = Finding.objects.exclude(pk=made.finding.pk).get()
    assert answer.url == address("manage-finding", written.reference)
    assert written.priority == made.small.priority
    refused = sent(desk, address("write-finding", "small"), **(changes | {"text_en": "{agree X}"}))
    assert refused.status_code == 422
    assert "{agree X}" in refused.content.decode()
    assert Finding.objects.count() == 2


def test_the_same_form_sent_twice_writes_one_finding(made: SmallFinding, desk: Client) -> None:
    where = address("write-finding", "small")
    data = filled(desk.get(where).context["form"], title_en="A title", text_en="A text.")
    desk.post(where, data)
    assert desk.post(where, data).status_code == 302
    assert Finding.objects.count() == 2


def test_started_from_a_theme_it_proposes_the_theme_and_its_statements(
    made: SmallFinding, desk: Client
) -> None:
    first, second, third = (each.reference for each in made.small.statements)
    theme = Theme.objects.create(
        consultation=made.small.consultation, reference="SMALL-TH-0001", representative=[second, third]
    )
    where = f"{address('write-finding', 'small')}?theme={theme.reference}"
    sent(desk, where, title_en="T", text_en="T.", evidence=[theme.reference, third])
    written = Finding.objects.exclude(pk=made.finding.pk).get()
    both = evidence_of([written], "en")[written.pk]
    assert [each.item.reference for each in both.supporting] == [theme.reference, third]
    body_of(desk, f"{address('write-finding', 'small')}?theme={first}", status=404)


def test_started_from_a_run_its_figures_come_from_it(made: SmallFinding, desk: Client) -> None:
    made.add_run([(1, 99, 0)] * 3)
    statement = made.small.statements[1].reference
    where = f"{address('write-finding', 'small')}?run={made.run.reference}&statement={statement}"
    sent(desk, where, title_en="T", text_en=f"{{agree {statement}}}.")
    written = Finding.objects.exclude(pk=made.finding.pk).get()
    assert finding_views([written], "en")[0].figures[0].run_reference == made.run.reference
    assert Evidence.objects.get(finding=written).statement == made.small.statements[1]
    body_of(desk, f"{address('write-finding', 'small')}?run=SMALL-A-0999", status=404)


def test_started_from_a_dialogue_it_proposes_its_takeaways(client: Client) -> None:
    reporting = Reporting()
    where = f"{address('write-finding', 'small')}?dialogue={reporting.dialogue.reference}"
    client.force_login(reporting.small.secretariat)
    body_of(client, where, status=404)  # nothing is published of it yet
    takeaway = reporting.published()
    sent(client, where, title_en="T", text_en="T.")
    assert Evidence.objects.get().takeaway == takeaway
    report = reverse("dialogues:report", args=[reporting.dialogue.reference])
    assert where in body_of(client, report)
    assert where not in body_of(Client(), report)


def test_what_somebody_typed_is_kept_where_another_was_faster(made: SmallFinding, desk: Client) -> None:
    where = address("change-finding", made.finding.reference)
    mine = filled(desk.get(where).context["form"], title_en="Mine", text_en="Mine.", text_fr="")
    theirs = filled(desk.get(where).context["form"], title_en="Theirs", text_en="Theirs.", text_fr="")
    assert desk.post(where, theirs).status_code == 302
    refused = desk.post(where, mine)
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "Theirs." in page
    assert 'value="Mine"' in page
    again = filled(refused.context["form"])
    assert desk.post(where, again).status_code == 302
    assert finding_views([made.finding], "en")[0].title.body == "Mine"


def test_typed_numbers_are_pointed_out_and_not_refused(made: SmallFinding, desk: Client) -> None:
    finding = made.write({"en": "Some 67 % want it."})
    page = body_of(desk, address("manage-finding", finding.reference))
    assert "These numbers are typed" in page
    assert "67 %" in page
    assert "These numbers are typed" in body_of(desk, address("change-finding", finding.reference))


def test_figures_of_statements_that_are_not_cited_are_pointed_out(made: SmallFinding, desk: Client) -> None:
    reference = made.small.statements[2].reference
    finding = made.write({"en": f"{{agree {reference}}}"})
    assert "statements that are not cited" in body_of(desk, address("manage-finding", finding.reference))


def test_the_form_says_how_figures_of_what_is_cited_are_written(made: SmallFinding, desk: Client) -> None:
    page = body_of(desk, address("change-finding", made.finding.reference))
    assert f"{{agree {made.small.statements[0].reference}}}" in page
    assert f"{{participants {made.small.consultation.reference}}}" in page
    assert "67% (57–75%)" in page


def test_what_may_be_cited_is_found_by_words_and_by_reference(made: SmallFinding, desk: Client) -> None:
    world = SmallContributions(on=made.small)
    paper = world.contribution(title="Énoncé long of ports")
    world.contribution("rejected", title="Énoncé refused")
    where = address("manage-finding", made.finding.reference)

    def found(words: str) -> list[str]:
        return [item.reference for item in desk.get(where, {"q": words}).context["citable"]]

    statements = [each.reference for each in made.small.statements]
    assert found("Énoncé") == [*statements, paper.reference]
    assert found("statement 2") == [statements[1]]
    assert found(paper.reference.lower()) == [paper.reference]
    assert found("") == []
    assert found("nothing like it") == []


def test_evidence_is_cited_and_taken_back_by_buttons(made: SmallFinding, desk: Client) -> None:
    where = address("cite", made.finding.reference)
    reference = made.small.statements[1].reference
    desk.post(where, {"reference": reference, "stance": "against"})
    row = Evidence.objects.get(finding=made.finding, statement__reference=reference)
    assert row.stance == "against"
    for nonsense in ({"reference": "SMALL-S-0999", "stance": "against"}, {"stance": "sideways"}):
        answer = desk.post(where, nonsense, follow=True)
        assert "alert--error" in answer.content.decode()
    desk.post(address("take-back-evidence", made.finding.reference, row.pk))
    row.refresh_from_db()
    assert row.taken_back_at is not None
    assert desk.post(address("take-back-evidence", made.finding.reference, 0)).status_code == 404


def test_a_newer_run_is_chosen_by_a_button(made: SmallFinding, desk: Client) -> None:
    later = made.add_run([(40, 50, 10), *made.tallies[1:]])
    assert "There is a later one." in body_of(desk, address("manage-finding", made.finding.reference))
    where = address("choose-run", made.finding.reference)
    desk.post(where, {"run": later.reference})
    assert FindingRun.objects.filter(finding=made.finding).latest("pk").run == later
    answer = desk.post(where, {"run": "SMALL-A-0999"}, follow=True)
    assert "Choose a finished analysis" in answer.content.decode()


def test_publishing_and_withdrawing_by_buttons(made: SmallFinding, desk: Client) -> None:
    bare = made.write({"en": "Nothing behind it."})
    answer = desk.post(address("publish-finding", bare.reference), follow=True)
    assert "Cite at least one" in answer.content.decode()
    desk.post(address("publish-finding", made.finding.reference))
    where = address("withdraw-finding", made.finding.reference)
    assert sent(desk, where).status_code == 422
    assert sent(desk, where, reason_en="It was wrong.").status_code == 302
    made.finding.refresh_from_db()
    assert made.finding.state == Finding.State.WITHDRAWN


def test_the_list_takes_as_many_queries_for_fifty_findings_as_for_five(
    made: SmallFinding, client: Client
) -> None:
    def grow(n: int) -> None:
        for _ in range(n):
            finding = made.write()
            for statement in made.small.statements:
                cite(made.small.secretariat, finding, statement)
            publish_finding(made.small.secretariat, finding)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            rows = list(Finding.objects.all())
            finding_views(rows, "fr")
            evidence_of(rows, "fr")
        return len(captured)

    grow(4)
    few, on_page = queries(), count_queries(client, address("findings", "small"))
    client.force_login(made.small.secretariat)
    managed = count_queries(client, address("manage-findings", "small"))
    grow(45)
    assert queries() == few
    assert count_queries(client, address("manage-findings", "small")) == managed
    client.logout()
    assert count_queries(client, address("findings", "small")) == on_page


def test_a_finding_takes_as_many_queries_with_more_evidence(made: SmallFinding, client: Client) -> None:
    finding = made.published()
    where = address("finding", finding.reference)
    few = count_queries(client, where)
    for statement in made.small.statements:
        cite(made.small.secretariat, finding, statement)
    assert count_queries(client, where) == few
