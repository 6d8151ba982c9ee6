"""The votes that a run counted, in the form of a Polis export: what anyone needs to compute it again."""

import io
import textwrap
from collections.abc import Iterator
from datetime import UTC

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from placet.sense.votes import LoggedVote, write_polis
from placet.sense.votes import Statement as Entry
from placet.stages.sensemaking.documents import Document, document_of
from placet.stages.sensemaking.models import AnalysisRun
from placet.stages.sensemaking.renderings import command_for, export_name
from placet.stages.sensemaking.results import shown_document
from placet.stages.sensemaking.snapshots import counted_ballots

README = "README.txt"


def votes_archive(run: AnalysisRun) -> bytes:
    """The zip archive from which ``placet analyze`` makes a finished run's document again.

    Statements and what a moderator had decided on them are taken from the document, so that a later
    decision changes no figure. Texts that may no longer be shown are left out; the digest covers texts, and
    differs then. Memory holds the archive and one number a participant, never the votes.
    """
    if run.last_sequence is None or run.finished_at is None:
        raise ValueError("only a finished run has counted votes")
    document = shown_document(run)
    buffer = io.BytesIO()
    write_polis(
        buffer,
        [
            Entry(each["id"], each["text"], each["moderated"], each["meta"], each["seed"])
            for each in document["statements"]
        ],
        _logged_votes(run, run.last_sequence, {each["id"] for each in document["statements"]}),
        topic=document["topic"],
        notes={README: _readme(run, document)},
        made_at=run.finished_at.astimezone(UTC),
    )
    return buffer.getvalue()


def _logged_votes(run: AnalysisRun, last_sequence: int, counted: set[str]) -> Iterator[LoggedVote]:
    """Every ballot on the statements of the run, its place in the sequence instead of its moment."""
    for number, statement, vote, sequence in counted_ballots(run.consultation, last_sequence, counted):
        yield LoggedVote(sequence, statement, number, vote)


def _readme(run: AnalysisRun, document: Document) -> str:
    """What is in the archive and what to do with it, in every language of the interface."""
    parts = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            parts.append(_readme_in(run, document, language))
    return ("\n" + "-" * 72 + "\n\n").join(parts)


def _readme_in(run: AnalysisRun, document: Document, language: str) -> str:
    title = _("The votes behind analysis %(reference)s") % {"reference": run.reference}
    consultation = {
        "reference": run.consultation.reference,
        "topic": " ".join(document["topic"].split()),
    }
    software = {"version": run.software_version, "file": export_name(run)}
    paragraphs = [
        title + "\n" + "=" * len(title),
        _wrapped(_("Consultation %(reference)s: %(topic)s") % consultation),
        _wrapped(
            _("Compute the analysis again, with Placet %(version)s and this archive, %(file)s, as it is:")
            % software
        ),
        "    " + command_for(run, language),
        _wrapped(_("The same version of Placet writes the analysis.json that was published, byte for byte.")),
        _("Digest of the votes:") + "\n    " + run.input_digest,
        *_left_out(document, document_of(run.pk)),
        _wrapped(
            _(
                "votes.csv: every ballot counted, in order; 1 agree, 0 pass, -1 disagree. The timestamp is a"
                " place in that order, not a time. The last ballot of a participant on a statement counts."
            )
        ),
        _wrapped(
            _(
                "comments.csv: the statements, as moderated when the analysis was made; -1 is rejected, and"
                " its text left out. Where is-guarded says true, an apostrophe was put before the text, so"
                " that no spreadsheet takes it for a formula."
            )
        ),
        _wrapped(_("summary.csv: the question.")),
        _wrapped(
            _(
                "Participants are numbered by their first ballot. No name, account, nation, constituency or"
                " time is in these files. Please do not try to find out who anybody is."
            )
        ),
        _wrapped(
            _(
                "Licence and attribution: as stated by the institution that holds the consultation. The"
                " analysis is cited by its reference, %(reference)s."
            )
            % {"reference": run.reference}
        ),
    ]
    return "\n\n".join(paragraphs) + "\n"


def _left_out(shown: Document, stored: Document) -> Iterator[str]:
    """A paragraph on the texts that the document has and the archive has not, where there are any."""
    pairs = zip(shown["statements"], stored["statements"], strict=True)
    if n_texts := sum(each["text"] != before["text"] for each, before in pairs):
        yield _wrapped(
            _(
                "Texts left out, because their statements were taken down after the analysis: %(n)d. The"
                " digest covers texts: computed from this archive, it differs from the one above. Every"
                " figure is the same."
            )
            % {"n": n_texts}
        )


def _wrapped(paragraph: str) -> str:
    return textwrap.fill(paragraph, 78, break_long_words=False, break_on_hyphens=False)
