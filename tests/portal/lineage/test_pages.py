"""The pages of the lineage: read aloud they make sense, and every text leads to its voices and back."""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

import pytest
from django.test import Client
from django.urls import reverse
from lxml import html

from placet.portal.lineage.items import address_of, kind_of
from placet.stages.consultations.lineage import merges_around
from placet.stages.consultations.merging import undo_merge
from placet.stages.consultations.models import Statement
from placet.stages.people.actions import erase_account
from tests.portal.lineage.world import World

pytestmark = pytest.mark.django_db

HEADINGS = "self::h1 or self::h2 or self::h3 or self::h4 or self::h5 or self::h6"
REGIONS = "self::section[@aria-labelledby or @aria-label] or self::nav"


class Walked(World):
    """One statement that went the whole way, by itself and by its theme."""

    def __init__(self) -> None:
        super().__init__()
        self.statement_cited, other, third = self.statements
        self.theme_cited = self.theme("Ports", other)
        self.finding_cited = self.finding("Many agree", self.statement_cited, self.theme_cited)
        against = self.finding("Some do not", third)
        self.proposal_adopted = self.proposal("A plan")
        self.clause_adopted = self.clause(self.proposal_adopted, "We will.", self.finding_cited, against)
        self.clause(self.proposal_adopted, "We will also.", self.finding_cited)
        self.decision = self.adopt(self.proposal_adopted)
        self.commitment = self.commit(self.decision, "Do it", self.clause_adopted)


@pytest.fixture
def walked() -> Walked:
    return Walked()


def read(client: Client, address: str) -> html.HtmlElement:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return html.document_fromstring(answer.content.decode())


