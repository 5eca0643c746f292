from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.trust import (
    DeviceAuthority,
    Distrust,
    Identity,
    RenewalRequest,
    TrustError,
    check_renewal,
    decode_request,
    encode_request,
    is_due,
    make_renewal,
    new_key,
    verify_chain,
)
from protocol.trust.der import certificate
from protocol.trust.enrolment import DeviceRecord, device_identifier
from protocol.trust.issue import issue_device
from protocol.trust.names import MAX_TEXT_BYTES, Role
from protocol.trust.profile import BACKDATED, DEVICE_LIFETIME, RENEWED_WITH_LEFT, TECHNICIAN_LIFETIME
from protocol.trust.proof import prove
from tests.parties import NOW, Parties, serial

OURS = Parties()
LONGEST = "𒀀" * (MAX_TEXT_BYTES // 4)
LONG_AGO = NOW - DEVICE_LIFETIME * (1 - RENEWED_WITH_LEFT) - timedelta(days=1)


def device(parties: Parties = OURS, *, issued_ago: timedelta = timedelta()) -> Identity:
    key = new_key()
    identifier = device_identifier(key.public_key())
    chain = issue_device(parties.devices, key.public_key(), identifier=identifier, label="PC", now=NOW - issued_ago)
    return Identity(chain, key)


def refused(request: RenewalRequest, **more: frozenset[int]) -> Distrust:
    with pytest.raises(TrustError) as caught:
        check_renewal(request, organisation=OURS.organisation, now=NOW, **more)
    return caught.value.reason


def test_a_renewal_survives_the_wire_and_names_who_asks() -> None:
    request = make_renewal(OURS.jana)
    sent = decode_request(encode_request(request))
    assert sent == request
    renewing = check_renewal(request, organisation=OURS.organisation, now=NOW)
    assert (renewing.party.identifier, renewing.party.role) == ("jana", Role.TECHNICIAN)
    assert renewing.key == OURS.jana.key.public_key()


def test_a_technician_with_the_longest_names_can_ask() -> None:
    long = OURS.technician("x" * 32, LONGEST)
    sent = decode_request(encode_request(make_renewal(long)))
    assert isinstance(sent, RenewalRequest)
    assert check_renewal(sent, organisation=OURS.organisation, now=NOW).party.name == LONGEST


@given(st.integers(0, int((TECHNICIAN_LIFETIME + BACKDATED).total_seconds())))
def test_a_certificate_is_due_in_the_last_third_of_its_life_and_not_before(left_s: int) -> None:
    left = timedelta(seconds=left_s)
    due = is_due(OURS.jana.leaf, now=NOW + TECHNICIAN_LIFETIME - left)
    assert due is (left < (TECHNICIAN_LIFETIME + BACKDATED) / 3)


def test_who_has_the_certificate_but_not_its_key_is_refused() -> None:
    assert refused(RenewalRequest(OURS.jana.chain, prove(new_key()))) is Distrust.WRONG_KEY


def test_another_organisations_certificate_is_refused() -> None:
    assert refused(make_renewal(Parties(name="Mallory Ltd").jana)) is Distrust.WRONG_ROOT


def test_a_revoked_certificate_is_refused() -> None:
    assert refused(make_renewal(OURS.jana), revoked=frozenset({serial(OURS.jana)})) is Distrust.REVOKED


def test_a_certificate_of_a_revoked_authority_is_refused() -> None:
    authority = certificate(OURS.technicians.certificate).serial_number
    assert refused(make_renewal(OURS.jana), revoked=frozenset({authority})) is Distrust.REVOKED


def test_a_request_without_a_certificate_is_refused() -> None:
    assert refused(RenewalRequest((), prove(OURS.jana.key))) is Distrust.MALFORMED


def test_an_ended_certificate_serves_a_technician_whom_a_person_looks_up_and_no_device() -> None:
    late = NOW - TECHNICIAN_LIFETIME - timedelta(minutes=1)
    ended = OURS.technician("jana", "Jana", now=late)
    assert check_renewal(make_renewal(ended), organisation=OURS.organisation, now=NOW).party.identifier == "jana"
    assert refused(make_renewal(device(issued_ago=DEVICE_LIFETIME + timedelta(minutes=1)))) is Distrust.EXPIRED


def test_a_device_gets_the_same_name_for_as_long_again_and_once_only() -> None:
    old = device(issued_ago=NOW - LONG_AGO)
    authority, kept = DeviceAuthority(OURS.devices, []), list[DeviceRecord]()
    renewing = check_renewal(make_renewal(old), organisation=OURS.organisation, now=NOW)
    granted = authority.renew(renewing, now=NOW, revoked=frozenset(), keep=kept.append)
    again = authority.renew(renewing, now=NOW, revoked=frozenset(), keep=kept.append)
    assert again == granted
    assert [record.identifier for record in kept] == [renewing.party.identifier]
    new = Identity.accept(granted.answer.chain, old.key, organisation=OURS.organisation, role=Role.DEVICE, now=NOW)
    party = verify_chain(
        new.chain, organisation=OURS.organisation, role=Role.DEVICE, now=NOW, revocations=OURS.revocations()
    )
    assert (party.identifier, party.name) == (renewing.party.identifier, renewing.party.name)
    assert party.not_after == (NOW + DEVICE_LIFETIME).replace(microsecond=0)


def test_a_device_that_was_revoked_under_its_newer_certificate_does_not_renew_the_older_one() -> None:
    old = device(issued_ago=NOW - LONG_AGO)
    authority, kept = DeviceAuthority(OURS.devices, []), list[DeviceRecord]()
    renewing = check_renewal(make_renewal(old), organisation=OURS.organisation, now=NOW)
    authority.renew(renewing, now=NOW, revoked=frozenset(), keep=kept.append)
    revoked = frozenset({int(kept[0].serial, 16)})
    with pytest.raises(TrustError) as caught:
        DeviceAuthority(OURS.devices, kept).renew(renewing, now=NOW, revoked=revoked)
    assert caught.value.reason is Distrust.REVOKED


def test_a_device_is_not_certified_under_another_devices_name() -> None:
    renewing = check_renewal(make_renewal(device()), organisation=OURS.organisation, now=NOW)
    other = msgspec.structs.replace(renewing.party, identifier="laptop")
    with pytest.raises(TrustError) as caught:
        DeviceAuthority(OURS.devices, []).renew(type(renewing)(other, renewing.key), now=NOW, revoked=frozenset())
    assert caught.value.reason is Distrust.WRONG_KEY
