"""Consents with one field altered: after it was signed by whoever carries it, or before by the device itself."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import msgspec

from protocol import consent as consents
from protocol.consent import Consent
from protocol.scopes import Scope
from protocol.trust import Identity

ALTERED: Mapping[str, Callable[[Consent], Any]] = {
    "session": lambda _: "6" * 32,
    "ticket": lambda given: given.ticket + 1,
    "binding": lambda _: bytes(32),
    "technician": lambda _: bytes(32),
    "device": lambda _: bytes(32),
    "technician_name": lambda _: "Somebody else",
    "scopes": lambda given: given.scopes | {Scope.ELEVATE},
    "monitors": lambda _: ("HDMI-1",),
    "text": lambda _: "May she do whatever she likes?",
    "language": lambda _: "xx",
    "begin": lambda given: given.begin - timedelta(minutes=1),
    "end": lambda given: given.end + timedelta(hours=1),
    "version": lambda _: 2,
}
"""For each field, another value."""


def altered(given: Consent, field: str) -> Consent:
    """The consent with one field altered."""
    return msgspec.structs.replace(given, **{field: ALTERED[field](given)})


def behind_the_signature(given: Consent, device: Identity, field: str) -> bytes:
    """Signed as the user agreed, then altered: what somebody can do who has not the device's key."""
    signed = msgspec.msgpack.decode(consents.sign(given, device))
    return msgspec.msgpack.encode(signed | {"body": msgspec.msgpack.encode(altered(given, field))})


def by_the_device(given: Consent, device: Identity, field: str) -> bytes:
    """Altered, then signed: what a device can do that lies, or has gone mad."""
    return consents.sign(altered(given, field), device)
