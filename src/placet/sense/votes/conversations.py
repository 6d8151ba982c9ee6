"""A conversation: statements and the votes on them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from placet.sense.votes.arrays import Identifier
from placet.sense.votes.counts import VoteCounts
from placet.sense.votes.sources import VoteSource


@dataclass(frozen=True)
class Statement:
    """One idea that people vote on.

    Attributes
    ----------
    id : int or str
    text : str
        Empty where the source has no text.
    moderated : int
        -1 rejected, 0 not looked at (stays), 1 accepted.
    is_meta : bool
        About the voters or the conversation rather than its subject: shown, but kept out of the
        opinion space and of the lists of statements.
    is_seed : bool
        Written by the organisers.
    author_id : int or str, optional
    """

    id: Identifier
    text: str = ""
    moderated: int = 0
    is_meta: bool = False
    is_seed: bool = False
    author_id: Identifier | None = None

    def __post_init__(self) -> None:
        if self.moderated not in (-1, 0, 1):
            raise ValueError("moderated is -1 (rejected), 0 (not looked at) or 1 (accepted)")

    @property
    def is_eligible(self) -> bool:
        """Whether the statement may shape the opinion space and be listed."""
        return self.moderated >= 0 and not self.is_meta


@dataclass(frozen=True, eq=False)
class Conversation:
    """Statements and the current votes on them.

    Attributes
    ----------
    votes : VoteSource
        A `VoteTable`, or votes on disk or on a cluster.
    statements : tuple of Statement
        Ascending by identifier; every statement that was voted on is among them.
    topic : str
        What the conversation is about, for titles.
    row_counts : VoteCounts, optional
        Every row of the vote log, overwritten votes included, by statement in the order of
        ``votes.statement_ids``; None where the source has no log.
    notices : tuple of str
        What a reader of the result should know about how the input was read, in English.

    Raises
    ------
    ValueError
        If statements repeat, are not in ascending order, or one that was voted on is missing.
    """

    votes: VoteSource
    statements: tuple[Statement, ...]
    topic: str = ""
    row_counts: VoteCounts | None = None
    notices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        ids = [statement.id for statement in self.statements]
        if len({type(identifier) for identifier in ids}) > 1:
            raise ValueError("statement identifiers are all integers or all text")
        if any(not a < b for a, b in pairwise(ids)):  # type: ignore[operator]  # of one type
            raise ValueError("statements must be distinct and in ascending order of identifier")
        unknown = set(self.votes.statement_ids) - set(ids)
        if unknown:
            raise ValueError(f"votes on statements that are not given: {sorted(map(str, unknown))[:5]}")

    def __repr__(self) -> str:
        return f"Conversation({self.topic!r}, {len(self.statements)} statements, {self.votes!r})"

    def digest(self) -> str:
        """Return the SHA-256 of what an analysis depends on.

        The digest covers, in this order and each ended by a line feed: the statements as a JSON
        array of [id, text, moderated, is_meta]; the participants' identifiers and those of the
        statements voted on as JSON arrays; then the votes, sorted by participant and statement, as
        three blocks of bytes: participant positions and statement positions (64-bit,
        little-endian), values (8-bit).
        """
        votes = self.votes
        statements = [[s.id, s.text, s.moderated, s.is_meta] for s in self.statements]
        sha = hashlib.sha256()
        for listed in (statements, votes.participant_ids.tolist(), votes.statement_ids):
            sha.update(json.dumps(listed, ensure_ascii=True, separators=(",", ":")).encode() + b"\n")
        for first, table in zip(votes.block_edges(), votes.tables(), strict=False):
            sha.update((table.participant_index + np.int64(first)).astype("<i8").data)
        for table in votes.tables():
            sha.update(table.statement_index.astype("<i8").data)
        for table in votes.tables():
            sha.update(table.values.data)
        return f"sha256:{sha.hexdigest()}"
