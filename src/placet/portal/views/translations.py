"""Pages of those who translate a reflection: what is missing, one text at a time, and the term base."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from placet.portal import translation_actions as actions
from placet.portal import translation_queries as queries
from placet.portal.translation_forms import CERTIFY, SAVE_AND_CERTIFY, TermForm, TranslationForm
from placet.portal.translation_tasks import translate_missing
from placet.stages.mandates.manage_pages import manage_page, managed_reflection, sent_data
from placet.stages.mandates.models import Reflection
from placet.stages.people.models import Account
from placet.stages.texts.languages import CONTENT_LANGUAGES
from placet.stages.texts.models import TranslationState
from placet.stages.texts.providers import is_provider_configured
from placet.stages.texts.queries import last_runs, originals, terms_of

ROWS_PER_PAGE = 50
RUNS_SHOWN = 5
SECTION = "translations"


@login_required
@require_GET
def translations(request: HttpRequest, slug: str) -> HttpResponse:
    """What is translated into which language, and what is not."""
    account, reflection = managed_reflection(request, slug)
    table = queries.translation_table(account, reflection)
    language, state = _wanted_language(request), _wanted_state(request)
    page = Paginator(table.filtered(language, state), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    words = originals([row.text.id for row in page.object_list])
    context = {
        "counts": table.counts,
        "states": TranslationState.choices,
        "language": language,
        "state": state,
        "page": page,
        "rows": [(row, words[row.text.id]) for row in page.object_list],
        "query": urlencode({"state": state}) if state else "",
        "is_provider_configured": is_provider_configured(),
        "runs": last_runs(reflection.id)[:RUNS_SHOWN],
        "wanted_by_machine": [
            count for count in table.counts if count.for_machines and count.language in reflection.languages
        ],
    }
    return manage_page(request, reflection, "portal/translations/table.html", context, section=SECTION)


@login_required
@require_http_methods(["GET", "POST"])
def translation(request: HttpRequest, slug: str, text_id: UUID, language: str) -> HttpResponse:
    """One text: the original beside its translation."""
    account, reflection = managed_reflection(request, slug)
    state = _wanted_state(request)
    desk = queries.find_desk(account, reflection, text_id, language, state=state)
    form = TranslationForm(sent_data(request), desk=desk)
    if request.method == "POST" and form.is_valid() and _is_carried_out(account, reflection, desk, form):
        is_certified = form.cleaned_data["deed"] in (CERTIFY, SAVE_AND_CERTIFY)
        messages.success(request, _("Certified.") if is_certified else _("The translation is saved."))
        if form.cleaned_data["translation"] != form.initial["translation"]:
            messages.info(
                request,
                _("Somebody else had saved a translation meanwhile: it is kept among the earlier ones."),
            )
        return redirect(_address("translation", [slug, text_id, language], state=state))
    context = {
        "desk": desk.desk,
        "text": desk.text,
        "refusal": desk.refusal,
        "language": language,
        "neighbours": desk.neighbours,
        "current": desk.current,
        "earlier": desk.earlier,
        "form": form,
        "state": state,
        "query": urlencode({"state": state}) if state else "",
        "list_url": _address("translations", [slug], language=language, state=state),
    }
    status = 422 if form.errors else 200
    return manage_page(
        request, reflection, "portal/translations/desk.html", context, section=SECTION, status=status
    )


@login_required
@require_POST
def translate_by_machine(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask a machine for what is missing in a language."""
    account, reflection = managed_reflection(request, slug)
    language = request.POST.get("language", "")
    try:
        run, is_new = actions.request_translations(account, reflection, language)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        if is_new:
            translate_missing.enqueue(str(run.pk))
        messages.success(
            request, _("The missing translations are asked for. Read them before you certify them.")
        )
    return redirect("portal:translations", slug)


@login_required
@require_http_methods(["GET", "POST"])
def terms(request: HttpRequest, slug: str) -> HttpResponse:
    """The term base: how terms are put in the languages of the reflection."""
    account, reflection = managed_reflection(request, slug)
    form = TermForm(sent_data(request), languages=list(reflection.languages))
    if request.method == "POST" and form.is_valid():
        data = {name: form.cleaned_data[name] for name in TermForm.base_fields if name != "form_key"}
        if form.carry_out(lambda: actions.add_term(account, reflection, **data)):
            messages.success(request, _("The term is in the list."))
            return redirect("portal:terms", slug)
    context = {"form": form, "terms": terms_of(reflection.id)}
    status = 422 if form.errors else 200
    return manage_page(
        request, reflection, "portal/translations/terms.html", context, section=SECTION, status=status
    )


@login_required
@require_POST
def remove_term(request: HttpRequest, slug: str, term_id: int) -> HttpResponse:
    """Take a term out of the list."""
    account, reflection = managed_reflection(request, slug)
    actions.remove_term(account, reflection, term_id)
    messages.success(request, _("The term is removed."))
    return redirect("portal:terms", slug)


def _is_carried_out(
    account: Account, reflection: Reflection, desk: queries.TranslationDesk, form: TranslationForm
) -> bool:
    data = form.cleaned_data

    def deed() -> object:
        if data["deed"] == CERTIFY:
            return actions.certify_translation(
                account,
                reflection,
                desk.text,
                language=desk.language,
                translation_id=data["translation"],
                body=data["body"],
            )
        return actions.save_translation(
            account,
            reflection,
            desk.text,
            language=desk.language,
            body=data["body"],
            version_id=data["version"],
            certifies=data["deed"] == SAVE_AND_CERTIFY,
        )

    return form.carry_out(deed)


def _wanted_language(request: HttpRequest) -> str:
    language = request.GET.get("language", "")
    return language if language in CONTENT_LANGUAGES else ""


def _wanted_state(request: HttpRequest) -> str:
    state = request.GET.get("state", "")
    return state if state in TranslationState.values else ""


def _address(name: str, arguments: list[object], **query: str) -> str:
    asked = urlencode({key: value for key, value in query.items() if value})
    return reverse(f"portal:{name}", args=arguments) + (f"?{asked}" if asked else "")
