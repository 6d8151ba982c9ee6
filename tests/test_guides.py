"""The guides' Python runs as it is printed, and what they say comes out does come out.

The blocks of a guide are cells of one notebook: they run in order and share their names. A block of text
right after one is what it prints, the value of its last line included.
"""

from __future__ import annotations

import ast
import io
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

CELL = re.compile(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", re.DOTALL)


def run_cell(code: str, names: dict[str, Any]) -> str:
    """Run a block and return what a notebook would show below it."""
    tree = ast.parse(code)
    shown = None
    last = tree.body[-1]
    if isinstance(last, ast.Expr):
        del tree.body[-1]
        shown = ast.Expression(last.value)
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(tree, "<guide>", "exec"), names)
        value = None if shown is None else eval(compile(shown, "<guide>", "eval"), names)
        if value is not None:
            print(repr(value))
    return printed.getvalue()


def guides() -> list[Path]:
    folder = Path(__file__).parents[1] / "docs" / "guides"
    return [path for path in sorted(folder.glob("*.md")) if CELL.search(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("guide", guides(), ids=lambda path: path.stem)
def test_a_guide_shows_what_comes_out(guide: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "__main__"}
    for code, expected in CELL.findall(guide.read_text(encoding="utf-8")):
        if "distributed" in code:
            pytest.importorskip("distributed")
        found = run_cell(code, names)
        if expected:
            assert found.strip() == expected.strip(), code


def test_there_is_a_guide_with_examples() -> None:
    assert "analyst" in [guide.stem for guide in guides()]
