"""The rapporteur's work: gather, group, draft, publish; two of them at once; and what everybody reads."""

import re
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from placet.stages.consultations.actions import close_consultation
from placet.stages.dialogues.models import (
    Dialogue,
    HouseRule,
    Point,
    PointGroup,
    PointStatement,
    Report,
    Takeaway,
)
from placet.stages.dialogues.reporting import gathering, grouping, takeaways
from placet.stages.dialogues.reporting.grouping import SeenPoint
from placet.stages.dialogues.reporting.publishing import ReportedTakeaway, publish_report, record_report
from placet.stages.dialogues.reporting.queries import desk_of, report_view
from placet.stages.dialogues.reporting.readiness import missing_for_publishing
from placet.stages.dialogues.reporting.statements import make_statement, origin_of
from placet.stages.dialogues.reporting.takeaways import TakeawayFrame, takeaway_mark
from placet.stages.mandates.models import Role
from placet.stages.record.models import AuditEntry
from placet.stages.texts.models import TextVersion
from placet.stages.texts.queries import all_wordings, originals
from tests.stages.dialogues.meetings import ZONE, SmallDialogue, add_partner
from tests.stages.dialogues.reports import BOTH, SUMMARY, Reporting
from tests.stages.pages import PAYLOAD, filled, is_harmless, sent
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db
State = Dialogue.State


def body_of(point: Point) -> str:
    return originals([point.text_id])[point.text_id].body


def url(reporting: Reporting, name: str, *more: object) -> str:
    return reverse(f"dialogues:{name}", args=[reporting.dialogue.reference, *more])


# Gathering


def test_points_are_typed_in_without_author_and_without_a_moment() -> None:
    reporting = Reporting()
    points = reporting.points("One.", "  ", "Two.")
    assert {body_of(point) for point in points} == {"One.", "Two."}
    for point in points:
        version = TextVersion.objects.get(text=point.text)
        assert version.author_id is None
        local = version.created_at.astimezone(ZoneInfo(ZONE))
        assert (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0)
        assert point.receipt_digest == point.attribution == ""
    entry = AuditEntry.objects.get(action="dialogues.type_in_points")
    assert entry.actor_id is None
    assert entry.detail == {"count": 2}


@pytest.mark.parametrize(
    ("bodies", "language"),
    [([], "en"), (["x" * 601], "en"), (["One."], "xx-nothing"), (["One."] * 101, "en")],
)
def test_what_is_no_list_of_points_is_refused_whole(bodies: list[str], language: str) -> None:
    reporting = Reporting()
    with pytest.raises(ValidationError):
        gathering.type_in_points(reporting.rapporteur, reporting.dialogue, bodies, language=language)
    assert not Point.objects.exists()


def test_only_what_is_on_the_record_is_attributed() -> None:
    hidden, shown = Reporting(), Reporting(HouseRule.ON_RECORD, slug="other", prefix="OTHER")
    with pytest.raises(ValidationError) as refusal:
        gathering.type_in_points(
            hidden.rapporteur, hidden.dialogue, ["One."], language="en", attribution="Ada"
        )
    assert "attribution" in refusal.value.error_dict
    (point,) = gathering.type_in_points(
        shown.rapporteur, shown.dialogue, ["One."], language="en", attribution="Ada \n Lovelace"
    )
    assert point.attribution == "Ada Lovelace"


def test_under_the_chatham_house_rule_a_corrected_wording_is_gone_for_good() -> None:
    reporting = Reporting()
    (point,) = reporting.points("Ada Lovelace of Engines Ltd says: chips.")
    former = point.text_id
    mark = gathering.point_mark(point)
    gathering.correct_point(reporting.rapporteur, point, body="Chips.", seen=mark)
    assert body_of(point) == "Chips."
    assert not TextVersion.objects.filter(body__contains="Lovelace").exists()
    assert point.text_id != former
    version = TextVersion.objects.get(text=point.text)
    assert version.author_id is None
    assert (version.created_at.second, version.created_at.microsecond) == (0, 0)


def test_on_the_record_the_wordings_before_are_kept() -> None:
    reporting = Reporting(HouseRule.ON_RECORD)
    (point,) = reporting.points("Chipss.")
    mark = gathering.point_mark(point)
    gathering.correct_point(reporting.rapporteur, point, body="Chips.", seen=mark, attribution="Ada Lovelace")
    bodies = TextVersion.objects.filter(text=point.text).order_by("number").values_list("body", flat=True)
    assert list(bodies) == ["Chipss.", "Chips."]
    assert point.attribution == "Ada Lovelace"


