"""The secretariat's list, and what is published as a table."""

import csv
import io
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.exceptions import PermissionDenied
from django.test import AsyncClient, Client
from django.urls import reverse

from placet.stages.contributions.queries import exported_rows
from placet.stages.contributions.queries.managing import harmless
from tests.stages.contributions.test_writing_pages import of
from tests.stages.contributions.writing import SmallContributions

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> SmallContributions:
    return SmallContributions()


def test_every_state_but_drafts_is_listed_with_its_count(world: SmallContributions) -> None:
    for state in ("draft", "submitted", "submitted", "published"):
        world.contribution(state, title=f"One {state}")
    address = reverse("contributions:manage-list", args=["small"])
    page = of(world.moderator).get(address, {"state": "submitted"})
    counts = {each.state: each.count for each in page.context["counts"]}
    assert counts == {"submitted": 2, "published": 1, "rejected": 0, "withdrawn": 0}
    assert [row.title.body for row in page.context["rows"]] == ["One submitted"] * 2
    assert "One draft" not in of(world.secretariat).get(address, {"state": "draft"}).content.decode()
    assert of(world.author).get(address).status_code == 403
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize("n", [1, 8])
def test_the_list_costs_the_same_however_long(
    world: SmallContributions, django_assert_max_num_queries: Any, n: int
) -> None:
    for _number in range(n):
        world.contribution()
    client = of(world.secretariat)
    with django_assert_max_num_queries(14):
        assert client.get(reverse("contributions:manage-list", args=["small"])).status_code == 200


def test_the_table_holds_what_is_published_and_no_formula(world: SmallContributions) -> None:
    world.contribution(title="=HYPERLINK(1)", body="@evil\nline", organisation=world.organisation)
    world.contribution("submitted", title="Not yet")
    header, row = [row for batch in exported_rows(world.secretariat, world.reflection, "en") for row in batch]
    cells = dict(zip(header, row, strict=True))
    assert cells["title"] == "'=HYPERLINK(1)"
    assert cells["body"] == "'@evil\nline"
    assert cells["organisation"] == "Institute of Small Things"
    assert cells["address"].endswith("/en/k/SMALL-K-0001/")
    with pytest.raises(PermissionDenied):
        exported_rows(world.moderator, world.reflection, "en")


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_formulas_are_defused(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless("x" + cell) == "x" + cell


def test_the_table_is_streamed(world: SmallContributions) -> None:
    world.contribution(title="Émile, “quoted”")

    async def fetched() -> tuple[Any, str]:
        client = AsyncClient()
        await client.aforce_login(world.secretariat)
        answer: Any = await client.get("/en/manage/r/small/contributions/export.csv")
        return answer, "".join([chunk.decode() async for chunk in answer.streaming_content])

    response, body = async_to_sync(fetched)()
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="small-contributions.csv"'
    assert body.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(body.removeprefix("\ufeff"))))
    assert [row["title"] for row in rows] == ["Émile, “quoted”"]
