"""The hash chain over all events of a desk, so that one changed, missing or added row is found (promise 22). Pure.

    link(0)   = 32 zero bytes
    digest(n) = SHA-256(salt(n) ‖ body(n))
    link(n)   = SHA-256("athand chain v1" ‖ 0 ‖ link(n-1) ‖ n as u64 big-endian ‖ digest(n))

The chain holds digests, not bodies: a person's data can be erased (body and salt go, the digest stays) and the chain
still holds. Whoever keeps a (number, link) pair from outside, as consoles and agents do, also finds a cut at the end.
"""

import dataclasses
import hashlib
from collections.abc import Iterable

_LABEL = b"athand chain v1\0"
START = bytes(32)
SALT_BYTES = 16


class ChainError(Exception):
    """The history was changed; the sentence says where."""

    def __init__(self, number: int, sentence: str) -> None:
        super().__init__(sentence)
        self.number = number


@dataclasses.dataclass(frozen=True, slots=True)
class Head:
    """Where a chain stands: the number of its last event (0: none) and that event's link."""

    number: int
    link: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One event as stored; `salt` and `body` are None once erased."""

    number: int
    salt: bytes | None
    body: bytes | None
    digest: bytes
    link: bytes


EMPTY = Head(0, START)


def digest(salt: bytes, body: bytes) -> bytes:
    """What stands for a body in the chain, 32 bytes."""
    return hashlib.sha256(salt + body).digest()


def extend(head: Head, body_digest: bytes) -> Head:
    """The head after one more event."""
    number = head.number + 1
    return Head(number, hashlib.sha256(_LABEL + head.link + number.to_bytes(8, "big") + body_digest).digest())


def verify(rows: Iterable[Row], *, anchors: Iterable[Head] = ()) -> Head:
    """Goes through all rows in order and gives the head.

    Args:
        rows: every event from number 1 on.
        anchors: heads known from outside; each must be on the chain.

    Raises:
        ChainError: at the first row that is changed, missing, added or out of order, or an anchor that is not met.
    """
    expected = {anchor.number: anchor.link for anchor in anchors if anchor.number}
    head = EMPTY
    for row in rows:
        if row.number != head.number + 1:
            raise ChainError(head.number + 1, f"event {head.number + 1} is missing: event {row.number} follows")
        if (row.salt is None) != (row.body is None):
            raise ChainError(row.number, f"event {row.number} is half erased")
        if row.salt is not None and row.body is not None and digest(row.salt, row.body) != row.digest:
            raise ChainError(row.number, f"event {row.number} was changed")
        head = extend(head, row.digest)
        if head.link != row.link:
            raise ChainError(row.number, f"event {row.number} does not follow from the one before it")
        if expected.pop(row.number, head.link) != head.link:
            raise ChainError(row.number, f"event {row.number} is not the one that was witnessed")
    if expected:
        raise ChainError(head.number + 1, f"the history ends at event {head.number}, but {max(expected)} was witnessed")
    return head
