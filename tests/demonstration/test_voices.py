"""Organisations, dialogues and contributions of the demonstration: facts as facts, the rest as invented."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from placet.demonstration.content import ContentError, load_content
from placet.demonstration.voices import Voices, load_voices
from tests.demonstration.test_content import CONTENT_FOLDER


@pytest.fixture(scope="module")
def voices() -> Voices:
    return load_voices(load_content())


def test_the_six_dialogues_of_the_reference_sheet(voices: Voices) -> None:
    held = [each for each in voices.dialogues if each.series == "private-sector"]
    assert [each.start_date for each in held[:4]] == [
        dt.date(2020, 11, 25),
        dt.date(2021, 1, 21),
        dt.date(2021, 2, 11),
        dt.date(2021, 2, 25),
    ]
    assert [each.precision for each in held] == ["day"] * 4 + ["within"] * 2
    for each in held[4:]:
        assert (each.start_date, each.end_date) == (dt.date(2021, 2, 26), dt.date(2021, 6, 2))
        assert each.date_note is not None
    assert all(each.house_rule == "unknown" and not each.simulated for each in held)


def test_the_young_leaders_days(voices: Voices) -> None:
    held = {each.start_date for each in voices.dialogues if each.series == "young-leaders"}
    assert held == {dt.date(2020, 11, 9), dt.date(2021, 2, 4)}


def test_the_report_is_a_fact_without_its_sentences(voices: Voices) -> None:
    (report,) = voices.collections
    assert report.published_date == dt.date(2020, 12, 1)
    assert "138" in report.description.en
    assert not report.simulated


def test_what_is_invented_hangs_on_the_invented(voices: Voices) -> None:
    real = {each.key for each in voices.organisations if not each.simulated}
    assert len(real) == 3
    for each in voices.contributions:
        assert not real & {each.organisation, *each.endorsed_by}


DAMAGES = [
    ("dialogues.toml", 'organisers = ["passerelle"]', 'organisers = ["globsec"]', "held by invented"),
    ("dialogues.toml", 'organisers = ["globsec"]', 'organisers = ["nobody"]', "unknown organisation: nobody"),
    (
        "dialogues.toml",
        'dialogue = "When the cable is cut"',
        'dialogue = "Youth Summit"',
        "points are invented",
    ),
    ("dialogues.toml", 'sources = ["nato-2030"]', "sources = []", "a fact needs its sources"),
    ("dialogues.toml", "start_date = 2020-11-09\n", "", "needs start_date or days_from_today"),
    ("dialogues.toml", 'house_rule = "unknown"', 'house_rule = "secret"', "expected one of"),
    ("dialogues.toml", 'points = ["market"]', 'points = ["markets"]', "unknown point: markets"),
    (
        "contributions.toml",
        'endorsed_by = ["passerelle"]',
        'endorsed_by = ["globsec"]',
        "invented organisation",
    ),
    ("contributions.toml", 'member = "NO"', 'member = "XX"', "unknown member: XX"),
    ("contributions.toml", 'kind = "solution"', 'kind = "sermon"', "expected one of"),
    ("contributions.toml", 'on = "A day on', 'on = "A night on', "unknown contribution"),
]


@pytest.mark.parametrize(("name", "old", "new", "message"), DAMAGES)
def test_damage_is_refused(tmp_path: Path, name: str, old: str, new: str, message: str) -> None:
    folder = shutil.copytree(CONTENT_FOLDER, tmp_path / "content")
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError, match=message):
        load_voices(load_content(), folder)
