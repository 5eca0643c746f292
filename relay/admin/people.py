"""`invite`, `approve` and `staff`: how a person becomes a technician, and who is one (P45)."""

import secrets
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from protocol.scopes import Scope
from protocol.trust import Invitation, TechnicianRequest, Tokens, TrustError
from protocol.trust.der import certificate as parse_certificate
from protocol.trust.enrolment import MAX_TOKENS, OpenInvitation, check_request
from protocol.trust.errors import Distrust
from protocol.trust.issue import Authority, Technician, issue_technician
from protocol.trust.names import clean_phone, clean_text
from relay.admin import files
from relay.admin.files import AdminError
from relay.admin.home import OFFLINE_VARIABLE, TECHNICIANS, Home, ask_passphrase, said
from relay.admin.options import home_option, output_option
from relay.admin.register import Certified, Person, Register

INVITATION_LIFETIME = timedelta(days=7)
_DEFAULT_SCOPES = tuple(scope for scope in Scope if scope is not Scope.ELEVATE)
_SCOPES_HELP = f"Widest scope this technician may ask for; repeat it. Without it: {', '.join(_DEFAULT_SCOPES)}."


@click.command()
@click.option("--name", required=True, help="Full name, as users will read it.")
@click.option("--title", required=True, help="Position, as users will read it.")
@click.option("--phone", required=True, help="Number at which users reach this person.")
@click.option(
    "--scope", "scopes", multiple=True, type=click.Choice([scope.value for scope in Scope]), help=_SCOPES_HELP
)
@output_option("the invitation")
@home_option
def invite(home: Home, name: str, title: str, phone: str, scopes: tuple[str, ...], output: Path | None) -> None:  # noqa: PLR0913, PLR0917 - one for each option
    """Invite a technician: makes the file with which one console enrols, once, within 7 days."""
    name, title, phone = clean_text(name, "name"), clean_text(title, "title"), clean_phone(phone)
    now = datetime.now(UTC)
    invitation = Invitation(
        organisation=home.organisation(),
        identifier=secrets.token_hex(16),
        name=name,
        title=title,
        phone=phone,
        scopes=sorted(Scope(scope) for scope in scopes or _DEFAULT_SCOPES),
        secret=secrets.token_urlsafe(32),
        expires_at=now.replace(microsecond=0) + INVITATION_LIFETIME,
    )
    path = output or Path(f"{file_name(name)}.invitation")
    with home.locked():
        tokens = home.relay.tokens().current(now)
        if len(tokens.invitations) >= MAX_TOKENS:
            raise AdminError(f"There are {MAX_TOKENS} open invitations already; approve or revoke some first.")
        opened = OpenInvitation(invitation.identifier, invitation.expires_at)
        with files.removed_on_failure(path, invitation.encode()):
            home.save_invitation(invitation)
            home.save_register(home.register().invited(_person(invitation, now)))
            files.write(home.relay.tokens_file, Tokens(tokens.tokens, (*tokens.invitations, opened)).encode())
    click.echo(f"Invited {name}, {title}, {phone}.")
    click.echo(
        f"""
Next:
  1. Give {path} to {name} privately: whoever opens it first becomes this technician.
  2. {name} opens it with athand-console before {invitation.expires_at:%Y-%m-%d %H:%M} UTC.
  3. Then: athand-admin approve --home {home.path}"""
    )


def _person(invitation: Invitation, now: datetime) -> Person:
    return Person(
        identifier=invitation.identifier,
        name=invitation.name,
        title=invitation.title,
        phone=invitation.phone,
        scopes=tuple(invitation.scopes),
        invited_at=now.replace(microsecond=0),
        invitation_ends_at=invitation.expires_at,
    )


@click.command()
@click.argument("requests", metavar="[REQUEST]...", nargs=-1)
@home_option
def approve(home: Home, requests: tuple[str, ...]) -> None:
    """Sign the certificates of invited technicians whose requests the relay has received.

    REQUEST is a name or an identifier as `athand-admin staff` shows it; without any, all requests that wait.
    """
    with home.locked():
        register = home.register()
        waiting = _chosen(home.relay.waiting(), requests, register)
        if not waiting:
            click.echo("No request is waiting. A technician opens the invitation with athand-console first.")
            return
        authority = home.authority(TECHNICIANS, ask_passphrase(OFFLINE_VARIABLE, "the offline keys"))
        approved = [_approve(home, request, authority) for request in waiting]
    if not any(approved):
        raise AdminError("No certificate was signed.")
    click.echo("\nNext: the console fetches its certificate by itself; nothing more to do here.")


def _chosen(waiting: list[TechnicianRequest], wanted: tuple[str, ...], register: Register) -> list[TechnicianRequest]:
    if not wanted:
        return waiting
    names = {person.identifier: person.name.casefold() for person in register.people}
    chosen = []
    for text in wanted:
        found = [
            request
            for request in waiting
            if text.casefold() in (request.invitation, names.get(request.invitation)) and request not in chosen
        ]
        if not found:
            raise AdminError(f"No request by {text} is waiting.")
        chosen += found
    return chosen


def _approve(home: Home, request: TechnicianRequest, authority: Authority) -> bool:
    """Certify what the invitation says, for the key the request proves; tells what was done."""
    now = datetime.now(UTC)
    invitation = home.invitation(request.invitation)
    if invitation is None:
        home.relay.discard(request.invitation)
        click.echo(f"Removed a request for the unknown or used invitation {request.invitation}.", err=True)
        return False
    try:
        key = check_request(request, invitation, now=now)
    except TrustError as error:
        click.echo(f"Not approved: {invitation.name}: {said(error)}", err=True)
        if error.reason is Distrust.EXPIRED_TOKEN:
            home.relay.refuse(request.invitation, error.reason, "The invitation has expired; please ask for a new one.")
            home.close_invitation(request.invitation)
        else:
            # A forged request must not cost the real technician the invitation: forget it, and wait for theirs.
            home.relay.discard(request.invitation)
        return False
    technician = Technician(
        invitation.identifier, invitation.name, invitation.title, invitation.phone, frozenset(invitation.scopes)
    )
    chain = issue_technician(authority, technician, key, now=now)
    leaf = parse_certificate(chain[0])
    certified = Certified(f"{leaf.serial_number:x}", now.replace(microsecond=0), leaf.not_valid_after_utc)
    home.save_register(home.register().certified(invitation.identifier, certified))
    home.relay.grant(invitation.identifier, chain)
    home.close_invitation(invitation.identifier)
    click.echo(f"Approved {invitation.name}, {invitation.title}; valid until {leaf.not_valid_after_utc:%Y-%m-%d}.")
    return True


@click.command()
@home_option
def staff(home: Home) -> None:
    """List the support staff: name, title, phone, and where each stands."""
    now = datetime.now(UTC)
    people = home.register().people
    if not people:
        click.echo("Nobody yet. Invite somebody with: athand-admin invite")
    for person in people:
        end = max((item.not_after for item in person.certificates), default=person.invitation_ends_at)
        until = f", until {end:%Y-%m-%d}" if person.revoked_at is None else f" on {person.revoked_at:%Y-%m-%d}"
        click.echo(
            f"{person.name}, {person.title}, {person.phone}: {person.standing(now)}{until}  [{person.identifier}]"
        )


def file_name(name: str) -> str:
    """A person's or organisation's name as part of a file's name, in its own script."""
    kept = (char if unicodedata.category(char)[0] in "LMN" else " " for char in name.casefold())
    return "-".join("".join(kept).split())
