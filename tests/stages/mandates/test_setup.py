"""Setting up a reflection, page by page."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from placet.stages.mandates.actions import NewMilestone, add_members, add_milestones, add_priority
from placet.stages.mandates.countries import country_choices, country_names, names_in
from placet.stages.mandates.models import Constituency, Mandate, Member, Milestone, Priority, Reflection, Role
from placet.stages.mandates.queries import constituency_views, member_views, reflection_view
from placet.stages.people.actions import create_account
from placet.stages.people.models import Account
from placet.stages.record.models import AuditEntry
from placet.stages.texts.languages import CONTENT_LANGUAGES
from placet.stages.texts.queries import all_wordings
from tests.stages.pages import PAYLOAD, is_harmless, sent
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db
INLINE_CODE = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|\sstyle=|\son\w+=|<style")


@pytest.fixture
def founder(client: Client) -> Account:
    account = create_account("founder@small.example", is_verified=True, may_found_reflections=True)
    client.force_login(account)
    return account


@pytest.fixture
def small(client: Client) -> SmallReflection:
    made = SmallReflection()
    client.force_login(made.secretariat)
    return made


def page(name: str, *arguments: object) -> str:
    return reverse(f"mandates:{name}", args=arguments)


def bodies(text_id: object) -> dict[str, str]:
    return {wording.language: wording.body for wording in all_wordings(text_id)}  # type: ignore[arg-type]


def test_from_nothing_to_a_published_reflection(client: Client, founder: Account) -> None:
    response = sent(
        client,
        page("found"),
        name="Réflexion 2040 : l’avenir",
        summary="Where to?",
        working_language="en",
        other_languages=["fr"],
    )
    made = Reflection.objects.get()
    assert (made.slug, made.reference_prefix) == ("reflexion-2040-lavenir", "R204")
    assert made.languages == ["en", "fr"]
    assert response["Location"] == page("manage-reflection", made.slug)
    refused = client.post(page("publish", made.slug))
    assert refused.status_code == 422
    assert "Write the mandate first" in refused.content.decode()
    sent(
        client,
        page("mandate", made.slug),
        issuer_en="The leaders",
        meeting_en="A summit",
        body_en="Think.",
        body_fr="Réfléchissez.",
        scope_en="All.",
        given_date="2030-01-01",
    )
    assert bodies(Mandate.objects.get().body_id) == {"en": "Think.", "fr": "Réfléchissez."}
    sent(client, page("add-priority", made.slug), title_en="First", description_en="Of all.")
    sent(client, page("members", made.slug), codes="fr, PL;\nde", ticked=["LU"])
    assert [str(m) for m in Member.objects.all()] == ["DE", "FR", "LU", "PL"]
    assert member_views(made, "fr")[0].name.body == "Allemagne"
    client.post(page("add-usual-constituencies", made.slug))
    assert Constituency.objects.count() == 5
    assert constituency_views(made, "fr")[4].name.body == "Jeunes leaders"
    sent(
        client,
        page("add-milestone", made.slug),
        kind="report",
        title_en="Report",
        precision="day",
        start_date="2030-06-01",
    )
    assert Milestone.objects.get().end_date == Milestone.objects.get().start_date
    for _twice in range(2):
        assert client.post(page("publish", made.slug)).status_code == 302
    made.refresh_from_db()
    assert made.state == "published"
    assert AuditEntry.objects.filter(action="mandates.publish_reflection").count() == 1


def test_only_founders_found(client: Client) -> None:
    client.force_login(create_account("somebody@small.example"))
    assert client.get(page("found")).status_code == 403
    assert client.post(page("found")).status_code == 403
    assert page("found") not in client.get(page("manage")).content.decode()


def test_the_same_founding_sent_twice_makes_one(client: Client, founder: Account) -> None:
    key = str(client.get(page("found")).context["form"]["form_key"].value())
    for _twice in range(2):
        response = sent(client, page("found"), name="Once", summary="S", form_key=key)
        assert response.status_code == 302
    assert Reflection.objects.count() == 1
    sent(client, page("found"), name="Once", summary="S")
    assert sorted(Reflection.objects.values_list("slug", "reference_prefix")) == [
        ("once", "ONCE"),
        ("once-2", "ONCE2"),
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "small"),
        ("slug", "no spaces"),
        ("reference_prefix", "SMALL"),
        ("reference_prefix", "1A"),
        ("reference_prefix", "A-1"),
        ("time_zone", "Mars/Olympus"),
        ("accent_colour", "red;}"),
        ("accent_colour", "#12345\n"),
        ("emblem", "../../etc"),
        ("working_language", "xx"),
        ("name", ""),
    ],
)
def test_a_wrong_frame_is_refused_by_field(client: Client, founder: Account, field: str, value: str) -> None:
    SmallReflection()
    changes = {"name": "New", "summary": "Kept as it was written", field: value}
    response = sent(client, page("found"), **changes)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert "Kept as it was written" in response.content.decode()
    assert Reflection.objects.count() == 1


def test_names_in_other_alphabets_get_an_address_too(client: Client, founder: Account) -> None:
    sent(client, page("found"), name="Стратегія", summary="S", working_language="uk")
    made = Reflection.objects.get()
    assert (made.slug, made.reference_prefix) == ("reflection", "REF")
    client.post(page("add-usual-constituencies", made.slug))  # the interface does not speak Ukrainian
    assert not Constituency.objects.exists()
    assert (
        page("add-usual-constituencies", made.slug)
        not in client.get(page("constituencies", made.slug)).content.decode()
    )


def test_languages_are_added_and_their_fields_appear(client: Client, small: SmallReflection) -> None:
    address = page("frame", "small")
    assert sent(client, address, other_languages=["fr", "de"])["Location"] == address
    assert sent(client, address, name_de="Überlegung")["Location"] == page("manage-reflection", "small")
    small.reflection.refresh_from_db()
    assert small.reflection.languages == ["en", "fr", "de"]
    assert reflection_view(small.reflection, "de").name.body == "Überlegung"
    sent(client, address, other_languages=["de"])
    small.reflection.refresh_from_db()
    assert small.reflection.languages == ["en", "de"]


def test_the_accent_is_shown_legible(client: Client, small: SmallReflection) -> None:
    sent(client, page("frame", "small"), accent_colour="#FFEE00")
    small.reflection.refresh_from_db()
    assert small.reflection.accent_colour == "#ffee00"
    response = client.get(page("frame", "small"))
    assert all(preview.contrast >= 4.5 for preview in response.context["previews"])


def test_the_mandate_is_rewritten_and_earlier_wordings_stay(client: Client, small: SmallReflection) -> None:
    mandate = Mandate.objects.get()
    response = sent(client, page("mandate", "small"), body_en="Think again.")
    assert response.status_code == 302
    assert mandate.body.versions.count() == 2
    refused = sent(client, page("mandate", "small"), given_date="2030-02-01", due_date="2030-01-01")
    assert list(refused.context["form"].errors) == ["due_date"]


def test_priorities_are_added_and_changed(client: Client, small: SmallReflection) -> None:
    address = page("add-priority", "small")
    key = str(client.get(address).context["form"]["form_key"].value())
    for _twice in range(2):
        sent(client, address, title_en="Second", description_en="D", form_key=key)
    assert Priority.objects.filter(reflection=small.reflection).count() == 2
    sent(client, page("change-priority", "small", 2), title_fr="Deuxième")
    assert bodies(Priority.objects.get(number=2).title_id) == {"en": "Second", "fr": "Deuxième"}


@pytest.mark.parametrize(
    ("codes", "message"), [("XX", "Unknown country codes: XX"), ("", "at least one"), ("<b>", "&lt;B&gt;")]
)
def test_unknown_countries_are_refused(
    client: Client, small: SmallReflection, codes: str, message: str
) -> None:
    response = sent(client, page("members", "small"), codes=codes)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert Member.objects.count() == 2


def test_members_and_constituencies_are_renamed_and_removed(client: Client, small: SmallReflection) -> None:
    sent(client, page("change-member", "small", "PL"), name_en="Republic of Poland")
    assert member_views(small.reflection, "en")[1].name.body == "Republic of Poland"
    client.post(page("remove-member", "small", "PL"))
    assert [str(m) for m in Member.objects.all()] == ["FR"]
    answer = client.post(page("remove-member", "small", "FR"), follow=True)  # the delegate speaks for it
    assert "it stays" in answer.content.decode()
    assert Member.objects.filter(code="FR").exists()
    sent(client, page("change-constituency", "small", "young-leaders"), name_fr="Les jeunes")
    assert constituency_views(small.reflection, "fr")[0].name.body == "Les jeunes"
    sent(client, page("constituencies", "small"), name_en="Élus locaux")
    assert Constituency.objects.filter(key="elus-locaux").exists()
    client.post(page("remove-constituency", "small", "elus-locaux"))
    assert not Constituency.objects.filter(key="elus-locaux").exists()


def test_the_calendar_is_filled_changed_and_cleared(client: Client, small: SmallReflection) -> None:
    address = page("add-milestone", "small")
    values = {"kind": "report", "title_en": "Report", "precision": "span", "start_date": "2030-06-01"}
    sent(client, address, **values, end_date="2030-06-30", date_note_en="To be confirmed.")
    milestone = Milestone.objects.latest("pk")
    change = page("change-milestone", "small", milestone.pk)
    assert sent(client, change, title_fr="Rapport", date_note_en="").status_code == 302
    milestone.refresh_from_db()
    assert bodies(milestone.title_id) == {"en": "Report", "fr": "Rapport"}
    assert milestone.date_note is None
    wrong = sent(client, address, **(values | {"end_date": "2030-05-01"}))
    assert list(wrong.context["form"].errors) == ["end_date"]
    two_days = sent(client, address, **(values | {"precision": "day", "end_date": "2030-06-02"}))
    assert list(two_days.context["form"].errors) == ["end_date"]
    remove = page("remove-milestone", "small", milestone.pk)
    assert client.get(remove).status_code == 200
    assert client.post(remove)["Location"] == page("calendar", "small")
    assert not Milestone.objects.filter(pk=milestone.pk).exists()
    assert client.post(remove).status_code == 404


def test_payloads_do_nothing(client: Client, founder: Account) -> None:
    sent(client, page("found"), name=PAYLOAD[:120], summary=PAYLOAD, slug="x", other_languages=["fr"])
    mandate = {f"{name}_en": PAYLOAD for name in ("issuer", "meeting", "body", "scope")}
    sent(client, page("mandate", "x"), **mandate, given_date="2030-01-01")
    sent(client, page("add-priority", "x"), title_en=PAYLOAD, title_fr=PAYLOAD, description_en=PAYLOAD)
    sent(client, page("constituencies", "x"), name_en=PAYLOAD, key="k")
    add_members(founder, Reflection.objects.get(), {"FR": {"en": PAYLOAD}})
    sent(
        client, page("add-milestone", "x"), kind="report", title_en=PAYLOAD, description_en=PAYLOAD,
        date_note_en=PAYLOAD, source_en=PAYLOAD, precision="day", start_date="2030-01-01",
    )  # fmt: skip
    founder.name = PAYLOAD
    founder.save()
    milestone = Milestone.objects.get().pk
    names = ["manage-reflection", "frame", "mandate", "priorities", "members", "constituencies", "calendar"]
    names += ["publish", "people", "invite"]
    addresses = [page(name, "x") for name in names]
    addresses += [page("manage"), page("change-priority", "x", 1), page("change-milestone", "x", milestone)]
    addresses += [page("remove-milestone", "x", milestone), page("change-member", "x", "FR")]
    addresses += [page("change-constituency", "x", "k")]
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, address
        assert is_harmless(response), address
    refused = sent(client, page("mandate", "x"), issuer_en=PAYLOAD, given_date=PAYLOAD)
    assert refused.status_code == 422
    assert is_harmless(refused)


def test_no_page_carries_inline_code(client: Client, small: SmallReflection) -> None:
    names = ["manage-reflection", "frame", "members", "people", "invite", "publish", "constituencies"]
    for address in [page("found"), page("manage"), *(page(name, "small") for name in names)]:
        body = client.get(address).content.decode()
        assert not re.search(
            r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|\sstyle=|\son\w+=|<style", body
        ), address


def test_manage_lists_what_one_has_a_role_in(client: Client, small: SmallReflection) -> None:
    SmallReflection(slug="other", prefix="OTHER")
    body = client.get(page("manage")).content.decode()
    assert "Reflection small" in body
    assert "Reflection other" not in body
    client.force_login(small.accounts[Role.PARTNER])
    body = client.get(page("manage")).content.decode()
    assert f'href="{page("manage-reflection", "small")}"' not in body
    assert reverse("dialogues:manage-list", args=["small"]) in body
    client.force_login(small.accounts[Role.DELEGATE])
    assert reverse("portal:reflection", args=["small"]) in client.get(page("manage")).content.decode()
    client.force_login(small.accounts["stranger"])
    assert "You hold no role" in client.get(page("manage")).content.decode()


@pytest.mark.parametrize("name", ["priorities", "members", "calendar", "manage-reflection"])
def test_listings_ask_as_many_queries_when_they_grow(
    client: Client, small: SmallReflection, name: str
) -> None:
    counts = []
    codes = [code for code, _name in country_choices("en")]
    for n_items in (10, 200):
        for number in range(n_items // 10):
            add_priority(
                small.secretariat, small.reflection, title={"en": str(number)}, description={"en": "D"}
            )
        add_members(small.secretariat, small.reflection, names_in(codes[:n_items], ["en", "fr"]))
        day = small.reflection.created_at.date()
        new = [
            NewMilestone("report", {"en": str(n), "fr": "x"}, {"en": "d"}, day, day)
            for n in range(n_items * 5)
        ]
        add_milestones(small.secretariat, small.reflection, new)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page(name, "small")).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_nations_have_a_name_in_every_language() -> None:
    codes = set(country_names("en"))
    assert len(codes) == 250
    assert {"FR", "DE", "TR", "MK", "XK"} <= codes
    assert not {"EU", "UN", "ZZ"} & codes
    assert all(set(country_names(language)) == codes for language in CONTENT_LANGUAGES)
    assert country_names("fr")["DE"] == "Allemagne"
    names = [name for _code, name in country_choices("fr")]
    assert names.index("Égypte") < names.index("Espagne")
