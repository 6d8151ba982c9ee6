"""What was said and written in the demonstration, beside statements: organisations, dialogues, contributions.

Read from ``content/dialogues.toml`` and ``content/contributions.toml`` and checked as ``content`` checks the
rest. It knows nothing of Django.
"""

import datetime as dt
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from placet.demonstration.shapes import Bilingual, DemonstrationContent
from placet.demonstration.tables import ContentError, Table, check_known, read_file, read_rows

PRECISIONS = ("time", "day", "within")
HOUSE_RULES = ("on-record", "chatham-house", "closed", "unknown")
KINDS = ("idea", "solution", "paper")


@dataclass(frozen=True)
class OrganisationContent:
    key: str
    name: Bilingual
    member: str
    website: str
    simulated: bool


@dataclass(frozen=True)
class SeriesContent:
    key: str
    organisers: tuple[str, ...]
    title: Bilingual
    question: Bilingual
    description: Bilingual
    simulated: bool


@dataclass(frozen=True)
class DialogueContent:
    """A dialogue of the past with its dates, or an invented one so many days from the day of loading."""

    series: str
    title: Bilingual
    description: Bilingual | None
    precision: str
    start_date: dt.date | None
    end_date: dt.date | None
    days_from_today: int | None
    date_note: Bilingual | None
    house_rule: str
    capacity: int | None
    n_registrations: int
    themes: tuple[Bilingual, ...]
    sources: tuple[str, ...]
    simulated: bool


@dataclass(frozen=True)
class PointContent:
    key: str
    language: str
    constituency: str
    support: int
    text: str


@dataclass(frozen=True)
class TakeawayContent:
    key: str
    points: tuple[str, ...]
    dissent: bool
    text: Bilingual


@dataclass(frozen=True)
class ReportContent:
    """The report on the invented dialogue of that title."""

    dialogue: str
    summary: Bilingual
    points: tuple[PointContent, ...]
    takeaways: tuple[TakeawayContent, ...]


@dataclass(frozen=True)
class CollectionContent:
    key: str
    title: Bilingual
    authors: Bilingual
    description: Bilingual
    published_date: dt.date
    simulated: bool


@dataclass(frozen=True)
class ContributionContent:
    kind: str
    language: str
    member: str
    constituency: str
    priority: str
    title: Bilingual
    summary: Bilingual
    body: Bilingual
    organisation: str
    endorsed_by: tuple[str, ...]


@dataclass(frozen=True)
class CommentContent:
    on: str
    language: str
    text: str


@dataclass(frozen=True)
class Voices:
    """All of it, in the order of the files."""

    organisations: tuple[OrganisationContent, ...]
    series: tuple[SeriesContent, ...]
    dialogues: tuple[DialogueContent, ...]
    report: ReportContent
    collections: tuple[CollectionContent, ...]
    contributions: tuple[ContributionContent, ...]
    comments: tuple[CommentContent, ...]


def load_voices(content: DemonstrationContent, folder: Traversable | None = None) -> Voices:
    """Read what was said and written, and check that it fits the rest of the demonstration.

    Raises
    ------
    ContentError
        If a file is missing or not TOML, or a text, key or date is not as it must be. The message names the
        file and the place.
    """
    dialogues = read_file(folder, "dialogues.toml")
    written = read_file(folder, "contributions.toml")
    voices = Voices(
        organisations=read_rows(dialogues, "organisations", _organisation),
        series=read_rows(dialogues, "series", _series),
        dialogues=read_rows(dialogues, "dialogues", _dialogue),
        report=_report(dialogues.table("report")),
        collections=read_rows(written, "collections", _collection),
        contributions=read_rows(written, "contributions", _contribution),
        comments=read_rows(written, "comments", _comment),
    )
    dialogues.finish()
    written.finish()
    _check_keys(voices, content)
    _check_honesty(voices)
    return voices


def _organisation(row: Table) -> OrganisationContent:
    return OrganisationContent(
        key=row.string("key"),
        name=row.bilingual("name"),
        member=row.string("member"),
        website=row.string("website"),
        simulated=row.boolean("simulated"),
    )


def _series(row: Table) -> SeriesContent:
    return SeriesContent(
        key=row.string("key"),
        organisers=row.strings("organisers"),
        title=row.bilingual("title"),
        question=row.bilingual("question"),
        description=row.bilingual("description"),
        simulated=row.boolean("simulated"),
    )


def _dialogue(row: Table) -> DialogueContent:
    return DialogueContent(
        series=row.string("series"),
        title=row.bilingual("title"),
        description=row.bilingual("description") if "description" in row else None,
        precision=row.choice("precision", PRECISIONS),
        start_date=row.date("start_date") if "start_date" in row else None,
        end_date=row.date("end_date") if "end_date" in row else None,
        days_from_today=row.integer("days_from_today") if "days_from_today" in row else None,
        date_note=row.bilingual("date_note") if "date_note" in row else None,
        house_rule=row.choice("house_rule", HOUSE_RULES),
        capacity=row.integer("capacity") if "capacity" in row else None,
        n_registrations=row.integer("n_registrations") if "n_registrations" in row else 0,
        themes=tuple(_theme(theme) for theme in row.tables("themes")),
        sources=row.texts("sources"),
        simulated=row.boolean("simulated"),
    )


