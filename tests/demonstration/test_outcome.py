"""What was found, proposed, decided and done: complete, cited, honest about what is invented."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from placet.demonstration.content import ContentError, DemonstrationContent, load_content
from placet.demonstration.findings import FIGURE
from placet.demonstration.league import League, load_league
from placet.demonstration.outcome import Outcome, load_outcome
from placet.demonstration.voices import Voices, load_voices
from tests.demonstration.test_content import CONTENT_FOLDER


@pytest.fixture(scope="module")
def content() -> DemonstrationContent:
    return load_content()


@pytest.fixture(scope="module")
def voices(content: DemonstrationContent) -> Voices:
    return load_voices(content)


@pytest.fixture(scope="module")
def outcome(content: DemonstrationContent, voices: Voices) -> Outcome:
    return load_outcome(content, voices)


@pytest.fixture(scope="module")
def league() -> League:
    return load_league()


def test_eight_proposals_in_the_order_of_the_reference_sheet(outcome: Outcome) -> None:
    assert [each.key for each in outcome.proposals] == [
        "consultation",
        "deterrence",
        "resilience",
        "technology",
        "rules",
        "partners",
        "climate",
        "concept",
    ]
    assert all(2 <= len(each.clauses) <= 4 for each in outcome.proposals)
    assert {each.priority for each in outcome.proposals} == {"military", "political", "global"}


def test_clauses_cite_findings_and_one_rests_on_nothing(outcome: Outcome) -> None:
    clauses = [clause for each in outcome.proposals for clause in each.clauses]
    assert sum(not clause.findings for clause in clauses) == 1
    assert sum(bool(clause.against) for clause in clauses) >= 2


def test_findings_have_figures_and_some_speak_against(outcome: Outcome) -> None:
    assert 14 <= len(outcome.findings) <= 18
    assert all(FIGURE.search(each.text.en) for each in outcome.findings)
    assert all(kind == "agree" for each in outcome.findings for kind, _ in FIGURE.findall(each.text.fr))
    assert sum(bool(each.against) for each in outcome.findings) >= 5
    assert sum(each.not_taken_up is not None for each in outcome.findings) == 2
    assert any(each.contributions for each in outcome.findings)
    assert any(each.takeaways for each in outcome.findings)


def test_dates_of_the_reference_sheet(outcome: Outcome) -> None:
    assert outcome.meeting.date == dt.date(2021, 6, 14)
    reached = {
        (each.proposal, step.date, step.precision) for each in outcome.commitments for step in each.milestones
    }
    assert reached == {
        ("resilience", dt.date(2021, 6, 14), "day"),
        ("resilience", dt.date(2022, 12, 31), "year"),
        ("technology", dt.date(2021, 10, 22), "day"),
        ("technology", dt.date(2022, 4, 7), "day"),
        ("technology", dt.date(2022, 6, 30), "day"),
        ("climate", dt.date(2021, 6, 14), "day"),
        ("concept", dt.date(2022, 6, 29), "day"),
    }


def test_what_is_not_on_record_is_said_not_to_be(outcome: Outcome) -> None:
    silent = [each for each in outcome.commitments if not each.milestones and not each.reports]
    assert {each.proposal for each in silent} == {"consultation", "deterrence", "rules", "partners"}
    for each in silent:
        assert "not on record here" in each.title.en
        assert "non consignées ici" in each.title.fr


def test_no_nation_is_named_in_what_is_invented(content: DemonstrationContent, outcome: Outcome) -> None:
    invented = [outcome.note, outcome.communique.title, outcome.communique.preamble]
    for finding in outcome.findings:
        invented += [finding.title, finding.text, *filter(None, [finding.not_taken_up])]
    for proposal in outcome.proposals:
        invented += [proposal.title, proposal.summary, *(clause.text for clause in proposal.clauses)]
    for text in invented:
        for member in content.members:
            assert member.name.en not in text.en
            assert member.name.fr not in text.fr


def test_the_league_is_nobody(content: DemonstrationContent, league: League) -> None:
    assert not {each.code for each in league.members} & {each.code for each in content.members}
    assert not {each.name.en for each in league.members} & {each.name.en for each in content.members}
    for text in (league.frame.name, league.frame.summary, league.mandate.issuer, league.mandate.text):
        assert "invented" in text.en
        assert "invent" in text.fr


def test_the_league_breaks_a_silence_before_its_deadline(league: League) -> None:
    assert league.broken_silence.member == league.amendment.member
    assert league.broken_silence.proposal == league.amendment.proposal == league.kept_silence.proposal
    assert league.broken_silence.deadline_day < league.kept_silence.opened_day < 0
    assert league.running_silence.opened_day < 0 < league.running_silence.deadline_day


DAMAGES = [
    ("findings.toml", "simulated = true", "simulated = false", "simulated must be true"),
    (
        "findings.toml",
        '"one-form-at-borders", "plugs',
        '"one-form-at-border", "plugs',
        "unknown statement: one-form-at-border",
    ),
    ("findings.toml", 'takeaways = ["bad-week"]', 'takeaways = ["good-week"]', "unknown takeaway: good-week"),
    ("findings.toml", '["One exercise for the bad week"]', '["One exercise"]', "unknown contribution"),
    (
        "findings.toml",
        "{agree hospital-drills} would",
        "{agree hospitals} would",
        "unknown figure: hospitals",
    ),
    ("findings.toml", "{agree hospital-drills} would", "86 per cent would", "figures differ"),
    ("findings.toml", "{agree hospital-drills} would", "{ {agree hospital-drills} would", "a brace"),
    ("findings.toml", 'key = "cyber-help"', 'key = "crisis-care"', "a finding appears twice"),
    ("findings.toml", 'priority = "political"', 'priority = "poetical"', "unknown priority: poetical"),
    ("proposals.toml", 'findings = ["cyber-help"]', 'findings = ["help"]', "unknown finding: help"),
    ("proposals.toml", 'findings = ["cyber-help"]', "findings = []", "or neither: cyber-help"),
    (
        "proposals.toml",
        'findings = ["cyber-help"]',
        'findings = ["cyber-help", "platforms"]',
        "not taken up, or neither: platforms",
    ),
    ("proposals.toml", "number = 2", "number = 3", "order of their numbers"),
    ("decision.toml", "date = 2021-06-14\ntitle", "date = 2021-06-13\ntitle", "another day"),
    ("decision.toml", 'source = "nato-fund"', 'source = "expert-report"', "unknown source with an address"),
    ("decision.toml", "date = 2021-10-22", "date = 2020-10-22", "follows the meeting"),
    ("decision.toml", "clause = 2", "clause = 9", "has no clause 9"),
    ("decision.toml", 'proposal = "climate"', 'proposal = "concept"', "each proposal has its follow-up"),
    ("decision.toml", 'kind = "fulfilled"', 'kind = "forgotten"', "expected one of"),
]


@pytest.mark.parametrize(("name", "old", "new", "message"), DAMAGES)
def test_damage_is_refused(
    tmp_path: Path,
    content: DemonstrationContent,
    voices: Voices,
    name: str,
    old: str,
    new: str,
    message: str,
) -> None:
    folder = _damaged(tmp_path, name, old, new)
    with pytest.raises(ContentError, match=message) as caught:
        load_outcome(content, voices, folder)
    assert name in str(caught.value) or message.endswith("platforms")


LEAGUE_DAMAGES = [
    ('code = "XC"', 'code = "FR"', "leaves to everybody"),
    ('code = "XC"', 'code = "XK"', "leaves to everybody"),
    ('code = "XC"', 'code = "XD"', "a member appears twice"),
    ("deadline_day = -73", "deadline_day = -50", "out of order"),
    ("deadline_day = 9", "deadline_day = 0", "out of order"),
    ('member = "XF"\nreason', 'member = "XZ"\nreason', "unknown member: XZ"),
    ('reserving_member = "XG"', 'reserving_member = "LU"', "unknown member: LU"),
    (
        '[kept_silence]\nproposal = "rescue"',
        '[kept_silence]\nproposal = "ferries"',
        "unknown proposal: ferries",
    ),
    ("p = [0.95, 0.92]", "p = [0.95]", "list of 2 probabilities"),
    ("{agree night-ferry} would", "{agree day-ferry} would", "unknown figure: day-ferry"),
]


@pytest.mark.parametrize(("old", "new", "message"), LEAGUE_DAMAGES)
def test_damage_of_the_league_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ContentError, match=message):
        load_league(_damaged(tmp_path, "league.toml", old, new))


def _damaged(tmp_path: Path, name: str, old: str, new: str) -> Path:
    folder = shutil.copytree(CONTENT_FOLDER, tmp_path / "content")
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder
