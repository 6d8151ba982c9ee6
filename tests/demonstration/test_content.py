"""The demonstration's texts: complete, within their lengths, refused when damaged."""

import datetime as dt
import shutil
from collections import Counter
from pathlib import Path

import pytest

import placet.demonstration
from placet.demonstration.content import ContentError, DemonstrationContent, load_content

CONTENT_FOLDER = Path(placet.demonstration.__file__).parent / "content"


@pytest.fixture(scope="module")
def content() -> DemonstrationContent:
    return load_content()


def n_words(text: str) -> int:
    return len([word for word in text.split() if any(character.isalnum() for character in word)])


def test_counts(content: DemonstrationContent) -> None:
    assert len(content.members) == 30
    assert len(content.priorities) == 3
    assert len(content.constituencies) == 5
    assert [len(consultation.approved) for consultation in content.consultations] == [44, 44, 44]
    assert [c.priority for c in content.consultations] == [p.key for p in content.priorities]


def test_planted_structure(content: DemonstrationContent) -> None:
    for consultation in content.consultations:
        kinds = Counter(statement.kind for statement in consultation.approved)
        assert 0.18 <= kinds["consensus"] / len(consultation.approved) <= 0.22
        assert kinds["divisive"] > kinds["neutral"]
    dependent = [s for c in content.consultations for s in c.approved if s.kind == "member"]
    assert [statement.key for statement in dependent] == ["cables-before-roads"]
    assert dependent[0] in content.consultations[0].approved


def test_each_consultation_awaits_moderation_and_shows_refusals(content: DemonstrationContent) -> None:
    for consultation in content.consultations:
        statuses = Counter(statement.status for statement in consultation.statements)
        assert statuses["submitted"] in {3, 4}
        assert statuses["rejected"] == 2
        for statement in consultation.statements:
            assert (statement.reason is not None) == (statement.status == "rejected")


def test_authors_write_in_both_languages_about_equally(content: DemonstrationContent) -> None:
    for consultation in content.consultations:
        originals = Counter(statement.original for statement in consultation.statements)
        assert abs(originals["en"] - originals["fr"]) <= 5


def test_every_constituency_has_authors(content: DemonstrationContent) -> None:
    authors = {s.constituency for c in content.consultations for s in c.approved}
    assert authors == {constituency.key for constituency in content.constituencies}


def test_translations_are_translations(content: DemonstrationContent) -> None:
    for consultation in content.consultations:
        for statement in consultation.statements:
            assert statement.text.en != statement.text.fr
            assert 0.6 < len(statement.text.fr) / len(statement.text.en) < 1.7, statement.key


@pytest.mark.parametrize("language", ["en", "fr"])
def test_lengths_of_longer_texts(content: DemonstrationContent, language: str) -> None:
    assert 150 <= n_words(getattr(content.mandate.text, language)) <= 250
    for priority in content.priorities:
        assert 60 <= n_words(getattr(priority.description, language)) <= 100, priority.key
    for consultation in content.consultations:
        assert 40 <= n_words(getattr(consultation.introduction, language)) <= 80, consultation.priority


def test_facts_are_not_marked_as_simulated_and_inventions_are(content: DemonstrationContent) -> None:
    assert not content.mandate.simulated
    assert not any(milestone.simulated for milestone in content.milestones)
    assert all(consultation.simulated for consultation in content.consultations)
    assert {"badge", "sentence", "member_rule"} <= set(content.notices)


def test_dates_of_the_reference_sheet(content: DemonstrationContent) -> None:
    milestones = {milestone.key: milestone for milestone in content.milestones}
    assert milestones["launch"].start_date == dt.date(2020, 6, 8)
    assert milestones["london-mandate"].end_date == dt.date(2019, 12, 4)
    assert milestones["brussels"].start_date == content.mandate.due_date == dt.date(2021, 6, 14)


def test_no_statement_names_a_member(content: DemonstrationContent) -> None:
    for consultation in content.consultations:
        for statement in consultation.statements:
            for member in content.members:
                assert member.name.en not in statement.text.en
                assert member.name.fr not in statement.text.fr


