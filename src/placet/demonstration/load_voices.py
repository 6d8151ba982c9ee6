"""Puts organisations, dialogues and contributions of the demonstration into the database.

What people do one by one goes through the actions that they use; what thousands would have done (points,
registrations, votes on comments) is written at once, as the ballots are, and no message is sent.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from uuid import uuid5

from django.utils import timezone

from placet.demonstration.shapes import Bilingual, DemonstrationContent
from placet.demonstration.voices import (
    ContributionContent,
    DialogueContent,
    OrganisationContent,
    ReportContent,
    Voices,
)
from placet.stages.contributions.endorsing import endorse
from placet.stages.contributions.models import (
    Collection,
    Comment,
    CommentVote,
    Contribution,
    ModerationDecision,
    Revision,
)
from placet.stages.contributions.moderating.deciding import decide_contribution
from placet.stages.contributions.moderating.rules import add_usual_rules
from placet.stages.dialogues.models import Dialogue, Point, Registration, Series, Takeaway
from placet.stages.dialogues.reporting.publishing import publish_report
from placet.stages.dialogues.reporting.takeaways import (
    TakeawayFrame,
    summary_mark,
    write_summary,
    write_takeaway,
)
from placet.stages.dialogues.setting_up import meetings, programme
from placet.stages.dialogues.setting_up.local_times import day_bounds, moment_of
from placet.stages.dialogues.setting_up.series import SeriesFrame, create_series, publish_series
from placet.stages.mandates import references
from placet.stages.mandates.models import (
    Constituency,
    Member,
    Organisation,
    Participant,
    Reflection,
)
from placet.stages.mandates.organisations import (
    OrganisationFrame,
    add_organisation,
    name_representative,
)
from placet.stages.people.models import Account
from placet.stages.texts.actions import NewText, create_text, create_texts

BEGINS, LASTS = dt.time(14, 0), dt.timedelta(hours=3)
PUBLISHED_SINCE = dt.timedelta(days=9)
PROGRAMME = (
    (Bilingual("Welcome and house rule", "Accueil et règle de confidentialité"), 15),
    (Bilingual("The question, in three minutes", "La question, en trois minutes"), 15),
    (Bilingual("Two rooms, one question", "Deux ateliers, une question"), 90),
    (Bilingual("What we take with us", "Ce que nous emportons"), 60),
)


@dataclass(frozen=True, slots=True)
class LoadedVoices:
    """What findings may cite: contributions by their English title, takeaways by their key."""

    contributions: dict[str, Contribution]
    takeaways: dict[str, Takeaway]


def load_voices_into(
    reflection: Reflection,
    accounts: Mapping[str, Account],
    content: DemonstrationContent,
    voices: Voices,
    participants: Sequence[Participant],
) -> LoadedVoices:
    """Organisations, series with their dialogues, the report, the collection and the contributions."""
    secretariat = accounts["secretariat"]
    organisations = {
        each.key: _add_organisation(secretariat, reflection, each) for each in voices.organisations
    }
    for said in voices.organisations:
        if said.simulated:
            name_representative(secretariat, organisations[said.key], accounts["partner"])
    dialogues = _load_series(secretariat, reflection, content, voices, organisations)
    takeaways = _load_report(accounts["partner"], dialogues[voices.report.dialogue], voices.report)
    _load_collections(reflection, secretariat, voices)
    contributions = _load_contributions(reflection, accounts, content, voices, organisations, participants)
    return LoadedVoices(contributions, takeaways)


def _add_organisation(
    secretariat: Account, reflection: Reflection, said: OrganisationContent
) -> Organisation:
    frame = OrganisationFrame(
        name=_bodies(said.name),
        member=Member.objects.get(reflection=reflection, code=said.member),
        website=said.website,
        is_partner=True,
        is_simulated=said.simulated,
    )
    return add_organisation(secretariat, reflection, frame)


def _load_series(
    secretariat: Account,
    reflection: Reflection,
    content: DemonstrationContent,
    voices: Voices,
    organisations: Mapping[str, Organisation],
) -> dict[str, Dialogue]:
    """The series and their dialogues, by the English title of each dialogue."""
    found = {}
    for said in voices.series:
        frame = SeriesFrame(
            title=_bodies(said.title),
            question=_bodies(said.question),
            description=_bodies(said.description),
            organisers=[organisations[key] for key in said.organisers],
        )
        series = create_series(secretariat, reflection, frame)
        publish_series(secretariat, series)
        for dialogue in (each for each in voices.dialogues if each.series == said.key):
            found[dialogue.title.en] = _load_dialogue(secretariat, series, content, dialogue)
        # The reflection is a simulation; that these took place is not.
        Series.objects.filter(pk=series.pk).update(is_simulated=said.simulated)
        Dialogue.objects.filter(series=series).update(is_simulated=said.simulated)
    return found


def _load_dialogue(
    secretariat: Account, series: Series, content: DemonstrationContent, said: DialogueContent
) -> Dialogue:
    zone = series.reflection.time_zone
    starts_at, ends_at = _moments(said, zone)
    titles = {source.key: source.title for source in content.sources}
    is_to_come = starts_at > timezone.now()
    frame = meetings.DialogueFrame(
        title=_bodies(said.title),
        house_rule=said.house_rule,
        starts_at=starts_at,
        ends_at=ends_at,
        time_zone=zone,
        precision=said.precision,
        description=_bodies(said.description) if said.description else None,
        date_note=_bodies(said.date_note) if said.date_note else None,
        source=_joined([titles[key] for key in said.sources]) if said.sources else None,
        languages=("en", "fr") if said.simulated else (),
        link="https://meet.passerelle.example/lines" if said.simulated else "",
        themes=[_bodies(theme) for theme in said.themes],
        admission=Dialogue.Admission.OPEN if said.simulated else Dialogue.Admission.NONE,
        capacity=said.capacity,
    )
    dialogue = meetings.create_dialogue(secretariat, series, frame)
    if said.simulated:
        for title, minutes in PROGRAMME:
            programme.add_item(secretariat, dialogue, programme.ItemFrame(_bodies(title), minutes))
    meetings.announce_dialogue(secretariat, dialogue)
    if is_to_come:
        _register_simulated(dialogue, said)
    else:
        meetings.mark_as_held(secretariat, dialogue)
    return dialogue


def _moments(said: DialogueContent, zone: str) -> tuple[dt.datetime, dt.datetime]:
    if said.start_date is not None:
        first = dt.datetime.combine(said.start_date, dt.time())
        last = dt.datetime.combine(said.end_date or said.start_date, dt.time())
        return day_bounds(first, last, zone)
    day = timezone.localdate() + dt.timedelta(days=said.days_from_today or 0)
    starts_at = moment_of(dt.datetime.combine(day, BEGINS), zone)
    return starts_at, starts_at + LASTS


def _register_simulated(dialogue: Dialogue, said: DialogueContent) -> None:
    """Invented people with invented accounts, which nobody can sign in to: their addresses do not exist."""
    accounts = Account.objects.bulk_create(
        [
            Account(
                email=f"registered-{number:02}@passerelle.example",
                name=f"Participant {number}",
                is_active=False,
            )
            for number in range(1, said.n_registrations + 1)
        ]
    )
    constituencies = list(Constituency.objects.filter(reflection=dialogue.series.reflection))
    began_at = timezone.now() - dt.timedelta(days=6)
    n_places = said.capacity or said.n_registrations
    Registration.objects.bulk_create(
        [
            Registration(
                dialogue=dialogue,
                account=account,
                name=account.name,
                constituency=constituency,
                state=Registration.State.CONFIRMED if place < n_places else Registration.State.WAITING,
                is_simulated=True,
                registered_at=began_at + dt.timedelta(hours=3 * place),
                confirmed_at=began_at + dt.timedelta(hours=3 * place) if place < n_places else None,
            )
            for place, (account, constituency) in enumerate(
                zip(accounts, cycle(constituencies), strict=False)
            )
        ]
    )


def _load_report(partner: Account, dialogue: Dialogue, said: ReportContent) -> dict[str, Takeaway]:
    """What the rapporteur of the invented dialogue gathered and concluded; the takeaways by key."""
    dialogue.refresh_from_db()
    said_date = timezone.localdate(dialogue.starts_at)
    day = dt.datetime.combine(said_date, dt.time(), dt.UTC)
    keys = {each.key: each for each in Constituency.objects.filter(reflection=dialogue.series.reflection)}
    texts = create_texts(
        [NewText({each.language: each.text}, each.language, written_at=day) for each in said.points]
    )
    points = Point.objects.bulk_create(
        [
            Point(
                dialogue=dialogue,
                house_rule=dialogue.house_rule,
                text=text,
                constituency=keys[each.constituency],
                support_count=each.support,
                is_simulated=True,
                said_date=said_date,
            )
            for each, text in zip(said.points, texts, strict=True)
        ]
    )
    by_key = {each.key: point.pk for each, point in zip(said.points, points, strict=True)}
    write_summary(partner, dialogue, _bodies(said.summary), seen=summary_mark(None))
    takeaways = {}
    for takeaway in said.takeaways:
        frame = TakeawayFrame(
            _bodies(takeaway.text), [by_key[key] for key in takeaway.points], is_dissent=takeaway.dissent
        )
        takeaways[takeaway.key] = write_takeaway(partner, dialogue, frame)
    publish_report(partner, dialogue)
    return takeaways


def _load_collections(reflection: Reflection, secretariat: Account, voices: Voices) -> None:
    original = reflection.languages[0]
    for said in voices.collections:
        title, authors, description = (
            create_text(_bodies(text), original=original, author_id=secretariat.id)
            for text in (said.title, said.authors, said.description)
        )
        Collection.objects.create(
            reflection=reflection,
            title=title,
            authors=authors,
            description=description,
            published_date=said.published_date,
            is_simulated=said.simulated,
        )


def _load_contributions(
    reflection: Reflection,
    accounts: Mapping[str, Account],
    content: DemonstrationContent,
    voices: Voices,
    organisations: Mapping[str, Organisation],
    participants: Sequence[Participant],
) -> dict[str, Contribution]:
    add_usual_rules(accounts["secretariat"], reflection)
    numbers = {priority.key: priority.number for priority in content.priorities}
    found = {}
    taken = references.take_references(reflection, references.CONTRIBUTION, len(voices.contributions))
    for days, (said, reference) in enumerate(zip(voices.contributions, taken, strict=True)):
        submitted_at = timezone.now() - PUBLISHED_SINCE - dt.timedelta(days=days)
        author = _somebody(participants, reflection, said)
        contribution = _submitted(reflection, said, author, reference, submitted_at)
        contribution.priority = reflection.priorities.get(number=numbers[said.priority])
        contribution.organisation = organisations[said.organisation] if said.organisation else None
        contribution.save(update_fields=["priority", "organisation"])
        decide_contribution(
            accounts["moderator"], contribution, ModerationDecision.Verdict.PUBLISHED, now=submitted_at
        )
        for key in said.endorsed_by:
            endorse(accounts["partner"], contribution, organisations[key])
        found[said.title.en] = contribution
    _load_comments(voices, found, participants)
    return found


def _submitted(
    reflection: Reflection,
    said: ContributionContent,
    author: Participant,
    reference: str,
    submitted_at: dt.datetime,
) -> Contribution:
    title, summary, body = create_texts(
        [NewText(_bodies(text), said.language) for text in (said.title, said.summary, said.body)]
    )
    contribution = Contribution.objects.create(
        reflection=reflection,
        reference=reference,
        kind=said.kind,
        title=title,
        summary=summary,
        body=body,
        author=author,
        member=author.member,
        constituency=author.constituency,
        state=Contribution.State.SUBMITTED,
        revision_count=1,
        is_simulated=True,
        submitted_at=submitted_at,
    )
    Revision.objects.create(
        contribution=contribution,
        number=1,
        title=title.versions.get(),
        summary=summary.versions.get(),
        body=body.versions.get(),
        made_at=submitted_at,
    )
    return contribution


def _somebody(
    participants: Sequence[Participant], reflection: Reflection, said: ContributionContent
) -> Participant:
    """A simulated participant of that member and constituency, or of that member alone."""
    member = Member.objects.get(reflection=reflection, code=said.member)
    constituency = Constituency.objects.get(reflection=reflection, key=said.constituency)
    of_member = [each for each in participants if each.member_id == member.pk]
    fitting = [each for each in of_member if each.constituency_id == constituency.pk]
    return (fitting or of_member)[0]


def _load_comments(
    voices: Voices, contributions: Mapping[str, Contribution], participants: Sequence[Participant]
) -> None:
    written_at = timezone.now() - dt.timedelta(days=4)
    texts = create_texts([NewText({each.language: each.text}, each.language) for each in voices.comments])
    comments = Comment.objects.bulk_create(
        [
            Comment(
                id=uuid5(contributions[each.on].pk, each.text),
                contribution=contributions[each.on],
                text=text,
                author=participants[-1 - number],
                is_simulated=True,
                written_at=written_at + dt.timedelta(hours=number),
            )
            for number, (each, text) in enumerate(zip(voices.comments, texts, strict=True))
        ]
    )
    CommentVote.objects.bulk_create(
        [
            CommentVote(
                comment=comment,
                participant=participant,
                vote=1 if (place + 3 * number) % 5 else -1,
                cast_at=written_at + dt.timedelta(days=1),
            )
            for number, comment in enumerate(comments)
            for place, participant in enumerate(participants[number : 60 : number + 2])
        ]
    )
    for title, contribution in contributions.items():
        n_comments = sum(each.on == title for each in voices.comments)
        Contribution.objects.filter(pk=contribution.pk).update(comment_count=n_comments)


def _joined(texts: Sequence[Bilingual]) -> dict[str, str]:
    return {
        "en": " · ".join(text.en for text in texts),
        "fr": " · ".join(text.fr for text in texts),
    }


def _bodies(text: Bilingual) -> dict[str, str]:
    return {"en": text.en, "fr": text.fr}
