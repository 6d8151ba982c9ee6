"""What a report still lacks before it can be published."""

from django.utils.translation import gettext as _

from placet.stages.dialogues.models import Dialogue, Report, Takeaway
from placet.stages.dialogues.permissions import OVER
from placet.stages.texts.queries import all_wordings_of
from placet.ui.templatetags.interface import language_name


def missing_for_publishing(dialogue: Dialogue) -> list[str]:
    """A sentence for each thing that is missing; none where the report can be published."""
    languages = dialogue.series.reflection.languages
    report = Report.objects.filter(dialogue=dialogue).first()
    takeaways = list(
        Takeaway.objects.filter(report=report, removed_at=None).prefetch_related("points")
        if report
        else Takeaway.objects.none()
    )
    summary_id = report.summary_id if report else None
    found = all_wordings_of([summary_id, *(each.text_id for each in takeaways)])
    written = {text_id: {wording.language for wording in each} for text_id, each in found.items()}
    missing = []
    if dialogue.state not in OVER:
        missing.append(_("The dialogue has not ended."))
    has_summary = written[summary_id] if summary_id else set()
    missing += [
        _("The summary in %(language)s.") % {"language": language_name(language)}
        for language in languages
        if language not in has_summary
    ]
    if not takeaways:
        missing.append(_("At least one takeaway."))
    for each in takeaways:
        missing += _missing_of(each, written[each.text_id], languages)
    return missing


def _missing_of(takeaway: Takeaway, written: set[str], languages: list[str]) -> list[str]:
    missing = [
        _("Takeaway %(reference)s in %(language)s.")
        % {"reference": takeaway.reference, "language": language_name(language)}
        for language in languages
        if language not in written
    ]
    if not takeaway.rests_on_whole and all(point.is_hidden for point in takeaway.points.all()):
        missing.append(
            _("The points that takeaway %(reference)s rests on, or that it rests on the whole.")
            % {"reference": takeaway.reference}
        )
    return missing
