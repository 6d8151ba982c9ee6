"""Starting a new reflection from this one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from placet.stages.followup.forms.starting import StartingForm
from placet.stages.followup.starting_anew import estate_of, neighbours_of, start_from
from placet.stages.followup.views.frames import SECTION
from placet.stages.mandates.manage_pages import form_page, managed_reflection, reader_language, sent_data
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.permissions import require_founder


@login_required
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Set up a reflection that starts from this one, with what comes along before one's eyes."""
    account, earlier = managed_reflection(request, slug)
    require_founder(account)
    form = StartingForm(sent_data(request), earlier=earlier)
    if request.method == "POST" and form.is_valid():
        made: list[Reflection] = []
        if form.carry_out(lambda: made.append(start_from(account, earlier, form.frame()))):
            if not made:
                return redirect("mandates:manage")
            messages.success(
                request, _("The new reflection is set up as a draft: write its mandate and its priorities.")
            )
            return redirect("mandates:manage-reflection", made[0].slug)
    context = {
        "form": form,
        "title": _("Start a new reflection from this one"),
        "lede": _(
            "The world changes. A new reflection gets a mandate and priorities of its own, and takes with it "
            "what this one leaves open."
        ),
        "submit": _("Set up the new reflection"),
        "back": reverse("followup:manage-list", args=[slug]),
        "estate": estate_of(earlier, reader_language()),
        "neighbours": neighbours_of(earlier, account, reader_language()),
    }
    return form_page(request, earlier, context, section=SECTION, template="followup/manage/start.html")
