"""What changed between two revisions, word by word, and plain text as paragraphs and lists."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placet.stages.contributions.revisions import Change, changes
from placet.stages.contributions.templatetags.contributions import written


def marked(before: str, after: str) -> str:
    signs = {Change.SAME: "{}", Change.ADDED: "[+{}]", Change.REMOVED: "[-{}]"}
    return "".join(signs[passage.change].format(passage.text) for passage in changes(before, after))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("A bridge.", "A bridge.", "A bridge."),
        ("A long bridge.", "A wide bridge.", "A [-long ][+wide ]bridge."),
        ("", "New.", "[+New.]"),
        ("Old.", "", "[-Old.]"),
        ("l’été", "l’hiver", "[-l’été][+l’hiver]"),
    ],
)
def test_words_are_compared(before: str, after: str, expected: str) -> None:
    assert marked(before, after) == expected


@given(st.text(alphabet="ab .\n", max_size=60), st.text(alphabet="ab .\n", max_size=60))
def test_both_texts_can_be_read_off_a_comparison(before: str, after: str) -> None:
    passages = changes(before, after)
    assert "".join(p.text for p in passages if p.change != Change.REMOVED) == after
    assert "".join(p.text for p in passages if p.change != Change.ADDED) == before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a, b\n" * 4_000, "b, c\n" * 4_000),
        ("a, b " * 4_000, "b, c " * 4_000),
        ("a " * 1_900, "b a " * 900),
        ("a\n" * 10_000, "b\na\n" * 5_000),
        (" ".join(map(str, range(1_900))), " ".join(map(str, reversed(range(1_900))))),
    ],
    ids=["lines", "one line", "one word", "short lines", "turned round"],
)
def test_the_worst_texts_are_compared_quickly(before: str, after: str) -> None:
    begun = time.process_time()
    passages = changes(before, after)
    assert time.process_time() - begun < 3
    assert "".join(p.text for p in passages if p.change != Change.REMOVED) == after


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One.\n\nTwo\nlines.", "<p>One.</p>\n<p>Two<br>lines.</p>"),
        ("- a\n- b\n  on\n\nEnd", "<ul><li>a</li><li>b<br>on</li></ul>\n<p>End</p>"),
        ("First:\n3. a\n4. b", '<p>First:</p>\n<ol start="3"><li>a</li><li>b</li></ol>'),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("- <img src=x>", "<ul><li>&lt;img src=x&gt;</li></ul>"),
        ("2030 is near", "<p>2030 is near</p>"),
        ("", ""),
    ],
)
def test_plain_text_is_shown_as_it_was_meant(text: str, html: str) -> None:
    assert written(text) == html
