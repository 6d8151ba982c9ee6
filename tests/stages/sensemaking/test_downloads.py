"""What a run hands out: its document and its report, without what was taken down since."""

import json

import pytest
from django.test import Client

from placet.stages.consultations.actions import moderate_statement
from placet.stages.sensemaking.documents import document_of
from placet.stages.sensemaking.models import AnalysisRun
from tests.stages.reflections import SmallReflection
from tests.stages.sensemaking.addresses import run_url, url
from tests.stages.sensemaking.opinions import analysed, plant

pytestmark = pytest.mark.django_db


def test_the_document_is_handed_out_as_it_is_kept(client: Client, small: SmallReflection) -> None:
    plant(small, 30)
    run = analysed(small)
    answer = client.get(run_url("analysis-json", run))
    assert answer["Content-Type"].startswith("application/json")
    assert answer["Content-Disposition"] == f'attachment; filename="{run.reference}-analysis.json"'
    assert answer.content.decode() == run.result


def test_a_text_taken_down_after_the_run_is_in_nothing_that_is_handed_out(
    client: Client, small: SmallReflection, real_drawing: None
) -> None:
    plant(small, 30)
    run = analysed(small)
    assert "Statement 3." in client.get(run_url("report", run)).content.decode()
    moderate_statement(small.secretariat, small.statements[2], accept=False, reason="Insult.")
    for address in (
        url("results", small),
        run_url("run", run),
        run_url("analysis-json", run),
        run_url("report", run),
    ):
        assert "Statement 3." not in client.get(address).content.decode()
    document = json.loads(client.get(run_url("analysis-json", run)).content)
    assert document["statements"][2]["n_agree"] == document_of(run.pk)["statements"][2]["n_agree"]
    assert AnalysisRun.objects.get(pk=run.pk).result == run.result


def test_a_report_is_a_download_in_the_readers_language(
    client: Client, small: SmallReflection, real_drawing: None
) -> None:
    plant(small, 30)
    run = analysed(small)
    answer = client.get(run_url("report", run).replace("/en/", "/fr/"))
    assert answer["Content-Disposition"] == f'attachment; filename="{run.reference}-report-fr.html"'
    body = answer.content.decode()
    assert "Énoncé 1." in body
    assert f"--seed {run.seed} --language fr" in body
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"]
