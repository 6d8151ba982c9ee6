"""What one process keeps of a consultation in memory: its votes and moments, brought up to date by ballots.

The groups are found anew each time as a full analysis finds them: in the space of the same moments, with the
same seed. What takes long in an analysis (stability, bridging, integrity) is left out.
"""

from array import array
from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from uuid import UUID

import numpy as np

from placet.sense.opinion import CovoteMoments, OpinionGroups, find_groups, fit_space, select_participants
from placet.sense.reports import Parameters
from placet.sense.votes import VoteTable, add_votes
from placet.stages.consultations.queries import CastVote
from placet.stages.sensemaking.documents import Document

PARAMETERS = Parameters()
BALLOTS_AT_ONCE = 200_000  # bounds what a catch-up holds beside the votes themselves
MOST_STATEMENTS = 2_000  # moments of more take 100 MB: only the counts follow then


class LiveState:
    """The votes of a consultation up to a ballot.

    Attributes
    ----------
    references : dict of UUID to str
        The statements whose ballots count. Others are left out, and noted in ``left_out``.
    sequence : int
        Of the last ballot seen.
    """

    def __init__(self, references: Mapping[UUID, str]) -> None:
        self.references = dict(references)
        self.left_out: set[UUID] = set()
        self.sequence = 0
        self._votes = VoteTable.from_events([], [], np.empty(0, dtype=np.int8))
        self._moments: CovoteMoments | None = CovoteMoments.nothing()
        self._numbers: dict[int, int] = {}
        self._last_sequences = array("q")  # of each participant, by number

    def fits(self, references: Mapping[UUID, str]) -> bool:
        """Whether the same votes count when these are the statements whose ballots count."""
        is_any_gone = bool(self.references.keys() - references.keys())
        return not is_any_gone and self.left_out.isdisjoint(references)

    def add(self, ballots: Iterable[CastVote]) -> None:
        """Add the ballots after the last one seen, in their order."""
        remaining = iter(ballots)
        while part := list(islice(remaining, BALLOTS_AT_ONCE)):
            self._add_part(part)

    def count_voted_since(self, sequence: int) -> int:
        """How many participants cast a ballot after a sequence."""
        return int((np.array(self._last_sequences, dtype=np.int64) > sequence).sum())

    def counts(self) -> Document:
        """How many took part, and how many votes of theirs stand."""
        return {"participants": self._votes.n_participants, "votes": self._votes.n_votes}

    def draw(self, eligible: Collection[str]) -> Document | None:
        """The opinion map as a document, in the words of ``analysis.json``; None with too many statements.

        Parameters
        ----------
        eligible : collection of str
            References of the statements that may shape the space.
        """
        votes = self._votes
        if self._moments is None:
            return None
        shapes = np.array([reference in eligible for reference in votes.statement_ids], dtype=np.bool_)
        space = fit_space(self._moments, is_eligible=shapes)
        is_in = select_participants(
            votes.votes_per_participant(),
            n_statements=votes.n_statements,
            min_votes=PARAMETERS.min_votes,
            min_participants=PARAMETERS.min_participants,
        )
        groups = find_groups(
            space.project(votes),
            is_in,
            generator=np.random.default_rng(0),
            n_base_clusters=PARAMETERS.n_base_clusters,
            max_groups=PARAMETERS.max_groups,
            n_restarts=PARAMETERS.n_restarts,
        )
        return describe_groups(groups)

    def _add_part(self, ballots: list[CastVote]) -> None:
        participants, statements, votes = [], [], []
        for ballot in ballots:
            number = self._number(ballot)
            reference = self.references.get(ballot.statement_id)
            if reference is None:
                self.left_out.add(ballot.statement_id)
                continue
            participants.append(number)
            statements.append(reference)
            votes.append(ballot.vote)
        self.sequence = ballots[-1].sequence
        if not votes:
            return
        update = add_votes(self._votes, np.array(participants, dtype=np.int64), np.array(statements), votes)
        self._votes = update.votes
        if self._moments is None or update.votes.n_statements > MOST_STATEMENTS:
            self._moments = None
            return
        before, after = (CovoteMoments.from_votes(table) for table in (update.before, update.after))
        self._moments = self._moments - before + after

    def _number(self, ballot: CastVote) -> int:
        """The participant's number, by first ballot as in a snapshot."""
        number = self._numbers.setdefault(ballot.participation_id, len(self._numbers) + 1)
        if number > len(self._last_sequences):
            self._last_sequences.append(ballot.sequence)
        else:
            self._last_sequences[number - 1] = ballot.sequence
        return number


def describe_groups(groups: OpinionGroups) -> Document:
    """Groups and base clusters as an analysis document has them; nobody is named."""
    bases = zip(
        groups.base_centres.tolist(), groups.base_sizes.tolist(), groups.base_groups.tolist(), strict=True
    )
    return {
        "groups": [
            {"id": number, "size": size, "centre": centre}
            for number, (size, centre) in enumerate(
                zip(groups.sizes().tolist(), groups.centres.tolist(), strict=True)
            )
        ],
        "base_clusters": [{"x": x, "y": y, "size": size, "group": group} for (x, y), size, group in bases],
    }


def warm_up() -> None:
    """Have everything imported and compiled before the first ballots wait for it."""
    statements = {UUID(int=n): f"S-{n:04}" for n in range(1, 11)}
    state = LiveState(statements)
    ballots = [
        CastVote(person, statement, 1 if (person + statement.int) % 3 else -1, person * 100 + statement.int)
        for person in range(1, 41)
        for statement in statements
    ]
    state.add(ballots[:-10])
    state.draw(statements.values())
    state.add(ballots[-10:])
    state.draw(statements.values())