DAMAGES = [
    ("members.toml", 'code = "BE"', 'code = "AL"', "'AL' appears twice"),
    ("members.toml", 'code = "BE"', 'code = "be"', "not an ISO 3166-1"),
    (
        "members.toml",
        '[[members]]\ncode = "AL"\nname.en = "Albania"\nname.fr = "Albanie"\n',
        "",
        "29 members",
    ),
    ("members.toml", 'name.fr = "Belgique"', "", "fr is missing"),
    ("members.toml", 'name.fr = "Belgique"', 'name.fr = " "', "fr is empty"),
    (
        "members.toml",
        'name.fr = "Belgique"',
        'name.fr = "Belgique"\nname.nl = "België"',
        "not expected here: nl",
    ),
    ("calendar.toml", "start_date = 2020-06-08", 'start_date = "8 June"', "must be a date"),
    ("calendar.toml", "start_date = 2020-06-08", "start_date = 2020-06-31", "calendar.toml"),
    ("calendar.toml", "start_date = 2020-06-08", "start_date = 2020-06-08T10:00:00", "without a time"),
    ("calendar.toml", "start_date = 2020-06-08", "start_date = 2022-06-08", "order of their dates"),
    ("calendar.toml", "end_date = 2019-12-04", "end_date = 2019-12-03", "must come after"),
    ("calendar.toml", 'precision = "span"', 'precision = "about"', "expected one of day, span"),
    ("calendar.toml", '["nato-fund"]', '["nato-funds"]', "unknown source: nato-funds"),
    ("priorities.toml", "number = 2", "number = 4", "numbers must be 1, 2, 3"),
    ("reflection.toml", '"Europe/Brussels"', '"Europe/Nowhere"', "no such timezone"),
    ("reflection.toml", '"#2c4f80"', '"blue"', "accent_colour"),
    ("mandate.toml", "due_date = 2021-06-14", "due_date = 2019-06-14", "out of order"),
    ("simulation.toml", "pass_rate = 0.15", "pass_rate = 1.5", r"must lie in \[0, 1\]"),
    ("simulation.toml", "share = 0.50", "share = 0.40", "must sum to 1"),
    ("simulation.toml", "BE = 4.0", "", "BE is missing"),
    ("simulation.toml", "BE = 4.0", "BE = -4.0", "must not be negative"),
    ("statements-military.toml", 'key = "never-first"', 'key = "hospital-drills"', "appears twice"),
    ("statements-military.toml", "p = [0.97, 0.09, 0.50]", "p = [0.92, 0.22]", "list of 3 probabilities"),
    ("statements-military.toml", "p = [0.97, 0.09, 0.50]", "p = [1.92, 0.22, 0.50]", r"must lie in \[0, 1\]"),
    ("statements-military.toml", "p = [0.97, 0.09, 0.50]", "p = [0.92, 0.92, 0.90]", "makes it 'consensus'"),
    ("statements-military.toml", "p = [0.97, 0.09, 0.50]", "p = [0.52, 0.42, 0.50]", "makes it 'neutral'"),
    (
        "statements-military.toml",
        "Deterrence only works",
        "Deterrence only works " + "x" * 200,
        "280 at most",
    ),
    ("statements-military.toml", "La dissuasion ne fonctionne", "La dissuasion " + "x" * 200, "280 at most"),
    ("statements-military.toml", '"LU", "MK"', '"LU"', "29 members in the rule"),
    ("statements-military.toml", '"LU", "MK"', '"LU", "XX"', "unknown member: XX"),
    ("statements-military.toml", '"LU", "MK"', '"LU", "FR"', "'FR' appears twice"),
    ("statements-military.toml", "simulated = true", "simulated = false", "simulated must be true"),
    ("statements-military.toml", '"young-leaders"', '"young-dreamers"', "unknown constituency"),
    ("statements-global.toml", 'priority = "global"', 'priority = "military"', "priority must be 'global'"),
]


@pytest.mark.parametrize(("name", "old", "new", "message"), DAMAGES)
def test_damage_is_refused(tmp_path: Path, name: str, old: str, new: str, message: str) -> None:
    folder = shutil.copytree(CONTENT_FOLDER, tmp_path / "content")
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError, match=message) as caught:
        load_content(folder)
    if "appears twice" not in message:  # keys are unique over all statement files together
        assert name in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = shutil.copytree(CONTENT_FOLDER, tmp_path / "content")
    (folder / "notices.toml").unlink()
    with pytest.raises(ContentError, match=r"notices\.toml"):
        load_content(folder)


def test_an_unchanged_copy_is_accepted(tmp_path: Path, content: DemonstrationContent) -> None:
    assert load_content(shutil.copytree(CONTENT_FOLDER, tmp_path / "content")) == content
