"""The list of revoked certificates: the organisation's, at most a day old, never an older one than before."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import limits, signin
from protocol.trust import (
    Authority,
    Distrust,
    Organisation,
    TrustError,
    new_key,
    read_revocations,
    sign_revocations,
    verify_chain,
)
from protocol.trust.der import certificate
from protocol.trust.names import Role
from protocol.trust.profile import REVOCATION_USAGE, key_usage
from protocol.trust.revocation import MAX_AGE, MAX_SERIALS, MAX_SKEW
from tests.parties import NOW, Parties
from tests.protocol.trust.forge import SUBJECT, Leaf, impostor

SERIALS = st.frozensets(st.integers(1, 2**159 - 1), max_size=20)


def reason(
    encoded: bytes, organisation: Organisation, *, last_number: int = 0, shift: timedelta = timedelta()
) -> Distrust:
    with pytest.raises(TrustError) as caught:
        read_revocations(encoded, organisation=organisation, now=NOW + shift, last_number=last_number)
    return caught.value.reason


def test_what_was_signed_is_read(ours: Parties) -> None:
    @given(SERIALS, st.integers(1, 2**62))
    @settings(max_examples=25, deadline=None)
    def check(serials: frozenset[int], number: int) -> None:
        encoded = sign_revocations(ours.signer, number=number, serials=serials, now=NOW)
        read = read_revocations(encoded, organisation=ours.organisation, now=NOW, last_number=number)
        assert (read.number, read.serials, read.issued_at, read.encoded) == (number, serials, NOW, encoded)

    check()


def test_a_list_is_good_for_24_hours_and_no_second_longer(ours: Parties) -> None:
    encoded = sign_revocations(ours.signer, number=1, serials=[], now=NOW)
    read_revocations(encoded, organisation=ours.organisation, now=NOW + MAX_AGE)
    too_late = MAX_AGE + timedelta(seconds=1)
    assert reason(encoded, ours.organisation, shift=too_late) is Distrust.STALE_REVOCATIONS


def test_a_list_that_grows_old_after_it_was_read_is_refused_too(ours: Parties) -> None:
    later = NOW + timedelta(hours=25)
    with pytest.raises(TrustError) as caught:
        verify_chain(
            ours.jana.chain,
            organisation=ours.organisation,
            role=Role.TECHNICIAN,
            now=later,
            revocations=ours.revocations(),
        )
    assert caught.value.reason is Distrust.STALE_REVOCATIONS


def test_a_list_from_the_future_is_refused_but_clocks_may_differ_a_little(ours: Parties) -> None:
    encoded = sign_revocations(ours.signer, number=1, serials=[], now=NOW)
    read_revocations(encoded, organisation=ours.organisation, now=NOW - MAX_SKEW)
    too_early = -MAX_SKEW - timedelta(seconds=1)
    assert reason(encoded, ours.organisation, shift=too_early) is Distrust.FUTURE_REVOCATIONS


def test_an_older_list_than_seen_before_is_refused(ours: Parties) -> None:
    encoded = sign_revocations(ours.signer, number=6, serials=[], now=NOW)
    read_revocations(encoded, organisation=ours.organisation, now=NOW, last_number=6)
    assert reason(encoded, ours.organisation, last_number=7) is Distrust.ROLLED_BACK_REVOCATIONS


def test_a_list_holds_16000_certificates_travels_in_one_message_and_says_when_there_are_more(ours: Parties) -> None:
    assert MAX_SERIALS == 16_000
    serials = range(2**158, 2**158 + MAX_SERIALS)
    encoded = sign_revocations(ours.signer, number=1, serials=serials, now=NOW)
    assert len(read_revocations(encoded, organisation=ours.organisation, now=NOW).serials) == MAX_SERIALS
    message = signin.encode(signin.Welcome(encoded))
    assert len(message) < limits.REPLY_BYTES
    assert signin.decode_from_relay(message) == signin.Welcome(encoded)
    with pytest.raises(TrustError):
        sign_revocations(ours.signer, number=1, serials=range(1, MAX_SERIALS + 2), now=NOW)


def signer(ours: Parties, **changes: object) -> Authority:
    """A revocation signer with one thing changed, signed by the real root."""
    key = new_key()
    good: dict[str, object] = {
        "subject": (SUBJECT[0], (NameOID.COMMON_NAME, "signer.revocation.athand.internal")),
        "names": (x509.DNSName("signer.revocation.athand.internal"),),
        "usage": REVOCATION_USAGE,
        "extended": None,
        "scopes": None,
        "key": key,
    }
    return Authority(Leaf(**good | changes).signed(ours.root), key)  # type: ignore[arg-type]


SIGNERS: dict[str, Callable[[Parties, Parties], Authority]] = {
    "another organisation's": lambda _, theirs: theirs.signer,
    "an impostor": lambda ours, _: impostor(ours.signer),
    "a technician": lambda ours, _: Authority(ours.jana.leaf, ours.jana.key),
    "a device": lambda ours, _: Authority(ours.laptop.leaf, ours.laptop.key),
    "the device authority": lambda ours, _: ours.devices,
    "the technician authority": lambda ours, _: ours.technicians,
    "the root": lambda ours, _: ours.root,
    "with a technician's name": lambda ours, _: signer(ours, names=(x509.DNSName("x.technician.athand.internal"),)),
    "without a name": lambda ours, _: signer(ours, names=None),
    "with two names": lambda ours, _: signer(
        ours, names=[x509.DNSName(f"{name}.revocation.athand.internal") for name in "ab"]
    ),
    "that may sign other things too": lambda ours, _: signer(
        ours, usage=key_usage(digital_signature=True, crl_sign=True)
    ),
    "that may sign nothing": lambda ours, _: signer(ours, usage=None),
    "for TLS": lambda ours, _: signer(ours, extended=[ExtendedKeyUsageOID.CLIENT_AUTH]),
    "that is an authority": lambda ours, _: signer(ours, constraints=x509.BasicConstraints(ca=True, path_length=0)),
    "that has expired": lambda ours, _: signer(ours, end=NOW - timedelta(seconds=1)),
    "of another organisation's name": lambda ours, _: signer(
        ours, subject=((NameOID.ORGANIZATION_NAME, "Mallory Ltd"), (NameOID.COMMON_NAME, "x"))
    ),
}


@pytest.mark.parametrize("case", SIGNERS)
def test_only_the_revocation_signer_signs_lists(case: str, ours: Parties, theirs: Parties) -> None:
    forged = sign_revocations(SIGNERS[case](ours, theirs), number=9, serials=[], now=NOW)
    reason(forged, ours.organisation)


def test_the_control_a_signer_made_like_the_forged_ones_is_believed(ours: Parties) -> None:
    read_revocations(
        sign_revocations(signer(ours), number=9, serials=[], now=NOW), organisation=ours.organisation, now=NOW
    )


def test_a_list_signed_by_another_key_in_the_signers_name_is_refused(ours: Parties) -> None:
    forged = msgspec.msgpack.decode(sign_revocations(impostor(ours.signer), number=9, serials=[], now=NOW))
    forged["signer"] = ours.signer.certificate
    assert reason(msgspec.msgpack.encode(forged), ours.organisation) is Distrust.BAD_SIGNATURE


@pytest.mark.parametrize("number", [None, 0])
def test_a_list_without_a_number_is_refused(number: int | None, ours: Parties) -> None:
    name = certificate(ours.signer.certificate).subject
    builder = x509.CertificateRevocationListBuilder().issuer_name(name).last_update(NOW).next_update(NOW + MAX_AGE)
    if number is not None:
        builder = builder.add_extension(x509.CRLNumber(number), critical=False)
    crl = builder.sign(ours.signer.key, hashes.SHA256()).public_bytes(Encoding.DER)
    encoded = msgspec.msgpack.encode({"version": 1, "signer": ours.signer.certificate, "crl": crl})
    assert reason(encoded, ours.organisation) is Distrust.MALFORMED


def test_a_list_in_the_name_of_somebody_else_is_refused_though_the_signer_signed_it(ours: Parties) -> None:
    def encoded(issuer: bytes) -> bytes:
        builder = x509.CertificateRevocationListBuilder().issuer_name(certificate(issuer).subject)
        builder = builder.last_update(NOW).next_update(NOW + MAX_AGE).add_extension(x509.CRLNumber(9), critical=False)
        crl = builder.sign(ours.signer.key, hashes.SHA256()).public_bytes(Encoding.DER)
        return msgspec.msgpack.encode({"version": 1, "signer": ours.signer.certificate, "crl": crl})

    read_revocations(encoded(ours.signer.certificate), organisation=ours.organisation, now=NOW)
    assert reason(encoded(ours.technicians.certificate), ours.organisation) is Distrust.WRONG_ROOT
