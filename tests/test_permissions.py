"""Every address × method × role × state of its object, in one table. An address without a row fails.

A row says who may use it; the test walks everybody else as well and sees them refused: 403, 404, or sent to
the sign-in page. A method that a row does not name answers 405 to those who may use another one, and is
refused to the rest.
"""

from collections.abc import Iterator, Mapping
from types import ModuleType
from uuid import UUID, uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from placet.demonstration.sign_in import sign_in_url
from placet.stages.consultations.actions import close_consultation, moderate_statement
from placet.stages.consultations.ballots.actions import submit_statement
from placet.stages.consultations.merging import merge_statement
from placet.stages.consultations.models import Consultation, Statement, VoteImport
from placet.stages.contributions.models import Attachment, Juror
from placet.stages.dialogues.calendars.agendas import agenda_token
from placet.stages.dialogues.models import (
    Dialogue,
    DialogueInvitation,
    LiveQuestion,
    Material,
    Point,
    ProgrammeItem,
    Registration,
    Room,
    Series,
    Speaker,
    Staff,
)
from placet.stages.dialogues.registering.invitations import invite as invite_to_dialogue
from placet.stages.dialogues.reporting.gathering import type_in_points
from placet.stages.dialogues.reporting.grouping import SeenPoint, put_together
from placet.stages.dialogues.reporting.publishing import publish_report
from placet.stages.dialogues.reporting.takeaways import (
    TakeawayFrame,
    summary_mark,
    write_summary,
    write_takeaway,
)
from placet.stages.mandates.models import Milestone, Representative, Role, RoleGrant
from placet.stages.mandates.participation import invite
from placet.stages.sensemaking.actions import request_run, run_analysis
from placet.stages.sensemaking.theme_models import Theme, ThemeAssignment, ThemeRun
from placet.stages.texts.actions import create_text
from placet.stages.texts.models import TextVersion
from tests.permission_rows import (
    EVERYBODY,
    NO_ONE,
    SECRETARIAT,
    SIGNED_IN,
    Row,
    Who,
    amending,
    communiques,
    decisions,
    findings,
    followup,
    lineage,
    proposals,
)
from tests.stages.contributions.calling import SmallCall
from tests.stages.contributions.import_files import uploaded
from tests.stages.contributions.talking import discuss
from tests.stages.contributions.writing import SmallContributions
from tests.stages.dialogues.meetings import SmallDialogue, add_partner
from tests.stages.reflections import SmallReflection

MODERATING = frozenset({"secretariat", "moderator"})
ANALYSING = frozenset({"secretariat", "analyst"})
READING_DRAFTS = frozenset({"secretariat", "moderator", "analyst"})
HOLDING_A_ROLE = frozenset(Role.values)
FOUNDERS = frozenset({"secretariat", "foreign secretariat"})
AUTHOR = frozenset({"participant"})  # of what is talked about and of what was refused

