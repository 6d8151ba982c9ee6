"""Organisations behind a contribution: once each, counted right, by those who act for them."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from placet.stages.contributions.endorsing import endorse, withdraw_endorsement
from placet.stages.contributions.models import Contribution, Endorsement
from placet.stages.mandates.organisations import name_representative
from placet.stages.record.models import AuditEntry
from tests.stages.contributions.writing import SmallContributions

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> SmallContributions:
    return SmallContributions()


def count(contribution: Contribution) -> int:
    contribution.refresh_from_db()
    return contribution.endorsement_count


def test_an_organisation_endorses_once_and_may_take_it_back(world: SmallContributions) -> None:
    contribution = world.contribution()
    first = endorse(world.representative, contribution, world.organisation)
    assert endorse(world.representative, contribution, world.organisation) == first
    assert count(contribution) == 1
    for _time in range(2):
        withdraw_endorsement(world.representative, contribution, world.organisation)
    assert count(contribution) == 0
    endorse(world.representative, contribution, world.organisation)
    assert count(contribution) == 1
    assert Endorsement.objects.count() == 2
    actions = [entry.action for entry in AuditEntry.objects.filter(target=contribution.reference)]
    assert sorted(actions) == ["contributions.endorse"] * 2 + ["contributions.withdraw_endorsement"]


def test_two_organisations_count_two(world: SmallContributions) -> None:
    other = world.add_organisation("Another")
    name_representative(world.secretariat, other, world.representative)
    contribution = world.contribution()
    endorse(world.representative, contribution, world.organisation)
    endorse(world.representative, contribution, other)
    assert count(contribution) == 2


def test_refusals(world: SmallContributions) -> None:
    contribution = world.contribution()
    with pytest.raises(PermissionDenied):
        endorse(world.author, contribution, world.organisation)
    with pytest.raises(PermissionDenied):
        withdraw_endorsement(world.secretariat, contribution, world.organisation)
    for state in ("submitted", "rejected", "withdrawn"):
        with pytest.raises(ValidationError, match="published"):
            endorse(world.representative, world.contribution(state), world.organisation)
    with pytest.raises(ValidationError, match="own contribution"):
        endorse(world.representative, world.contribution(organisation=world.organisation), world.organisation)
    other = SmallContributions(slug="other", prefix="OTHER")
    with pytest.raises(ValidationError, match="another reflection"):
        endorse(world.representative, other.contribution(), world.organisation)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_count_one() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("threads share no database in memory")
    from concurrent.futures import ThreadPoolExecutor

    world = SmallContributions()
    contribution = world.contribution()

    def at_once(_number: int) -> None:
        try:
            endorse(world.representative, contribution, world.organisation)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(at_once, range(4)))
    assert count(contribution) == Endorsement.objects.count() == 1
