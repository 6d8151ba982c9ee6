"""Simulated participants and ballots for the demonstration, with planted structure.

Everything made here is invented; the parameters stand openly in ``content/simulation.toml`` and beside
each statement. numpy only: the command that loads the demonstration turns the arrays into rows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from placet.demonstration.content import ConsultationContent, DemonstrationContent

# Seconds between two votes of one sitting, as a share of a consultation's opening (20 s in 30 days).
_STEP_SCALE = 20.0 / (30 * 86_400)


@dataclass(frozen=True)
class SimulatedConsultationVotes:
    """The ballots cast in one consultation, in the order in which they were cast.

    Attributes
    ----------
    priority : str
        Key of the priority that the consultation stands under.
    participant_index : (n_ballots,) int32
        Into the arrays of participants in `SimulatedVotes`.
    statement_index : (n_ballots,) int32
        Into ``ConsultationContent.approved``.
    vote : (n_ballots,) int8
        +1 agree, -1 disagree, 0 pass.
    time_offset : (n_ballots,) float64
        When the ballot was cast, as a share of the opening, in [0, 1), ascending.
    is_change : (n_ballots,) bool
        True for a second ballot, which replaces an earlier and different vote of the same participant
        on the same statement. The last ballot of each pair is the current vote.
    """

    priority: str
    participant_index: NDArray[np.int32]
    statement_index: NDArray[np.int32]
    vote: NDArray[np.int8]
    time_offset: NDArray[np.float64]
    is_change: NDArray[np.bool_]

    @property
    def n_ballots(self) -> int:
        """How many ballots were cast, changed votes included."""
        return int(self.vote.size)


@dataclass(frozen=True)
class SimulatedVotes:
    """Simulated participants and what they voted.

    Attributes
    ----------
    member_index, constituency_index, group_index : (n_participants,) int32
        Into ``DemonstrationContent.members``, ``.constituencies`` and ``.simulation.groups``.
    takes_part : (n_participants, n_consultations) bool
        Which consultations a participant takes part in; at least one each.
    consultations : tuple of SimulatedConsultationVotes
        In the order of ``DemonstrationContent.consultations``.
    """

    member_index: NDArray[np.int32]
    constituency_index: NDArray[np.int32]
    group_index: NDArray[np.int32]
    takes_part: NDArray[np.bool_]
    consultations: tuple[SimulatedConsultationVotes, ...]

    @property
    def n_participants(self) -> int:
        """How many participants were simulated."""
        return int(self.member_index.size)

    @property
    def n_ballots(self) -> int:
        """How many ballots were cast in all consultations together."""
        return sum(consultation.n_ballots for consultation in self.consultations)


def simulate(
    content: DemonstrationContent, *, n_participants: int = 3000, seed: int = 2030
) -> SimulatedVotes:
    r"""Simulate participants and their ballots from the planted structure of the content.

    Members, constituencies, opinion groups and numbers of consultations are given out in their exact
    shares (largest remainders) and shuffled independently of one another, so that no nation and no
    constituency leans towards a group. In each of their consultations participants see

    .. math:: k \sim \min(n, \max(1, \mathrm{Poisson}(\lambda)))

    of its n approved statements, drawn uniformly without replacement. A current vote is a pass with the
    pass rate; otherwise it is an agreement with the planted probability of the participant's group (or,
    for the nation-dependent statement, of the participant's member). A part of the current votes, at
    the changed rate, is a second ballot: an earlier one with another value, each of the other two
    equally likely, precedes it. The design is that of section 5 of the project's opinion methods, with
    its parameters replaced by those of ``simulation.toml``.

    Parameters
    ----------
    content : DemonstrationContent
        With the parameters in ``content.simulation`` and the planted structure at each statement.
    n_participants : int
        At least 1.
    seed : int
        The same content, number and seed give the same arrays.

    Returns
    -------
    SimulatedVotes
        Frozen dataclass of arrays.

    Raises
    ------
    ValueError
        If `n_participants` is less than 1.

    Notes
    -----
    It does not show what anyone thinks. Votes are independent given the group (or member): real votes
    are not. Ballots do not depend on the constituency, nor on the time at which they are cast.

    References
    ----------
    The project's opinion methods, section 5, "Synthetic votes for scale".
    """
    if n_participants < 1:
        raise ValueError(f"n_participants must be at least 1, not {n_participants}")
    return _simulate(content, n_participants, np.random.default_rng(seed))


def _simulate(content: DemonstrationContent, n_participants: int, rng: np.random.Generator) -> SimulatedVotes:
    parameters = content.simulation
    member_index = _allot(parameters.member_weights, n_participants, rng)
    constituency_index = _allot(parameters.constituency_shares, n_participants, rng)
    group_index = _allot([group.share for group in parameters.groups], n_participants, rng)

    n_consultations = len(content.consultations)
    n_attended = _allot(parameters.participation_shares, n_participants, rng) + 1
    # The n_attended lowest of one random rank per consultation: a uniform choice without replacement.
    takes_part = _random_ranks(n_participants, n_consultations, rng) < n_attended[:, None]

    consultations = []
    for i, consultation in enumerate(content.consultations):
        participants = np.flatnonzero(takes_part[:, i])
        p_agree = _p_agree(content, consultation, member_index[participants], group_index[participants])
        consultations.append(_cast(content, consultation, participants, p_agree, rng))
    return SimulatedVotes(
        member_index=member_index,
        constituency_index=constituency_index,
        group_index=group_index,
        takes_part=takes_part,
        consultations=tuple(consultations),
    )


def _allot(
    weights: list[float] | tuple[float, ...], n_participants: int, rng: np.random.Generator
) -> NDArray[np.int32]:
    """Give every participant one of the categories, in exact shares by largest remainders, shuffled."""
    quotas = np.asarray(weights, dtype=np.float64)
    quotas = quotas / quotas.sum() * n_participants
    counts = np.floor(quotas).astype(np.int64)
    by_remainder = np.argsort(counts - quotas, kind="stable")
    counts[by_remainder[: n_participants - int(counts.sum())]] += 1
    return rng.permutation(np.repeat(np.arange(quotas.size, dtype=np.int32), counts))


def _random_ranks(n_rows: int, n_columns: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """A random permutation of 0 … n_columns - 1 in every row."""
    return np.argsort(rng.random((n_rows, n_columns)), axis=1)


def _p_agree(
    content: DemonstrationContent,
    consultation: ConsultationContent,
    member_index: NDArray[np.int32],
    group_index: NDArray[np.int32],
) -> NDArray[np.float64]:
    """Planted chance of agreement of each participant (rows) on each approved statement (columns)."""
    p_agree = np.empty((member_index.size, len(consultation.approved)))
    for j, statement in enumerate(consultation.approved):
        rule = statement.member_rule
        if rule is None:
            p_agree[:, j] = np.asarray(statement.p_agree_in_group)[group_index]
        else:
            p_of_member = [
                rule.p_high if member.code in rule.members_high else rule.p_low for member in content.members
            ]
            p_agree[:, j] = np.asarray(p_of_member)[member_index]
    return p_agree


def _cast(
    content: DemonstrationContent,
    consultation: ConsultationContent,
    participants: NDArray[np.intp],
    p_agree: NDArray[np.float64],
    rng: np.random.Generator,
) -> SimulatedConsultationVotes:
    parameters = content.simulation
    n_rows, n_statements = participants.size, len(consultation.approved)
    n_seen = np.clip(rng.poisson(parameters.votes_per_consultation, n_rows), 1, n_statements)
    place_in_sitting = _random_ranks(n_rows, n_statements, rng)
    row, statement = np.nonzero(place_in_sitting < n_seen[:, None])

    # Current votes: exactly the planted model.
    agrees = rng.random(row.size) < p_agree[row, statement]
    passes = rng.random(row.size) < parameters.pass_rate
    vote = np.where(passes, 0, np.where(agrees, 1, -1)).astype(np.int8)

    # One sitting: it begins at some moment and goes on statement by statement. 2 % of the opening are
    # kept free at its end; the clip holds should a sitting be longer than that.
    start = rng.random(n_rows) * 0.98
    steps = np.cumsum(rng.exponential(_STEP_SCALE, (n_rows, n_statements)), axis=1)
    time = np.minimum(start[row] + steps[row, place_in_sitting[row, statement]], 0.999)

    # Changed votes: the current one moves to a later moment, and an earlier one of another value is cast
    # in the sitting. Adding 1 or 2 modulo 3 to {0, 1, 2} gives each of the two other values.
    changed = np.flatnonzero(rng.random(row.size) < parameters.changed_rate)
    first_vote = (vote[changed] + 1 + rng.integers(1, 3, changed.size)) % 3 - 1
    first_time = time[changed]
    time[changed] = first_time + (1.0 - first_time) * (0.01 + 0.98 * rng.random(changed.size))
    is_change = np.zeros(row.size, dtype=np.bool_)
    is_change[changed] = True

    all_times = np.concatenate([time, first_time])
    order = np.argsort(all_times, kind="stable")
    return SimulatedConsultationVotes(
        priority=consultation.priority,
        participant_index=participants[np.concatenate([row, row[changed]])][order].astype(np.int32),
        statement_index=np.concatenate([statement, statement[changed]])[order].astype(np.int32),
        vote=np.concatenate([vote, first_vote])[order].astype(np.int8),
        time_offset=all_times[order],
        is_change=np.concatenate([is_change, np.zeros(changed.size, dtype=np.bool_)])[order],
    )
