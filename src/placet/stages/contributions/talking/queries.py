"""Reading the comments below a contribution, as threads of one level."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404

from placet.stages.contributions.models import Comment, CommentReport, CommentVote, Contribution
from placet.stages.contributions.moderating.queries import DecisionView, latest_decision_views
from placet.stages.contributions.permissions import is_seen_by_everybody, may_see
from placet.stages.contributions.talking.ordering import Ballots, Order, ballots_on, bridging_first
from placet.stages.mandates.models import Constituency, Member, Participant
from placet.stages.mandates.permissions import Actor
from placet.stages.texts.queries import Wording, wordings

THREADS_PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class CommentView:
    """A comment as a reader sees it: under a pseudonym, with what its author declared.

    ``wording`` is None where it is not shown: withdrawn, or hidden and the reader is not its author.
    ``answers`` is the comment that it answers, where that is another answer: beside its thread's own.
    """

    id: UUID
    state: str
    wording: Wording | None
    member: Wording | None
    constituency: Wording | None
    is_by_author: bool
    is_own: bool
    is_simulated: bool
    written_at: datetime
    answers: UUID | None
    n_helpful: int
    n_not_helpful: int
    own_vote: int
    is_reported: bool
    decision: DecisionView | None

    @property
    def is_shown(self) -> bool:
        return self.state == Comment.State.SHOWN


@dataclass(frozen=True, slots=True)
class Thread:
    """A comment and all answers below it, oldest first."""

    comment: CommentView
    answers: list[CommentView]


@dataclass(frozen=True, slots=True)
class Talk:
    """One page of what is said below a contribution."""

    threads: list[Thread]
    page: "Page[UUID]"
    order: str
    grouping: str
    n_shown: int
    may_write: bool


class _Place(NamedTuple):
    """Where a comment stands, without what it says."""

    id: UUID
    answers_id: UUID | None
    state: str
    author_id: UUID


def talk(
    contribution: Contribution,
    participant: Participant | None,
    language: str,
    *,
    order: str = Order.BRIDGING,
    number: str | int | None = 1,
    showing: UUID | None = None,
) -> Talk:
    """A page of the threads below a contribution; the number of queries does not grow with them.

    Parameters
    ----------
    participant : Participant or None
        Who reads: sees own votes, and what became of own comments.
    number : str or int
        Which page; anything that is no page leads to the first or the last.
    showing : UUID, optional
        A comment that has just been written: the page with it is given.
    """
    own = participant.pk if participant else None
    places = [
        _Place._make(row)
        for row in Comment.objects.filter(contribution=contribution)
        .order_by("written_at", "id")
        .values_list("id", "answers_id", "state", "author_id")
    ]
    threads = _threads(places, own)
    ballots = ballots_on(contribution)
    roots = _ordered(list(threads), order, ballots)
    pages = Paginator(roots, THREADS_PER_PAGE)
    page = pages.get_page(_page_with(showing, roots, threads) or number)
    listed = [each for root in page.object_list for each in (root, *threads[root])]
    views = _views(listed, contribution, participant, ballots, language)
    return Talk(
        threads=[Thread(views[root], [views[each] for each in threads[root]]) for root in page.object_list],
        page=page,
        order=order,
        grouping=str(ballots.grouping.label),
        n_shown=sum(place.state == Comment.State.SHOWN for place in places),
        may_write=contribution.state == Contribution.State.PUBLISHED,
    )


@dataclass(frozen=True, slots=True)
class VoteView:
    """How a comment was voted on, and by its reader."""

    id: UUID
    n_helpful: int
    n_not_helpful: int
    own_vote: int


def votes_on(comment: Comment, participant: Participant) -> VoteView:
    """The votes on one comment."""
    votes = dict(CommentVote.objects.filter(comment=comment).values_list("participant_id", "vote"))
    n_helpful = sum(vote == 1 for vote in votes.values())
    return VoteView(comment.pk, n_helpful, len(votes) - n_helpful, votes.get(participant.pk, 0))


def find_comment(pk: UUID, actor: Actor) -> Comment:
    """That comment, where the actor may see the contribution and it is shown there, or wrote it.

    Raises
    ------
    Http404
        Where it does not exist, or may not be seen.
    """
    comment = get_object_or_404(Comment.objects.select_related("contribution__reflection", "author"), pk=pk)
    if not may_see(actor, comment.contribution) or not is_seen_by_everybody(comment.contribution):
        raise Http404
    return comment


def _threads(places: Sequence[_Place], own: UUID | None) -> dict[UUID, list[UUID]]:
    """By comment that answers none, all below it; without those of which nothing is to be seen."""
    root_of: dict[UUID, UUID] = {}
    threads: dict[UUID, list[UUID]] = {}
    is_seen: dict[UUID, bool] = {}
    for place in places:  # an answer is written after what it answers
        root = root_of[place.answers_id] if place.answers_id else place.id
        root_of[place.id] = root
        threads.setdefault(root, [])
        is_own = place.author_id == own and place.state == Comment.State.HIDDEN
        is_seen[place.id] = place.state == Comment.State.SHOWN or is_own
        if root != place.id:
            threads[root].append(place.id)
    answered = _answered(places, is_seen)
    return {
        root: [each for each in below if is_seen[each] or each in answered]
        for root, below in threads.items()
        if is_seen[root] or any(is_seen[each] for each in below)
    }


def _answered(places: Sequence[_Place], is_seen: dict[UUID, bool]) -> set[UUID]:
    """Comments that something still to be seen answers, however far below."""
    answered: set[UUID] = set()
    for place in reversed(places):
        if place.answers_id and (is_seen[place.id] or place.id in answered):
            answered.add(place.answers_id)
    return answered


def _ordered(roots: list[UUID], order: str, ballots: Ballots) -> list[UUID]:
    if order == Order.OLDEST:
        return roots
    newest = roots[::-1]
    return newest if order == Order.NEWEST else bridging_first(newest, ballots)


def _page_with(showing: UUID | None, roots: list[UUID], threads: dict[UUID, list[UUID]]) -> int | None:
    for place, root in enumerate(roots):
        if showing == root or showing in threads[root]:
            return place // THREADS_PER_PAGE + 1
    return None


def _views(
    listed: Sequence[UUID],
    contribution: Contribution,
    participant: Participant | None,
    ballots: Ballots,
    language: str,
) -> dict[UUID, CommentView]:
    comments = Comment.objects.select_related("author__member", "author__constituency").in_bulk(listed)
    authors = [comment.author for comment in comments.values()]
    words = wordings([*(c.text_id for c in comments.values()), *_name_ids(authors)], language)
    hidden = [
        comment
        for comment in comments.values()
        if participant and comment.author_id == participant.pk and comment.state == Comment.State.HIDDEN
    ]
    decisions = latest_decision_views(hidden, language) if hidden else {}
    own_votes, reported = _own_words(listed, participant)
    views = {}
    for comment in comments.values():
        is_own = participant is not None and comment.author_id == participant.pk
        is_readable = comment.state == Comment.State.SHOWN or (is_own and comment.pk in decisions)
        tally = ballots.tally(comment.pk)
        answered = comments.get(comment.answers_id) if comment.answers_id else None
        views[comment.pk] = CommentView(
            id=comment.pk,
            state=comment.state,
            wording=words[comment.text_id] if is_readable else None,
            member=_name_of(comment.author.member, words) if is_readable else None,
            constituency=_name_of(comment.author.constituency, words) if is_readable else None,
            is_by_author=is_readable and comment.author_id == contribution.author_id,
            is_own=is_own,
            is_simulated=comment.is_simulated,
            written_at=comment.written_at,
            answers=answered.pk if answered and answered.answers_id else None,
            n_helpful=tally.n_helpful,
            n_not_helpful=tally.n_votes - tally.n_helpful,
            own_vote=own_votes.get(comment.pk, 0),
            is_reported=comment.pk in reported,
            decision=decisions.get(comment.pk),
        )
    return views


def _own_words(listed: Sequence[UUID], participant: Participant | None) -> tuple[dict[UUID, int], set[UUID]]:
    """The reader's own votes on the comments, and which of them the reader has reported."""
    if participant is None:
        return {}, set()
    votes = CommentVote.objects.filter(participant=participant, comment__in=listed)
    reports = CommentReport.objects.filter(participant=participant, comment__in=listed)
    return dict(votes.values_list("comment_id", "vote")), set(reports.values_list("comment_id", flat=True))


def _name_ids(authors: Iterable[Participant]) -> set[UUID]:
    return {
        item.name_id
        for author in authors
        for item in (author.member, author.constituency)
        if item is not None
    }


def _name_of(item: Member | Constituency | None, words: dict[UUID, Wording]) -> Wording | None:
    return words[item.name_id] if item else None
