"""Whoever downloads the votes of a run computes the run again, byte for byte, and learns nothing else."""

import csv
import io
import json
import shlex
import zipfile
from pathlib import Path

import click.testing
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from placet.cli import main
from placet.stages.consultations.actions import (
    SeedStatement,
    add_statements,
    mark_meta,
    moderate_statement,
)
from placet.stages.consultations.models import Ballot, Statement
from placet.stages.sensemaking.models import AnalysisRun
from placet.stages.sensemaking.renderings import command_for, export_name
from placet.stages.texts.models import TextVersion
from tests.stages.reflections import SmallReflection
from tests.stages.sensemaking.opinions import analysed, plant, two_camps

pytestmark = pytest.mark.django_db

HOSTILE = [
    '=HYPERLINK("http://example.org";"Click")',
    "'=1+1, quoted by its author",
    "''two apostrophes",
    "-2+3",
    "+1",
    "@SUM(A1)",
    " =1+1",
    'He said "no";=1+1, and\nleft.\r\n=2+2\r-3',
    "Un énoncé en français : « oui » ; 日本語 \u2028 \U0001f600",
    "\ttab",
]
QUESTION = '=What "first"?\n;=1+1 Quoi d’abord\u202f?'


def download(client: Client, run: AnalysisRun) -> bytes:
    answer = client.get(reverse("sensemaking:votes", args=[run.reference]))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == f'attachment; filename="{run.reference}-votes.zip"'
    return answer.content


