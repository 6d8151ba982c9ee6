"""How the members' participants and the opinion groups stand on a theme, from what is published already.

Members: the tables of the latest release, and nothing else; what was withheld there is not in them. Groups:
the tallies of the latest analysis. A figure rests on at least ten people for every statement that it counts.
By constituency nothing is published statement by statement, so that nothing can be said of a theme.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from placet.sense.estimates import wilson_interval
from placet.sense.reports import group_letter
from placet.stages.consultations.models import Consultation
from placet.stages.mandates.queries import member_views
from placet.stages.sensemaking.documents import document_of
from placet.stages.sensemaking.models import Release
from placet.stages.sensemaking.queries import latest_run
from placet.stages.sensemaking.releases import LEAST_K, MEMBER
from placet.stages.texts.queries import Wording

Key = TypeVar("Key", int, str)
Tallied = tuple[int, int]  # who agreed, and all who saw it


@dataclass(frozen=True, slots=True)
class Weight:
    """What share agrees with the statements of a theme, on average over them.

    Attributes
    ----------
    low, high : float
        95 % interval as if the same people had voted on every statement: rather too wide than too narrow.
    n_statements : int
        Statements that are counted.
    n_people : int
        How many voted on one of them, on average, rounded down.
    """

    share: float
    low: float
    high: float
    n_statements: int
    n_people: int

    @property
    def interval(self) -> tuple[float, float]:
        return self.low, self.high


@dataclass(frozen=True, slots=True)
class MemberWeight:
    name: Wording
    weight: Weight


@dataclass(frozen=True, slots=True)
class GroupWeight:
    letter: str
    number: int
    weight: Weight


@dataclass(frozen=True, slots=True)
class WeightsView:
    """Members by agreement, and groups by letter; both empty where nothing may be shown."""

    members: list[MemberWeight]
    groups: list[GroupWeight]
    release_number: int | None
    run_reference: str


def weights_view(consultation: Consultation, references: Collection[str], language: str) -> WeightsView:
    """The weights in the statements of these references; three queries, and two more for the first reader."""
    release = (
        Release.objects.filter(consultation=consultation).only("number", "tables").order_by("-number").first()
    )
    run = latest_run(consultation)
    names = {each.code: each.name for each in member_views(consultation.priority.reflection, language)}
    members = _by_member(release.tables[MEMBER] if release else {}, references)
    groups = _by_group(document_of(run.pk)["statements"] if run else [], references)
    return WeightsView(
        members=sorted(
            (MemberWeight(names[code], weight) for code, weight in members.items() if code in names),
            key=lambda each: (-each.weight.share, each.name.body),
        ),
        groups=[GroupWeight(group_letter(group), group + 1, groups[group]) for group in sorted(groups)],
        release_number=release.number if release else None,
        run_reference=run.reference if run else "",
    )


def weight_of(tallies: Iterable[Tallied]) -> Weight | None:
    """The weight over statements that at least ten people voted on; None where there is none."""
    counted = [(agreed, seen) for agreed, seen in tallies if seen >= LEAST_K]
    if not counted:
        return None
    share = sum(agreed / seen for agreed, seen in counted) / len(counted)
    n_people = sum(seen for _, seen in counted) // len(counted)
    interval = wilson_interval(round(share * n_people), n_people)
    return Weight(
        share=share,
        low=min(float(interval.low), share),
        high=max(float(interval.high), share),
        n_statements=len(counted),
        n_people=n_people,
    )


def _by_member(
    tables: Mapping[str, Mapping[str, Sequence[int]]], references: Collection[str]
) -> dict[str, Weight]:
    tallies: dict[str, list[Tallied]] = {}
    for reference in sorted(references):
        for code, (agreed, others) in tables.get(reference, {}).items():
            tallies.setdefault(code, []).append((agreed, agreed + others))
    return _weighed(tallies)


def _by_group(statements: Iterable[Mapping[str, Any]], references: Collection[str]) -> dict[int, Weight]:
    tallies: dict[int, list[Tallied]] = {}
    for statement in statements:
        if statement["id"] in references:
            for tally in statement["by_group"]:
                seen = tally["n_agree"] + tally["n_disagree"] + tally["n_pass"]
                tallies.setdefault(tally["group"], []).append((tally["n_agree"], seen))
    return _weighed(tallies)


def _weighed(tallies: Mapping[Key, Iterable[Tallied]]) -> dict[Key, Weight]:
    found = {key: weight_of(each) for key, each in tallies.items()}
    return {key: weight for key, weight in found.items() if weight is not None}
