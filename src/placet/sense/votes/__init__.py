"""Vote tables: reading, validating, de-duplicating."""

from placet.sense.votes.arrays import Identifier
from placet.sense.votes.conversations import Conversation, Statement
from placet.sense.votes.counts import (
    VoteCounts,
    count_votes,
    count_votes_by_label,
    count_votes_of_participants,
)
from placet.sense.votes.errors import InputError
from placet.sense.votes.events import is_event_file
from placet.sense.votes.members import Membership, read_members
from placet.sense.votes.polis import read_polis
from placet.sense.votes.polis_export import LoggedVote, write_polis
from placet.sense.votes.sources import VoteSource, gather_rows
from placet.sense.votes.stores import open_votes
from placet.sense.votes.synthetic import (
    PlantedConversation,
    PlantedVotes,
    draw_votes,
    plant_conversation,
    plant_probabilities,
    plant_votes,
)
from placet.sense.votes.tables import VoteTable
from placet.sense.votes.updates import VoteUpdate, add_votes

__all__ = [
    "Conversation",
    "Identifier",
    "InputError",
    "LoggedVote",
    "Membership",
    "PlantedConversation",
    "PlantedVotes",
    "Statement",
    "VoteCounts",
    "VoteSource",
    "VoteTable",
    "VoteUpdate",
    "add_votes",
    "count_votes",
    "count_votes_by_label",
    "count_votes_of_participants",
    "draw_votes",
    "gather_rows",
    "is_event_file",
    "open_votes",
    "plant_conversation",
    "plant_probabilities",
    "plant_votes",
    "read_members",
    "read_polis",
    "write_polis",
]
