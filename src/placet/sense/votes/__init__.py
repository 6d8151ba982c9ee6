"""Vote tables: reading, validating, de-duplicating."""

from placet.sense.votes.arrays import Identifier
from placet.sense.votes.conversations import Conversation, Statement
from placet.sense.votes.counts import VoteCounts, count_votes, count_votes_by_label
from placet.sense.votes.errors import InputError
from placet.sense.votes.polis import read_polis
from placet.sense.votes.polis_export import LoggedVote, write_polis
from placet.sense.votes.synthetic import PlantedConversation, plant_conversation
from placet.sense.votes.tables import VoteTable

__all__ = [
    "Conversation",
    "Identifier",
    "InputError",
    "LoggedVote",
    "PlantedConversation",
    "Statement",
    "VoteCounts",
    "VoteTable",
    "count_votes",
    "count_votes_by_label",
    "plant_conversation",
    "read_polis",
    "write_polis",
]