def spoken(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def named(element: html.HtmlElement, page: html.HtmlElement) -> str:
    """What a landmark is called."""
    if label := element.get("aria-label"):
        return str(label)
    return spoken(page.get_element_by_id(element.get("aria-labelledby")))


def addresses(walked: Walked) -> Iterable[str]:
    yield reverse("portal:became", args=[walked.statement_cited.reference])
    yield reverse("portal:voices", args=[walked.clause_adopted.reference])
    yield reverse("portal:voices", args=[walked.finding_cited.reference])
    yield reverse("portal:river", args=["small"])
    yield reverse("portal:statement", args=[walked.statement_cited.reference])


def test_headings_landmarks_and_links_tell_where_one_is(walked: Walked, client: Client) -> None:
    for address in addresses(walked):
        page = read(client, address)
        levels = [int(each.tag[1]) for each in page.xpath(f"//main//*[{HEADINGS}]")]
        assert levels[0] == 1, address
        assert levels.count(1) == 1, address
        assert all(after <= before + 1 for before, after in pairwise(levels)), address
        regions = Counter(named(each, page) for each in page.xpath(f"//*[{REGIONS}]"))
        assert {name: n for name, n in regions.items() if n > 1 or not name} == {}, address
        ids = Counter(page.xpath("//@id"))
        assert {name for name, n in ids.items() if n > 1} == set(), address
        targets: dict[str, set[str]] = {}
        for link in page.xpath("//main//a[@href and not(ancestor::*[@aria-hidden='true'])]"):
            targets.setdefault(spoken(link), set()).add(link.get("href"))
        assert {name: found for name, found in targets.items() if len(found) > 1 or not name} == {}, address


def test_the_river_is_a_nested_list(walked: Walked, client: Client) -> None:
    page = read(client, reverse("portal:river", args=["small"]))
    assert page.xpath("//main//*[name()='svg'][contains(@class, 'river__picture')]/@aria-hidden") == ["true"]
    assert page.xpath("//*[@aria-hidden='true']//a[not(@tabindex='-1')]") == []
    (stages,) = page.xpath("//main//section[@aria-labelledby='as-lists']/ol[@role='list']")
    said = {
        spoken(stage.xpath(".//h3")[0]).split(" (")[0]: [
            (spoken(node.xpath("./p")[0]), [spoken(each) for each in node.xpath("./ul[@role='list']/li")])
            for node in stage.xpath("./details/ul[@role='list']/li")
        ]
        for stage in stages.xpath("./li")
    }
    assert list(said) == ["Inputs", "Themes", "Findings", "Proposals", "Decisions", "Commitments"]
    ((theme, onwards),) = [each for each in said["Themes"] if walked.theme_cited.reference in each[0]]
    assert theme == f"{walked.theme_cited.reference} Ports"
    assert onwards == [f"to {walked.finding_cited.reference} Many agree (1)"]


def test_every_text_leads_to_its_voices_and_those_to_what_became_of_them(
    walked: Walked, client: Client
) -> None:
    clause, proposal = walked.clause_adopted, walked.proposal_adopted
    pages = {
        each.reference: address_of(kind_of(each.reference), each.reference)  # type: ignore[arg-type]
        for each in (walked.finding_cited, proposal, walked.decision, walked.commitment)
    }
    pages[clause.reference] = reverse("proposals:clause", args=[proposal.reference, clause.reference])
    became = reverse("portal:became", args=[walked.statement_cited.reference])
    for reference, address in pages.items():
        voices = reverse("portal:voices", args=[reference])
        assert read(client, address).xpath(f"//main//a[@href='{voices}']"), reference
        below = read(client, voices)
        assert spoken(below.xpath("//h1")[0]) == "The voices behind it"
        assert below.xpath(f"//main//a[@href='{became}']"), reference
        assert "Statement 1." in spoken(below)


@pytest.mark.parametrize("fate", ["withdrawn", "merged", "erased"])
def test_whatever_befalls_an_input_that_is_cited_its_page_stays(
    walked: Walked, client: Client, fate: str
) -> None:
    statement = walked.statement_cited
    if fate == "withdrawn":
        Statement.objects.filter(pk=statement.pk).update(state=Statement.State.WITHDRAWN)
    elif fate == "merged":
        walked.merge(statement, walked.statements[1])
    else:
        author = walked.small.linked_participant()
        Statement.objects.filter(pk=statement.pk).update(author=author)
        erase_account(walked.small.accounts["participant"])
    page = spoken(read(client, reverse("portal:became", args=[statement.reference])))
    for reference in (statement.reference, walked.finding_cited.reference, walked.commitment.reference):
        assert reference in page
    assert ("Statement 1." in page) == (fate != "withdrawn")
    if fate == "merged":
        assert walked.statements[1].reference in page


def test_a_step_that_an_idea_never_took_is_not_told(walked: Walked, client: Client) -> None:
    address = reverse("portal:became", args=[walked.statement_cited.reference])
    reached = [spoken(each) for each in read(client, address).xpath("//ol[contains(@class, 'reach')]/li")]
    assert reached[:2] == ["received", "cited by a finding"]
    loose = reverse("portal:became", args=[walked.statement("Nobody cites it.").reference])
    reached = [spoken(each) for each in read(client, loose).xpath("//ol[contains(@class, 'reach')]/li")]
    assert reached[1] == "in a theme – not yet"


def test_only_the_merges_around_a_statement_are_read(walked: Walked) -> None:
    first, second, third = walked.statements
    one, other, loose, parted = (walked.statement(f"Another {number}.") for number in range(4))
    walked.merge(first, second)
    walked.merge(second, third)
    walked.merge(one, other)
    walked.merge(parted, loose)
    undo_merge(walked.small.secretariat, Statement.objects.get(pk=parted.pk))
    chain = {first.pk: second.pk, second.pk: third.pk}
    assert [merges_around([each.pk]) for each in (first, second, third)] == [chain] * 3
    assert merges_around([loose.pk]) == {}
    assert merges_around([first.pk, other.pk]) == chain | {one.pk: other.pk}