PUBLIC_REFLECTION = {"draft": HOLDING_A_ROLE, "published": EVERYBODY}
PUBLIC_CONSULTATION = {"draft": READING_DRAFTS, "open": EVERYBODY, "closed": EVERYBODY}
PUBLIC_STATEMENT = {
    "submitted": MODERATING,
    "accepted": EVERYBODY,
    "rejected": MODERATING,
    "merged": EVERYBODY,
}
ORGANISING = frozenset({"secretariat", "partner"})
WORKING = ORGANISING | {"facilitator", "rapporteur"}
AROUND = EVERYBODY | WORKING | {"other partner"}  # everybody whom rows on series and dialogues ask
REPORTERS = ORGANISING | {"rapporteur"}
REPORTING = dict.fromkeys(("draft", "announced", "live", "ended"), REPORTERS) | {"closed": NO_ONE}
PUBLIC_SERIES = {"draft": WORKING, "published": AROUND}
PUBLIC_DIALOGUE = {"draft": WORKING, "announced": AROUND, "live": AROUND, "ended": AROUND, "closed": WORKING}
COMING_TO_DIALOGUE = {state: who - {"nobody"} for state, who in PUBLIC_DIALOGUE.items()}
MATERIALS = PUBLIC_DIALOGUE | {"closed": NO_ONE}
HANDLING_MATERIALS = dict.fromkeys(PUBLIC_DIALOGUE, ORGANISING) | {"closed": NO_ONE}
PARTS: tuple[ModuleType, ...] = (
    amending,
    communiques,
    decisions,
    findings,
    followup,
    lineage,
    proposals,
)
INVITED = frozenset({"stranger"})
LEADING = ORGANISING | {"facilitator"}
WRITING = {"draft": HOLDING_A_ROLE, "published": SIGNED_IN}
PUBLIC_CONTRIBUTION = {
    "submitted": MODERATING | AUTHOR,
    "published": EVERYBODY,
    "rejected": MODERATING | AUTHOR,
    "withdrawn": EVERYBODY,
}
PUBLIC_CALL = {"draft": SECRETARIAT} | dict.fromkeys(
    ("open", "judging", "deliberating", "decided"), EVERYBODY
)
JURY = {state: frozenset({"participant"}) if state != "draft" else NO_ONE for state in PUBLIC_CALL}
# While the audience votes, a vote that names no entry finds nothing.
VOTING = {
    "draft": SECRETARIAT,
    "open": SIGNED_IN,
    "judging": NO_ONE,
    "deliberating": NO_ONE,
    "decided": SIGNED_IN,
}
IN_THE_ROOM = dict.fromkeys(PUBLIC_DIALOGUE, NO_ONE) | {"live": AROUND}  # whoever has its code
STATES = {
    "page": ("",),
    "reflection": ("draft", "published"),
    "consultation": ("draft", "open", "closed"),
    "statement": ("submitted", "accepted", "rejected", "merged"),
    "run": ("done",),
    "talk": ("public",),
    "series": ("draft", "published"),
    "dialogue": ("draft", "announced", "live", "ended", "closed"),  # a closed one is announced
    "report": ("reported",),
    "contribution": ("submitted", "published", "rejected", "withdrawn"),
    "contribution draft": ("draft",),
    "call": ("draft", "open", "judging", "deliberating", "decided"),
    **{kind: states for part in PARTS for kind, states in part.STATES.items()},
}


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


def series(get: Who | None = None, post: Who | None = None) -> Row:
    return Row("series", get, post, ("series",))


def dialogue(get: Who | None = None, post: Who | None = None, *more: str) -> Row:
    return Row("dialogue", get, post, ("dialogue", *more))


def report(get: Who | None = None, post: Who | None = None, *more: str) -> Row:
    return Row("report", get, post, ("dialogue", *more))


def talk(get: Who | None, post: Who | None, *arguments: str) -> Row:
    return Row("talk", get, post, arguments)


def contribution(get: Who | None = None, post: Who | None = None, *more: str) -> Row:
    return Row("contribution", get, post, ("contribution", *more))


def call(get: Who | None = None, post: Who | None = None, *more: str) -> Row:
    return Row("call", get, post, ("call", *more))


