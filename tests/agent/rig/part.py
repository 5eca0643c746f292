"""What a test tells the window process at its start."""

import msgspec

from protocol.scopes import Scope


class Part(msgspec.Struct, frozen=True):
    """How this user and this device are.

    Attributes:
        answer: the scopes to be allowed whenever asked; None leaves questions open.
        minute_s: how long a minute of a consent lasts here, in seconds.
        monitors: those that are allowed; none: all.
    """

    organisation: bytes
    identity: bytes
    revocations: bytes
    session: str
    ticket: int
    display: str
    hot_key: str
    answer: frozenset[Scope] | None
    minute_s: float = 60.0
    monitors: tuple[str, ...] = ()
