"""What a test tells the window process at its start."""

import msgspec

from protocol.scopes import Scope


class Part(msgspec.Struct, frozen=True):
    """How this user and this device are.

    Attributes:
        answer: the scopes to be allowed whenever asked; None leaves questions open.
    """

    organisation: bytes
    identity: bytes
    revocations: bytes
    session: str
    ticket: int
    display: str
    hot_key: str
    answer: frozenset[Scope] | None