def _theme(row: Table) -> Bilingual:
    theme = Bilingual(en=row.string("en"), fr=row.string("fr"))
    row.finish()
    return theme


def _report(table: Table) -> ReportContent:
    report = ReportContent(
        dialogue=table.string("dialogue"),
        summary=table.bilingual("summary"),
        points=read_rows(table, "points", _point),
        takeaways=read_rows(table, "takeaways", _takeaway),
    )
    table.finish()
    return report


def _point(row: Table) -> PointContent:
    return PointContent(
        key=row.string("key"),
        language=row.choice("language", ("en", "fr")),
        constituency=row.string("constituency"),
        support=row.integer("support"),
        text=row.string("text"),
    )


def _takeaway(row: Table) -> TakeawayContent:
    return TakeawayContent(
        row.string("key"), row.strings("points"), row.boolean("dissent"), row.bilingual("text")
    )


def _collection(row: Table) -> CollectionContent:
    return CollectionContent(
        key=row.string("key"),
        title=row.bilingual("title"),
        authors=row.bilingual("authors"),
        description=row.bilingual("description"),
        published_date=row.date("published_date"),
        simulated=row.boolean("simulated"),
    )


def _contribution(row: Table) -> ContributionContent:
    return ContributionContent(
        kind=row.choice("kind", KINDS),
        language=row.choice("language", ("en", "fr")),
        member=row.string("member"),
        constituency=row.string("constituency"),
        priority=row.string("priority"),
        title=row.bilingual("title"),
        summary=row.bilingual("summary"),
        body=row.bilingual("body"),
        organisation=row.string("organisation") if "organisation" in row else "",
        endorsed_by=row.texts("endorsed_by"),
    )


def _comment(row: Table) -> CommentContent:
    return CommentContent(row.string("on"), row.choice("language", ("en", "fr")), row.string("text"))


def _check_keys(voices: Voices, content: DemonstrationContent) -> None:
    organisations = [each.key for each in voices.organisations]
    members = [each.code for each in content.members]
    constituencies = [each.key for each in content.constituencies]
    check_known("dialogues.toml", "member", [each.member for each in voices.organisations], members)
    for series in voices.series:
        check_known(f"dialogues.toml, {series.key}", "organisation", series.organisers, organisations)
    for dialogue in voices.dialogues:
        place = f"dialogues.toml, {dialogue.title.en}"
        check_known(place, "series", [dialogue.series], [each.key for each in voices.series])
        check_known(place, "source", dialogue.sources, [each.key for each in content.sources])
        if (dialogue.start_date is None) == (dialogue.days_from_today is None):
            raise ContentError(f"{place}: needs start_date or days_from_today, and not both")
    points = [point.key for point in voices.report.points]
    for takeaway in voices.report.takeaways:
        check_known("dialogues.toml, report", "point", takeaway.points, points)
    check_known(
        "dialogues.toml, report", "dialogue", [voices.report.dialogue], [d.title.en for d in voices.dialogues]
    )
    for each in voices.contributions:
        place = f"contributions.toml, {each.title.en}"
        check_known(place, "member", [each.member], members)
        check_known(place, "constituency", [each.constituency], constituencies)
        check_known(place, "priority", [each.priority], [priority.key for priority in content.priorities])
        check_known(
            place, "organisation", [*each.endorsed_by, *filter(None, [each.organisation])], organisations
        )
    titles = [each.title.en for each in voices.contributions]
    check_known("contributions.toml, comments", "contribution", [each.on for each in voices.comments], titles)


def _check_honesty(voices: Voices) -> None:
    """Nothing invented hangs on anybody real, and what is real has its source."""
    invented = {each.key for each in voices.organisations if each.simulated}
    series = {each.key: each for each in voices.series}
    for each in voices.series:
        if each.simulated != (set(each.organisers) <= invented):
            raise ContentError(
                f"dialogues.toml, {each.key}: what is invented is held by invented organisations"
            )
    for dialogue in voices.dialogues:
        place = f"dialogues.toml, {dialogue.title.en}"
        if dialogue.simulated != series[dialogue.series].simulated:
            raise ContentError(f"{place}: invented dialogues stand in invented series")
        if not dialogue.simulated and (not dialogue.sources or dialogue.n_registrations):
            raise ContentError(f"{place}: a fact needs its sources, and nobody registered for it here")
    reported = next(each for each in voices.dialogues if each.title.en == voices.report.dialogue)
    if not reported.simulated:
        raise ContentError(f"dialogues.toml, report: points are invented, {reported.title.en} is not")
    used = {key for each in voices.contributions for key in (*each.endorsed_by, each.organisation) if key}
    check_known("contributions.toml", "invented organisation", used, invented)
