"""Who may use the addresses of the lineage.

What an idea became is seen by whoever sees the idea; voices by whoever sees what they stand behind. A feed
has no session: it shows what everybody sees. Whoever has the link in a message may end the messages.
"""

from placet.stages.mandates.models import Role
from placet.stages.people.idea_news import stop_token, wish_idea_news
from placet.stages.people.models import Account
from tests.permission_rows import EVERYBODY, NO_ONE, Row
from tests.permission_rows.findings import PUBLIC_FINDING
from tests.stages.reflections import SmallReflection

MODERATING = frozenset({"secretariat", "moderator"})
PUBLIC_REFLECTION = {"draft": frozenset(Role.values), "published": EVERYBODY}
PUBLIC_STATEMENT = {
    "submitted": MODERATING,
    "accepted": EVERYBODY,
    "rejected": MODERATING,
    "merged": EVERYBODY,
}
IN_FEED = PUBLIC_STATEMENT | {"submitted": NO_ONE, "rejected": NO_ONE}
STATES = {"news link": ("wished",)}
TABLE = {
    "portal:river": Row("reflection", PUBLIC_REFLECTION, None, ("slug",)),
    "portal:own-ideas": Row("reflection", PUBLIC_REFLECTION, None, ("slug",)),
    "portal:became": Row("statement", PUBLIC_STATEMENT, None, ("statement",)),
    "portal:became-feed": Row("statement", IN_FEED, None, ("statement",)),
    "portal:voices": Row("finding", PUBLIC_FINDING, None, ("finding",)),
    "portal:stop-news": Row("news link", EVERYBODY, EVERYBODY, ("token of news",)),
}


def make(small: SmallReflection, kind: str, state: str) -> dict[str, object]:
    """The link in a message to the account ``participant``."""
    account = small.accounts["participant"]
    wish_idea_news(account, Account.IdeaNews.DAILY)
    return {"token of news": stop_token(account)}