def test_a_point_is_hidden_and_shown_again_once_each() -> None:
    reporting = Reporting(state=State.LIVE)
    (point,) = reporting.points("One.")
    version = Dialogue.objects.get(pk=reporting.dialogue.pk).room_version
    for _twice in range(2):
        gathering.hide_point(reporting.rapporteur, point, is_hidden=True)
    assert point.is_hidden
    assert Dialogue.objects.get(pk=reporting.dialogue.pk).room_version == version + 1
    assert AuditEntry.objects.filter(action="dialogues.hide_point").count() == 1
    gathering.hide_point(reporting.rapporteur, point, is_hidden=False)
    assert not point.is_hidden


def test_nothing_is_reported_of_what_has_not_begun_or_is_closed() -> None:
    small = SmallReflection()
    announced = SmallDialogue(small)
    closed = SmallDialogue(
        small, house_rule=HouseRule.CLOSED, state=State.ENDED, partner_name="B", frame={"admission": "none"}
    )
    for meeting in (announced, closed):
        with pytest.raises(ValidationError):
            gathering.type_in_points(meeting.representative, meeting.dialogue, ["One."], language="en")
    client = Client()
    client.force_login(closed.representative)
    assert client.get(reverse("dialogues:report-desk", args=[closed.dialogue.reference])).status_code == 404


def test_only_holders_and_rapporteurs_work_on_a_report() -> None:
    reporting = Reporting()
    (point,) = reporting.points("One.")
    _other, other = add_partner(reporting.small, "Other")
    for account in (reporting.small.accounts[Role.MODERATOR], reporting.small.accounts["participant"], other):
        with pytest.raises(PermissionDenied):
            gathering.hide_point(account, point, is_hidden=True)
        with pytest.raises(PermissionDenied):
            publish_report(account, reporting.dialogue)
        assert reporting.client(account).get(url(reporting, "report-desk")).status_code == 403
    for account in (reporting.small.secretariat, reporting.meeting.representative, reporting.rapporteur):
        assert reporting.client(account).get(url(reporting, "report-desk")).status_code == 200


# Grouping


def test_points_are_put_together_moved_and_let_go() -> None:
    reporting = Reporting()
    one, two, three = reporting.points("One.", "Two.", "Three.")
    who, dialogue = reporting.rapporteur, reporting.dialogue
    group = grouping.put_together(
        who, dialogue, [SeenPoint(one.pk, None), SeenPoint(two.pk, None)], title=" Chips  here "
    )
    assert group.title == "Chips here"
    other = grouping.put_together(who, dialogue, [], title="Other")
    grouping.put_points(who, dialogue, [SeenPoint(two.pk, group.pk), SeenPoint(three.pk, None)], other)
    desk = desk_of(dialogue, "en")
    assert [(each.title, len(each.points)) for each in desk.groups] == [("Chips here", 1), ("Other", 2)]
    grouping.move_group(who, other, up=True)
    grouping.move_group(who, other, up=True)
    assert [each.title for each in desk_of(dialogue, "en").groups] == ["Other", "Chips here"]
    grouping.rename_group(who, group, title="Chips", seen=grouping.group_mark(group))
    grouping.remove_group(who, other)
    desk = desk_of(dialogue, "en")
    assert [each.title for each in desk.groups] == ["Chips"]
    assert len(desk.loose) == 2


def test_points_of_another_dialogue_are_not_moved() -> None:
    reporting, other = Reporting(), Reporting(slug="other", prefix="OTHER")
    (foreign,) = other.points("Foreign.")
    (own,) = reporting.points("Own.")
    group = grouping.put_together(other.rapporteur, other.dialogue, [], title="Theirs")
    with pytest.raises(ValidationError):
        grouping.put_together(
            reporting.rapporteur, reporting.dialogue, [SeenPoint(foreign.pk, None)], title="T"
        )
    with pytest.raises(ValidationError):
        grouping.put_points(reporting.rapporteur, reporting.dialogue, [SeenPoint(own.pk, None)], group)
    with pytest.raises(ValidationError):
        reporting.takeaway([foreign])


# Two at once


