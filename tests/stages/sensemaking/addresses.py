"""What the tests of the pages share: where they are, and who opens them."""

from django.test import Client
from django.urls import reverse

from placet.stages.sensemaking.models import AnalysisRun
from tests.stages.reflections import SmallReflection


def url(name: str, small: SmallReflection) -> str:
    return reverse(f"sensemaking:{name}", args=[small.consultation.reference])


def run_url(name: str, run: AnalysisRun) -> str:
    return reverse(f"sensemaking:{name}", args=[run.reference])


def as_role(client: Client, small: SmallReflection, role: str) -> Client:
    client.force_login(small.accounts[role])
    return client
