"""CSV files read by the bytes: the same as the standard library reads them."""

import csv
import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from placet.sense.votes.cells import Cells
from placet.sense.votes.csvfiles import CsvTable, read_csv
from placet.sense.votes.polis_files import VOTE_VALUES, is_number

PLAIN = st.text(st.characters(exclude_characters='",\r\n', exclude_categories=["Cs"]), max_size=20)
CELLS = PLAIN | st.sampled_from([*VOTE_VALUES, "", "17", "9" * 18, "9" * 19, "-", "1.", "\x00", "1\x00", "٣"])


def columns(table: CsvTable) -> list[list[str]]:
    return [table.cells(name) for name in table.header]


def whole(cells: list[str]) -> Cells:
    return read_csv("f", "\n".join(["a,b", *(f"{cell}," for cell in cells)]).encode()).column("a")


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=8), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_with_and_without_quotes_a_file_is_the_same(
    rows: list[tuple[str, str, str]], newline: str, is_ended: bool
) -> None:
    text = newline.join(",".join(row) for row in [("a", "b", "ü"), *rows]) + newline * is_ended
    quoted = io.StringIO(newline="")
    csv.writer(quoted, quoting=csv.QUOTE_ALL, lineterminator=newline).writerows([("a", "b", "ü"), *rows])
    plain = read_csv("f", text.encode())
    other = read_csv("f", quoted.getvalue().encode())
    assert columns(plain) == columns(other) == [[row[place] for row in rows] for place in range(3)]
    assert plain.lines.tolist() == other.lines.tolist() == list(range(2, len(rows) + 2))


@given(st.lists(CELLS, min_size=1))
def test_numbers_are_told_from_other_text(cells: list[str]) -> None:
    numbers, are_numbers = whole(cells).whole_numbers()
    assert are_numbers.tolist() == [is_number(cell) for cell in cells]
    assert numbers[are_numbers].tolist() == [int(cell) for cell in cells if is_number(cell)]


@given(st.lists(CELLS, min_size=1))
def test_cells_stand_for_what_a_dictionary_says(cells: list[str]) -> None:
    values, are_known = whole(cells).values(VOTE_VALUES)
    assert are_known.tolist() == [cell in VOTE_VALUES for cell in cells]
    assert values[are_known].tolist() == [VOTE_VALUES[cell] for cell in cells if cell in VOTE_VALUES]


def test_a_file_that_is_quoted_in_one_place_has_its_own_lines() -> None:
    table = read_csv("f", b'a,b\n1,"x\ny"\n\n2,z\n')
    assert table.lines.tolist() == [2, 5]
    assert np.array_equal(table.column("a").whole_numbers()[0], [1, 2])
