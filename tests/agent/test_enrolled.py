from datetime import timedelta
from pathlib import Path

import pytest

from agent import enrolled
from agent.errors import EnrolmentError
from agent.place import Place
from protocol.trust import Bundle, TrustError, new_key
from protocol.trust.issue import issue_device
from protocol.trust.profile import DEVICE_LIFETIME
from tests.parties import NOW, Parties

PARTIES = Parties()


def bundle(token: str = "t" * 43) -> Bundle:
    return Bundle(organisation=PARTIES.organisation, token=token, expires_at=NOW + timedelta(days=1))


def granted(applicant: enrolled.Applicant) -> tuple[bytes, ...]:
    key = applicant.key.public_key()
    return issue_device(PARTIES.devices, key, identifier="laptop", label="Laptop", now=NOW)


def test_a_computer_without_a_bundle_is_nobody(tmp_path: Path) -> None:
    assert enrolled.load(Place(tmp_path)) is None


def test_the_key_is_on_disk_before_it_is_used_and_the_same_after_a_restart(tmp_path: Path) -> None:
    applicant = enrolled.apply(Place(tmp_path), bundle(), None, NOW)
    again = enrolled.load(Place(tmp_path))
    assert isinstance(applicant, enrolled.Applicant)
    assert isinstance(again, enrolled.Applicant)
    assert again.key.private_numbers() == applicant.key.private_numbers()
    third = enrolled.apply(Place(tmp_path), bundle("u" * 43), again, NOW)
    assert isinstance(third, enrolled.Applicant)
    assert third.key.private_numbers() == applicant.key.private_numbers()


def test_once_granted_the_certificate_stays_and_the_secret_goes(tmp_path: Path) -> None:
    place = Place(tmp_path)
    applicant = enrolled.apply(place, bundle(), None, NOW)
    assert isinstance(applicant, enrolled.Applicant)
    member = enrolled.accept(place, applicant, granted(applicant), NOW)
    again = enrolled.load(Place(tmp_path))
    assert isinstance(again, enrolled.Member)
    assert again.identity.leaf == member.identity.leaf
    assert not any(b"t" * 43 in path.read_bytes() for path in tmp_path.iterdir())


def test_a_certificate_for_another_key_is_not_taken(tmp_path: Path) -> None:
    place = Place(tmp_path)
    applicant = enrolled.apply(place, bundle(), None, NOW)
    assert isinstance(applicant, enrolled.Applicant)
    other = enrolled.Applicant(applicant.bundle, new_key())
    with pytest.raises(TrustError):
        enrolled.accept(place, applicant, granted(other), NOW)
    assert isinstance(enrolled.load(place), enrolled.Applicant)


def test_a_members_new_bundle_may_bring_a_new_address_and_nothing_else(tmp_path: Path) -> None:
    place = Place(tmp_path)
    applicant = enrolled.apply(place, bundle(), None, NOW)
    assert isinstance(applicant, enrolled.Applicant)
    member = enrolled.accept(place, applicant, granted(applicant), NOW)
    moved = enrolled.reached_at(member, "wss://elsewhere.example.org")
    again = enrolled.apply(place, Bundle(moved.organisation, "u" * 43, NOW + timedelta(days=1)), member, NOW)
    assert isinstance(again, enrolled.Member)
    assert again.organisation.relay_url == "wss://elsewhere.example.org"
    assert again.identity == member.identity


def test_a_stored_certificate_that_is_damaged_gets_one_sentence(tmp_path: Path) -> None:
    place = Place(tmp_path)
    applicant = enrolled.apply(place, bundle(), None, NOW)
    assert isinstance(applicant, enrolled.Applicant)
    enrolled.accept(place, applicant, granted(applicant), NOW)
    place.write("identity.json", b"{}")
    with pytest.raises(EnrolmentError, match="call your help desk"):
        enrolled.load(place)


def test_a_bundle_helps_a_computer_whose_certificate_has_ended_and_it_keeps_its_key(tmp_path: Path) -> None:
    place = Place(tmp_path)
    applicant = enrolled.apply(place, bundle(), None, NOW)
    assert isinstance(applicant, enrolled.Applicant)
    member = enrolled.accept(place, applicant, granted(applicant), NOW)
    late = NOW + DEVICE_LIFETIME + timedelta(seconds=1)
    again = enrolled.apply(place, bundle("u" * 43), member, late)
    assert isinstance(again, enrolled.Applicant)
    assert again.key.private_numbers() == applicant.key.private_numbers()
    assert isinstance(enrolled.load(place), enrolled.Applicant)  # also after a restart


def test_a_renewed_certificate_is_there_after_a_restart_and_one_for_another_key_is_refused(tmp_path: Path) -> None:
    place = Place(tmp_path)
    applicant = enrolled.apply(place, bundle(), None, NOW)
    assert isinstance(applicant, enrolled.Applicant)
    member = enrolled.accept(place, applicant, granted(applicant), NOW)
    with pytest.raises(TrustError):
        enrolled.renewed(place, member, PARTIES.laptop.chain, NOW)
    next_one = granted(applicant)
    enrolled.renewed(place, member, next_one, NOW)
    known = enrolled.load(place)
    assert isinstance(known, enrolled.Member)
    assert known.identity.chain == next_one
