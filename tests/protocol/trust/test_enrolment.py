"""How a key gets its certificate: an invitation once for a technician, a bundle's token for a device."""

import secrets
from datetime import timedelta

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from protocol.scopes import Scope
from protocol.trust import (
    Bundle,
    DeviceAuthority,
    DeviceRequest,
    Distrust,
    Granted,
    Identity,
    Invitation,
    Refused,
    Role,
    TechnicianRequest,
    Token,
    Tokens,
    TrustError,
    Waiting,
    decode_answer,
    decode_request,
    encode_answer,
    encode_request,
    make_device_request,
    make_request,
    new_key,
    verify_chain,
)
from protocol.trust.enrolment import DeviceRecord, OpenInvitation, check_request, hash_token
from protocol.trust.profile import BACKDATED, DEVICE_LIFETIME, RENEWED_WITH_LEFT
from tests.parties import NOW, Parties

WEEK = timedelta(days=7)


def bundle(ours: Parties) -> Bundle:
    return Bundle(ours.organisation, secrets.token_urlsafe(32), NOW + WEEK)


def invitation(ours: Parties, *, secret: str | None = None) -> Invitation:
    return Invitation(
        organisation=ours.organisation,
        identifier="0123abcd",
        name="Jana Nováková",
        title="Support engineer",
        phone="+420 123 456",
        scopes=[Scope.SEE, Scope.CONTROL],
        secret=secret or secrets.token_urlsafe(32),
        expires_at=NOW + WEEK,
    )


def tokens(given: Bundle, *, devices: int = 2) -> Tokens:
    return Tokens((Token(hash_token(given.token), given.expires_at, devices),))


