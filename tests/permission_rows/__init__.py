"""Rows of the table of who may use which address; each module here has those of one part of the platform.

A module has ``STATES`` (kind of object → the states to ask in), ``TABLE`` (name of the address → row) and
``make`` (the object in a state, and the arguments that addresses take). ``tests/test_permissions.py`` asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from placet.stages.mandates.models import Role

EVERYBODY = frozenset({"nobody", "stranger", "participant", "foreign secretariat", *Role.values})
SIGNED_IN = EVERYBODY - {"nobody"}
SECRETARIAT = frozenset({"secretariat"})
NO_ONE: frozenset[str] = frozenset()

Who = frozenset[str] | Mapping[str, frozenset[str]]  # for all states of the object, or by state


@dataclass(frozen=True)
class Row:
    """An address: what it is about, what stands in it, and who may use which method."""

    kind: str
    get: Who | None = None
    post: Who | None = None
    arguments: tuple[str, ...] = ()
    data: dict[str, str] = field(default_factory=dict)

    def who(self, method: str, state: str) -> frozenset[str] | None:
        who = {"GET": self.get, "POST": self.post}.get(method)
        return who[state] if isinstance(who, Mapping) else who
