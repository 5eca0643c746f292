from datetime import timedelta
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives import hashes
from hypothesis import given
from hypothesis import strategies as st

from protocol import consent as consents
from protocol.consent import Consent, ConsentError, check_parties, read, sign
from protocol.scopes import Scope
from protocol.trust import Identity
from tests.parties import Parties

BINDING = bytes(range(32))
SESSION = "5" * 32


def digest(identity: Identity) -> bytes:
    sha = hashes.Hash(hashes.SHA256())
    sha.update(identity.leaf)
    return sha.finalize()


@pytest.fixture(scope="module")
def agreed(ours: Parties) -> Consent:
    return Consent(
        session=SESSION,
        ticket=7,
        binding=BINDING,
        technician=digest(ours.jana),
        device=digest(ours.laptop),
        technician_name="Jana Nováková, Support engineer, Example GmbH",
        scopes=frozenset({Scope.SEE}),
        monitors=(),
        text="May Jana Nováková see your screen for 15 minutes?",
        language="en",
        begin=ours.now,
        end=ours.now + timedelta(minutes=15),
    )


def test_a_consent_reads_back_and_holds_for_its_own_session(ours: Parties, agreed: Consent) -> None:
    read_back = read(sign(agreed, ours.laptop), device_leaf=ours.laptop.leaf)
    assert read_back == agreed
    check_parties(read_back, session=SESSION, binding=BINDING, technician_leaf=ours.jana.leaf)


CHANGES: dict[str, Any] = {
    "session": "6" * 32,
    "ticket": 8,
    "binding": bytes(32),
    "technician": bytes(32),
    "device": bytes(32),
    "technician_name": "Mallory",
    "scopes": frozenset({Scope.SEE, Scope.CONTROL}),
    "monitors": ("HDMI-1",),
    "text": "another",
    "language": "de",
    "begin": "earlier",
    "end": "later",
    "version": 2,
}


def test_there_is_a_change_for_every_field() -> None:
    assert set(CHANGES) == set(Consent.__struct_fields__)


@pytest.mark.parametrize("field", CHANGES)
def test_a_consent_with_any_field_altered_after_signing_is_refused(ours: Parties, agreed: Consent, field: str) -> None:
    value = CHANGES[field]
    if field in ("begin", "end"):
        value = getattr(agreed, field) + (timedelta(hours=1) if field == "end" else -timedelta(hours=1))
    signed = msgspec.msgpack.decode(sign(agreed, ours.laptop))
    signed["body"] = msgspec.msgpack.encode(msgspec.structs.replace(agreed, **{field: value}))
    with pytest.raises(ConsentError):
        read(msgspec.msgpack.encode(signed), device_leaf=ours.laptop.leaf)


def test_a_consent_signed_by_another_device_is_refused(ours: Parties, agreed: Consent) -> None:
    other = ours.device("other", "Somebody's desktop")
    with pytest.raises(ConsentError, match="not signed by this device"):
        read(sign(agreed, other), device_leaf=ours.laptop.leaf)
    with pytest.raises(ConsentError, match="another device"):
        read(sign(agreed, other), device_leaf=other.leaf)


def test_a_consent_signed_by_a_technician_is_refused(ours: Parties, agreed: Consent) -> None:
    with pytest.raises(ConsentError):
        read(sign(agreed, ours.jana), device_leaf=ours.laptop.leaf)


@pytest.mark.parametrize("minutes", [0, -5, 8 * 60 + 1])
def test_a_consent_without_an_end_that_makes_sense_is_refused(ours: Parties, agreed: Consent, minutes: int) -> None:
    odd = msgspec.structs.replace(agreed, end=agreed.begin + timedelta(minutes=minutes))
    with pytest.raises(ConsentError, match="time"):
        read(sign(odd, ours.laptop), device_leaf=ours.laptop.leaf)


def test_a_consent_is_worth_nothing_in_another_session_or_tunnel_or_to_somebody_else(
    ours: Parties, agreed: Consent
) -> None:
    good: dict[str, Any] = {"session": SESSION, "binding": BINDING, "technician_leaf": ours.jana.leaf}
    other = ours.technician("other", "Petr Malý")
    for wrong in ({"session": "0" * 32}, {"binding": bytes(32)}, {"technician_leaf": other.leaf}):
        with pytest.raises(ConsentError):
            check_parties(agreed, **(good | wrong))


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_with_the_documented_error(data: bytes) -> None:
    with pytest.raises(ConsentError):
        read(data, device_leaf=b"")


def test_a_signature_for_another_use_is_no_consent(ours: Parties, agreed: Consent) -> None:
    body = msgspec.msgpack.encode(agreed)
    unlabelled = {"body": body, "signature": ours.laptop.sign(body)}
    with pytest.raises(ConsentError, match="not signed"):
        consents.read(msgspec.msgpack.encode(unlabelled), device_leaf=ours.laptop.leaf)