def test_what_somebody_else_moved_meanwhile_is_not_moved_again() -> None:
    reporting = Reporting()
    one, two = reporting.points("One.", "Two.")
    seen = [SeenPoint(one.pk, None), SeenPoint(two.pk, None)]
    first = grouping.put_together(reporting.rapporteur, reporting.dialogue, seen[:1], title="First")
    with pytest.raises(ValidationError) as refusal:
        grouping.put_together(reporting.meeting.representative, reporting.dialogue, seen, title="Second")
    assert refusal.value.code == "changed"
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.group_id, two.group_id) == (first.pk, None)
    assert PointGroup.objects.count() == 1


def test_of_two_who_correct_a_point_the_second_is_told_and_loses_nothing() -> None:
    reporting = Reporting()
    (point,) = reporting.points("One.")
    address = url(reporting, "correct-point", point.pk)
    mine, theirs = reporting.client(), reporting.client(reporting.meeting.representative)
    opened = filled(mine.get(address).context["form"], body="Mine.")
    assert sent(theirs, address, body="Theirs.").status_code == 302
    answer = mine.post(address, opened)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Theirs." in page
    assert "Mine." in page
    assert body_of(Point.objects.get()) == "Theirs."
    again = mine.post(address, filled(answer.context["form"]))
    assert again.status_code == 302
    assert body_of(Point.objects.get()) == "Mine."


def test_of_two_who_change_a_takeaway_or_the_summary_the_second_is_told() -> None:
    reporting = Reporting()
    takeaway = reporting.takeaway(reporting.points("One."))
    reporting.summary()
    for address, field, text_id in (
        (url(reporting, "revise-takeaway", takeaway.reference), "text_en", takeaway.text_id),
        (url(reporting, "report-summary"), "summary_en", Report.objects.get().summary_id),
    ):
        assert text_id is not None
        mine, theirs = reporting.client(), reporting.client(reporting.meeting.representative)
        opened = filled(mine.get(address).context["form"], **{field: "Mine."})
        assert sent(theirs, address, **{field: "Theirs."}).status_code == 302
        answer = mine.post(address, opened)
        assert answer.status_code == 422
        assert "What stands there now" in answer.content.decode()
        assert mine.post(address, filled(answer.context["form"])).status_code == 302
        assert all_wordings(text_id)[0].body == "Mine."
        bodies = TextVersion.objects.filter(text_id=text_id).values_list("body", flat=True)
        assert {"Mine.", "Theirs."} <= set(bodies)


# Takeaways


def test_a_takeaway_rests_on_points_and_on_whole_groups() -> None:
    reporting = Reporting()
    one, two, three = reporting.points("One.", "Two.", "Three.")
    group = grouping.put_together(
        reporting.rapporteur,
        reporting.dialogue,
        [SeenPoint(one.pk, None), SeenPoint(two.pk, None)],
        title="Both",
    )
    client = reporting.client()
    page = client.get(url(reporting, "write-takeaway") + f"?group={group.pk}")
    data = filled(page.context["form"], text_en="Chips.", points=[str(three.pk)], groups=[str(group.pk)])
    assert client.post(url(reporting, "write-takeaway"), data).status_code == 302
    assert client.post(url(reporting, "write-takeaway"), data).status_code == 302  # sent twice, once made
    takeaway = Takeaway.objects.get()
    assert set(takeaway.points.all()) == {one, two, three}
    assert re.fullmatch(r"SMALL-T-\d{4}", takeaway.reference)


def test_takeaways_change_places_and_are_taken_back() -> None:
    reporting = Reporting()
    first, second = reporting.takeaway(), reporting.takeaway()
    takeaways.move_takeaway(reporting.rapporteur, second, up=True)
    takeaways.move_takeaway(reporting.rapporteur, second, up=True)
    assert [each.reference for each in desk_of(reporting.dialogue, "en").takeaways] == [
        second.reference,
        first.reference,
    ]
    client = reporting.client()
    address = url(reporting, "remove-takeaway", first.reference)
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 302
    assert client.get(address).status_code == 404
    assert Takeaway.objects.filter(removed_at=None).count() == 1
    with pytest.raises(ValidationError, match="taken back"):
        takeaways.revise_takeaway(reporting.rapporteur, first, TakeawayFrame(BOTH), seen="")


@pytest.mark.parametrize("bodies", [{}, {"en": " "}, {"en": "x" * 1_201}])
def test_a_takeaway_says_something_and_not_too_much(bodies: dict[str, str]) -> None:
    reporting = Reporting()
    with pytest.raises(ValidationError):
        reporting.takeaway(bodies=bodies)


