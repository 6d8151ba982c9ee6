"""In which order threads stand: what bridges groups first, or by time."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import pgettext_lazy

from placet.sense.highlights.comment_order import order_comments
from placet.stages.contributions.models import Comment, CommentVote, Contribution

KNOWN_ENOUGH = (
    0.5  # of the votes: a constituency groups voters where so many come from somebody who named one
)


class Order(models.TextChoices):
    """How a reader may have comments sorted."""

    BRIDGING = "bridging", pgettext_lazy("order of comments", "what bridges groups")
    NEWEST = "newest", pgettext_lazy("order of comments", "the newest first")
    OLDEST = "oldest", pgettext_lazy("order of comments", "the oldest first")


class Grouping(models.TextChoices):
    """By what voters were told apart."""

    CONSTITUENCY = "constituency", pgettext_lazy("groups of voters", "constituency")
    MEMBER = "member", pgettext_lazy("groups of voters", "member nation")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many found a comment helpful, of how many."""

    n_helpful: int = 0
    n_votes: int = 0


@dataclass(frozen=True, slots=True)
class Ballots:
    """The votes on the comments of one contribution, as they lie in groups."""

    grouping: Grouping
    by_comment: dict[UUID, dict[int | None, Tally]]

    def tally(self, comment_id: UUID) -> Tally:
        """All votes on a comment."""
        cells = self.by_comment.get(comment_id, {}).values()
        return Tally(sum(cell.n_helpful for cell in cells), sum(cell.n_votes for cell in cells))


def ballots_on(contribution: Contribution) -> Ballots:
    """The votes on all shown comments of a contribution; one query.

    Voters are grouped by constituency; where more than half of the votes come from people who named none, by
    member, if more named that. Those who named neither are a group of their own.
    """
    rows = list(
        CommentVote.objects.filter(comment__contribution=contribution, comment__state=Comment.State.SHOWN)
        .values_list("comment_id", "participant__constituency_id", "participant__member_id")
        .annotate(n_votes=Count("id"), n_helpful=Count("id", filter=Q(vote=1)))
    )
    total = sum(n_votes for _c, _k, _m, n_votes, _h in rows)
    known = Counter[str]()
    for _comment, constituency, member, n_votes, _n_helpful in rows:
        known["constituency"] += n_votes * (constituency is not None)
        known["member"] += n_votes * (member is not None)
    by_member = known["constituency"] < KNOWN_ENOUGH * total and known["member"] > known["constituency"]
    cells: dict[UUID, dict[int | None, Tally]] = {}
    for comment, constituency, member, n_votes, n_helpful in rows:
        groups = cells.setdefault(comment, {})
        group = member if by_member else constituency
        before = groups.get(group, Tally())
        groups[group] = Tally(before.n_helpful + n_helpful, before.n_votes + n_votes)
    return Ballots(Grouping.MEMBER if by_member else Grouping.CONSTITUENCY, cells)


def bridging_first(comment_ids: Sequence[UUID], ballots: Ballots) -> list[UUID]:
    """The comments, those first that every group finds helpful; equal ones stay in the order given."""
    groups = sorted({group for each in comment_ids for group in ballots.by_comment.get(each, {})}, key=str)
    counts = np.zeros((2, len(groups), len(comment_ids)), dtype=np.int64)
    for column, each in enumerate(comment_ids):
        for group, tally in ballots.by_comment.get(each, {}).items():
            counts[:, groups.index(group), column] = tally.n_helpful, tally.n_votes
    return [comment_ids[place] for place in order_comments(counts[0], counts[1]).ranking.tolist()]
