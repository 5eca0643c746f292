"""Whatever bytes come in, only TrustError comes out."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol.scopes import Scope
from protocol.trust import (
    Bundle,
    DeviceAuthority,
    DeviceRequest,
    Identity,
    Invitation,
    Organisation,
    Role,
    Token,
    Tokens,
    TrustError,
    decode_answer,
    decode_request,
    encode_answer,
    encode_request,
    key_from_pem,
    key_to_pem,
    make_device_request,
    make_request,
    new_key,
    read_revocations,
    verify_chain,
    verify_signature,
)
from protocol.trust.der import certificate
from protocol.trust.enrolment import Granted, OpenInvitation, TechnicianRequest, _mac, check_request, hash_token
from tests.parties import NOW, Parties

Reader = Callable[[bytes], object]
FUZZED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def readers(ours: Parties) -> dict[str, tuple[bytes, Reader]]:
    """Each parser with one good input."""
    organisation, revocations = ours.organisation, ours.revocations(1, 2)
    bundle = Bundle(organisation, secrets.token_urlsafe(32), NOW)
    invitation = Invitation(organisation, "x", "X", "X", "1", [Scope.SEE], secrets.token_urlsafe(32), NOW)
    tokens = Tokens((Token(hash_token(bundle.token), NOW, 9),), (OpenInvitation("x", NOW),))
    request = make_request(invitation, new_key())
    device_request = make_device_request(bundle, new_key(), "PC")

    def chain(leaf: bytes, authority: bytes) -> object:
        return verify_chain(
            (leaf, authority), organisation=organisation, role=Role.TECHNICIAN, now=NOW, revocations=revocations
        )

    return {
        "leaf": (ours.jana.leaf, lambda data: chain(data, ours.jana.chain[1])),
        "authority": (ours.jana.chain[1], lambda data: chain(ours.jana.leaf, data)),
        "root": (
            ours.root.certificate,
            lambda data: Organisation(organisation.name, organisation.relay_url, data).check(),
        ),
        "signature's certificate": (ours.jana.leaf, lambda data: verify_signature(data, ours.jana.sign(b"x"), b"x")),
        "signature": (ours.jana.sign(b"x"), lambda data: verify_signature(ours.jana.leaf, data, b"x")),
        "revocations": (revocations.encoded, lambda data: read_revocations(data, organisation=organisation, now=NOW)),
        "organisation": (organisation.encode(), Organisation.decode),
        "bundle": (bundle.encode(), Bundle.decode),
        "invitation": (invitation.encode(), Invitation.decode),
        "tokens": (tokens.encode(), Tokens.decode),
        "request": (encode_request(request), decode_request),
        "device request": (encode_request(device_request), decode_request),
        "answer": (encode_answer(Granted(ours.jana.chain)), decode_answer),
        "technician's csr": (
            request.csr,
            lambda data: check_request(make_request_with(invitation, data), invitation, now=NOW),
        ),
        "device's csr": (
            device_request.csr,
            lambda data: DeviceAuthority(ours.devices, []).issue(
                DeviceRequest(bundle.token, data, "PC"), tokens=tokens, now=NOW
            ),
        ),
        "identity": (ours.jana.private_bytes(), Identity.from_private_bytes),
        "plain key": (key_to_pem(new_key(), None), lambda data: key_from_pem(data, None)),
    }


def make_request_with(invitation: Invitation, csr: bytes) -> TechnicianRequest:
    """As by somebody who holds the invitation but sends other bytes."""
    return TechnicianRequest(invitation.identifier, csr, _mac(invitation.secret, csr))


NAMES = [
    "leaf",
    "authority",
    "root",
    "signature's certificate",
    "signature",
    "revocations",
    "organisation",
    "bundle",
    "invitation",
    "tokens",
    "request",
    "device request",
    "answer",
    "technician's csr",
    "device's csr",
    "identity",
    "plain key",
]


@pytest.fixture(scope="module")
def parsers(ours: Parties) -> dict[str, tuple[bytes, Reader]]:
    return readers(ours)


def test_every_parser_is_named_here(parsers: dict[str, tuple[bytes, Reader]]) -> None:
    assert list(parsers) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_good_input_is_read(name: str, parsers: dict[str, tuple[bytes, Reader]]) -> None:
    """The control."""
    good, read = parsers[name]
    read(good)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.binary(max_size=300))
@FUZZED
def test_any_bytes_give_a_trust_error(name: str, data: bytes, parsers: dict[str, tuple[bytes, Reader]]) -> None:
    with pytest.raises(TrustError):
        parsers[name][1](data)


@pytest.mark.parametrize("name", NAMES)
@given(
    cuts=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 20), st.binary(max_size=20)), min_size=1, max_size=4)
)
@FUZZED
def test_a_good_input_mangled_is_read_or_gives_a_trust_error(
    name: str, cuts: list[tuple[int, int, bytes]], parsers: dict[str, tuple[bytes, Reader]]
) -> None:
    good, read = parsers[name]
    data = good
    for place, length, new in cuts:
        begin = place % (len(data) + 1)
        data = data[:begin] + new + data[begin + length :]
    with suppress(TrustError):
        read(data)


@pytest.mark.parametrize("name", NAMES)
def test_a_megabyte_gives_a_trust_error_at_once(name: str, parsers: dict[str, tuple[bytes, Reader]]) -> None:
    good, read = parsers[name]
    for data in (bytes(1 << 20), good[:1] * (1 << 20), b"[" * (1 << 20), good + bytes(1 << 20)):
        with pytest.raises(TrustError):
            read(data)


@pytest.mark.parametrize(
    "url",
    [
        *("", "relay", "https://relay", "ws://", "ws:///x", "wss://a:b@c", "wss://a?b", "wss://a#b", "wss://a:99999"),
        *("wss://a b", "wss://[::1", "wss://ä", "ws://a\n", "wss://" + "a" * 300),
    ],
)
def test_an_address_that_is_no_relays_is_refused(url: str, ours: Parties) -> None:
    with pytest.raises(TrustError):
        Organisation(ours.organisation.name, url, ours.root.certificate).check()


@pytest.mark.parametrize("url", ["ws://127.0.0.1:8443", "wss://help.example.org", "wss://[::1]:1/x/y", "WSS://EXAMPLE"])
def test_an_address_of_a_relay_is_taken(url: str, ours: Parties) -> None:
    Organisation(ours.organisation.name, url, ours.root.certificate).check()


def test_files_of_another_organisation_version_or_without_time_zone_are_refused(ours: Parties, theirs: Parties) -> None:
    good = ours.organisation
    for wrong in (
        Organisation("Another name", good.relay_url, good.root),
        Organisation(good.name, good.relay_url, theirs.root.certificate),
        Organisation(good.name, good.relay_url, good.root, b"no certificate"),
        Organisation(good.name, good.relay_url, good.root, version=2),
        Bundle(good, secrets.token_urlsafe(32), NOW.replace(tzinfo=None)),
        Bundle(good, "short", NOW),
        Tokens((Token(b"", NOW.replace(tzinfo=None), 1),)),
        Invitation(good, "x", "X\u202e", "X", "1", [], secrets.token_urlsafe(32), NOW + timedelta(days=1)),
        Invitation(good, "../x", "X", "X", "1", [], secrets.token_urlsafe(32), NOW),
        Invitation(good, "x", "X", "", "1", [], secrets.token_urlsafe(32), NOW),
        Invitation(good, "x", "X", "X", "", [], secrets.token_urlsafe(32), NOW),
    ):
        with pytest.raises(TrustError):
            type(wrong).decode(wrong.encode())
    with pytest.raises(TrustError):
        Organisation.decode(good.encode().replace(b'"name"', b'"hidden": 1,"name"'))
    Organisation.decode(good.encode())


def test_a_certificate_in_pem_is_no_der(ours: Parties) -> None:
    with pytest.raises(TrustError):
        certificate(certificate(ours.jana.leaf).public_bytes(Encoding.PEM))


def test_an_encrypted_key_opens_with_its_passphrase_only() -> None:
    key = new_key()
    for passphrase in ("correct horse", "пароль и ключ", "密" * 20):
        pem = key_to_pem(key, passphrase)
        assert key_from_pem(pem, passphrase).private_numbers() == key.private_numbers()
        for wrong in (passphrase + " ", passphrase[:-1], "", None):
            with pytest.raises(TrustError):
                key_from_pem(pem, wrong)
    with pytest.raises(TrustError):
        key_from_pem(key_to_pem(key, None), "a passphrase where none is")
