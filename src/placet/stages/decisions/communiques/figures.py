"""Figures of findings in words: a share with its interval and what was counted, or a count."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from placet.stages.decisions.communiques.document import Figure
from placet.stages.sensemaking.findings import figures
from placet.stages.sensemaking.findings.sources import FigureView


def figure_of(view: FigureView) -> Figure:
    """A figure as a document keeps it."""
    return Figure(
        key=view.key,
        kind=view.kind,
        statement=view.statement_reference or "",
        run=view.run_reference,
        share=view.share,
        low=view.low,
        high=view.high,
        number=view.number,
        n_votes=view.n_votes,
    )


def figure_words(figure: Figure, language: str) -> str:
    """A figure and how sure it is: "67% agree (61–73%; 412 votes)". Words in the language switched on."""
    n_votes = figures.number(figure.n_votes, language)
    if figure.share is None or figure.low is None or figure.high is None:
        return _counted(figure, figures.number(figure.number or 0, language))
    digits = figures.digits_for(figure.low, figure.high)
    share = figures.percentage(figure.share, language, digits=digits)
    if figure.kind == figures.LEAST:
        return ngettext(
            "at least %(share)s agree in the %(number)s member heard",
            "at least %(share)s agree in each of the %(number)s members heard",
            figure.n_votes,
        ) % {"share": share, "number": n_votes}
    said = {
        "agree": _("%(share)s agree"),
        "disagree": _("%(share)s disagree"),
        "pass": _("%(share)s pass"),
    }[figure.kind] % {"share": share}
    interval = figures.percentages(figure.low, figure.high, language)
    votes = ngettext("%(number)s vote", "%(number)s votes", figure.n_votes) % {"number": n_votes}
    return _("%(share)s (interval %(interval)s; %(votes)s)") % {
        "share": said,
        "interval": interval,
        "votes": votes,
    }


def _counted(figure: Figure, number: str) -> str:
    count = figure.number or 0
    if figure.kind == "participants":
        return ngettext("%(number)s participant", "%(number)s participants", count) % {"number": number}
    if figure.kind == "groups":
        return ngettext("%(number)s opinion group", "%(number)s opinion groups", count) % {"number": number}
    return ngettext("%(number)s vote", "%(number)s votes", count) % {"number": number}
