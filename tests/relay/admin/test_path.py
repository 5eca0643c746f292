"""The admin's whole path, with the relay's folder, a console's and an agent's part played by the same code they run."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from protocol.scopes import Scope
from protocol.trust import (
    Bundle,
    DeviceAuthority,
    Distrust,
    Granted,
    Identity,
    Invitation,
    Organisation,
    Party,
    Refused,
    Role,
    TrustError,
    Waiting,
    make_device_request,
    make_request,
    new_key,
    read_revocations,
    revocation,
    sign_revocations,
    verify_chain,
)
from protocol.trust.enrolment import key_fingerprint
from relay.admin.folder import MAX_KEYS, RelayFolder, identifier_of
from relay.admin.home import OFFLINE_VARIABLE, REFRESH_VARIABLE, REVOCATION, Home
from tests.relay.admin.conftest import OFFLINE_PASSPHRASE, RELAY_PASSPHRASE, Admin

JANA = ("--name", "Jana Nováková", "--title", "Support engineer", "--phone", "+420 123 456")


def now() -> datetime:
    return datetime.now(UTC)


def invite(admin: Admin, path: Path, *more: str) -> Invitation:
    assert admin("invite", *JANA, "--output", path, *more).code == 0
    return Invitation.decode(path.read_bytes())


def bundle(admin: Admin, path: Path, *more: str) -> Bundle:
    assert admin("bundle", "--output", path, *more).code == 0
    return Bundle.decode(path.read_bytes())


def authority(folder: RelayFolder) -> DeviceAuthority:
    return folder.device_authority(RELAY_PASSPHRASE)


def technician(admin: Admin, folder: RelayFolder, invitation: Invitation) -> Identity:
    key = new_key()
    request = make_request(invitation, key)
    assert folder.enrol(request, authority(folder), now=now()) == Waiting()
    assert "Approved Jana Nováková" in admin("approve").out
    answer = folder.enrol(request, authority(folder), now=now())
    assert isinstance(answer, Granted)
    return Identity.accept(answer.chain, key, organisation=invitation.organisation, role=Role.TECHNICIAN, now=now())


def device(folder: RelayFolder, bundle: Bundle, label: str) -> Identity:
    key = new_key()
    answer = folder.enrol(make_device_request(bundle, key, label), authority(folder), now=now())
    assert isinstance(answer, Granted), answer
    return Identity.accept(answer.chain, key, organisation=bundle.organisation, role=Role.DEVICE, now=now())


def verified(folder: RelayFolder, organisation: Organisation, identity: Identity, role: Role) -> Party:
    revocations = read_revocations(folder.revocations(), organisation=organisation, now=now())
    return verify_chain(identity.chain, organisation=organisation, role=role, now=now(), revocations=revocations)


def test_p45_an_invited_technician_is_certified_with_name_title_and_phone(
    admin: Admin, folder: RelayFolder, tmp_path: Path
) -> None:
    invitation = invite(admin, tmp_path / "jana", "--scope", "see", "--scope", "control")
    identity = technician(admin, folder, invitation)
    party = verified(folder, invitation.organisation, identity, Role.TECHNICIAN)
    assert (party.name, party.title, party.phone) == ("Jana Nováková", "Support engineer", "+420 123 456")
    assert (party.organisation, party.scopes) == ("Müller & Söhne", frozenset({Scope.SEE, Scope.CONTROL}))
    assert "Jana Nováková, Support engineer, +420 123 456: active" in admin("staff").out


@pytest.mark.parametrize("missing", ["--name", "--title", "--phone"])
@pytest.mark.parametrize("blank", [None, "", "  "])
def test_p45_nobody_is_invited_without_name_title_and_phone(
    missing: str, blank: str | None, admin: Admin, home: Path, tmp_path: Path
) -> None:
    pairs = dict(zip(JANA[::2], JANA[1::2], strict=True))
    if blank is None:
        del pairs[missing]
    else:
        pairs[missing] = blank
    said = admin("invite", *(part for pair in pairs.items() for part in pair), "--output", tmp_path / "x").said()
    assert missing.removeprefix("--") in said
    assert not (tmp_path / "x").exists()
    assert Home(home).register().people == ()


def test_an_invitation_works_once(admin: Admin, folder: RelayFolder, tmp_path: Path) -> None:
    invitation = invite(admin, tmp_path / "jana")
    technician(admin, folder, invitation)
    assert "approve" not in admin("staff").out
    thief = new_key()
    again = folder.enrol(make_request(invitation, thief), authority(folder), now=now())
    assert isinstance(again, Refused)
    assert "opened on another computer, too" in again.sentence
    assert "No request is waiting" in admin("approve").out


def test_an_invitation_opened_on_two_computers_is_approved_for_the_key_the_admin_names_only(
    admin: Admin, folder: RelayFolder, tmp_path: Path
) -> None:
    invitation = invite(admin, tmp_path / "jana")
    requests = [make_request(invitation, new_key()) for _ in range(2)]
    for request in requests:
        assert folder.enrol(request, authority(folder), now=now()) == Waiting()
    hers, his = (key_fingerprint(request) for request in requests)
    assert "; opened on 2 computers (" in admin("staff").out
    for arguments in ((), (invitation.identifier,), ("--key", "")):
        outcome = admin("approve", *arguments)
        assert outcome.code == 2
        assert "--key" in outcome.err or "Several" in outcome.err
    assert hers in admin("approve").err
    assert his in admin("approve").err
    assert admin("approve", "--key", "nothing").said() == "No request waits with the key nothing."
    assert hers in admin("approve", "jana nováková", "--key", hers).out
    assert isinstance(folder.enrol(requests[0], authority(folder), now=now()), Granted)
    late = folder.enrol(requests[1], authority(folder), now=now())
    assert isinstance(late, Refused)
    assert "opened on another computer, too" in late.sentence
    assert list(folder.mailbox.glob("*.request")) == []


def test_a_forged_request_beside_the_true_one_is_dropped_and_the_true_one_approved(
    admin: Admin, folder: RelayFolder, tmp_path: Path
) -> None:
    invitation = invite(admin, tmp_path / "jana")
    other = make_request(invite(admin, tmp_path / "other", "--again"), new_key())
    forged = type(other)(invitation.identifier, other.csr, other.mac)
    assert folder.enrol(forged, authority(folder), now=now()) == Waiting()
    technician(admin, folder, invitation)


@pytest.mark.usefixtures("home")
def test_the_same_name_is_invited_twice_only_when_that_is_said(admin: Admin, tmp_path: Path) -> None:
    invitation = invite(admin, tmp_path / "jana")
    said = admin("invite", *JANA, "--output", tmp_path / "twice").said()
    assert "invited already" in said
    assert invitation.identifier in said
    assert not (tmp_path / "twice").exists()
    invite(admin, tmp_path / "twice", "--again")


def test_an_invitation_takes_a_bounded_number_of_keys(admin: Admin, folder: RelayFolder, tmp_path: Path) -> None:
    invitation = invite(admin, tmp_path / "jana")
    requests = [make_request(invitation, new_key()) for _ in range(MAX_KEYS + 1)]
    answers = [folder.enrol(request, authority(folder), now=now()) for request in requests]
    assert [type(answer) for answer in answers] == [Waiting] * MAX_KEYS + [Refused]
    assert len(folder.waiting()) == MAX_KEYS


def test_a_relay_elsewhere_whose_tokens_arrive_before_the_certificate_lets_the_technician_wait(
    admin: Admin, folder: RelayFolder, tmp_path: Path
) -> None:
    invitation = invite(admin, tmp_path / "jana")
    elsewhere = RelayFolder(tmp_path / "elsewhere")
    shutil.copytree(folder.path, elsewhere.path)
    request = make_request(invitation, new_key())
    assert elsewhere.enrol(request, authority(folder), now=now()) == Waiting()
    shutil.copytree(elsewhere.mailbox, folder.mailbox, dirs_exist_ok=True)
    assert "Approved" in admin("approve").out
    shutil.copy(folder.tokens_file, elsewhere.tokens_file)
    assert elsewhere.enrol(request, authority(folder), now=now()) == Waiting()
    shutil.copytree(folder.mailbox, elsewhere.mailbox, dirs_exist_ok=True)
    shutil.copytree(elsewhere.mailbox, folder.mailbox, dirs_exist_ok=True)
    assert "No request is waiting" in admin("approve").out
    assert isinstance(elsewhere.enrol(request, authority(folder), now=now()), Granted)
    assert list(elsewhere.mailbox.glob("*.request")) == []


def test_a_forged_request_is_not_approved_and_does_not_cost_the_invitation(
    admin: Admin, folder: RelayFolder, tmp_path: Path
) -> None:
    invitation = invite(admin, tmp_path / "jana")
    forged = make_request(invite(admin, tmp_path / "other", "--again"), new_key())
    forged = type(forged)(invitation.identifier, forged.csr, forged.mac)
    assert folder.enrol(forged, authority(folder), now=now()) == Waiting()
    outcome = admin("approve")
    assert outcome.code == 2
    assert "Not approved: Jana Nováková" in outcome.err
    technician(admin, folder, invitation)


def test_a_stranger_without_invitation_is_refused_by_the_relay(
    admin: Admin, folder: RelayFolder, tmp_path: Path
) -> None:
    request = make_request(invite(admin, tmp_path / "jana"), new_key())
    stranger = type(request)("0" * 32, request.csr, request.mac)
    answer = folder.enrol(stranger, authority(folder), now=now())
    assert isinstance(answer, Refused)
    assert answer.reason is Distrust.UNKNOWN_TOKEN
    assert list(folder.mailbox.iterdir()) == []


def test_the_relay_takes_no_request_after_a_week(admin: Admin, folder: RelayFolder, tmp_path: Path) -> None:
    request = make_request(invite(admin, tmp_path / "jana"), new_key())
    late = now() + timedelta(days=7, seconds=1)
    assert isinstance(folder.enrol(request, authority(folder), now=late), Refused)


def test_only_the_named_request_is_approved(admin: Admin, folder: RelayFolder, tmp_path: Path) -> None:
    invitation = invite(admin, tmp_path / "jana")
    assert admin("invite", "--name", "Petr", "--title", "T", "--phone", "1", "--output", tmp_path / "petr").code == 0
    petr = Invitation.decode((tmp_path / "petr").read_bytes())
    for given in (invitation, petr):
        folder.enrol(make_request(given, new_key()), authority(folder), now=now())
    assert admin("approve", "nobody").said() == "No request by nobody is waiting."
    assert "Petr" in admin("approve", "petr").out
    assert [identifier_of(request) for request in folder.waiting()] == [invitation.identifier]


def test_a_device_joins_with_the_bundle_at_once(admin: Admin, folder: RelayFolder, tmp_path: Path) -> None:
    made = bundle(admin, tmp_path / "b")
    identity = device(folder, made, "Eva's laptop")
    assert verified(folder, made.organisation, identity, Role.DEVICE).name == "Eva's laptop"


def test_a_bundle_counts_its_devices_across_restarts_of_the_relay(
    admin: Admin, folder: RelayFolder, tmp_path: Path
) -> None:
    made = bundle(admin, tmp_path / "b", "--devices", "2")
    device(folder, made, "one")
    device(folder, made, "two")
    answer = folder.enrol(make_device_request(made, new_key(), "three"), authority(folder), now=now())
    assert isinstance(answer, Refused)
    assert answer.reason is Distrust.SPENT_TOKEN


def test_a_half_written_line_of_the_devices_file_costs_that_line_only(
    admin: Admin, folder: RelayFolder, tmp_path: Path
) -> None:
    made = bundle(admin, tmp_path / "b")
    device(folder, made, "one")
    with folder.devices_file.open("ab") as file:
        file.write(b'\n{"identifier": "torn by a power c')
    device(folder, made, "two")
    assert [record.label for record in folder.devices()] == ["one", "two"]


def test_a_revoked_technician_is_believed_no_more(admin: Admin, folder: RelayFolder, tmp_path: Path) -> None:
    invitation = invite(admin, tmp_path / "jana")
    identity = technician(admin, folder, invitation)
    before = read_revocations(folder.revocations(), organisation=invitation.organisation, now=now())
    assert "Revoked Jana Nováková [" in admin("revoke", "jana nováková").out
    with pytest.raises(TrustError) as caught:
        verified(folder, invitation.organisation, identity, Role.TECHNICIAN)
    assert caught.value.reason is Distrust.REVOKED
    after = read_revocations(folder.revocations(), organisation=invitation.organisation, now=now())
    assert after.number > before.number
    assert ": revoked on " in admin("staff").out


def test_a_revoked_invitation_cannot_be_used_any_more(admin: Admin, folder: RelayFolder, tmp_path: Path) -> None:
    invitation = invite(admin, tmp_path / "jana")
    request = make_request(invitation, new_key())
    folder.enrol(request, authority(folder), now=now())
    standing = f"invitation open, until {invitation.expires_at:%Y-%m-%d}"
    waits = f"; waits for athand-admin approve (key {key_fingerprint(request)})  [{invitation.identifier}]"
    assert f"{standing}{waits}" in admin("staff").out
    assert "Ended the invitation of Jana Nováková" in admin("revoke", invitation.identifier).out
    assert "approve" not in admin("staff").out
    assert "No request is waiting" in admin("approve").out
    assert isinstance(folder.enrol(request, authority(folder), now=now()), Refused)


def test_a_revoked_device_is_believed_no_more_and_cannot_enrol_its_key_again(
    admin: Admin, folder: RelayFolder, tmp_path: Path
) -> None:
    made = bundle(admin, tmp_path / "b")
    identity = device(folder, made, "PC 7")
    other = device(folder, made, "PC 8")
    assert admin("revoke", "pc 7").code == 0
    with pytest.raises(TrustError):
        verified(folder, made.organisation, identity, Role.DEVICE)
    verified(folder, made.organisation, other, Role.DEVICE)
    again = folder.enrol(make_device_request(made, identity.key, "PC 7"), authority(folder), now=now())
    assert isinstance(again, Refused)
    assert again.reason is Distrust.REVOKED


def test_ended_bundles_enrol_nobody(admin: Admin, folder: RelayFolder, tmp_path: Path) -> None:
    made = bundle(admin, tmp_path / "b")
    assert admin("revoke", "--bundles").code == 0
    answer = folder.enrol(make_device_request(made, new_key(), "PC"), authority(folder), now=now())
    assert isinstance(answer, Refused)
    assert answer.reason is Distrust.UNKNOWN_TOKEN


def test_two_of_a_name_are_revoked_by_identifier_only(admin: Admin, folder: RelayFolder, tmp_path: Path) -> None:
    made = bundle(admin, tmp_path / "b")
    for _ in range(2):
        device(folder, made, "PC")
    said = admin("revoke", "PC").said()
    first, second = (record.identifier for record in folder.devices())
    assert first in said
    assert second in said
    assert admin("revoke", first).code == 0


def test_refresh_signs_a_new_list_with_a_higher_number_and_the_same_people(
    admin: Admin, folder: RelayFolder, tmp_path: Path
) -> None:
    invitation = invite(admin, tmp_path / "jana")
    technician(admin, folder, invitation)
    admin("revoke", "Jana Nováková")
    organisation = invitation.organisation
    before = read_revocations(folder.revocations(), organisation=organisation, now=now())
    assert admin("refresh").code == 0
    after = read_revocations(folder.revocations(), organisation=organisation, now=now(), last_number=before.number)
    assert (after.number, after.serials) == (before.number + 1, before.serials)
    assert len(after.serials) == 1


def test_a_timer_refreshes_with_a_passphrase_that_opens_nothing_else(
    admin: Admin, home: Path, folder: RelayFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "passphrase"
    own.write_text("refresh 2026\n")
    assert "make it: athand-admin refresh-key" in admin("refresh", "--passphrase-file", own).said()
    monkeypatch.setenv(REFRESH_VARIABLE, OFFLINE_PASSPHRASE)
    assert "must differ" in admin("refresh-key").said()
    monkeypatch.setenv(REFRESH_VARIABLE, "refresh 2026")
    assert admin("refresh-key").code == 0
    monkeypatch.delenv(REFRESH_VARIABLE)
    monkeypatch.delenv(OFFLINE_VARIABLE)  # from here on there is nobody but the timer
    organisation = Home(home).organisation()
    before = read_revocations(folder.revocations(), organisation=organisation, now=now())
    assert admin("refresh", "--passphrase-file", own).code == 0
    after = read_revocations(folder.revocations(), organisation=organisation, now=now(), last_number=before.number)
    assert after.number == before.number + 1
    for name in (REVOCATION, "technicians", "root"):
        with pytest.raises(TrustError):
            Home(home).authority(name, "refresh 2026")


def test_keys_and_secrets_are_private_and_never_in_the_relays_folder(
    admin: Admin, home: Path, folder: RelayFolder, tmp_path: Path
) -> None:
    invitation = invite(admin, tmp_path / "jana")
    made = bundle(admin, tmp_path / "b")
    technician(admin, folder, invitation)
    device(folder, made, "PC")
    files = [path for path in home.rglob("*") if path.is_file()] + [tmp_path / "jana", tmp_path / "b"]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in home.rglob("*") if path.is_dir()} == {0o700}
    for path in home.rglob("*.key"):
        assert path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert sorted(path.name for path in home.rglob("*.key")) == [
        "device-ca.key",
        "revocation.key",
        "root.key",
        "technicians.key",
    ]
    given_to_the_relay = b"".join(path.read_bytes() for path in folder.path.rglob("*") if path.is_file())
    assert invitation.secret.encode() not in given_to_the_relay
    assert made.token.encode() not in given_to_the_relay


def test_one_key_that_enrols_over_and_over_costs_one_certificate(
    admin: Admin, folder: RelayFolder, tmp_path: Path
) -> None:
    given, key = bundle(admin, tmp_path / "b", "--devices", "1"), new_key()
    signing = authority(folder)
    for number in range(20):
        folder.enrol(make_device_request(given, key, f"PC {number}"), signing, now=now())
    assert len(folder.devices()) == 1
    assert "and 1 certificate." in admin("revoke", "PC 0").out


def test_a_list_that_cannot_be_signed_leaves_the_register_as_it_was(
    admin: Admin, folder: RelayFolder, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    invitation = invite(admin, tmp_path / "jana")
    technician(admin, folder, invitation)
    device(folder, bundle(admin, tmp_path / "b"), "PC")
    before = Home(home).register()
    with monkeypatch.context() as patch:
        patch.setattr(revocation, "MAX_SERIALS", 0)
        assert "at most 0 certificates" in admin("revoke", "PC").said()
    assert Home(home).register() == before
    assert admin("refresh").code == 0
    assert admin("revoke", "Jana Nováková").code == 0


def test_a_full_list_is_served_from_the_relays_folder(folder: RelayFolder, home: Path) -> None:
    signer = Home(home).authority(REVOCATION, OFFLINE_PASSPHRASE)
    serials = range(2**158, 2**158 + revocation.MAX_SERIALS)
    folder.revocations_file.write_bytes(sign_revocations(signer, number=9, serials=serials, now=now()))
    read = read_revocations(folder.revocations(), organisation=folder.organisation(), now=now())
    assert len(read.serials) == revocation.MAX_SERIALS
