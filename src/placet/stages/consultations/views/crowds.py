"""What somebody is told whom the limit per address keeps waiting: how long, and what a join code is."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from placet.stages.consultations.arrivals import CrowdError
from placet.stages.consultations.models import Consultation


def crowd_words(crowd: CrowdError) -> str:
    """The refusal in words alone."""
    return " ".join(
        [
            _("Many people have just begun from your internet connection."),
            ngettext("Try again in %(seconds)d second.", "Try again in %(seconds)d seconds.", crowd.seconds)
            % {"seconds": crowd.seconds},
            _(
                "In a hall with others? Ask for the join code and enter it on the consultation’s page: then "
                "you need not wait."
            ),
        ]
    )


def crowd_message(crowd: CrowdError, consultation: Consultation) -> SafeString:
    """The refusal with the way to the form for a join code."""
    return format_html(
        '{} <a href="{}">{}</a>',
        crowd_words(crowd),
        reverse("consultations:join", args=[consultation.reference]),
        _("Enter a join code"),
    )


def told_to_wait(page: HttpResponse, crowd: CrowdError) -> HttpResponse:
    """The page as a refusal that says when to come back."""
    page.status_code = 429
    page["Retry-After"] = str(crowd.seconds)
    return page
