"""Texts from the files of other tools, and what is said of a file that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from placet.sense.text.exports import read_texts
from placet.sense.votes import InputError


def write(folder: Path, content: str, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8", newline="")
    return path


def test_any_file_with_texts(tmp_path: Path) -> None:
    file = read_texts(write(tmp_path, 'id,text,language\na,"One, two",en\nb,,fr\nc,Trois,fr-BE\n'))
    assert file.kind == "csv"
    assert file.ids == ("a", "c")
    assert file.texts == ("One, two", "Trois")
    assert file.languages == ("en", "fr-BE")
    assert file.n_left_out == 1


def test_columns_may_be_named(tmp_path: Path) -> None:
    path = write(tmp_path, "what,tongue\nHello,EN\nBonjour,\n")
    file = read_texts(path, text_column="what", language_column="tongue")
    assert file.texts == ("Hello", "Bonjour")
    assert file.languages == ("en", "und")
    assert file.ids == ("2", "3")


def test_a_polis_export(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n"
        '1,x,0,1,3,1,1,First\n1,x,1,1,3,1,-1,Rejected\n1,x,2,1,3,1,0,"Second\nline"\n',
    )
    file = read_texts(path)
    assert file.kind == "polis"
    assert (file.ids, file.texts, file.n_left_out) == (("0", "2"), ("First", "Second\nline"), 1)
    groups = write(tmp_path, "comment-id,comment,total-votes\n4,Text,9\n", "comment-groups.csv")
    assert read_texts(groups).texts == ("Text",)


def test_a_decidim_export(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "\ufeffid;component/id;title/en;title/fr;title/machine_translations/fr;body/en;body/fr;"
        "body/machine_translations/fr;state;withdrawn\n"
        '7;3;Clean water;;Eau;"<p>Everywhere &amp; now</p>";;Partout;accepted;false\n'
        "8;3;;Trains;;;'-10 % partout;;accepted;false\n"
        "9;3;Gone;;;Gone;;;withdrawn;true\n",
    )
    file = read_texts(path)
    assert file.kind == "decidim"
    assert file.ids == ("7", "8")
    assert file.texts == ("Clean water. Everywhere & now", "Trains. -10 % partout")
    assert file.languages == ("en", "fr")
    assert file.n_left_out == 1


def test_talk_to_the_city_and_jigsaw(tmp_path: Path) -> None:
    city = read_texts(write(tmp_path, "id,interview,comment\n1,Ann,Text\n"))
    assert (city.kind, city.ids, city.texts) == ("talk-to-the-city", ("1",), ("Text",))
    jigsaw = read_texts(write(tmp_path, "participant_id,survey_text,demo:age\np1,Text,40\n"))
    assert (jigsaw.kind, jigsaw.ids, jigsaw.texts) == ("jigsaw", ("p1",), ("Text",))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a,b\n1,2\n", 'file.csv, line 1, column "text": expected this column; found "a,b".'),
        ("text,language\nHi,en\nHo,12\n", 'file.csv, line 3, column "language": expected a language tag'),
        ("text,language\nHi\n", "file.csv, line 2: expected 2 cells, as in the header; found 1."),
        ("text\n \n", "file.csv: expected at least one text"),
        ("", "file.csv, line 1: expected a header line"),
        ('a;text\n1;"open\n', "file.csv"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, content: str, expected: str) -> None:
    with pytest.raises(InputError) as raised:
        read_texts(write(tmp_path, content))
    assert str(raised.value).startswith(expected)


def test_what_is_no_utf_8_is_placed_on_its_line(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    for separator in (b",", b";"):
        path.write_bytes(b"id" + separator + b"text\n1" + separator + b"ok\n2" + separator + b"caf\xe9\n")
        with pytest.raises(InputError, match="line 3: expected UTF-8 text; found the byte 0xe9"):
            read_texts(path)


def test_folders_and_missing_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found a folder"):
        read_texts(tmp_path)
    with pytest.raises(InputError, match="nothing there"):
        read_texts(tmp_path / "none.csv")
