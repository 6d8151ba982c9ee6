"""Texts from a file: what is read, and in which languages."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from placet.sense.text.corpus import Texts, languages_of, read_texts
from placet.sense.votes import InputError


def write(folder: Path, content: str) -> Path:
    path = folder / "texts.csv"
    path.write_text(content, encoding="utf-8")
    return path


def test_columns_stand_in_any_order_and_others_are_not_read(tmp_path: Path) -> None:
    path = write(tmp_path, '\ufefflanguage,note,text,id\nfr,x,"Oui, et non",7\n,,No,8\n')
    assert read_texts(path) == Texts(("7", "8"), ("Oui, et non", "No"), ("fr", ""))


def test_a_language_is_kept_or_detected(tmp_path: Path) -> None:
    sentences = (
        "1,Les trains de nuit devraient relier les capitales.\n2,Nocne pociągi powinny łączyć stolice.\n"
    )
    assert languages_of(read_texts(write(tmp_path, f"id,text\n{sentences}"))) == ["fr", "pl"]
    told = read_texts(write(tmp_path, "id,text,language\n1,Oui,de-AT\n2,1234,\n"))
    assert languages_of(told) == ["de-AT", "und"]


def test_the_languages_of_the_file_are_those_that_come_into_question(tmp_path: Path) -> None:
    texts = read_texts(write(tmp_path, "id,text,language\n1,a,es\n2,b,fr\n3,Si un,\n4,Les bases,\n"))
    assert languages_of(texts)[3] == "fr"
    assert languages_of(texts)[2] in {"es", "fr", "und"}


def test_a_folder_and_an_archive_are_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a CSV file; found a folder"):
        read_texts(tmp_path)
    archive = tmp_path / "texts.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("texts.csv", "id,text\n1,a\n")
    with pytest.raises(InputError, match=r"found an archive. Unpack it first"):
        read_texts(archive)
