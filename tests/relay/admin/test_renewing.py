"""The way of a technician's next certificate, with the relay's folder and the admin's commands."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from protocol.trust import (
    Bundle,
    Distrust,
    Granted,
    Identity,
    Invitation,
    Party,
    Refused,
    Role,
    Waiting,
    make_device_request,
    make_renewal,
    make_request,
    new_key,
    read_revocations,
    verify_chain,
)
from relay.admin import files
from relay.admin.folder import RelayFolder
from relay.admin.home import Home
from tests.parties import Parties, serial
from tests.relay.admin.conftest import RELAY_PASSPHRASE, Admin

JANA = ("--name", "Jana Nováková", "--title", "Support engineer", "--phone", "+420 123 456")


def enrol(folder: RelayFolder, request: object) -> object:
    return folder.enrol(request, folder.device_authority(RELAY_PASSPHRASE), now=datetime.now(UTC))  # type: ignore[arg-type]


def jana(admin: Admin, folder: RelayFolder, path: Path) -> tuple[Invitation, Identity]:
    assert admin("invite", *JANA, "--output", path).code == 0
    invitation, key = Invitation.decode(path.read_bytes()), new_key()
    enrol(folder, make_request(invitation, key))
    assert admin("approve").code == 0
    answer = enrol(folder, make_request(invitation, key))
    assert isinstance(answer, Granted)
    return invitation, Identity(answer.chain, key)


def verified(folder: RelayFolder, invitation: Invitation, identity: Identity) -> Party:
    now, organisation = datetime.now(UTC), invitation.organisation
    revocations = read_revocations(folder.revocations(), organisation=organisation, now=now)
    return verify_chain(
        identity.chain, organisation=organisation, role=Role.TECHNICIAN, now=now, revocations=revocations
    )


def test_a_technician_renews_again_and_again_with_the_same_key(
    admin: Admin, folder: RelayFolder, tmp_path: Path
) -> None:
    invitation, identity = jana(admin, folder, tmp_path / "jana")
    first = verified(folder, invitation, identity)
    for number in (2, 3):
        before = identity
        assert enrol(folder, make_renewal(before)) == Waiting()
        assert "Renewed Jana Nováková, Support engineer; valid until" in admin("approve").out
        answer = enrol(folder, make_renewal(before))
        assert isinstance(answer, Granted)
        identity = Identity(answer.chain, before.key)
        renewed = verified(folder, invitation, identity)
        assert (renewed.identifier, renewed.name, renewed.scopes) == (first.identifier, first.name, first.scopes)
        assert len({serial(before), serial(identity)}) == 2
        (person,) = Home(folder.path.parent).register().people
        assert len(person.certificates) == number
    assert "No request is waiting" in admin("approve").out


def test_who_is_revoked_loses_every_certificate_and_gets_no_other(
    admin: Admin, folder: RelayFolder, tmp_path: Path
) -> None:
    invitation, old = jana(admin, folder, tmp_path / "jana")
    enrol(folder, make_renewal(old))
    assert admin("approve").code == 0
    answer = enrol(folder, make_renewal(old))
    assert isinstance(answer, Granted)
    new = Identity(answer.chain, old.key)
    enrol(folder, make_renewal(new))  # lies in the mailbox when she leaves
    assert admin("revoke", "Jana Nováková").code == 0
    now = datetime.now(UTC)
    revoked = read_revocations(folder.revocations(), organisation=invitation.organisation, now=now).serials
    assert {serial(old), serial(new)} <= revoked
    refused = enrol(folder, make_renewal(new))
    assert isinstance(refused, Refused)
    assert refused.reason is Distrust.REVOKED
    assert "No request is waiting" in admin("approve").out


def test_who_was_revoked_so_long_ago_that_the_list_forgot_it_is_refused_by_the_register(
    admin: Admin, folder: RelayFolder, tmp_path: Path
) -> None:
    _, identity = jana(admin, folder, tmp_path / "jana")
    home = Home(folder.path.parent)
    register = home.register()
    (person,) = register.people
    enrol(folder, make_renewal(identity))
    home.save_register(register.person_revoked(person.identifier, datetime.now(UTC)))  # and no list names it
    outcome = admin("approve")
    assert "Not renewed: Jana Nováková was revoked on" in outcome.err
    assert isinstance(enrol(folder, make_renewal(identity)), Refused)


def test_a_certificate_that_the_register_does_not_know_is_not_renewed(
    admin: Admin, folder: RelayFolder, tmp_path: Path
) -> None:
    _, identity = jana(admin, folder, tmp_path / "jana")
    home = Home(folder.path.parent)
    register = home.register()
    (person,) = register.people
    enrol(folder, make_renewal(identity))
    home.save_register(msgspec.structs.replace(register, people=(msgspec.structs.replace(person, certificates=()),)))
    assert "this register never gave Jana Nováková that certificate" in admin("approve").err
    assert enrol(folder, make_renewal(identity)) == Waiting()


def test_a_stranger_cannot_file_a_renewal(admin: Admin, folder: RelayFolder, tmp_path: Path) -> None:
    jana(admin, folder, tmp_path / "jana")
    refused = enrol(folder, make_renewal(Parties(now=datetime.now(UTC)).jana))
    assert isinstance(refused, Refused)
    assert refused.reason is Distrust.WRONG_ROOT
    assert not list(folder.mailbox.glob("*.request"))


def test_what_a_revoked_device_was_given_meanwhile_is_on_the_next_list(
    admin: Admin, folder: RelayFolder, tmp_path: Path
) -> None:
    assert admin("bundle", "--output", tmp_path / "b").code == 0
    key = new_key()
    request = make_device_request(Bundle.decode((tmp_path / "b").read_bytes()), key, "Stolen")
    assert isinstance(enrol(folder, request), Granted)
    (known,) = folder.devices()
    assert admin("revoke", "Stolen").code == 0
    files.append(folder.devices_file, msgspec.json.encode(msgspec.structs.replace(known, serial="abc")))  # now fetched
    assert admin("refresh").code == 0
    organisation = Home(folder.path.parent).organisation()
    revoked = read_revocations(folder.revocations(), organisation=organisation, now=datetime.now(UTC)).serials
    assert revoked == {int(known.serial, 16), 0xABC}
