"""Following a point by its receipt: a secret that stands in a form and in nothing else that is kept."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from placet.stages.consultations.arrivals import CrowdError, source_of
from placet.stages.consultations.views.crowds import told_to_wait
from placet.stages.dialogues.forms.reporting import ReceiptForm
from placet.stages.dialogues.reporting.following import follow_point
from placet.stages.mandates.manage_pages import reader_language, sent_data


@cache_control(no_store=True)
@sensitive_post_parameters("receipt")
@sensitive_variables("form")
@require_http_methods(["GET", "POST"])
def receipt(request: HttpRequest) -> HttpResponse:
    """Enter a receipt; see its point and what became of it. Every wrong one gets the same answer."""
    form = ReceiptForm(sent_data(request))
    if request.method != "POST":
        return render(request, "dialogues/reporting/receipt.html", {"form": form})
    wrong = _("No point has this receipt. Compare it with what you were given, character by character.")
    try:
        found = (
            follow_point(
                form.cleaned_data["receipt"],
                reader_language(),
                source=source_of(request),
                now=timezone.now(),
            )
            if form.is_valid()
            else None
        )
    except CrowdError as crowd:
        form.add_error(
            "receipt", _("Too many wrong receipts came from your internet connection. Wait a moment.")
        )
        page = render(request, "dialogues/reporting/receipt.html", {"form": form}, status=429)
        return told_to_wait(page, crowd)
    if found is None:
        form.errors.clear()  # empty, too long or of nobody: the answer is one and the same
        form.add_error("receipt", wrong)
        return render(request, "dialogues/reporting/receipt.html", {"form": form}, status=422)
    return render(request, "dialogues/reporting/followed.html", {"point": found})