# Publishing


def test_what_is_missing_before_publishing_is_said_and_refused() -> None:
    reporting = Reporting(state=State.LIVE)
    missing = missing_for_publishing(reporting.dialogue)
    assert missing == [
        "The dialogue has not ended.",
        "The summary in English.",
        "The summary in French.",
        "At least one takeaway.",
    ]
    takeaway = reporting.takeaway(bodies={"en": "Chips."})
    missing = missing_for_publishing(reporting.dialogue)
    assert f"Takeaway {takeaway.reference} in French." in missing
    assert any("rests on the whole" in each for each in missing)
    with pytest.raises(ValidationError) as refusal:
        publish_report(reporting.rapporteur, reporting.dialogue)
    assert refusal.value.messages == missing
    answer = reporting.client().post(url(reporting, "publish-report"))
    assert answer.status_code == 422
    assert "The dialogue has not ended." in answer.content.decode()


def test_a_published_report_is_read_by_everybody_in_both_languages() -> None:
    reporting = Reporting()
    takeaway = reporting.takeaway(reporting.points("Chips come from one island.", "Hidden words."))
    gathering.hide_point(
        reporting.rapporteur,
        next(point for point in Point.objects.all() if body_of(point) == "Hidden words."),
        is_hidden=True,
    )
    reporting.summary()
    public = Client()
    addresses = [url(reporting, "report"), reverse("dialogues:takeaway", args=[takeaway.reference])]
    for address in addresses:
        assert public.get(address).status_code == 404
    answer = reporting.client().post(url(reporting, "publish-report"))
    assert answer.status_code == 302
    reporting.dialogue.refresh_from_db()
    assert reporting.dialogue.state == State.REPORTED
    for address in addresses:
        english = public.get(address).content.decode()
        assert "Chips are scarce." in english
        french = public.get(address.replace("/en/", "/fr/", 1)).content.decode()
        assert "Les puces sont rares." in french
        assert "Hidden words." not in english + french
    assert "Chips come from one island." in english
    for page in (english, french):
        assert reporting.rapporteur.email not in page
    assert (
        "Ce à quoi nous sommes arrivés."
        in public.get(addresses[0].replace("/en/", "/fr/", 1)).content.decode()
    )


def test_publishing_twice_happens_once() -> None:
    reporting = Reporting()
    reporting.published()
    first = Report.objects.get().published_at
    publish_report(reporting.rapporteur, reporting.dialogue)
    assert Report.objects.get().published_at == first
    assert AuditEntry.objects.filter(action="dialogues.report_dialogue").count() == 1


def test_after_publishing_a_correction_is_a_new_version_in_every_language() -> None:
    reporting = Reporting()
    takeaway = reporting.published()
    points = list(takeaway.points.values_list("pk", flat=True))
    corrected = {"en": "Chips are very scarce.", "fr": BOTH["fr"]}
    takeaways.revise_takeaway(
        reporting.rapporteur, takeaway, TakeawayFrame(corrected, points), seen=takeaway_mark(takeaway)
    )
    assert {each.language: each.body for each in all_wordings(takeaway.text_id)} == corrected
    assert TextVersion.objects.filter(text=takeaway.text).count() == 2
    for frame in (TakeawayFrame({"en": "Only here."}, points), TakeawayFrame(BOTH)):
        with pytest.raises(ValidationError):
            takeaways.revise_takeaway(reporting.rapporteur, takeaway, frame, seen=takeaway_mark(takeaway))
    with pytest.raises(ValidationError):
        reporting.takeaway(bodies={"en": "Late."}, rests_on_whole=True)
    late = reporting.takeaway(rests_on_whole=True)
    assert Client().get(reverse("dialogues:takeaway", args=[late.reference])).status_code == 200


def test_a_takeaway_that_was_taken_back_has_no_page() -> None:
    reporting = Reporting()
    takeaway = reporting.published()
    takeaways.remove_takeaway(reporting.rapporteur, takeaway)
    assert Client().get(reverse("dialogues:takeaway", args=[takeaway.reference])).status_code == 404