def contribution_draft(get: Who | None = None, post: Who | None = None, *more: str) -> Row:
    return Row("contribution draft", get, post, ("contribution draft", *more))


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
    "portal:near": reflection(None, PUBLIC_REFLECTION),
    "portal:calendar-month": reflection(PUBLIC_REFLECTION, None, "year", "month"),
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
    "mandates:organisations": reflection(SECRETARIAT),
    "mandates:add-organisation": reflection(SECRETARIAT, SECRETARIAT),
    "mandates:organisation": reflection(SECRETARIAT, SECRETARIAT, "organisation"),
    "mandates:change-organisation": reflection(SECRETARIAT, SECRETARIAT, "organisation"),
    "mandates:revoke-representative": reflection(None, SECRETARIAT, "organisation", "representative"),
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
    # Talking about contributions, and moderation by a public rule
    "contributions:comments": talk(EVERYBODY, SIGNED_IN, "talk"),
    "contributions:comment-vote": talk(None, SIGNED_IN, "comment"),
    "contributions:withdraw-comment": talk(None, AUTHOR, "comment"),
    "contributions:report-comment": talk(SIGNED_IN, SIGNED_IN, "comment"),
    "contributions:own-decision": talk(AUTHOR, None, "refused contribution"),
    "contributions:appeal": talk(AUTHOR, AUTHOR, "decision"),
    "contributions:rules": reflection(PUBLIC_REFLECTION),
    "contributions:moderation-log": reflection(PUBLIC_REFLECTION),
    "contributions:moderation-log-csv": reflection(PUBLIC_REFLECTION),
    "contributions:moderation": reflection(MODERATING),
    "contributions:moderate-contribution": talk(MODERATING, MODERATING, "refused contribution"),
    "contributions:moderate-comment": talk(MODERATING, MODERATING, "comment"),
    "contributions:answer-appeal": talk(MODERATING, MODERATING, "appeal"),
    "contributions:manage-rules": reflection(SECRETARIAT),
    "contributions:add-rule": reflection(SECRETARIAT, SECRETARIAT),
    "contributions:add-usual-rules": reflection(None, SECRETARIAT),
    "contributions:change-rule": talk(SECRETARIAT, SECRETARIAT, "slug", "rule"),
    "contributions:retire-rule": talk(None, SECRETARIAT, "slug", "rule"),
    "contributions:bring-back-rule": talk(None, SECRETARIAT, "slug", "rule"),
    # Calls
    "contributions:calls": reflection(PUBLIC_REFLECTION),
    "contributions:call": call(PUBLIC_CALL),
    "contributions:call-vote": call(None, VOTING),
    "contributions:jury": call(JURY),
    "contributions:jury-entry": call(JURY, JURY, "entry"),
    "contributions:jury-interest": call(JURY, JURY, "entry"),
    "contributions:manage-calls": reflection(SECRETARIAT),
    "contributions:create-call": reflection(SECRETARIAT, SECRETARIAT),
    "contributions:manage-call": call(SECRETARIAT),
    "contributions:change-call": call(SECRETARIAT, SECRETARIAT),
    "contributions:open-call": call(SECRETARIAT, SECRETARIAT),
    "contributions:name-juror": call(SECRETARIAT, SECRETARIAT),
    "contributions:remove-juror": call(None, SECRETARIAT, "juror"),
    "contributions:begin-judging": call(SECRETARIAT, SECRETARIAT),
    "contributions:end-judging": call(SECRETARIAT, SECRETARIAT),
    "contributions:decide-call": call(SECRETARIAT, SECRETARIAT),
    "contributions:verdict": call(SECRETARIAT, SECRETARIAT, "entry"),
    # Series and dialogues: setting them up, and showing them
    "dialogues:list": reflection(PUBLIC_REFLECTION),
    "dialogues:series": series(PUBLIC_SERIES),
    "dialogues:dialogue": dialogue(PUBLIC_DIALOGUE),
    # Coming to dialogues
    "dialogues:feed": reflection(PUBLIC_REFLECTION),
    "dialogues:series-ics": series(PUBLIC_SERIES),
    "dialogues:dialogue-ics": dialogue(PUBLIC_DIALOGUE | {"draft": NO_ONE}),
    "dialogues:agenda-ics": page(EVERYBODY, None, "agenda token"),
    "dialogues:renew-agenda": page(None, SIGNED_IN),
    "dialogues:my-dialogues": page(SIGNED_IN),
    "dialogues:register": dialogue(COMING_TO_DIALOGUE, COMING_TO_DIALOGUE),
    "dialogues:cancel-registration": dialogue(COMING_TO_DIALOGUE, NO_ONE),  # nobody here is registered
    "dialogues:invitation": page(INVITED | {"nobody"}, INVITED, "dialogue token"),
    "dialogues:material": dialogue(MATERIALS, None, "material"),
    "dialogues:registrations": dialogue(ORGANISING, ORGANISING),
    "dialogues:export-registrations": dialogue(ORGANISING),
    "dialogues:remove-registration": dialogue(ORGANISING, ORGANISING, "registration"),
    "dialogues:assign-rooms": dialogue(ORGANISING, ORGANISING),
    "dialogues:spread-over-rooms": dialogue(None, ORGANISING),
    "dialogues:empty-rooms": dialogue(None, ORGANISING),
    "dialogues:invitations": dialogue(ORGANISING),
    "dialogues:invite": dialogue(ORGANISING, ORGANISING),
    "dialogues:revoke-invitation": dialogue(None, ORGANISING, "dialogue invitation"),
    "dialogues:materials": dialogue(ORGANISING),
    "dialogues:add-material": dialogue(ORGANISING, ORGANISING),
    "dialogues:remove-material": dialogue(HANDLING_MATERIALS, HANDLING_MATERIALS, "material"),
    # Live in the room
    "dialogues:enter-room": page(EVERYBODY, EVERYBODY),
    "dialogues:room": Row("dialogue", IN_THE_ROOM, None, ("room code",)),
    "dialogues:join-room": Row("dialogue", None, IN_THE_ROOM, ("room code",)),
    "dialogues:room-now": Row("dialogue", AROUND, None, ("room code",)),  # says that it is over
    "dialogues:say-point": Row("dialogue", None, IN_THE_ROOM, ("room code",)),
    "dialogues:support-point": Row("dialogue", None, IN_THE_ROOM, ("room code",)),
    "dialogues:answer-question": Row("dialogue", None, IN_THE_ROOM, ("room code",)),
    "dialogues:facilitate": dialogue(LEADING),
    "dialogues:facilitate-now": dialogue(LEADING),
    "dialogues:start-dialogue": dialogue(None, LEADING),
    "dialogues:step": dialogue(None, LEADING),
    "dialogues:end-dialogue": dialogue(LEADING, LEADING),
    "dialogues:write-question": dialogue(LEADING, LEADING),
    "dialogues:change-question": dialogue(None, LEADING, "live question"),
    "dialogues:hide-point": dialogue(None, LEADING, "said point"),
    "dialogues:manage-list": reflection(ORGANISING),
    "dialogues:create-series": reflection(ORGANISING, ORGANISING),
    "dialogues:manage-series": series(ORGANISING),
    "dialogues:change-series": series(ORGANISING, ORGANISING),
    "dialogues:publish-series": series(ORGANISING, ORGANISING),
    "dialogues:create-dialogue": series(ORGANISING, ORGANISING),
    "dialogues:manage-dialogue": dialogue(WORKING),
    "dialogues:change-dialogue": dialogue(ORGANISING, ORGANISING),
    "dialogues:announce": dialogue(ORGANISING, ORGANISING),
    "dialogues:cancel": dialogue(ORGANISING, ORGANISING),
    "dialogues:mark-as-held": dialogue(ORGANISING, ORGANISING),
    "dialogues:delete-draft": dialogue(ORGANISING, ORGANISING),
    "dialogues:staff": dialogue(ORGANISING, ORGANISING),
    "dialogues:remove-staff": dialogue(None, ORGANISING, "staff"),
    "dialogues:programme": dialogue(ORGANISING),
    "dialogues:add-item": dialogue(ORGANISING, ORGANISING),
    "dialogues:change-item": dialogue(ORGANISING, ORGANISING, "item"),
    "dialogues:move-item": dialogue(None, ORGANISING, "item"),
    "dialogues:remove-item": dialogue(None, ORGANISING, "item"),
    "dialogues:add-room": dialogue(ORGANISING, ORGANISING),
    "dialogues:change-room": dialogue(ORGANISING, ORGANISING, "room"),
    "dialogues:remove-room": dialogue(None, ORGANISING, "room"),
    "dialogues:add-speaker": dialogue(ORGANISING, ORGANISING),
    "dialogues:change-speaker": dialogue(ORGANISING, ORGANISING, "speaker"),
    "dialogues:remove-speaker": dialogue(None, ORGANISING, "speaker"),
    # Reports: the rapporteur's desk, what everybody reads, and following a point by a receipt
    "dialogues:report-desk": dialogue(REPORTING),
    "dialogues:report-summary": dialogue(REPORTING, REPORTING),
    "dialogues:publish-report": dialogue(REPORTING, REPORTING),
    "dialogues:type-in-points": dialogue(None, REPORTING),
    "dialogues:arrange-points": dialogue(None, REPORTING),
    "dialogues:write-takeaway": dialogue(REPORTING, REPORTING),
    "dialogues:report": report(AROUND),
    "dialogues:takeaway": Row("report", AROUND, None, ("takeaway",)),
    "dialogues:correct-point": report(REPORTERS, REPORTERS, "point"),
    "dialogues:hide-reported-point": report(None, REPORTERS, "point"),
    "dialogues:make-statement": report(SECRETARIAT, SECRETARIAT, "point"),
    "dialogues:point-group": report(REPORTERS, REPORTERS, "group"),
    "dialogues:revise-takeaway": report(REPORTERS, REPORTERS, "takeaway"),
    "dialogues:place-takeaway": report(None, REPORTERS, "takeaway"),
    "dialogues:remove-takeaway": report(REPORTERS, REPORTERS, "takeaway"),
    "dialogues:receipt": page(EVERYBODY, EVERYBODY),
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
    # Writing contributions, reading them, standing behind them
    "contributions:list": reflection(PUBLIC_REFLECTION),
    "contributions:new": reflection(WRITING),
    "contributions:begin": reflection(WRITING, WRITING),
    "contributions:save-new": reflection(None, WRITING),
    "contributions:own": reflection(WRITING),
    "contributions:manage-list": reflection(MODERATING),
    "contributions:export": reflection(SECRETARIAT),
    "contributions:draft": contribution_draft(AUTHOR),
    "contributions:change-draft": contribution_draft(AUTHOR, AUTHOR),
    "contributions:save-draft": contribution_draft(None, AUTHOR),
    "contributions:discard-draft": contribution_draft(AUTHOR, AUTHOR),
    "contributions:draft-attachment": contribution_draft(AUTHOR, None, "attachment"),
    "contributions:contribution": contribution(PUBLIC_CONTRIBUTION),
    "contributions:revisions": contribution(PUBLIC_CONTRIBUTION),
    "contributions:revision": contribution(PUBLIC_CONTRIBUTION, None, "priority"),  # the first one, too
    "contributions:attachment": contribution(PUBLIC_CONTRIBUTION, None, "attachment"),
    "contributions:revise": contribution(None, AUTHOR),
    "contributions:withdraw": contribution(AUTHOR, AUTHOR),
    "contributions:restore": contribution(None, AUTHOR),
    "contributions:endorse": contribution(None, NO_ONE),  # without naming an organisation; test_public_pages
    "contributions:collection": Row("contribution", EVERYBODY, None, ("slug", "collection")),
    # Importing many contributions
    "contributions:imports": reflection(SECRETARIAT),
    "contributions:upload-import": reflection(SECRETARIAT, SECRETARIAT),
    "contributions:import": reflection(SECRETARIAT, None, "contribution import"),
    "contributions:confirm-import": reflection(None, SECRETARIAT, "contribution import"),
    "contributions:stop-import": reflection(None, SECRETARIAT, "contribution import"),
    "contributions:retry-import": reflection(None, SECRETARIAT, "contribution import"),
    "contributions:import-faults": reflection(SECRETARIAT, None, "contribution import"),
    # The interface and the demonstration
    "ui:components": page(EVERYBODY),
    "ui:accent": page(EVERYBODY, None, "colour"),
    "demonstration:home": page(EVERYBODY, NO_ONE),  # a POST without a role's name finds nothing
    "demonstration:mailbox": page(EVERYBODY),
}
# What an argument names, of the dialogue in hand.
for part in PARTS:
    TABLE |= part.TABLE

