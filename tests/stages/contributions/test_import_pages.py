"""The pages of imports: the form, what was read, its faults, and the buttons."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from placet.stages.contributions.imports import written_so_far
from placet.stages.contributions.imports.progress import tell_writing
from placet.stages.contributions.models import Collection, Contribution, ContributionImport
from tests.stages.contributions.import_files import decidim, imported, looked_at, proposal, report, uploaded
from tests.stages.pages import PAYLOAD, filled, is_harmless
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db


@pytest.fixture
def small() -> SmallReflection:
    return SmallReflection()


@pytest.fixture
def secretary(small: SmallReflection, client: Client) -> Client:
    client.force_login(small.secretariat)
    return client


def send(client: Client, small: SmallReflection, content: bytes, **changes: object) -> object:
    page = client.get(reverse("contributions:imports", args=[small.reflection.slug]))
    data = filled(page.context["form"], file=SimpleUploadedFile("report.docx", content), title_en="A report")
    return client.post(reverse("contributions:upload-import", args=[small.reflection.slug]), data | changes)


def address(made: ContributionImport, what: str = "import") -> str:
    return reverse(f"contributions:{what}", args=[made.collection.reflection.slug, made.pk])


def test_a_secretary_uploads_looks_confirms_and_is_led_to_the_collection(
    small: SmallReflection, secretary: Client, run_tasks: Callable[[], int]
) -> None:
    response = send(secretary, small, report(25), title_fr="Un rapport", authors_en="Experts")
    made = ContributionImport.objects.get()
    assert response.status_code == 302  # type: ignore[attr-defined]
    assert "Reading the file" in secretary.get(address(made)).content.decode()
    assert run_tasks() == 1
    page = secretary.get(address(made)).content.decode()
    assert "Import 25 contributions" in page
    assert "Allies should do thing 20 together" in page
    assert "Allies should do thing 21 together" not in page
    assert "2 paragraphs stand under no number" in page
    assert not Contribution.objects.exists()
    for _again in range(2):
        assert secretary.post(address(made, "confirm-import")).status_code == 302
    assert run_tasks() == 1
    assert Contribution.objects.count() == 25
    page = secretary.get(address(made)).content.decode()
    assert reverse("contributions:collection", args=[small.reflection.slug, made.collection_id]) in page


def test_the_same_form_sent_twice_is_one_import(small: SmallReflection, secretary: Client) -> None:
    page = secretary.get(reverse("contributions:imports", args=[small.reflection.slug]))
    to = reverse("contributions:upload-import", args=[small.reflection.slug])
    for _again in range(2):
        file = SimpleUploadedFile("r.csv", b"number,text\n1,Do this.")
        secretary.post(to, filled(page.context["form"], file=file, title_en="A report"))
    assert ContributionImport.objects.count() == 1
    assert secretary.get(to).status_code == 302


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title_en": ""}, "Say what the report"),
        ({"file": ""}, "required"),
        ({"file": SimpleUploadedFile("x.pdf", b"%PDF-1.7")}, "This is a PDF"),
        ({"kind": "song"}, "Select a valid choice"),
        ({"language": "xx"}, "Select a valid choice"),
        ({"collection": "0"}, "Select a valid choice"),
        ({"priority": "999"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_imported_is_said_at_its_field(
    small: SmallReflection, secretary: Client, changes: dict[str, object], expected: str
) -> None:
    response = send(secretary, small, report(2), **changes)
    assert response.status_code == 422  # type: ignore[attr-defined]
    assert expected in response.content.decode()  # type: ignore[attr-defined]
    assert not Collection.objects.exists()


def test_faults_are_shown_by_row_and_column_and_offered_as_a_table(
    small: SmallReflection, secretary: Client
) -> None:
    made = looked_at(small, b"number,text\n1,Do this.\n=2+2,x\n3,\n")
    page = secretary.get(address(made)).content.decode()
    assert "The file has 2 faults" in page
    assert "“=2+2” is not a number from 1 on." in page
    assert "There is no text." in page
    assert f"?collection={made.collection_id}" in page
    table = secretary.get(address(made, "import-faults"))
    assert table["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in table["Content-Disposition"]
    lines = table.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Row,Column,Fault"
    assert lines[1] == "3,number,“=2+2” is not a number from 1 on."
    assert secretary.post(address(made, "confirm-import")).status_code == 302
    assert not Contribution.objects.exists()


def test_a_column_that_is_a_formula_is_guarded(small: SmallReflection, secretary: Client) -> None:
    made = looked_at(small, b"text,=cmd()\n,x\n")
    ContributionImport.objects.filter(pk=made.pk).update(
        faults=[{"place": 2, "column": "=cmd()", "code": "empty-text", "values": {}}]
    )
    assert "'=cmd()" in secretary.get(address(made, "import-faults")).content.decode()


def test_whatever_a_file_says_is_shown_as_text(small: SmallReflection, secretary: Client) -> None:
    row = ",".join(['"' + PAYLOAD.replace('"', '""') + '"'] * 2)
    made = looked_at(
        small, f'title,text,"{PAYLOAD.replace(chr(34), chr(34) * 2)}"\n{row},x\n'.encode(), name=PAYLOAD
    )
    assert made.state == "ready"
    assert is_harmless(secretary.get(address(made)))  # type: ignore[arg-type]
    assert is_harmless(secretary.get(reverse("contributions:imports", args=[small.reflection.slug])))  # type: ignore[arg-type]


def test_progress_is_that_of_the_rows_written(small: SmallReflection, secretary: Client) -> None:
    made = looked_at(small, b"number,text\n1,a\n2,b\n3,c\n4,d\n")
    ContributionImport.objects.filter(pk=made.pk).update(state="running")
    made.refresh_from_db()
    tell_writing(made)(3)
    assert written_so_far(made) == 3
    page = secretary.get(address(made), headers={"hx-request": "true"}).content.decode()
    assert '<progress id="import-progress" value="3" max="4">' in page
    assert "<html" not in page
    assert 'hx-trigger="every 1s"' in page


def test_stopping_and_beginning_anew_answer_with_a_sentence(
    small: SmallReflection, secretary: Client
) -> None:
    made = imported(small, b"number,text\n1,a\n")
    for what, expected in (
        ("stop-import", "no longer be stopped"),
        ("retry-import", "cannot be started again"),
    ):
        page = secretary.post(address(made, what), follow=True).content.decode()
        assert expected in page
    other = uploaded(small, b"number,text\n2,b\n", title="Another")
    assert "was stopped" in secretary.post(address(other, "stop-import"), follow=True).content.decode()


def test_states_of_another_platform_and_machine_translations_are_shown(
    small: SmallReflection, secretary: Client
) -> None:
    made = looked_at(small, decidim(proposal(7, state="rejected")))
    page = secretary.get(address(made)).content.decode()
    assert "machine translation: français" in page
    assert "there: rejected" in page
    assert "left out on purpose" in page
    assert "Jane Doe" not in page


def test_an_import_of_another_reflection_does_not_exist(small: SmallReflection, client: Client) -> None:
    foreign = SmallReflection(slug="foreign", prefix="FORGN")
    made = uploaded(small, b"number,text\n1,a\n")
    client.force_login(foreign.secretariat)
    assert client.get(reverse("contributions:import", args=["foreign", made.pk])).status_code == 404
    client.force_login(small.accounts["moderator"])
    assert client.get(address(made)).status_code == 403


def test_queries_do_not_grow_with_imports_and_rows(small: SmallReflection, secretary: Client) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    home = reverse("contributions:imports", args=[small.reflection.slug])
    counts = []
    for number in (1, 6):
        for each in range(number):
            made = looked_at(small, report(3 * number), title=f"Report {number} {each}")
        secretary.get(home)
        pages = []
        for url in (home, address(made)):
            with CaptureQueriesContext(connection) as queries:
                secretary.get(url)
            pages.append(len(queries))
        counts.append(pages)
    assert counts[0] == counts[1]
