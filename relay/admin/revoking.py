"""`revoke` and `refresh`: the signed list that makes an earlier yes a no, and its renewal."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from protocol.trust import Authority, Distrust, Tokens
from protocol.trust.enrolment import DeviceRecord
from relay.admin import files
from relay.admin.files import AdminError
from relay.admin.folder import identifier_of
from relay.admin.home import (
    OFFLINE_VARIABLE,
    REFRESH_EVERY,
    REFRESH_VARIABLE,
    REVOCATION,
    Home,
    ask_passphrase,
    new_passphrase,
)
from relay.admin.options import home_option
from relay.admin.register import Person, Register
from relay.admin.words import copied, counted

_WITHDRAWN = "This was withdrawn by your administrator."


@click.command()
@click.argument("who", metavar="[NAME]", required=False)
@click.option("--bundles", is_flag=True, help="End all bundles: no further device can enrol with them.")
@home_option
def revoke(home: Home, who: str | None, bundles: bool) -> None:
    """Take trust back from a technician, an open invitation or a device: NAME, label or identifier.

    Everybody who gets the new list refuses them; within 24 hours nobody accepts an older list.
    """
    if not who and not bundles:
        raise AdminError("Say whom to revoke, or --bundles.")
    now = datetime.now(UTC)
    with home.locked():
        if bundles:
            files.write(home.relay.tokens_file, Tokens((), home.relay.tokens().invitations).encode())
            click.echo("Ended all bundles. Devices that have enrolled go on.")
            click.echo(f"\nNext: {copied(home.relay.tokens_file)}")
        if who:
            _revoke(home, who, now)


def _revoke(home: Home, who: str, now: datetime) -> None:
    register = home.register()
    people = [person for person in register.people if who.casefold() in (person.name.casefold(), person.identifier)]
    people = [person for person in people if person.revoked_at is None or person.identifier == who] or people
    devices = [
        device for device in home.relay.devices() if who.casefold() in (device.label.casefold(), device.identifier)
    ]
    found = {person.identifier for person in people} | {device.identifier for device in devices}
    if not found:
        raise AdminError(f"There is no technician, invitation or device called {who}.")
    if len(found) > 1:
        raise AdminError(f"Several are called {who}; use the identifier: {', '.join(sorted(found)[:5])}.")
    if people and not people[0].certificates and not devices:
        home.save_register(_without_person(home, register, people[0], now))
        click.echo(f"Ended the invitation of {people[0].name}, {people[0].title}.")
        click.echo(f"\nNext: {copied(home.relay.tokens_file, home.relay.mailbox)}")
        return
    signer = home.authority(REVOCATION, ask_passphrase(OFFLINE_VARIABLE, "the offline keys"))
    if people:
        register = _without_person(home, register, people[0], now)
    register = _without_devices(register, devices, now)
    register = home.sign_list(register, signer, now)
    name = people[0].name if people else devices[0].label
    listed = counted(len(register.revoked), "certificate")
    click.echo(f"Revoked {name} [{found.pop()}]; the list has number {register.list_number} and {listed}.")
    if devices:
        click.echo(
            "A bundle still lets that machine join with a new key; end bundles with: athand-admin revoke --bundles"
        )
    click.echo(f"\nNext: {copied(home.relay.revocations_file)}")
    if people:
        click.echo(
            f"Then: athand-admin staff-profile {people[0].identifier} --gone"
            "   so that every open ticket goes to somebody who is there."
        )


def _without_person(home: Home, register: Register, person: Person, now: datetime) -> Register:
    for request in home.relay.waiting():
        if identifier_of(request) == person.identifier:
            home.relay.refuse(request, Distrust.REVOKED, _WITHDRAWN)
    home.close_invitation(person.identifier)
    return register.person_revoked(person.identifier, now)


def _without_devices(register: Register, devices: list[DeviceRecord], now: datetime) -> Register:
    for device in devices:
        register = register.serial_revoked(device.serial, device.not_after, who=device.label, now=now)
    return register


@click.command("refresh-key")
@home_option
def refresh_key(home: Home) -> None:
    """Give the refresh a passphrase of its own, so that a timer can run it and open nothing else.

    The new passphrase is asked for, or taken from ATHAND_REFRESH_PASSPHRASE. Whoever has it can keep an old list of
    revocations alive, and end or bring back trust in certificates that exist; he cannot make a technician.
    """
    with home.locked():
        offline = ask_passphrase(OFFLINE_VARIABLE, "the offline keys")
        signer = home.authority(REVOCATION, offline)
        own = new_passphrase(REFRESH_VARIABLE, "refreshing")
        if own == offline:
            raise AdminError("The two passphrases must differ: this one lies where a timer can read it.")
        home.keep_refresh_key(signer, own)
    click.echo("The list of revocations can now be refreshed with its own passphrase.")
    click.echo(f"\nNext, {REFRESH_EVERY} by a timer: athand-admin refresh --home {home.path} --passphrase-file FILE")


@click.command()
@click.option(
    "--passphrase-file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The passphrase given to `athand-admin refresh-key`, in a file that only the timer can read.",
)
@home_option
def refresh(home: Home, passphrase_file: Path | None) -> None:
    """Sign the revocation list anew. Nobody accepts one older than 24 hours: run this every 6 hours."""
    now = datetime.now(UTC)
    with home.locked():
        signer = _signer(home, passphrase_file)
        register = home.sign_list(_with_later_ones(home.register(), home.relay.devices(), now), signer, now)
    listed = counted(len(register.revoked), "certificate")
    click.echo(f"Signed list number {register.list_number} with {listed}.")
    click.echo(f"\nNext: {copied(home.relay.revocations_file)}")


def _with_later_ones(register: Register, devices: list[DeviceRecord], now: datetime) -> Register:
    """With what a revoked device was given meanwhile: its renewal may not have been fetched when it was revoked."""
    listed = {item.serial for item in register.revoked}
    out = {device.identifier for device in devices if device.serial in listed}
    return _without_devices(register, [device for device in devices if device.identifier in out], now)


def _signer(home: Home, passphrase_file: Path | None) -> Authority:
    if passphrase_file is not None:
        return home.refresh_signer(files.read_passphrase(passphrase_file))
    if os.environ.get(REFRESH_VARIABLE):
        return home.refresh_signer(ask_passphrase(REFRESH_VARIABLE, "refreshing"))
    return home.authority(REVOCATION, ask_passphrase(OFFLINE_VARIABLE, "the offline keys"))
