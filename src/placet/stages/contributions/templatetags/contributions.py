"""Plain text as it was meant: paragraphs and simple lists. Whatever else it contains is shown as it is."""

import re
from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

BULLET = re.compile(r"^\s*[-*•–]\s+(?=\S)")
NUMBER = re.compile(r"^\s*\d{1,3}[.)]\s+(?=\S)")
FIRST_NUMBER = re.compile(r"^\s*(\d{1,3})")


@register.filter
def written(text: str) -> SafeString:
    """Paragraphs parted by blank lines; lines that begin with a dash or a number are lists."""
    return format_html_join("\n", "{}", ((_block(lines),) for lines in _blocks(text)))


def _blocks(text: str) -> Iterable[list[str]]:
    """Runs of lines of one kind: an item with the lines that go on with it, or what is no list."""
    block: list[str] = []
    for line in text.splitlines():
        if not line.strip():
            if block:
                yield block
            block = []
        elif block and _marker(block[0]) is None and _marker(line) is not None:
            yield block
            block = [line]
        else:
            block.append(line)
    if block:
        yield block


def _block(lines: list[str]) -> SafeString:
    marker = _marker(lines[0])
    if marker is None:
        return format_html("<p>{}</p>", _broken(lines))
    items: list[list[str]] = []
    for line in lines:
        if _marker(line) is marker:
            items.append([marker.sub("", line, count=1)])
        else:
            items[-1].append(line.strip())
    inside = format_html_join("", "<li>{}</li>", ((_broken(item),) for item in items))
    if marker is BULLET:
        return format_html("<ul>{}</ul>", inside)
    first = FIRST_NUMBER.match(lines[0])
    start = int(first[1]) if first else 1
    return format_html('<ol start="{}">{}</ol>', start, inside)


def _marker(line: str) -> re.Pattern[str] | None:
    return next((marker for marker in (BULLET, NUMBER) if marker.match(line)), None)


def _broken(lines: Iterable[str]) -> SafeString:
    return format_html_join(SafeString("<br>"), "{}", ((line,) for line in lines))
