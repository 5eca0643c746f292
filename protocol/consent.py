"""What the user agreed to, in a form that both ends, the relay and an auditor can check. Pure; distrusts every byte.

The agent signs it with its device key. It names both certificates and the tunnel it was given in (RFC 9266,
``tls-exporter``), so it is worth nothing to anybody else, in any other session, or after its end.
"""

import hashlib
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from protocol import limits, moment
from protocol.moment import Moment
from protocol.scopes import Scope
from protocol.trust import Identity, TrustError, verify_signature

_LABEL = b"athand consent v1\0"
"""A key signs under one label for each use, so that no signature can be taken for another's."""

Digest = Annotated[bytes, Meta(min_length=32, max_length=32)]


class ConsentError(Exception):
    """A consent that does not hold; the sentence says why."""


class Consent(Struct, frozen=True, forbid_unknown_fields=True):
    """One agreement between a user and a technician.

    Attributes:
        session: the session's number at the relay, 32 hexadecimal digits.
        ticket: the ticket it is for.
        binding: the tunnel's exporter value, 32 bytes.
        technician: SHA-256 of the technician's certificate, and
        device: of the device's.
        technician_name: name, title and organisation as certified, for people who read the history.
        scopes: what is allowed; nothing else is.
        monitors: names of the outputs to be seen; empty means the whole desktop.
        text: the question as it stood on the user's screen, word for word.
        language: of the text, as BCP 47 (``de``, ``en``).
        begin: when the user pressed Allow, aware UTC.
        end: when it is over, at the latest.
    """

    session: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    ticket: Annotated[int, Meta(ge=1)]
    binding: Digest
    technician: Digest
    device: Digest
    technician_name: Annotated[str, Meta(max_length=4 * limits.NAME_CHARS)]
    scopes: frozenset[Scope]
    monitors: Annotated[tuple[str, ...], Meta(max_length=32)]
    text: Annotated[str, Meta(max_length=limits.NOTE_CHARS)]
    language: Annotated[str, Meta(max_length=35)]
    begin: Moment
    end: Moment
    version: int = 1

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.begin, self.end)


class _Signed(Struct, frozen=True, forbid_unknown_fields=True):
    body: Annotated[bytes, Meta(max_length=12 * 1024)]
    signature: Annotated[bytes, Meta(max_length=128)]


def sign(consent: Consent, device: Identity) -> bytes:
    """The consent with the device's signature, as it is sent, kept and checked."""
    body = msgspec.msgpack.encode(consent)
    return msgspec.msgpack.encode(_Signed(body, device.sign(_LABEL + body)))


def read(encoded: bytes, *, device_leaf: bytes) -> Consent:
    """Checks the signature by the device whose certificate (DER) is given, and that the consent is sane in itself.

    Raises:
        ConsentError: not signed by that device, for another device, endless, or not a consent at all.
    """
    try:
        signed = msgspec.msgpack.decode(encoded, type=_Signed)
        consent = msgspec.msgpack.decode(signed.body, type=Consent)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ConsentError("this is not a consent") from error
    try:
        verify_signature(device_leaf, signed.signature, _LABEL + signed.body)
    except TrustError as error:
        raise ConsentError("the consent is not signed by this device") from error
    if consent.version != 1:
        raise ConsentError(f"the consent has version {consent.version}, which this program does not know")
    if consent.device != hashlib.sha256(device_leaf).digest():
        raise ConsentError("the consent was given on another device")
    if not 0 < (consent.end - consent.begin).total_seconds() <= limits.CONSENT_MAX_S:
        raise ConsentError("the consent's time makes no sense")
    return consent


def check_parties(consent: Consent, *, session: str, binding: bytes, technician_leaf: bytes) -> None:
    """Holds a consent that was read against the tunnel it came through.

    Raises:
        ConsentError: it was given in another session, or to somebody else.
    """
    if consent.session != session or consent.binding != binding:
        raise ConsentError("the consent was given in another session")
    if consent.technician != hashlib.sha256(technician_leaf).digest():
        raise ConsentError("the consent was given to somebody else")
