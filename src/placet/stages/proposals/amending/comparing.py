"""Wording against wording: what an amendment changes, word by word, in one language that both have."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from placet.stages.contributions.revisions import Change, Passage, changes
from placet.stages.texts.languages import direction_of
from placet.stages.texts.models import TextVersion, Translation

Bodies = Mapping[str, str]
MARKS = {Change.ADDED: ("{+", "+}"), Change.REMOVED: ("[-", "-]"), Change.SAME: ("", "")}


@dataclass(frozen=True, slots=True)
class Side:
    """A wording in one language; empty where there is none, as before an insertion and after a deletion."""

    body: str = ""
    language: str = ""

    @property
    def direction(self) -> str:
        return direction_of(self.language)


@dataclass(frozen=True, slots=True)
class WordChange:
    """What a text said, what it is to say, and the way from one to the other.

    ``passages`` is empty where the two are in no common language: then they stand beside each other.
    """

    before: Side
    after: Side
    passages: tuple[Passage, ...]

    @property
    def language(self) -> str:
        """The language in which they are compared; empty where there is none."""
        return (self.after.language or self.before.language) if self.passages else ""

    @property
    def direction(self) -> str:
        return direction_of(self.language)

    @property
    def is_change(self) -> bool:
        """Whether the two differ as they are shown."""
        return self.before.body != self.after.body

    @property
    def marked(self) -> str:
        """The change in plain text: ``[-removed-] {+added+}``."""
        return "".join(f"{MARKS[each.change][0]}{each.text}{MARKS[each.change][1]}" for each in self.passages)


def word_change(before: Bodies, after: Bodies, languages: Iterable[str]) -> WordChange:
    """Compare two wordings in the first of the languages in which both are there.

    Parameters
    ----------
    before, after : mapping
        Bodies by language; empty where there is no such wording.
    languages : iterable of str
        Which are wanted, the best first; those of the two wordings follow in their order.
    """
    wanted = [*languages, *after, *before]
    shared = (each for each in wanted if (each in before or not before) and (each in after or not after))
    language = next(shared, None)
    if language is None:
        return WordChange(_side(before, wanted), _side(after, wanted), ())
    old, new = before.get(language, ""), after.get(language, "")
    return WordChange(
        Side(old, language if old else ""), Side(new, language if new else ""), tuple(changes(old, new))
    )


def bodies_of_versions(versions: Iterable[TextVersion]) -> dict[int, dict[str, str]]:
    """What each version says by language, the original first; one query.

    ``text`` of the versions has to be at hand: ``select_related("text")``.
    """
    found = {version.pk: {version.text.language: version.body} for version in versions}
    for row in Translation.objects.filter(version__in=list(found)).order_by("language", "number"):
        found[row.version_id][row.language] = row.body
    return found


def _side(bodies: Bodies, wanted: Iterable[str]) -> Side:
    language = next((each for each in wanted if each in bodies), "")
    return Side(bodies.get(language, ""), language)
