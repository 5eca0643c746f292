"""`revoke` and `refresh`: the signed list that makes an earlier yes a no, and its daily renewal."""

from datetime import UTC, datetime

import click

from protocol.trust import Distrust, Tokens
from protocol.trust.enrolment import DeviceRecord
from relay.admin import files
from relay.admin.files import AdminError
from relay.admin.home import OFFLINE_VARIABLE, REVOCATION, Home, ask_passphrase
from relay.admin.options import home_option
from relay.admin.register import Person, Register
from relay.admin.words import copied, counted


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
        if request.invitation == person.identifier:
            home.relay.refuse(request, Distrust.REVOKED, "This invitation was withdrawn.")
    home.close_invitation(person.identifier)
    return register.person_revoked(person.identifier, now)


def _without_devices(register: Register, devices: list[DeviceRecord], now: datetime) -> Register:
    for device in devices:
        register = register.serial_revoked(device.serial, device.not_after, who=device.label, now=now)
    return register


@click.command()
@home_option
def refresh(home: Home) -> None:
    """Sign the revocation list anew. Nobody accepts one older than 24 hours: run this at least once a day."""
    now = datetime.now(UTC)
    with home.locked():
        signer = home.authority(REVOCATION, ask_passphrase(OFFLINE_VARIABLE, "the offline keys"))
        register = home.sign_list(home.register(), signer, now)
    listed = counted(len(register.revoked), "certificate")
    click.echo(f"Signed list number {register.list_number} with {listed}.")
    click.echo(f"\nNext: {copied(home.relay.revocations_file)}")
