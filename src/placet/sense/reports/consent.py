"""Consent across members, as far as it may be published."""

from __future__ import annotations

import numpy as np

from placet.sense.estimates import Consent, ReleaseTable, consent_from_counts, prepare_release
from placet.sense.estimates.releases import DEFAULT_MINIMUM, PARTICIPANTS
from placet.sense.reports.tables import write_table
from placet.sense.votes import Membership, VoteCounts, VoteSource, count_votes_by_label

UNKNOWN = ""  # the cell of those whose member is not known


def publishable_consent(
    votes: VoteSource, membership: Membership, *, minimum: int = DEFAULT_MINIMUM
) -> Consent:
    """Return consent across members from those figures that a first release may show.

    Parameters
    ----------
    votes : VoteSource
    membership : Membership
        Of everyone who voted.
    minimum : int
        The k of the rule (see `prepare_release`); 10 or more.

    Returns
    -------
    Consent
        A withheld cell counts as not heard. For all cells, on restricted data: `consent_across_members`.
    """
    labels = np.where(membership.member_of < 0, len(membership.names), membership.member_of)
    counts = count_votes_by_label(votes, labels, len(membership.names) + 1)
    agree, others = counts.n_agree, counts.n_disagree + counts.n_pass
    names = (*membership.names, UNKNOWN)
    sizes = np.bincount(labels, minlength=len(names)).tolist()
    tables = [
        ReleaseTable("member", PARTICIPANTS, sum(sizes), {n: (s,) for n, s in zip(names, sizes, strict=True)})
    ]
    for j in range(votes.n_statements):
        cells = {name: (int(agree[i, j]), int(others[i, j])) for i, name in enumerate(names)}
        tables.append(ReleaseTable("member", str(j), sum(map(sum, cells.values())), cells))
    published = prepare_release(tables, minimum=minimum).published
    shown = np.zeros((2, len(membership.names), votes.n_statements), dtype=np.int64)
    for j in range(votes.n_statements):
        for name, cell in published["member", str(j)].items():
            if name != UNKNOWN:
                shown[:, membership.names.index(name), j] = cell
    return consent_from_counts(
        VoteCounts(shown[0], shown[1], np.zeros_like(shown[0])),
        members=membership.names,
        statement_ids=votes.statement_ids,
        n_unknown=sizes[-1],
    )


def consent_table(consent: Consent) -> str:
    """Return ``consent.csv``: one row a statement, with the least favourable member and its bound."""
    frame = consent.statements_to_polars()
    return write_table(frame.columns, frame.iter_rows())
