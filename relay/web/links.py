"""Addresses that open one ticket to whoever has them, and nothing else: signed, expiring, revocable. Any thread.

    token = base64url(way u8 ‖ ticket u64 ‖ issued at, microseconds since 1970, u64 ‖ tag)        no padding
    tag   = HMAC-SHA256(key, label ‖ way ‖ ticket ‖ issued at), its first 16 bytes (RFC 2104, 5)

Guarantees: a token is made by whoever has the relay's key, or by nobody; it opens its ticket for LIFETIME; after
`LinksRevoked`, or another requester, in the ticket's history those made before open nothing any more. So each mail
bears a fresh one without a row being written for it, and what takes it back stands in the chain like all that matters
(docs/decisions/0020-links-are-signed-and-taken-back-by-the-history.md). Distrusts the token.
"""

import base64
import binascii
import contextlib
import enum
import hashlib
import hmac
import secrets
import struct
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Self

from protocol.desk.business_time import from_us, to_us
from protocol.desk.ticket import Ticket
from relay.admin import files
from relay.admin.files import AdminError
from relay.errors import RelayError

LIFETIME = timedelta(days=60)
"""Longer than the last reminder and the days a ticket can be reopened; each mail brings a new one."""
KEY_BYTES = 32
_LAYOUT = struct.Struct(">BQQ")
_TAG_BYTES = 16
_TOKEN_CHARS = 44  # 33 bytes, a multiple of three: no padding
_LABEL = b"athand link v1: requester"


class LinkError(RelayError):
    """A link that opens nothing; str() says so to whoever followed it."""


class LinkForgedError(LinkError):
    """It was never made here, or was damaged on its way."""


class LinkOverError(LinkError):
    """It was made here, and is too old or taken back."""


class LinkEndedError(LinkOverError):
    """It was taken back before its time was over."""


class Way(enum.IntEnum):
    """How a link came to whoever has it."""

    MAILED = 1
    """To the requester's address: who has it reads his mail."""
    SHOWN = 2
    """On the page, to whoever just typed that address in: it opens the ticket, but buys nothing in his name."""
    OFFERED = 3
    """To whoever says yes to a price in the requester's place: its number is that of the notice which told him so, and
    it opens that price alone."""


class Link(NamedTuple):
    """What a token says, once its tag holds; `ticket` is the notice's number where it was OFFERED."""

    ticket: int
    issued_at: datetime
    way: Way = Way.MAILED

    @property
    def expires_at(self) -> datetime:
        """From when on it opens nothing."""
        return self.issued_at + LIFETIME


OWN = frozenset({Way.MAILED, Way.SHOWN})
"""Of the requester's page."""


class Links:
    """Makes links, and reads them."""

    def __init__(self, key: bytes) -> None:
        """With the relay's key for them, KEY_BYTES long."""
        if len(key) != KEY_BYTES:
            raise ValueError("a key of another length")
        self._key = key

    @classmethod
    def of(cls, file: Path) -> Self:
        """With the key in `file`, which is made if there is none. Raises AdminError, OSError."""
        return cls(read_key(file))

    def address(self, page: str, ticket: int, now: datetime) -> str:
        """The address that opens a ticket for its requester, to be written into a mail to him and to nobody else.

        Args:
            page: the desk's page, `DeskSettings.page`; empty: there is none, and so no address.
            ticket: its number.
            now: aware UTC.
        """
        return f"{page.rstrip('/')}/t/{self.token(ticket, now)}" if page else ""

    def offer(self, page: str, notice: int, now: datetime) -> str:
        """The address of a price, to be written into the mail that `notice` is; as `address` besides."""
        return f"{page.rstrip('/')}/o/{self.token(notice, now, Way.OFFERED)}" if page else ""

    def token(self, ticket: int, now: datetime, way: Way = Way.MAILED) -> str:
        """What is signed in it."""
        facts = _LAYOUT.pack(way, ticket, to_us(now))
        return base64.urlsafe_b64encode(facts + self._tag(facts)).decode()

    def read(self, token: str, now: datetime, ways: AbstractSet[Way] = OWN) -> Link:
        """What a token opens that came in one of these `ways`.

        Raises:
            LinkForgedError: it was not made with this key.
            LinkOverError: its time is over.
        """
        link = self.made_here(token, ways)
        if now >= link.expires_at:
            raise LinkOverError("This link is too old.")
        return link

    def made_here(self, token: str, ways: AbstractSet[Way] = OWN) -> Link:
        """What a token said that may be over by now: enough to ask for a new one. Raises LinkForgedError."""
        try:
            decoded = base64.urlsafe_b64decode(token) if len(token) == _TOKEN_CHARS and token.isascii() else b""
        except (binascii.Error, ValueError):
            decoded = b""
        facts, tag = decoded[: _LAYOUT.size], decoded[_LAYOUT.size :]
        if not hmac.compare_digest(tag, self._tag(facts)) or base64.urlsafe_b64encode(decoded).decode() != token:
            raise LinkForgedError("This link is not complete.")
        way, ticket, issued_us = _LAYOUT.unpack(facts)
        if way not in ways:
            raise LinkForgedError("This link is not complete.")
        return Link(ticket, from_us(issued_us), Way(way))

    def _tag(self, facts: bytes) -> bytes:
        return hmac.digest(self._key, _LABEL + facts, hashlib.sha256)[:_TAG_BYTES]


def check(link: Link, ticket: Ticket | None) -> Ticket:
    """The ticket that a link opens, unless its history takes the link back. Raises LinkOverError."""
    if ticket is None:
        raise LinkOverError("This link does not open anything any more.")
    if ticket.links_revoked_at is not None and link.issued_at <= ticket.links_revoked_at:
        raise LinkEndedError("This link was ended.")
    return ticket


def read_key(file: Path) -> bytes:
    """The relay's key for what its pages sign. Made once, readable by its owner only. Raises AdminError, OSError."""
    try:
        key = files.read(file, KEY_BYTES)
    except FileNotFoundError:
        with contextlib.suppress(AdminError):  # another program was faster by a moment
            files.write_new(file, secrets.token_bytes(KEY_BYTES))
        key = files.read(file, KEY_BYTES)
    if len(key) != KEY_BYTES:
        raise AdminError(f"{file} is damaged; take it away to have a new one made, which ends all links in mails.")
    return key