def test_a_report_that_was_published_elsewhere_is_put_on_record_once() -> None:
    reporting = Reporting(HouseRule.ON_RECORD)
    source = "https://example.org/report"

    def put() -> Report:
        return record_report(
            reporting.meeting.representative,
            reporting.dialogue,
            summary=SUMMARY,
            takeaways=[ReportedTakeaway(BOTH), ReportedTakeaway(BOTH, is_dissent=True)],
            source_url=source,
        )

    with pytest.raises(PermissionDenied):
        record_report(
            reporting.rapporteur, reporting.dialogue, summary=SUMMARY, takeaways=[], source_url=source
        )
    report = put()
    assert report.published_at is not None
    assert reporting.dialogue.state == State.REPORTED
    page = Client().get(url(reporting, "report")).content.decode()
    assert source in page
    assert page.count("Chips are scarce.") == 2
    with pytest.raises(ValidationError):
        put()


def test_a_recorded_report_has_a_web_address_and_every_language() -> None:
    reporting = Reporting()
    for summary, source in ((SUMMARY, "javascript:alert(1)"), ({"en": "Only."}, "https://example.org/")):
        with pytest.raises(ValidationError):
            record_report(
                reporting.small.secretariat,
                reporting.dialogue,
                summary=summary,
                takeaways=[ReportedTakeaway(BOTH)],
                source_url=source,
            )


# A point becomes a statement


def test_a_point_becomes_a_statement_with_its_lineage_both_ways() -> None:
    reporting = Reporting()
    takeaway = reporting.published()
    point = takeaway.points.get()
    client = reporting.client(reporting.small.secretariat)
    address = url(reporting, "make-statement", point.pk)
    answer = sent(client, address, statement_en="Chips should come from two islands.")
    assert answer.status_code == 302
    statement = PointStatement.objects.get(point=point).statement
    assert statement.consultation == reporting.small.consultation
    assert statement.state == "accepted"
    page = Client().get(reverse("dialogues:takeaway", args=[takeaway.reference])).content.decode()
    assert "Chips should come from two islands." in page
    page = Client().get(reverse("portal:statement", args=[statement.reference])).content.decode()
    assert reporting.dialogue.reference in page
    assert takeaway.reference in page
    origin = origin_of(statement, "en")
    assert origin is not None
    assert origin.takeaways == [takeaway.reference]
    assert origin_of(reporting.small.statements[0], "en") is None


def test_only_the_secretariat_makes_statements_and_only_where_it_fits() -> None:
    reporting = Reporting()
    foreign = SmallReflection(slug="foreign", prefix="FORGN")
    first, second = reporting.points("One.", "Two.")
    secretariat, consultation = reporting.small.secretariat, reporting.small.consultation
    with pytest.raises(PermissionDenied):
        make_statement(reporting.rapporteur, first, consultation, {"en": "One."}, original="en")
    assert reporting.client().get(url(reporting, "make-statement", first.pk)).status_code == 403
    with pytest.raises(ValidationError):
        make_statement(secretariat, first, foreign.consultation, {"en": "One."}, original="en")
    with pytest.raises(ValidationError):
        make_statement(secretariat, first, consultation, {"en": "x" * 281}, original="en")
    make_statement(secretariat, first, consultation, {"en": "One."}, original="en")
    with pytest.raises(ValidationError, match="already"):
        make_statement(secretariat, first, consultation, {"en": "One."}, original="en")
    gathering.hide_point(secretariat, second, is_hidden=True)
    with pytest.raises(ValidationError, match="hidden"):
        make_statement(secretariat, second, consultation, {"en": "Two."}, original="en")
    gathering.hide_point(secretariat, second, is_hidden=False)
    close_consultation(secretariat, consultation)
    with pytest.raises(ValidationError):
        make_statement(secretariat, second, consultation, {"en": "Two."}, original="en")


# The desk in the browser


