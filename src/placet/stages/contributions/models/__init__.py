"""Contributions and calls: what is written at length, how it is talked about, judged and brought in."""

from placet.stages.contributions.models.calls import (
    AudienceVote,
    Call,
    Conflict,
    Criterion,
    Juror,
    Score,
    Verdict,
)
from placet.stages.contributions.models.talking import (
    COMMENT_MAX_LENGTH,
    Appeal,
    Comment,
    CommentReport,
    CommentVote,
    ModerationDecision,
    ModerationRule,
)
from placet.stages.contributions.models.writing import (
    BODY_MAX_LENGTH,
    SUMMARY_MAX_LENGTH,
    TITLE_MAX_LENGTH,
    Attachment,
    Collection,
    Contribution,
    ContributionImport,
    Draft,
    Endorsement,
    Revision,
)

__all__ = [
    "BODY_MAX_LENGTH",
    "COMMENT_MAX_LENGTH",
    "SUMMARY_MAX_LENGTH",
    "TITLE_MAX_LENGTH",
    "Appeal",
    "Attachment",
    "AudienceVote",
    "Call",
    "Collection",
    "Comment",
    "CommentReport",
    "CommentVote",
    "Conflict",
    "Contribution",
    "ContributionImport",
    "Criterion",
    "Draft",
    "Endorsement",
    "Juror",
    "ModerationDecision",
    "ModerationRule",
    "Revision",
    "Score",
    "Verdict",
]