DIALOGUE_PARTS = {
    "item": ProgrammeItem,
    "live question": LiveQuestion,
    "room": Room,
    "speaker": Speaker,
    "staff": Staff,
}
ROOM_CODE = "HHHH3333"
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
        self.made: Mapping[str, object] = {}
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
        if kind in ("series", "dialogue"):
            self._hold_dialogue(kind, state)
        if kind == "report":
            self._report_dialogue()
        if kind in ("contribution", "contribution draft"):
            self._write_contribution(state)
        if kind == "call":
            self.called = SmallCall(state, writing=SmallContributions(slug="calling", prefix="CALLS"))
            self.small = self.called.writing.small
            Juror.objects.create(
                call=self.called.call, account=self.small.accounts["participant"], public_name="Juror"
            )
        self.talk = discuss(self.small) if kind == "talk" else {}
        for part in PARTS:
            if kind in part.STATES:
                self.made = part.make(self.small, kind, state)
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
        if name in self.talk:
            return self.talk[name]
        if name in self.made:
            return self.made[name]
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
        if name in ("contribution", "contribution draft", "attachment", "collection"):
            return self.written[name]
        if name == "call":
            return self.called.call.reference
        if name == "entry":
            return self.called.entries[1].reference
        if name == "juror":
            return Juror.objects.filter(call=self.called.call).latest("pk").pk
        if name == "contribution import":
            return uploaded(small, b"number,text\n1,Do this.\n").pk
        if name in ("invitation", "token"):
            address = small.accounts["stranger"].email
            invitation, token = invite(small.secretariat, small.reflection, address)
            return token if name == "token" else invitation.pk
        if name == "grant":
            return RoleGrant.objects.get(reflection=small.reflection, role=Role.PARTNER).pk
        if name in ("theme", "theme run"):
            run = self._theme_run()
            return run.reference if name == "theme run" else self._theme(run).reference
        if name == "organisation":
            return add_partner(small, "One more")[0].pk
        if name == "representative":  # of the organisation before it in the same address
            return Representative.objects.latest("pk").pk
        if name in ("dialogue token", "dialogue invitation", "registration", "material"):
            return self._of_registering(name)
        if name == "said point":
            return self._said_point().pk
        if name in ("point", "group", "takeaway"):
            return {"point": self.point, "group": self.group, "takeaway": self.takeaway}[name]
        if name in DIALOGUE_PARTS:
            return DIALOGUE_PARTS[name]._default_manager.filter(dialogue=self.held.dialogue).latest("pk").pk
        if name == "milestone":
            return Milestone.objects.get(reflection=small.reflection).pk
        return {
            "slug": small.reflection.slug,
            "consultation": small.consultation.reference,
            "statement": self.statement.reference,
            "priority": 1,
            "year": 2026,
            "month": 11,
            "agenda token": agenda_token(small.accounts["participant"]),
            "member": "PL",
            "constituency": "young-leaders",
            "series": self.held.series.reference if hasattr(self, "held") else "",
            "dialogue": self.held.dialogue.reference if hasattr(self, "held") else "",
            "run": self.run.reference if hasattr(self, "run") else "",
            "colour": "2c4f80",
            "room code": ROOM_CODE,
            "join code": "HHHH7777",  # not one of this consultation: tests/stages/consultations/test_joining
            "nothing": 1,
            "text": small.consultation.introduction_id,
            "language": "fr",
        }[name]

    def _hold_dialogue(self, kind: str, state: str) -> None:
        """A series of the account ``partner``, a dialogue, somebody for each duty, and another partner."""
        wanted = {"closed": "announced", "published": "announced"}.get(state, state)
        frame: dict[str, object] = {"admission": "invited"} if state == "closed" else {}
        self.held = SmallDialogue(
            self.small,
            house_rule="closed" if state == "closed" else "on-record",
            state=Dialogue.State(wanted),
            acting=self.small.accounts["partner"],
            frame=frame,
        )
        if (kind, state) == ("series", "draft"):
            Series.objects.filter(pk=self.held.series.pk).update(state="draft")
        Dialogue.objects.filter(pk=self.held.dialogue.pk, state="live").update(room_code=ROOM_CODE)
        LiveQuestion.objects.create(
            dialogue=self.held.dialogue, position=1, body=create_text({"en": "Where first?"}, original="en")
        )
        self.held.add_room()
        self.held.add_item()
        self.held.add_speaker()
        for duty in Staff.Duty:
            self.small.accounts[duty.value] = self.held.add_staff(duty)
        _organisation, self.small.accounts["other partner"] = add_partner(self.small, "Other partner")

    def _of_registering(self, name: str) -> object:
        """What belongs to coming to a dialogue; the token is that of one of its own."""
        if name == "dialogue token":
            meeting = SmallDialogue(self.small, frame={"admission": "invited"})
            address = self.small.accounts["stranger"].email
            ((_invitation, token),) = invite_to_dialogue(meeting.representative, meeting.dialogue, [address])
            return token
        found, now = self.held.dialogue, timezone.now()
        if name == "dialogue invitation":
            return DialogueInvitation.objects.create(
                dialogue=found, email="a@people.example", token_digest="0" * 64, sent_at=now
            ).pk
        if name == "registration":
            account = self.small.accounts["other partner"]
            return Registration.objects.create(
                dialogue=found, account=account, name="Ada", state="waiting", registered_at=now
            ).pk
        return self._material(found)

    def _material(self, found: Dialogue) -> UUID:
        title = create_text({"en": "Slides"}, original="en")
        material = Material(dialogue=found, title=title, kind="pdf", file_name="slides.pdf", size=1)
        material.file.save("slides", ContentFile(b"x"), save=False)
        material.save(force_insert=True)
        return material.pk

    def _said_point(self) -> Point:
        return Point.objects.create(
            dialogue=self.held.dialogue,
            house_rule="on-record",
            text=create_text({"en": "Ports first."}, original="en"),
            said_date=timezone.now().date(),
        )

    def _report_dialogue(self) -> None:
        """A dialogue that is reported, with a point in a group and a takeaway that rests on it."""
        self._hold_dialogue("dialogue", "ended")
        who, dialogue = self.held.representative, self.held.dialogue
        (point,) = type_in_points(who, dialogue, ["A point."], language="en")
        group = put_together(who, dialogue, [SeenPoint(point.pk, None)], title="A group")
        both = {"en": "In English.", "fr": "En français."}
        takeaway = write_takeaway(who, dialogue, TakeawayFrame(both, [point.pk]))
        write_summary(who, dialogue, both, seen=summary_mark(None))
        publish_report(who, dialogue)
        self.point, self.group, self.takeaway = point.pk, group.pk, takeaway.reference

    def _write_contribution(self, state: str) -> None:
        """A contribution of the account ``participant`` with a file, and a report of others."""
        world = SmallContributions(on=self.small)
        made = world.contribution(state, author=self.small.linked_participant())
        attachment = Attachment.objects.create(
            contribution=made,
            kind=Attachment.Kind.PDF,
            file=default_storage.save("attachments/one.pdf", ContentFile(b"%PDF-")),
            file_name="one.pdf",
            size=5,
            digest="0" * 64,
            position=1,
            is_published=state != "draft",
        )
        self.written = {
            "contribution": made.reference,
            "contribution draft": made.pk,
            "attachment": attachment.pk,
            "collection": world.collection().pk,
        }

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
    asked = AROUND if kind in ("series", "dialogue", "report") else EVERYBODY
    clients = {who: world.client(who) for who in sorted(asked)}
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