def members(archive: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name).decode() for name in opened.namelist()}


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def computed(run: AnalysisRun, archive: bytes, folder: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The document that the command of the page writes beside the archive."""
    folder.mkdir(exist_ok=True)
    (folder / export_name(run)).write_bytes(archive)
    monkeypatch.chdir(folder)
    result = click.testing.CliRunner().invoke(main, shlex.split(command_for(run, "fr"))[1:])
    assert result.exit_code == 0, result.output
    assert "Note:" not in result.output
    return (folder / run.reference / "analysis.json").read_bytes()


def eventful(small: SmallReflection) -> AnalysisRun:
    """A run with everything in it that a run can have."""
    TextVersion.objects.create(text=small.consultation.question, number=2, body=QUESTION)
    added = add_statements(
        small.secretariat,
        small.consultation,
        [
            SeedStatement({"fr": text} if number % 2 else {"en": text}, "fr" if number % 2 else "en")
            for number, text in enumerate(HOSTILE)
        ],
    )
    unseen = added[-1]
    first = small.participant("FR")
    small.vote(first, unseen, 1, language="en")
    people = plant(small, 45, lambda i, j: two_camps(i, j) if (i + 3 * j) % 5 else None, member="FR")
    for person in people[:20]:
        small.vote(person, small.statements[2], 0)
        small.vote(person, small.statements[3], -1)
        small.vote(person, small.statements[3], 1)
    Statement.objects.filter(pk=unseen.pk).update(state=Statement.State.SUBMITTED)
    mark_meta(small.secretariat, small.statements[4], is_meta=True)
    moderate_statement(small.secretariat, small.statements[5], accept=False, reason="Insult.")
    return analysed(small)


def test_the_command_computes_the_stored_document_byte_for_byte(
    client: Client, small: SmallReflection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = eventful(small)
    stored = json.loads(run.result)
    assert {each["text"] for each in stored["statements"]} >= {text.strip() for text in HOSTILE[:-1]}
    assert stored["topic"] == QUESTION
    assert [each["moderated"] for each in stored["statements"]].count(-1) == 1
    assert [each["meta"] for each in stored["statements"]].count(True) == 1
    archive = download(client, run)
    assert computed(run, archive, tmp_path / "first", monkeypatch) == run.result.encode()
    published = client.get(reverse("sensemaking:analysis-json", args=[run.reference])).content
    assert published == run.result.encode()
    # What is decided and cast afterwards changes nothing.
    mark_meta(small.secretariat, small.statements[6], is_meta=True)
    moderate_statement(small.secretariat, small.statements[5], accept=True)
    small.vote(small.participant(), small.statements[0], -1)
    assert download(client, run) == archive


def test_a_text_taken_down_since_is_left_out_and_only_the_digest_differs(
    client: Client, small: SmallReflection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(small, 30)
    run = analysed(small)
    assert "Statement 3." in members(download(client, run))["comments.csv"]
    assert "left out, because" not in members(download(client, run))["README.txt"]
    moderate_statement(small.secretariat, small.statements[2], accept=False, reason="Insult.")
    archive = download(client, run)
    assert all("Statement 3." not in text for text in members(archive).values())
    readme = " ".join(members(archive)["README.txt"].split())
    assert "taken down after the analysis: 1." in readme
    assert "retirés après l’analyse\u00a0: 1." in readme.replace(" :", "\u00a0:")
    again = json.loads(computed(run, archive, tmp_path, monkeypatch))
    published = json.loads(client.get(reverse("sensemaking:analysis-json", args=[run.reference])).content)
    assert again.pop("input_digest") != published.pop("input_digest")
    assert again == published
    assert again["statements"][2]["moderated"] == 1


def test_every_ballot_counted_is_there_and_nothing_of_who_cast_it(
    client: Client, small: SmallReflection
) -> None:
    run = eventful(small)
    small.vote(small.participant(), small.statements[0], -1)
    files = members(download(client, run))
    assert list(files) == ["README.txt", "votes.csv", "comments.csv", "summary.csv"]
    votes = rows(files["votes.csv"])
    assert run.last_sequence is not None
    ballots = Ballot.objects.filter(consultation=small.consultation).order_by("sequence")
    counted = ballots.filter(sequence__lte=run.last_sequence).exclude(statement__state="submitted")
    assert [(int(v["timestamp"]), v["comment-id"], int(v["vote"])) for v in votes] == list(
        counted.values_list("sequence", "statement__reference", "vote")
    )
    assert list(votes[0]) == ["timestamp", "comment-id", "voter-id", "vote"]
    assert votes[0]["voter-id"] == "2"  # the first voted on what was not analysed, and keeps the number
    statements = rows(files["comments.csv"])
    assert set(statements[0]) == {
        "comment-body", "is-guarded", "comment-id", "agrees", "disagrees", "moderated", "is-meta", "is-seed"
    }  # fmt: skip
    everything = "".join(files.values())
    secrets = [str(pk) for pk in ballots.values_list("participation__participant", flat=True).distinct()]
    secrets += [str(pk) for pk in ballots.values_list("statement", flat=True).distinct()]
    secrets += [account.email for account in small.accounts.values()]
    secrets += [str(moment.year) for moment in ballots.values_list("cast_at", flat=True)[:1]]
    secrets += ["young-leaders", "France", "Insult."]
    assert [secret for secret in secrets if secret in everything] == []


def test_no_cell_is_a_formula_in_a_spreadsheet(client: Client, small: SmallReflection) -> None:
    """Separated by commas as it is meant, or by semicolons as a French spreadsheet does."""
    files = members(download(client, eventful(small)))
    for name in ("votes.csv", "comments.csv", "summary.csv"):
        for row in csv.reader(io.StringIO(files[name], newline="")):
            assert not [
                cell for cell in row if cell.lstrip()[:1] in "=+@-" and cell.strip() not in ("", "-1")
            ]
    cells = [
        cell
        for row in csv.reader(io.StringIO(files["comments.csv"], newline=""), delimiter=";")
        for cell in row
    ]
    assert len(cells) == len(rows(files["comments.csv"])) + 1
    assert not [cell for cell in cells if cell.lstrip()[:1] in ("=", "+", "@", "-")]
    bodies = {each["comment-body"]: each["is-guarded"] for each in rows(files["comments.csv"])}
    assert bodies["'" + HOSTILE[0]] == "true"
    assert bodies[HOSTILE[1]] == "false"


def test_what_stands_beside_the_votes_says_what_to_do(client: Client, small: SmallReflection) -> None:
    plant(small, 30)
    run = analysed(small)
    readme = members(download(client, run))["README.txt"]
    for language in ("en", "fr"):
        assert f"\n    {command_for(run, language)}\n" in readme
    assert readme.count(run.input_digest) == 2
    assert "Empreinte des votes" in readme
    assert command_for(run, "en").startswith(f"placet analyze {run.reference}-votes.zip --out")


def test_pages_offer_the_votes_that_their_command_names(client: Client, small: SmallReflection) -> None:
    plant(small, 30)
    run = analysed(small)
    for address in (
        reverse("sensemaking:results", args=[small.consultation.reference]),
        reverse("sensemaking:run", args=[run.reference]),
    ):
        page = client.get(address).content.decode()
        assert f'href="/en/a/{run.reference}/votes.zip"' in page
        assert f"placet analyze {run.reference}-votes.zip " in page


def test_the_votes_are_as_hidden_as_the_run(client: Client, small: SmallReflection) -> None:
    draft = SmallReflection(slug="draft", prefix="DRAFT", n_statements=10, is_open=False)
    plant(draft, 20)
    run = analysed(draft)
    unfinished = AnalysisRun.objects.create(
        consultation=small.consultation, reference="SMALL-A-0009", seed=0, state="running"
    )
    client.force_login(small.secretariat)
    for reference in (run.reference, unfinished.reference, "NO-A-0001"):
        assert client.get(reverse("sensemaking:votes", args=[reference])).status_code == 404
    assert client.post(reverse("sensemaking:votes", args=[run.reference])).status_code == 405
    client.force_login(draft.secretariat)
    assert download(client, run)


def test_as_many_queries_with_many_votes_as_with_few(client: Client) -> None:
    counts = []
    for n_statements, n_participants, prefix in ((10, 10, "FEW"), (200, 150, "MANY")):
        small = SmallReflection(slug=prefix.lower(), prefix=prefix, n_statements=n_statements)
        plant(small, n_participants)
        run = analysed(small)
        with CaptureQueriesContext(connection) as queries:
            assert len(rows(members(download(client, run))["votes.csv"])) == n_statements * n_participants
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10
