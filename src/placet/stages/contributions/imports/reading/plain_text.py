"""HTML as plain text: mark-up becomes paragraphs and lists."""

import re
from html.parser import HTMLParser

MARKUP = re.compile(
    r"</?(?:p|br|ul|ol|li|div|h[1-6]|strong|em|b|i|u|a|blockquote|span)\b[^>]*>", re.IGNORECASE
)
BLOCKS = frozenset({"p", "div", "ul", "ol", "blockquote", "table", "pre", "h1", "h2", "h3", "h4", "h5", "h6"})
SILENT = frozenset({"script", "style", "head", "template", "title"})
DEPTH_MAX = 50


def plain_text(text: str) -> str:
    """HTML as plain text, its paragraphs and lists kept; a text without mark-up as it is."""
    if not MARKUP.search(text):
        return text
    reader = _TextOfHtml()
    reader.feed(text)
    reader.close()
    return reader.text()


class _TextOfHtml(HTMLParser):
    """What a reader would see of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._lists: list[int] = []  # the last number of each list that is open; -1: it has bullets
        self._silent = 0
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent += 1
        elif tag in ("br", "tr"):
            self._pieces.append("\n")
        elif tag == "li":
            self._begin_item()
        elif tag in ("td", "th"):
            self._pieces.append(" ")
        elif tag in BLOCKS:
            in_list = "" if tag in ("ul", "ol") else "\n"
            self._pieces.append(in_list if self._lists else "\n\n")
        if tag in ("ul", "ol") and len(self._lists) < DEPTH_MAX:
            self._lists.append(0 if tag == "ol" else -1)
        if tag == "a" and len(self._links) < DEPTH_MAX:
            self._links.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
            self._pieces.append("\n" if self._lists else "\n\n")
        elif tag == "a" and self._links:
            self._end_link(self._links.pop())
        elif tag in BLOCKS and not self._lists:
            self._pieces.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._pieces.append(re.sub(r"[ \t\r\n]+", " ", data))

    def _begin_item(self) -> None:
        depth = max(0, len(self._lists) - 1)
        mark = "•"
        if self._lists and self._lists[-1] >= 0:
            self._lists[-1] += 1
            mark = f"{self._lists[-1]}."
        self._pieces.append("\n" + "– " * depth + f"{mark} ")

    def _end_link(self, address: str) -> None:
        """The address after the words of a link, where these are not the address itself."""
        shown = self._pieces[-1].strip() if self._pieces else ""
        if address.startswith(("http://", "https://")) and address.rstrip("/") != shown.rstrip("/"):
            self._pieces.append(f" ({address})")

    def text(self) -> str:
        """All of it."""
        flat = re.sub(r"\n{3,}", "\n\n", re.sub(r"\n +", "\n", "".join(self._pieces)))
        return re.sub(r"(^|\n)((?:– )*(?:•|\d+\.)) *\n+", r"\1\2 ", flat)
