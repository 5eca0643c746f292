"""More than 200 certificates that must not be believed, each beside a good one that is."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from protocol.trust import Distrust, Party, Role, TrustError, verify_chain
from protocol.trust.der import certificate
from protocol.trust.profile import subtree_constraint
from protocol.trust.revocation import read_revocations, sign_revocations
from tests.parties import NOW, Parties, serial
from tests.protocol.trust.forge import Leaf, intermediate
from tests.protocol.trust.forged import FORGED, TECHNICIAN, Chain, dns, leaf, under, unknown_extension

YEAR = timedelta(days=365)


def judge(
    ours: Parties, chain: Chain, *, role: Role = Role.TECHNICIAN, now: datetime = NOW, revoked: tuple[int, ...] = ()
) -> Party:
    """The verdict at `now`, with a list fresh at that time: only the certificates are in question."""
    encoded = sign_revocations(ours.signer, number=7, serials=revoked, now=NOW)
    revocations = read_revocations(encoded, organisation=ours.organisation, now=NOW)
    fresh = type(revocations)(revocations.number, now, revocations.serials, revocations.encoded)
    return verify_chain(chain, organisation=ours.organisation, role=role, now=now, revocations=fresh)


TIMES: dict[str, tuple[Distrust, timedelta]] = {
    "a second after its end": (Distrust.EXPIRED, timedelta(days=90, seconds=1)),
    "a year later": (Distrust.EXPIRED, YEAR),
    "ten years later": (Distrust.EXPIRED, 10 * YEAR),
    "a second before its begin": (Distrust.NOT_YET_VALID, -timedelta(hours=1, seconds=1)),
    "a year earlier": (Distrust.NOT_YET_VALID, -YEAR),
    "ten years earlier": (Distrust.NOT_YET_VALID, -10 * YEAR),
}


def broken_bytes() -> Iterator[tuple[str, int, int, int]]:
    """Which certificate of the chain to break, how, and where: seeded, so that a failure can be repeated."""
    dice = random.Random(45)
    for turn in range(120):
        yield f"flip {turn}", turn % 2, dice.randrange(10**6), 1 << dice.randrange(8)
    for turn in range(40):
        yield f"cut {turn}", turn % 2, dice.randrange(10**6), 0


BROKEN = {name: (which, where, mask) for name, which, where, mask in broken_bytes()}


def refused(ours: Parties, chain: Chain, **circumstances: object) -> Distrust:
    with pytest.raises(TrustError) as caught:
        judge(ours, chain, **circumstances)  # type: ignore[arg-type]
    sentence = str(caught.value)
    assert sentence[0].isupper()
    assert sentence.endswith((".", "?"))
    return caught.value.reason


@pytest.mark.parametrize("case", FORGED)
def test_a_forged_certificate_is_refused_for_its_reason(case: str, ours: Parties, theirs: Parties) -> None:
    reason, make = FORGED[case]
    assert refused(ours, make(ours, theirs)) is reason


@pytest.mark.parametrize("case", BROKEN)
def test_a_certificate_with_a_bit_flipped_or_its_end_cut_off_is_refused(case: str, ours: Parties) -> None:
    which, where, mask = BROKEN[case]
    chain = list(ours.jana.chain)
    data = bytearray(chain[which])
    if mask:
        data[where % len(data)] ^= mask
    else:
        del data[where % len(data) :]
    chain[which] = bytes(data)
    refused(ours, tuple(chain))


def test_every_bit_outside_the_signed_part_counts_too(ours: Parties) -> None:
    for which, data in enumerate(ours.jana.chain):
        signed = certificate(data).tbs_certificate_bytes
        begin = data.index(signed)
        for place in (*range(begin), *range(begin + len(signed), len(data))):
            for bit in range(8):
                chain = list(ours.jana.chain)
                chain[which] = data[:place] + bytes((data[place] ^ 1 << bit,)) + data[place + 1 :]
                refused(ours, tuple(chain))


def test_a_signature_that_says_its_last_bit_is_unused_is_refused(ours: Parties) -> None:
    """The library takes it when that bit is zero; then one certificate would have two fingerprints."""
    even = next(data for data in iter(lambda: Leaf().signed(ours.technicians), b"") if data[-1] % 2 == 0)
    place = len(even) - len(certificate(even).signature) - 1
    assert even[place] == 0
    judge(ours, (even, ours.technicians.certificate))
    twin = even[:place] + b"\1" + even[place + 1 :]
    assert refused(ours, (twin, ours.technicians.certificate)) is Distrust.MALFORMED


@pytest.mark.parametrize("case", TIMES)
@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.DEVICE])
def test_no_certificate_is_good_outside_its_time(case: str, role: Role, ours: Parties) -> None:
    reason, shift = TIMES[case]
    identity = ours.jana if role is Role.TECHNICIAN else ours.laptop
    if role is Role.DEVICE and timedelta() < shift < YEAR:
        shift += timedelta(days=275)  # a device's certificate lives a year, a technician's 90 days
    if role is Role.DEVICE and shift == YEAR:
        shift += timedelta(seconds=1)
    assert refused(ours, identity.chain, role=role, now=NOW + shift) is reason


@pytest.mark.parametrize("years", range(-10, 11))
def test_with_the_clock_wrong_by_years_nothing_is_accepted(years: int, ours: Parties) -> None:
    if years == 0:
        judge(ours, ours.jana.chain)
        judge(ours, ours.laptop.chain, role=Role.DEVICE)
    else:
        shifted = NOW + years * YEAR + timedelta(days=1 if years > 0 else 0)
        refused(ours, ours.jana.chain, now=shifted)
        refused(ours, ours.laptop.chain, role=Role.DEVICE, now=shifted)


def test_an_expired_authority_certifies_nobody(ours: Parties) -> None:
    short = intermediate(ours.root, constraint=subtree_constraint(TECHNICIAN), end=NOW + timedelta(days=1))
    chain = (Leaf().signed(short), short.certificate)
    judge(ours, chain)
    assert refused(ours, chain, now=NOW + timedelta(days=2)) is Distrust.EXPIRED


def test_under_a_root_that_has_expired_nobody_is_certified(ours: Parties) -> None:
    end = certificate(ours.root.certificate).not_valid_after_utc
    late = end + YEAR
    longer = intermediate(ours.root, constraint=subtree_constraint(TECHNICIAN), end=late)
    chain = (Leaf(end=late).signed(longer), longer.certificate)
    judge(ours, chain, now=end)
    assert refused(ours, chain, now=end + timedelta(seconds=1)) is Distrust.EXPIRED


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.DEVICE])
def test_a_revoked_certificate_is_refused(role: Role, ours: Parties) -> None:
    identity = ours.jana if role is Role.TECHNICIAN else ours.laptop
    judge(ours, identity.chain, role=role, revoked=(serial(identity) + 1,))
    assert refused(ours, identity.chain, role=role, revoked=(serial(identity),)) is Distrust.REVOKED


def test_everybody_under_a_revoked_authority_is_refused(ours: Parties) -> None:
    number = certificate(ours.technicians.certificate).serial_number
    assert refused(ours, ours.jana.chain, revoked=(number,)) is Distrust.REVOKED


def test_nobody_is_accepted_in_the_role_of_the_revocation_signer(ours: Parties) -> None:
    tree = intermediate(ours.root, constraint=subtree_constraint(Role.REVOCATION.subtree))
    made = Leaf(names=dns("signer.revocation.athand.internal")).signed(tree)
    for chain in (ours.jana.chain, (ours.signer.certificate, ours.root.certificate), (made, tree.certificate)):
        assert refused(ours, chain, role=Role.REVOCATION) is Distrust.WRONG_ROLE


def test_the_good_certificate_beside_all_these_is_accepted(ours: Parties, theirs: Parties) -> None:
    """The control: the same forger, with nothing changed, makes a certificate that is believed."""
    party = judge(ours, leaf()(ours, theirs))
    assert (party.role, party.identifier, party.name) == (Role.TECHNICIAN, "jana", "Jana Nováková")
    assert (party.title, party.phone, party.organisation) == ("Support engineer", "+420 123 456", "Example GmbH")
    judge(ours, leaf(more=unknown_extension(critical=False))(ours, theirs))
    judge(ours, under(constraint=subtree_constraint(TECHNICIAN))(ours, theirs))


def test_there_are_more_than_200_cases() -> None:
    assert len(FORGED) + len(BROKEN) + 2 * len(TIMES) + 21 > 200