def test_the_desk_works_through_its_forms() -> None:
    reporting = Reporting()
    client = reporting.client()
    desk = url(reporting, "report-desk")
    page = client.get(desk)
    typed = filled(page.context["typed_form"], points="One.\r\nTwo.\r\n\r\n")
    assert client.post(url(reporting, "type-in-points"), typed).status_code == 302
    assert client.post(url(reporting, "type-in-points"), typed).status_code == 302
    assert Point.objects.count() == 2
    page = client.get(desk)
    choices = [point.choice for point in page.context["desk"].loose]
    form = filled(page.context["arrange_form"], points=choices, to="new", title="Both")
    assert client.post(url(reporting, "arrange-points"), form).status_code == 302
    group = PointGroup.objects.get()
    assert Point.objects.filter(group=group).count() == 2
    stale = form | {"form_key": str(uuid4()), "title": "Again"}
    answer = client.post(url(reporting, "arrange-points"), stale)
    assert answer.status_code == 422
    assert "Somebody else has moved 2 of these points meanwhile" in answer.content.decode()
    assert answer.content.decode().count(' checked><label for="point-') == 2
    refused = client.post(url(reporting, "arrange-points"), {**form, "points": ["nonsense"]})
    assert refused.status_code == 422
    point = Point.objects.first()
    assert point is not None
    hide = url(reporting, "hide-reported-point", point.pk)
    assert client.post(hide, {"hidden": "yes"}).status_code == 302
    assert "Hidden points" in client.get(desk).content.decode()
    assert client.post(hide, {"hidden": "no"}).status_code == 302
    place = url(reporting, "point-group", group.pk)
    assert sent(client, place, title="Renamed").status_code == 302
    assert client.post(place, {"deed": "remove"}).status_code == 302
    assert not PointGroup.objects.exists()


def test_hostile_words_stay_words() -> None:
    reporting = Reporting()
    (point,) = reporting.points(PAYLOAD)
    grouping.put_together(
        reporting.rapporteur, reporting.dialogue, [SeenPoint(point.pk, None)], title=PAYLOAD
    )
    takeaway = reporting.takeaway([point], bodies={"en": PAYLOAD, "fr": PAYLOAD})
    reporting.summary()
    client = reporting.client(reporting.small.secretariat)
    publish_report(reporting.rapporteur, reporting.dialogue)
    for address in (
        url(reporting, "report-desk"),
        url(reporting, "correct-point", point.pk),
        url(reporting, "revise-takeaway", takeaway.reference),
        url(reporting, "make-statement", point.pk),
        url(reporting, "report"),
        reverse("dialogues:takeaway", args=[takeaway.reference]),
    ):
        page = client.get(address)
        assert page.status_code == 200
        assert is_harmless(page), address


def test_a_constituency_is_seen_only_once_it_is_settled() -> None:
    reporting = Reporting(state=State.LIVE)
    constituency = reporting.small.reflection.constituencies.get()
    (point,) = reporting.points("One.")
    Point.objects.update(constituency=constituency)
    assert desk_of(reporting.dialogue, "en").loose[0].constituency is None
    Dialogue.objects.update(state=State.ENDED)
    reporting.dialogue.refresh_from_db()
    shown = desk_of(reporting.dialogue, "en").loose[0]
    assert shown.constituency is not None
    assert shown.constituency.body == "Young leaders"
    takeaway = reporting.takeaway([point])
    reporting.summary()
    publish_report(reporting.rapporteur, reporting.dialogue)
    for address in (url(reporting, "report"), reverse("dialogues:takeaway", args=[takeaway.reference])):
        assert "Young leaders" not in Client().get(address).content.decode()


def test_the_number_of_queries_does_not_grow() -> None:
    reporting = Reporting()
    counts: dict[str, list[int]] = {}
    client, public = reporting.client(reporting.small.secretariat), Client()
    for round_ in range(2):
        for number in range(1 + 6 * round_):
            points = reporting.points(f"Point {round_}-{number}.", f"Other {round_}-{number}.")
            grouping.put_together(
                reporting.rapporteur, reporting.dialogue, [SeenPoint(points[0].pk, None)], title=f"{number}"
            )
            takeaway = reporting.takeaway(points, rests_on_whole=True)
        if not round_:
            reporting.summary()
            publish_report(reporting.rapporteur, reporting.dialogue)
        for each in Point.objects.filter(became=None).select_related("dialogue__series__reflection"):
            make_statement(
                reporting.small.secretariat,
                each,
                reporting.small.consultation,
                {"en": f"S {each.pk}"},
                original="en",
            )
        for who, address in (
            (client, url(reporting, "report-desk")),
            (client, url(reporting, "write-takeaway")),
            (public, url(reporting, "report")),
            (public, reverse("dialogues:takeaway", args=[takeaway.reference])),
        ):
            name = "takeaway" if "/takeaway/" in address else address
            who.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert who.get(address).status_code == 200
            counts.setdefault(name, []).append(len(queries))
    assert all(small == large for small, large in counts.values()), counts
    assert report_view(reporting.dialogue, "en") is not None
