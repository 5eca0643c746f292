"""How a socket is signed in at the relay: a signature over nonce, host and role. No bearer tokens, no passwords. Pure.

::

    client offers the subprotocol athand-2 where it dials
    relay  → Hello{version, nonce, time}
    client → SignIn{role, host, chain, signature, session?}
    relay  → Welcome{revocations} | SignInRefused{reason, sentence}
    relay  → SessionPaired{}          (on /session, when the other end has come)

The signature covers the host the client dialled, so that a relay cannot pass a sign-in on to another one, and the
session, so that it cannot be used for another. All are JSON text messages; on ``/session`` binary ones follow.
"""

import enum
import hmac
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from protocol import limits
from protocol.trust import (
    Distrust,
    Identity,
    Organisation,
    Party,
    RevocationList,
    Role,
    TrustError,
    read_revocations,
    verify_chain,
    verify_signature,
)


def subprotocol(version: int) -> str:
    """The name under which a version is offered and chosen."""
    return f"athand-{version}"


SUBPROTOCOL = subprotocol(limits.PROTOCOL_VERSION)
"""What a client offers where it dials (RFC 6455, 1.9), so that the relay greets it in a version it can read."""
_OFFERED = re.compile(r"athand-([1-9][0-9]{0,5})")
_LABEL = b"athand sign-in v1\0"
NONCE_BYTES = 32

Certificate = Annotated[bytes, Meta(max_length=4096)]
SessionId = Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]


class Refusal(enum.StrEnum):
    """Why the relay does not let a socket in."""

    VERSION = "version"
    MALFORMED = "malformed"
    NOT_TRUSTED = "not_trusted"
    CLOCK = "clock"
    TOO_MANY = "too_many"
    NO_SUCH_SESSION = "no_such_session"
    IN_USE = "in_use"


class SignInError(Exception):
    """A message of the sign-in that is none, or one that cannot be accepted.

    Attributes:
        reason: what programs decide by.
    """

    def __init__(self, sentence: str, reason: Refusal = Refusal.MALFORMED) -> None:
        super().__init__(sentence)
        self.reason = reason


class _Message(Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    pass


class Hello(_Message, frozen=True):
    """The relay's first word; `version` is what this socket is spoken in."""

    version: int
    nonce: Annotated[bytes, Meta(min_length=NONCE_BYTES, max_length=NONCE_BYTES)]
    time: Annotated[datetime, Meta(tz=True)]


class SignIn(_Message, frozen=True):
    """The client's answer; `host` is the one it dialled."""

    role: Role
    host: Annotated[str, Meta(min_length=1, max_length=255)]
    chain: Annotated[tuple[Certificate, ...], Meta(min_length=1, max_length=3)]
    signature: Annotated[bytes, Meta(max_length=128)]
    session: SessionId | None = None


class Welcome(_Message, frozen=True):
    """Signed in; with the newest list of revocations, for the client to check itself."""

    revocations: Annotated[bytes, Meta(max_length=limits.REVOCATIONS_BYTES)]


class SignInRefused(_Message, frozen=True):
    """Not let in; the sentence is for the person."""

    reason: Refusal
    sentence: Annotated[str, Meta(max_length=400)]


class SessionPaired(_Message, frozen=True):
    """The other end of the session is there: binary messages reach it from now on."""


FromRelay = Hello | Welcome | SignInRefused | SessionPaired
_from_relay: msgspec.json.Decoder[FromRelay] = msgspec.json.Decoder(FromRelay)
_sign_in: msgspec.json.Decoder[SignIn] = msgspec.json.Decoder(SignIn)


def encode(message: FromRelay | SignIn) -> str:
    """As JSON text."""
    return msgspec.json.encode(message).decode()


def decode_from_relay(text: str | bytes) -> FromRelay:
    """Raises SignInError for anything that is no word of a relay."""
    try:
        return _from_relay.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise SignInError("the server does not speak athand's language") from error


def decode_sign_in(text: str | bytes) -> SignIn:
    """Raises SignInError for anything that is no SignIn."""
    try:
        return _sign_in.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise SignInError("not a sign-in") from error


def version_for(offered: Sequence[str]) -> int:
    """The version a relay speaks with a client that offers these subprotocols: its own, or the older one of the two.

    The first programs offered none, and speak version 1.
    """
    versions = [int(found[1]) for name in offered if (found := _OFFERED.fullmatch(name))]
    return min(max(versions, default=1), limits.PROTOCOL_VERSION)


def answer(  # noqa: PLR0913 - each is a fact the signature covers
    hello: Hello, *, identity: Identity, role: Role, host: str, session: str | None, now: datetime
) -> SignIn:
    """The client's answer to the relay's greeting.

    Args:
        hello: what the relay said.
        identity: whose key signs.
        role: TECHNICIAN or DEVICE.
        host: the host name that was dialled, without port.
        session: the session to join, on ``/session``.
        now: the client's clock, aware UTC.

    Raises:
        SignInError: a version that this program does not speak, or clocks so far apart that no certificate could be
            judged.
    """
    if hello.version > limits.PROTOCOL_VERSION:
        raise SignInError(
            f"this program is too old for the server: please update it (it speaks version {limits.PROTOCOL_VERSION},"
            f" the server {hello.version})",
            Refusal.VERSION,
        )
    if hello.version < limits.OLDEST_VERSION:
        raise SignInError(
            f"the server is too old for this program and has to be updated first (it speaks version {hello.version},"
            f" this program {limits.OLDEST_VERSION} to {limits.PROTOCOL_VERSION})",
            Refusal.VERSION,
        )
    if abs((hello.time - now).total_seconds()) > limits.CLOCK_SKEW_S:
        raise SignInError("the clock of this computer is wrong, or the server's is; please set it right", Refusal.CLOCK)
    signature = identity.sign(_challenge(hello.nonce, host, role, session))
    return SignIn(role, host, identity.chain, signature, session)


def check(  # noqa: PLR0913 - each is a fact the answer is held against
    sign_in: SignIn,
    *,
    nonce: bytes,
    hosts: Sequence[str],
    organisation: Organisation,
    revocations: RevocationList,
    now: datetime,
) -> Party:
    """What the relay does with the answer; gives who it is.

    Args:
        sign_in: the client's answer.
        nonce: the one this socket was greeted with.
        hosts: the names this relay is reached by.
        organisation: the only one it serves.
        revocations: fresh at `now`.
        now: aware UTC.

    Raises:
        TrustError: the certificate or the signature does not hold, or it was meant for another host.
    """
    if not any(hmac.compare_digest(sign_in.host.encode(), host.encode()) for host in hosts):
        raise TrustError(Distrust.BAD_SIGNATURE, "this sign-in was meant for another server")
    party = verify_chain(sign_in.chain, organisation=organisation, role=sign_in.role, now=now, revocations=revocations)
    verify_signature(
        sign_in.chain[0], sign_in.signature, _challenge(nonce, sign_in.host, sign_in.role, sign_in.session)
    )
    return party


def welcome(message: Welcome, *, organisation: Organisation, now: datetime, last_number: int) -> RevocationList:
    """What the client takes from a welcome: the list of revocations, if it holds.

    Raises:
        TrustError: the list is forged, too old, or older than one seen before.
    """
    return read_revocations(message.revocations, organisation=organisation, now=now, last_number=last_number)


def _challenge(nonce: bytes, host: str, role: Role, session: str | None) -> bytes:
    return b"\0".join((_LABEL + nonce, host.encode(), role.value.encode(), (session or "").encode()))