def csr(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def why(caught: pytest.ExceptionInfo[TrustError]) -> Distrust:
    return caught.value.reason


# --- devices
def test_a_device_with_a_bundle_gets_an_identity_that_verifies(ours: Parties) -> None:
    given, key = bundle(ours), new_key()
    request = decode_request(encode_request(make_device_request(given, key, "Eva's laptop")))
    assert isinstance(request, DeviceRequest)
    grant = DeviceAuthority(ours.devices, []).issue(request, tokens=tokens(given), now=NOW)
    answer = decode_answer(encode_answer(grant.answer))
    assert isinstance(answer, Granted)
    identity = Identity.accept(answer.chain, key, organisation=ours.organisation, role=Role.DEVICE, now=NOW)
    party = verify_chain(
        identity.chain, organisation=ours.organisation, role=Role.DEVICE, now=NOW, revocations=ours.revocations()
    )
    assert (party.name, party.identifier, f"{party.serial:x}") == (
        "Eva's laptop",
        grant.record.identifier,
        grant.record.serial,
    )
    assert (party.title, party.phone, party.scopes) == ("", "", frozenset())


def test_a_token_enrols_as_many_devices_as_it_says_and_no_more(ours: Parties) -> None:
    given = bundle(ours)
    authority = DeviceAuthority(ours.devices, [])
    records = [
        authority.issue(make_device_request(given, new_key(), name), tokens=tokens(given), now=NOW).record
        for name in ("one", "two")
    ]
    for full in (authority, DeviceAuthority(ours.devices, records)):  # also after a restart
        with pytest.raises(TrustError) as caught:
            full.issue(make_device_request(given, new_key(), "three"), tokens=tokens(given), now=NOW)
        assert why(caught) is Distrust.SPENT_TOKEN


def test_a_device_that_asks_again_gets_the_certificate_it_has(ours: Parties) -> None:
    given, key = bundle(ours), new_key()
    authority = DeviceAuthority(ours.devices, [])
    request = make_device_request(given, key, "PC")
    kept: list[DeviceRecord] = []
    other = bundle(ours)
    both = Tokens((*tokens(given, devices=1).tokens, *tokens(other).tokens))
    grants = [authority.issue(request, tokens=both, now=NOW, keep=kept.append) for _ in range(3)]
    again = DeviceAuthority(ours.devices, kept)  # after a restart, with another name and another bundle
    renamed = make_device_request(other, key, "another name")
    later = NOW + DEVICE_LIFETIME - (DEVICE_LIFETIME + BACKDATED) * RENEWED_WITH_LEFT - timedelta(seconds=1)
    grants += [again.issue(renamed, tokens=both, now=NOW, keep=kept.append)]
    assert {grant.answer for grant in grants} == {grants[0].answer}
    assert len(kept) == 1
    long = Tokens(tuple(msgspec.structs.replace(token, expires_at=later + WEEK) for token in both.tokens))
    assert again.issue(renamed, tokens=long, now=later, keep=kept.append).answer == grants[0].answer
    renewed = again.issue(request, tokens=long, now=later + timedelta(seconds=2), keep=kept.append)
    assert [record.serial for record in kept] == [grants[0].record.serial, renewed.record.serial]
    assert again.issue(request, tokens=long, now=later + timedelta(seconds=2)) == renewed


def test_a_device_whose_record_the_disk_did_not_take_was_not_certified(ours: Parties) -> None:
    given, authority = bundle(ours), DeviceAuthority(ours.devices, [])
    request = make_device_request(given, new_key(), "PC")
    kept: list[DeviceRecord] = []

    def full(_: DeviceRecord) -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        authority.issue(request, tokens=tokens(given), now=NOW, keep=full)
    authority.issue(request, tokens=tokens(given), now=NOW, keep=kept.append)
    assert len(kept) == 1  # and not answered from memory


def test_a_revoked_device_is_not_certified_again_with_its_key(ours: Parties) -> None:
    given, key = bundle(ours), new_key()
    authority = DeviceAuthority(ours.devices, [])
    request = make_device_request(given, key, "PC")
    serial = int(authority.issue(request, tokens=tokens(given), now=NOW).record.serial, 16)
    with pytest.raises(TrustError) as caught:
        authority.issue(request, tokens=tokens(given), now=NOW, revoked=frozenset({serial}))
    assert why(caught) is Distrust.REVOKED


@pytest.mark.parametrize("token", ["", "wrong", "x" * 10_000, "ä" * 43])
def test_a_wrong_token_enrols_nobody(token: str, ours: Parties) -> None:
    given = bundle(ours)
    request = DeviceRequest(token, csr(new_key()), "PC")
    with pytest.raises(TrustError) as caught:
        DeviceAuthority(ours.devices, []).issue(request, tokens=tokens(given), now=NOW)
    assert why(caught) is Distrust.UNKNOWN_TOKEN


def test_the_hash_that_the_relay_keeps_is_no_token(ours: Parties) -> None:
    given = bundle(ours)
    for stolen in (hash_token(given.token).hex(), hash_token(given.token).decode("latin-1")):
        with pytest.raises(TrustError):
            DeviceAuthority(ours.devices, []).issue(
                DeviceRequest(stolen, csr(new_key()), "PC"), tokens=tokens(given), now=NOW
            )


def test_a_token_past_its_time_enrols_nobody(ours: Parties) -> None:
    given = bundle(ours)
    request = make_device_request(given, new_key(), "PC")
    authority = DeviceAuthority(ours.devices, [])
    authority.issue(request, tokens=tokens(given), now=given.expires_at)
    with pytest.raises(TrustError) as caught:
        authority.issue(request, tokens=tokens(given), now=given.expires_at + timedelta(seconds=1))
    assert why(caught) is Distrust.EXPIRED_TOKEN


@pytest.mark.parametrize("label", ["", "PC\n", "PC\u202e", "x" * 65])
def test_a_label_that_may_not_be_shown_enrols_nobody(label: str, ours: Parties) -> None:
    given = bundle(ours)
    with pytest.raises(TrustError):
        make_device_request(given, new_key(), label if label != "PC\n" else "PC\nx")
    with pytest.raises(TrustError):
        DeviceAuthority(ours.devices, []).issue(
            DeviceRequest(given.token, csr(new_key()), label), tokens=tokens(given), now=NOW
        )


def test_a_key_must_be_proven_and_of_the_right_kind(ours: Parties) -> None:
    given = bundle(ours)
    authority = DeviceAuthority(ours.devices, [])
    good = csr(new_key())
    broken = good[:-1] + bytes((good[-1] ^ 1,))
    for wrong in (
        broken,
        csr(ec.generate_private_key(ec.SECP384R1())),
        csr(rsa.generate_private_key(65537, 2048)),
        b"",
    ):
        with pytest.raises(TrustError):
            authority.issue(DeviceRequest(given.token, wrong, "PC"), tokens=tokens(given), now=NOW)
    authority.issue(DeviceRequest(given.token, good, "PC"), tokens=tokens(given), now=NOW)


# --- technicians
def test_a_request_made_with_the_invitation_is_believed(ours: Parties) -> None:
    given, key = invitation(ours), new_key()
    request = decode_request(encode_request(make_request(Invitation.decode(given.encode()), key)))
    assert isinstance(request, TechnicianRequest)
    assert check_request(request, given, now=NOW) == key.public_key()


def test_whoever_does_not_hold_the_invitation_gets_no_certificate(ours: Parties) -> None:
    given = invitation(ours)
    guessed = make_request(invitation(ours), new_key())
    with pytest.raises(TrustError) as caught:
        check_request(guessed, given, now=NOW)
    assert why(caught) is Distrust.BAD_SIGNATURE


def test_the_relay_cannot_put_its_own_key_into_a_request(ours: Parties) -> None:
    given = invitation(ours)
    request = make_request(given, new_key())
    swapped = TechnicianRequest(request.invitation, csr(new_key()), request.mac)
    with pytest.raises(TrustError) as caught:
        check_request(swapped, given, now=NOW)
    assert why(caught) is Distrust.BAD_SIGNATURE


def test_an_invitation_is_good_for_its_week(ours: Parties) -> None:
    given = invitation(ours)
    request = make_request(given, new_key())
    check_request(request, given, now=NOW + WEEK)
    with pytest.raises(TrustError) as caught:
        check_request(request, given, now=NOW + WEEK + timedelta(seconds=1))
    assert why(caught) is Distrust.EXPIRED_TOKEN


def test_a_request_for_another_invitation_is_not_taken(ours: Parties) -> None:
    given = invitation(ours)
    other = msgspec.structs.replace(given, identifier="other")
    with pytest.raises(TrustError) as caught:
        check_request(make_request(other, new_key()), given, now=NOW)
    assert why(caught) is Distrust.UNKNOWN_TOKEN


def test_the_relay_takes_requests_for_open_invitations_only(ours: Parties) -> None:
    request = make_request(invitation(ours), new_key())
    Tokens((), (OpenInvitation("0123abcd", NOW + WEEK),)).expects(request, NOW)
    for wrong in (
        Tokens(),
        Tokens((), (OpenInvitation("0123abcd", NOW - WEEK),)),
        Tokens((), (OpenInvitation("x", NOW + WEEK),)),
    ):
        with pytest.raises(TrustError):
            wrong.expects(request, NOW)


@pytest.mark.parametrize("identifier", ["../../etc/passwd", "", ".", "a/b", "a\0", "A", "x" * 64])
def test_an_identifier_that_could_leave_the_mailbox_is_refused(identifier: str) -> None:
    with pytest.raises(TrustError):
        decode_request(encode_request(TechnicianRequest(identifier, b"", b"")))


def test_answers_arrive_as_they_were_sent() -> None:
    for answer in (Granted((b"a", b"b")), Waiting(), Refused(Distrust.SPENT_TOKEN, "No.")):
        assert decode_answer(encode_answer(answer)) == answer


def test_a_certificate_for_another_key_or_role_is_not_accepted(ours: Parties, theirs: Parties) -> None:
    def accept(chain: tuple[bytes, ...], role: Role) -> None:
        Identity.accept(chain, ours.jana.key, organisation=ours.organisation, role=role, now=NOW)

    accept(ours.jana.chain, Role.TECHNICIAN)
    for chain, role in (
        (ours.laptop.chain, Role.DEVICE),
        (ours.jana.chain, Role.DEVICE),
        (theirs.jana.chain, Role.TECHNICIAN),
    ):
        with pytest.raises(TrustError):
            accept(chain, role)


def test_the_bundle_and_the_worst_request_stay_small(ours: Parties) -> None:
    given = bundle(ours)
    assert len(encode_request(make_device_request(given, new_key(), "山" * 64))) < 1024
    assert len(given.encode()) < 2048
