"""Every address × method × role × state of its object, in one table. An address without a row fails.

A row says who may use it; the test walks everybody else as well and sees them refused: 403, 404, or sent to
the sign-in page. A method that a row does not name answers 405 to those who may use another one, and is
refused to the rest.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from placet.demonstration.sign_in import sign_in_url
from placet.stages.consultations.actions import close_consultation, moderate_statement
from placet.stages.consultations.ballots.actions import submit_statement
from placet.stages.consultations.merging import merge_statement
from placet.stages.consultations.models import Consultation, Statement, VoteImport
from placet.stages.mandates.models import Milestone, Role, RoleGrant
from placet.stages.mandates.participation import invite
from placet.stages.sensemaking.actions import request_run, run_analysis
from placet.stages.sensemaking.theme_models import Theme, ThemeAssignment, ThemeRun
from placet.stages.texts.models import TextVersion
from tests.stages.reflections import SmallReflection

EVERYBODY = frozenset({"nobody", "stranger", "participant", "foreign secretariat", *Role.values})
SIGNED_IN = EVERYBODY - {"nobody"}
SECRETARIAT = frozenset({"secretariat"})
MODERATING = frozenset({"secretariat", "moderator"})
ANALYSING = frozenset({"secretariat", "analyst"})
READING_DRAFTS = frozenset({"secretariat", "moderator", "analyst"})
HOLDING_A_ROLE = frozenset(Role.values)
FOUNDERS = frozenset({"secretariat", "foreign secretariat"})
NO_ONE: frozenset[str] = frozenset()

Who = frozenset[str] | Mapping[str, frozenset[str]]  # for all states of the object, or by state
PUBLIC_REFLECTION = {"draft": HOLDING_A_ROLE, "published": EVERYBODY}
PUBLIC_CONSULTATION = {"draft": READING_DRAFTS, "open": EVERYBODY, "closed": EVERYBODY}
PUBLIC_STATEMENT = {
    "submitted": MODERATING,
    "accepted": EVERYBODY,
    "rejected": MODERATING,
    "merged": EVERYBODY,
}
STATES = {
    "page": ("",),
    "reflection": ("draft", "published"),
    "consultation": ("draft", "open", "closed"),
    "statement": ("submitted", "accepted", "rejected", "merged"),
    "run": ("done",),
}


@dataclass(frozen=True)
class Row:
    """An address: what it is about, what stands in it, and who may use which method."""

    kind: str
    get: Who | None = None
    post: Who | None = None
    arguments: tuple[str, ...] = ()
    data: dict[str, str] = field(default_factory=dict)

    def who(self, method: str, state: str) -> frozenset[str] | None:
        who = {"GET": self.get, "POST": self.post}.get(method)
        return who[state] if isinstance(who, Mapping) else who


def page(get: Who | None = None, post: Who | None = None, *arguments: str) -> Row:
    return Row("page", get, post, arguments)


def reflection(get: Who | None = None, post: Who | None = None, *more: str) -> Row:
    return Row("reflection", get, post, ("slug", *more))


def consultation(get: Who | None = None, post: Who | None = None, *more: str) -> Row:
    return Row("consultation", get, post, ("consultation", *more))


def statement(get: Who | None = None, post: Who | None = None) -> Row:
    return Row("statement", get, post, ("statement",))


def run(get: Who | None = None) -> Row:
    return Row("run", get, None, ("run",))


TABLE: dict[str, Row] = {
    "best_language": page(EVERYBODY),
    "health": page(EVERYBODY),
    "readiness": page(EVERYBODY),
    "metrics": page(NO_ONE),  # without a token in the settings it does not exist: tests/config/test_metrics
    # The portal
    "portal:home": page(EVERYBODY),
    "portal:about": page(EVERYBODY),
    "portal:moderation": page(EVERYBODY),
    "portal:accessibility": page(EVERYBODY),
    "portal:reflection": reflection(PUBLIC_REFLECTION),
    "portal:mandate": reflection(PUBLIC_REFLECTION),
    "portal:calendar": reflection(PUBLIC_REFLECTION),
    "portal:members": reflection(PUBLIC_REFLECTION),
    "portal:statement": statement(PUBLIC_STATEMENT),
    "portal:search": page(EVERYBODY),
    "portal:search-feed": page(EVERYBODY),
    # Translating
    "portal:translations": reflection(SECRETARIAT),
    "portal:translation": reflection(SECRETARIAT, SECRETARIAT, "text", "language"),
    "portal:translate-by-machine": reflection(None, SECRETARIAT),
    "portal:terms": reflection(SECRETARIAT, SECRETARIAT),
    "portal:remove-term": reflection(None, SECRETARIAT, "nothing"),
    # Setting up a reflection
    "mandates:manage": page(SIGNED_IN),
    "mandates:found": page(FOUNDERS, FOUNDERS),
    "mandates:manage-reflection": reflection(MODERATING | ANALYSING),
    "mandates:frame": reflection(SECRETARIAT, SECRETARIAT),
    "mandates:mandate": reflection(SECRETARIAT, SECRETARIAT),
    "mandates:priorities": reflection(SECRETARIAT),
    "mandates:add-priority": reflection(SECRETARIAT, SECRETARIAT),
    "mandates:change-priority": reflection(SECRETARIAT, SECRETARIAT, "priority"),
    "mandates:members": reflection(SECRETARIAT, SECRETARIAT),
    "mandates:change-member": reflection(SECRETARIAT, SECRETARIAT, "member"),
    "mandates:remove-member": reflection(None, SECRETARIAT, "member"),
    "mandates:constituencies": reflection(SECRETARIAT, SECRETARIAT),
    "mandates:add-usual-constituencies": reflection(None, SECRETARIAT),
    "mandates:change-constituency": reflection(SECRETARIAT, SECRETARIAT, "constituency"),
    "mandates:remove-constituency": reflection(None, SECRETARIAT, "constituency"),
    "mandates:calendar": reflection(SECRETARIAT),
    "mandates:add-milestone": reflection(SECRETARIAT, SECRETARIAT),
    "mandates:change-milestone": reflection(SECRETARIAT, SECRETARIAT, "milestone"),
    "mandates:remove-milestone": reflection(SECRETARIAT, SECRETARIAT, "milestone"),
    "mandates:publish": reflection(SECRETARIAT, SECRETARIAT),
    "mandates:people": reflection(SECRETARIAT),
    "mandates:invite": reflection(SECRETARIAT, SECRETARIAT),
    "mandates:revoke-invitation": reflection(None, SECRETARIAT, "invitation"),
    "mandates:revoke-role": reflection(None, SECRETARIAT, "grant"),
    # For the stranger's address. A POST by anybody else changes nothing and leads back to the page, which
    # refuses it: tests/stages/mandates.
    "mandates:invitation": page(frozenset({"nobody", "stranger"}), EVERYBODY, "token"),
    # Taking part
    "consultations:consultation": consultation(PUBLIC_CONSULTATION),
    "consultations:start": consultation(PUBLIC_CONSULTATION, PUBLIC_CONSULTATION),
    "consultations:vote": consultation(PUBLIC_CONSULTATION, PUBLIC_CONSULTATION),
    "consultations:ahead": consultation(PUBLIC_CONSULTATION),
    "consultations:join": consultation(PUBLIC_CONSULTATION, PUBLIC_CONSULTATION),
    "consultations:join-by-link": consultation(PUBLIC_CONSULTATION, None, "join code"),
    "consultations:token": consultation(None, PUBLIC_CONSULTATION),
    "consultations:statements": consultation(PUBLIC_CONSULTATION),
    "consultations:add-statement": consultation(PUBLIC_CONSULTATION, PUBLIC_CONSULTATION),
    "consultations:own-statements": consultation(PUBLIC_CONSULTATION),
    "consultations:withdraw": consultation(None, NO_ONE),  # nobody here has written a statement
    # Running consultations
    "consultations:manage-waiting": page(SIGNED_IN),
    "consultations:manage-list": reflection(READING_DRAFTS),
    "consultations:create": reflection(SECRETARIAT, SECRETARIAT),
    "consultations:manage-consultation": consultation(READING_DRAFTS),
    "consultations:change": consultation(SECRETARIAT, SECRETARIAT),
    "consultations:open": consultation(SECRETARIAT, SECRETARIAT),
    "consultations:close": consultation(SECRETARIAT, SECRETARIAT),
    "consultations:make-join-code": consultation(SECRETARIAT, SECRETARIAT),
    "consultations:withdraw-join-code": consultation(SECRETARIAT, SECRETARIAT),
    "consultations:manage-statements": consultation(MODERATING),
    "consultations:add-statements": consultation(SECRETARIAT, SECRETARIAT),
    "consultations:moderation": consultation(MODERATING),
    "consultations:import": consultation(SECRETARIAT, SECRETARIAT),
    "consultations:import-state": consultation(SECRETARIAT, None, "import"),
    "consultations:retry-import": consultation(None, SECRETARIAT, "import"),
    "consultations:manage-statement": statement(MODERATING),
    "consultations:decide": statement(None, MODERATING),
    "consultations:mark-meta": statement(None, MODERATING),
    "consultations:merge": statement(None, MODERATING),
    "consultations:undo-merge": statement(None, MODERATING),
    "consultations:translate": statement(None, SECRETARIAT),
    # Making sense
    "sensemaking:results": consultation(PUBLIC_CONSULTATION),
    "sensemaking:live": consultation(PUBLIC_CONSULTATION),
    "sensemaking:runs": consultation(PUBLIC_CONSULTATION),
    "sensemaking:similar": consultation(None, PUBLIC_CONSULTATION),
    "sensemaking:encoder": consultation(MODERATING, MODERATING),
    "sensemaking:duplicates": statement(MODERATING),
    "sensemaking:run": run(EVERYBODY),
    "sensemaking:analysis-json": run(EVERYBODY),
    "sensemaking:votes": run(EVERYBODY),
    "sensemaking:report": run(EVERYBODY),
    "sensemaking:themes": consultation(PUBLIC_CONSULTATION),
    "sensemaking:theme": consultation(PUBLIC_CONSULTATION, None, "theme"),
    "sensemaking:summary": consultation(PUBLIC_CONSULTATION),
    "sensemaking:reflection-summary": reflection(PUBLIC_REFLECTION),
    "sensemaking:themes-json": Row("consultation", PUBLIC_CONSULTATION, None, ("theme run",)),
    "sensemaking:manage-themes": consultation(ANALYSING),
    "sensemaking:find-themes": consultation(None, ANALYSING),
    "sensemaking:manage-theme": consultation(SECRETARIAT, None, "theme"),
    "sensemaking:rename-theme": consultation(None, SECRETARIAT, "theme"),
    "sensemaking:merge-theme": consultation(None, SECRETARIAT, "theme"),
    "sensemaking:place-theme": consultation(None, SECRETARIAT, "theme"),
    "sensemaking:theme-statements": consultation(None, SECRETARIAT, "theme"),
    "sensemaking:hide-theme": consultation(None, SECRETARIAT, "theme"),
    "sensemaking:looked-at-theme": consultation(None, SECRETARIAT, "theme"),
    "sensemaking:manage": consultation(ANALYSING),
    "sensemaking:run-now": consultation(None, ANALYSING),
    "sensemaking:schedule": consultation(None, ANALYSING),
    "sensemaking:releases": consultation(None, SECRETARIAT),
    # Accounts: whoever is signed in manages one's own; tests/stages/people has the rest
    "account_login": page(EVERYBODY, EVERYBODY),
    "account_request_login_code": page(EVERYBODY, EVERYBODY),
    "account_confirm_login_code": page(EVERYBODY, EVERYBODY),
    "account_signup": page(EVERYBODY, EVERYBODY),
    "account_email_verification_sent": page(EVERYBODY, EVERYBODY),
    "account_logout": page(EVERYBODY, EVERYBODY),
    "account_inactive": page(EVERYBODY),
    "account_reauthenticate": page(SIGNED_IN, SIGNED_IN),
    "account_email": page(SIGNED_IN, SIGNED_IN),
    "mfa_list_webauthn": page(SIGNED_IN),
    "mfa_index": page(SIGNED_IN),
    "mfa_login_webauthn": page(EVERYBODY, EVERYBODY),
    "mfa_reauthenticate_webauthn": page(NO_ONE, NO_ONE),  # nobody here has a passkey
    "mfa_add_webauthn": page(SIGNED_IN, SIGNED_IN),
    "mfa_edit_webauthn": page(SIGNED_IN, SIGNED_IN, "nothing"),  # after confirming who one is
    "mfa_remove_webauthn": page(SIGNED_IN, SIGNED_IN, "nothing"),
    "people:profile": page(SIGNED_IN, SIGNED_IN),
    "people:delete": page(SIGNED_IN, SIGNED_IN),
    # The interface and the demonstration
    "ui:components": page(EVERYBODY),
    "ui:accent": page(EVERYBODY, None, "colour"),
    "demonstration:home": page(EVERYBODY, NO_ONE),  # a POST without a role's name finds nothing
    "demonstration:mailbox": page(EVERYBODY),
}
# The address that a role's sign-in link leads to is tested with the demonstration's pages.
ELSEWHERE = {"demonstration:sign-in": sign_in_url}


class World:
    """A reflection in which the object of a row is in the state asked for."""

    def __init__(self, kind: str, state: str) -> None:
        self.small = SmallReflection(
            is_published=(kind, state) != ("reflection", "draft"),
            is_open=(kind, state) != ("consultation", "draft"),
        )
        self.foreign = SmallReflection(slug="foreign", prefix="FORGN")
        self.statement = self.small.statements[0]
        if kind == "statement" and state != "accepted":
            self.statement = submit_statement(
                self.small.consultation,
                self.small.participant(),
                body="New.",
                language="en",
                client_key=uuid4(),
            )
            if state == "rejected":
                moderate_statement(self.small.secretariat, self.statement, accept=False, reason="Off topic.")
            if state == "merged":
                merge_statement(self.small.secretariat, self.statement, self.small.statements[0])
        if kind == "run":
            for number in range(8):
                participant = self.small.participant()
                for each in self.small.statements:
                    self.small.vote(participant, each, 1 if number % 2 else -1)
            self.run = request_run(self.small.secretariat, self.small.consultation)
            run_analysis(self.run.id)
        if (kind, state) == ("consultation", "closed"):
            close_consultation(self.small.secretariat, self.small.consultation)

    def argument(self, name: str) -> object:
        small = self.small
        if name == "import":
            return VoteImport.objects.create(
                consultation=small.consultation,
                requested_by=small.secretariat,
                file="imports/none.zip",
                file_name="none.zip",
                language="en",
                state=VoteImport.State.FAILED,
                error="Nothing in it.",
            ).pk
        if name in ("invitation", "token"):
            address = small.accounts["stranger"].email
            invitation, token = invite(small.secretariat, small.reflection, address)
            return token if name == "token" else invitation.pk
        if name == "grant":
            return RoleGrant.objects.get(reflection=small.reflection, role=Role.PARTNER).pk
        if name in ("theme", "theme run"):
            run = self._theme_run()
            return run.reference if name == "theme run" else self._theme(run).reference
        if name == "milestone":
            return Milestone.objects.get(reflection=small.reflection).pk
        return {
            "slug": small.reflection.slug,
            "consultation": small.consultation.reference,
            "statement": self.statement.reference,
            "priority": 1,
            "member": "PL",
            "constituency": "young-leaders",
            "run": self.run.reference if hasattr(self, "run") else "",
            "colour": "2c4f80",
            "join code": "HHHH7777",  # not one of this consultation: tests/stages/consultations/test_joining
            "nothing": 1,
            "text": small.consultation.introduction_id,
            "language": "fr",
        }[name]

    def _theme_run(self) -> ThemeRun:
        return ThemeRun.objects.create(
            consultation=self.small.consultation,
            reference="SMALL-TR-0001",
            state=ThemeRun.State.DONE,
            requested_by=self.small.secretariat,
            enqueued_at=timezone.now(),
            seed=0,
            result='{"themes": []}',
        )

    def _theme(self, run: ThemeRun) -> Theme:
        theme = Theme.objects.create(consultation=self.small.consultation, reference="SMALL-TH-0001")
        ThemeAssignment.objects.create(
            statement=self.small.statements[0],
            theme=theme,
            version=TextVersion.objects.get(text=self.small.statements[0].text),
            run=run,
            first_run=run,
        )
        return theme

    def client(self, who: str) -> Client:
        client = Client()
        if who == "foreign secretariat":
            client.force_login(self.foreign.secretariat)
        elif who != "nobody":
            client.force_login(self.small.accounts[who])
        return client


def names(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from names(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name}"


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert set(names(get_resolver().url_patterns)) == TABLE.keys() | ELSEWHERE.keys()


def is_refusal(status: int, location: str) -> bool:
    return status in (403, 404) or (status == 302 and "/account/login/?next=" in location)


def is_as_expected(status: int, location: str, who: str, allowed: frozenset[str] | None) -> bool:
    refused = is_refusal(status, location)
    if allowed is None:
        # allauth sends those who are signed in on, whatever the method.
        return (
            refused
            or status == 405
            or (status == 302 and (location == "/en/" or location.startswith(SENT_ON)))
        )
    if who not in allowed:
        return refused
    return not refused and (status < 400 or status in (400, 409, 422))


SIGNING_OUT = ("account_logout", "account_reauthenticate")
SENT_ON = ("/en/account/address/", "/en/account/confirm/")
CASES = [(kind, state) for kind, states in STATES.items() for state in states]


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "state"), CASES)
def test_who_may_use_what(kind: str, state: str) -> None:
    world = World(kind, state)
    clients = {who: world.client(who) for who in sorted(EVERYBODY)}
    faults = []
    for name, row in TABLE.items():
        if row.kind != kind:
            continue
        for who in clients:
            # What no row names is refused whoever asks: one asker is enough.
            for method in ("GET", "POST", "PUT", "DELETE") if who == "secretariat" else ("GET", "POST"):
                with transaction.atomic():
                    address = reverse(name, args=[world.argument(argument) for argument in row.arguments])
                    answer = clients[who].generic(method, address)
                    transaction.set_rollback(True)
                status, location = answer.status_code, answer.get("Location", "")
                if not is_as_expected(status, location, who, row.who(method, state)):
                    faults.append(f"{method} {address} by {who}: {status} {location}")
                if name in SIGNING_OUT:
                    clients[who] = world.client(who)
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.django_db
def test_drafts_of_one_reflection_do_not_exist_for_another() -> None:
    small, foreign = SmallReflection(is_open=False), SmallReflection(slug="foreign", prefix="FORGN")
    client = Client()
    client.force_login(foreign.secretariat)
    for address in (
        reverse("consultations:consultation", args=[small.consultation.reference]),
        reverse(
            "portal:statement", args=[Statement.objects.filter(consultation=small.consultation)[0].reference]
        ),
        reverse("sensemaking:results", args=[Consultation.objects.get(pk=small.consultation.pk).reference]),
    ):
        assert client.get(address).status_code == 404
