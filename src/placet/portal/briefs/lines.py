"""What a brief is made of: sections of lines, each line a few pieces, some of which lead to their source."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from placet.stages.texts.languages import direction_of
from placet.stages.texts.queries import Wording

ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words: in another language than the page, or leading to where they come from."""

    text: str
    url: str = ""
    language: str = ""
    is_strong: bool = False
    is_quiet: bool = False

    @property
    def direction(self) -> str:
        return direction_of(self.language) if self.language else ""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is said. ``is_warning`` where a reader should not pass over it."""

    pieces: tuple[Piece, ...]
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One question of the adviser, and the answer; ``left_out`` lines stand where ``more_url`` leads."""

    key: str
    title: str
    lines: tuple[Line, ...]
    nothing: str
    more_url: str = ""
    left_out: int = 0
    note: str = ""


def of_wording(wording: Wording, length: int, *, is_strong: bool = False) -> Piece:
    """A content text, shortened."""
    return Piece(shortened(wording.body, length), language=wording.language, is_strong=is_strong)


def shortened(text: str, length: int) -> str:
    """The beginning of a text, on one line, cut between words."""
    flat = " ".join(text.split())
    if len(flat) <= length:
        return flat
    cut = flat[: length - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[length // 2 :] else cut).rstrip(" ,;:.") + ELLIPSIS


def shortened_pieces(pieces: Iterable[Piece], length: int) -> tuple[Piece, ...]:
    """The beginning of a line; a number and its link are kept whole or left out."""
    kept: list[Piece] = []
    left = length
    for piece in pieces:
        if len(piece.text) > left:
            if not piece.url and left > 20:
                kept.append(replace(piece, text=shortened(piece.text, left)))
            else:
                kept.append(Piece(ELLIPSIS))
            return tuple(kept)
        kept.append(piece)
        left -= len(piece.text)
    return tuple(kept)


def section(
    key: str, title: str, lines: Sequence[Line], *, at_most: int, nothing: str, more_url: str, note: str = ""
) -> Section:
    """The first lines of an answer, and how many more there are."""
    return Section(
        key=key,
        title=title,
        lines=tuple(lines[:at_most]),
        nothing=nothing,
        more_url=more_url,
        left_out=max(len(lines) - at_most, 0),
        note=note,
    )
