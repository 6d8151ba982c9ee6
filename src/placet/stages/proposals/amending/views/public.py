"""What everybody reads: the table of amendments, one amendment, the consolidated text, frozen texts."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from placet.stages.mandates.manage_pages import reader_language
from placet.stages.proposals.amending import queries
from placet.stages.proposals.amending.consolidating import consolidated_text
from placet.stages.proposals.amending.frozen_pages import file_name, find_frozen_text, frozen_page
from placet.stages.proposals.amending.table import amendments_csv, amendments_docx
from placet.stages.proposals.amending.views.frames import public_page
from placet.stages.proposals.freezing import frozen_document
from placet.stages.proposals.models import FrozenText
from placet.stages.proposals.permissions import member_spoken_for
from placet.stages.proposals.queries import find_proposal, proposal_views

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_GET
def amendments(request: HttpRequest, reference: str) -> HttpResponse:
    """The table of amendments to a proposal, clause by clause."""
    found = find_proposal(request.user, reference)
    member = member_spoken_for(request.user, found.priority.reflection)
    table = queries.amendment_table(found, reader_language(), member=member)
    return public_page(request, found, "table", {"table": table})


@require_GET
def amendments_as_csv(request: HttpRequest, reference: str) -> HttpResponse:
    """The same as a CSV file, with a mark by which spreadsheets see its encoding."""
    found = find_proposal(request.user, reference)
    table = queries.amendment_table(found, reader_language())
    answer = HttpResponse("\ufeff" + amendments_csv(table), content_type="text/csv; charset=utf-8")
    return _download(answer, f"{found.reference}-amendments.csv")


@require_GET
def amendments_as_docx(request: HttpRequest, reference: str) -> HttpResponse:
    """The same as a document to print."""
    found = find_proposal(request.user, reference)
    (view,) = proposal_views([found], reader_language())
    table = queries.amendment_table(found, reader_language())
    answer = HttpResponse(amendments_docx(found, view.title, table), content_type=DOCX)
    return _download(answer, f"{found.reference}-amendments.docx")


@require_GET
def amendment(request: HttpRequest, reference: str) -> HttpResponse:
    """One amendment: what it asks for, who supports and opposes it, and the answer."""
    found = queries.find_amendment(request.user, reference)
    member = member_spoken_for(request.user, found.proposal.priority.reflection)
    (view,) = queries.amendment_views([found], reader_language(), member=member)
    return public_page(request, found.proposal, "amendment", {"amendment": view})


@require_GET
def consolidated(request: HttpRequest, reference: str) -> HttpResponse:
    """The text with all accepted amendments, marked against the text as it was opened to them."""
    found = find_proposal(request.user, reference)
    text = consolidated_text(found, reader_language())
    return public_page(request, found, "consolidated", {"text": text})


@require_GET
def frozen(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """A frozen text, in the language of the page or the one asked for with ``?language=``."""
    found = find_proposal(request.user, reference)
    text = find_frozen_text(found, number)
    page = frozen_page(text, request.GET.get("language", reader_language()))
    is_current = page.is_last and found.state in (found.State.FROZEN, found.State.ADOPTED)
    return public_page(request, found, "frozen", {"text": page, "is_current": is_current})


@require_GET
def document(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The document of a frozen text, byte for byte what its digest was taken of."""
    text: FrozenText = find_frozen_text(find_proposal(request.user, reference), number)
    answer = HttpResponse(text.document.encode(), content_type="application/json")
    return _download(answer, file_name(frozen_document(text)))


def _download(answer: HttpResponse, name: str) -> HttpResponse:
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
