"""`invite`, `approve` and `staff`: how a person becomes a technician, and who is one (P45)."""

import secrets
import shlex
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from protocol.scopes import Scope
from protocol.trust import Invitation, RenewalRequest, TechnicianRequest, Tokens, TrustError
from protocol.trust.der import certificate as parse_certificate
from protocol.trust.enrolment import MAX_TOKENS, OpenInvitation, check_request, key_fingerprint
from protocol.trust.errors import Distrust
from protocol.trust.issue import Authority, Technician, issue_technician
from protocol.trust.names import clean_phone, clean_text
from relay.admin import files
from relay.admin.files import AdminError
from relay.admin.folder import Filed, identifier_of
from relay.admin.home import OFFLINE_VARIABLE, TECHNICIANS, Home, ask_passphrase, said
from relay.admin.options import home_option, output_option
from relay.admin.register import Certified, Person, Register, Standing
from relay.admin.renewing import renew
from relay.admin.words import copied

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
@click.option("--again", is_flag=True, help="Also when somebody of this name is invited or active already.")
@output_option("the invitation")
@home_option
def invite(  # noqa: PLR0913, PLR0917 - one for each option
    home: Home, name: str, title: str, phone: str, scopes: tuple[str, ...], output: Path | None, again: bool
) -> None:
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
        if not again:
            _check_new(home.register(), name, now)
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
  1. {copied(home.relay.tokens_file)}
  2. Give {path} to {name} privately: whoever has it can ask for this technician's certificate.
  3. {name} starts: athand-console --invitation {shlex.quote(path.name)}
     before {invitation.expires_at:%Y-%m-%d %H:%M} UTC.
  4. Then: athand-admin approve --home {home.path}"""
    )


def _check_new(register: Register, name: str, now: datetime) -> None:
    for person in register.people:
        standing = person.standing(now)
        if person.name.casefold() == name.casefold() and standing in (Standing.INVITED, Standing.ACTIVE):
            raise AdminError(f"{person.name} is {standing} already, as {person.identifier}; to go on, add --again.")


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
@click.option("--key", metavar="KEY", help="Only the request with this key, as the technician's console shows it.")
@home_option
def approve(home: Home, requests: tuple[str, ...], key: str | None) -> None:
    """Sign the certificates of technicians whose requests the relay has received: the invited, and renewals.

    REQUEST is a name or an identifier as `athand-admin staff` shows it; without any, all requests that wait.
    """
    with home.locked():
        register = home.register()
        waiting = _with_key(_chosen(home.relay.waiting(), requests, register), key)
        if not waiting:
            click.echo(
                "No request is waiting. A technician opens the invitation with athand-console first; "
                f"if the relay is on another machine, copy its enrolment folder to {home.relay.mailbox} then."
            )
            return
        authority = home.authority(TECHNICIANS, ask_passphrase(OFFLINE_VARIABLE, "the offline keys"))
        first = [request for request in waiting if isinstance(request, TechnicianRequest) and _is_honest(home, request)]
        approved = [_approve(home, request, authority) for request in first if _is_only(home, request, first)]
        approved += [renew(home, request, authority) for request in waiting if isinstance(request, RenewalRequest)]
    if not any(approved):
        raise AdminError("No certificate was signed.")
    click.echo(
        f"""
Next: {copied(home.relay.mailbox)}
The console fetches its certificate by itself."""
    )


def _with_key(waiting: list[Filed], key: str | None) -> list[Filed]:
    if key is None:
        return waiting
    found = [request for request in waiting if key_fingerprint(request).startswith(key.casefold())]
    if len(found) != 1:
        raise AdminError(f"{'Several requests have' if found else 'No request waits with'} the key {key}.")
    return found


def _chosen(waiting: list[Filed], wanted: tuple[str, ...], register: Register) -> list[Filed]:
    if not wanted:
        return waiting
    names = {person.identifier: person.name.casefold() for person in register.people}
    chosen: list[Filed] = []
    for text in wanted:
        found = [
            request
            for request in waiting
            if text.casefold() in (identifier_of(request), names.get(identifier_of(request))) and request not in chosen
        ]
        if not found:
            raise AdminError(f"No request by {text} is waiting.")
        chosen += found
    return chosen


def _is_honest(home: Home, request: TechnicianRequest) -> bool:
    """Whether the request was made with the invitation's file; one that was not is taken out of the mailbox."""
    invitation = home.invitation(request.invitation)
    if invitation is None:
        home.relay.discard(request)
        click.echo(f"Removed a request for the unknown or used invitation {request.invitation}.", err=True)
        return False
    try:
        check_request(request, invitation, now=datetime.now(UTC))
    except TrustError as error:
        click.echo(f"Not approved: {invitation.name}: {said(error)}", err=True)
        if error.reason is Distrust.EXPIRED_TOKEN:
            home.relay.refuse(request, error.reason, "The invitation has expired; please ask for a new one.")
            home.close_invitation(request.invitation)
        else:
            # A forged request must not cost the real technician the invitation: forget it, and wait for theirs.
            home.relay.discard(request)
        return False
    return True


def _is_only(home: Home, request: TechnicianRequest, honest: list[TechnicianRequest]) -> bool:
    """Whether one computer opened the invitation; with several, a person has to say which is the technician's."""
    same = [other for other in honest if other.invitation == request.invitation]
    if len(same) > 1 and same[0] is request:
        name = home.register().person(request.invitation).name
        keys = [key_fingerprint(other) for other in same]
        click.echo(
            f"Not approved: {name}'s invitation was opened on {len(same)} computers: {', '.join(keys)}. "
            f"If that was not one person, revoke {request.invitation} and invite anew; else, with the key that the "
            f"console to keep shows: athand-admin approve --home {home.path} {request.invitation} --key {keys[0]}",
            err=True,
        )
    return len(same) == 1


def _approve(home: Home, request: TechnicianRequest, authority: Authority) -> bool:
    """Certify what the invitation says, for the key the request proves; tells what was done."""
    now = datetime.now(UTC)
    invitation = home.invitation(request.invitation)
    if invitation is None:
        return False
    key = check_request(request, invitation, now=now)
    technician = Technician(
        invitation.identifier, invitation.name, invitation.title, invitation.phone, frozenset(invitation.scopes)
    )
    chain = issue_technician(authority, technician, key, now=now)
    leaf = parse_certificate(chain[0])
    certified = Certified(f"{leaf.serial_number:x}", now.replace(microsecond=0), leaf.not_valid_after_utc)
    home.save_register(home.register().certified(invitation.identifier, certified))
    home.relay.grant(request, chain)
    home.close_invitation(invitation.identifier)
    until = f"valid until {leaf.not_valid_after_utc:%Y-%m-%d}"
    click.echo(f"Approved {invitation.name}, {invitation.title}; {until}; her or his key: {key_fingerprint(request)}")
    return True


@click.command()
@home_option
def staff(home: Home) -> None:
    """List the support staff: name, title, phone, and where each stands."""
    now = datetime.now(UTC)
    people, requests = home.register().people, home.relay.waiting()
    if not people:
        click.echo("Nobody yet. Invite somebody with: athand-admin invite")
    for person in people:
        end = max((item.not_after for item in person.certificates), default=person.invitation_ends_at)
        until = f", until {end:%Y-%m-%d}" if person.revoked_at is None else f" on {person.revoked_at:%Y-%m-%d}"
        standing = person.standing(now)
        shown = "invited, invitation open" if standing is Standing.INVITED else standing
        waits = _waits(home, requests, person.identifier, standing)
        click.echo(f"{person.name}, {person.title}, {person.phone}: {shown}{until}{waits}  [{person.identifier}]")


def _waits(home: Home, requests: list[Filed], identifier: str, standing: Standing) -> str:
    """What `approve` would sign for somebody now; nothing for what it would refuse: that is said there, with why."""
    theirs = [request for request in requests if identifier_of(request) == identifier]
    if standing is Standing.ACTIVE and any(isinstance(request, RenewalRequest) for request in theirs):
        return "; asks for the next certificate, see athand-admin approve"
    invitation = home.invitation(identifier) if standing is Standing.INVITED else None
    keys = [
        key_fingerprint(request)
        for request in theirs
        if isinstance(request, TechnicianRequest) and invitation is not None and _fits(request, invitation)
    ]
    if not keys:
        return ""
    if len(keys) > 1:
        return f"; opened on {len(keys)} computers ({', '.join(keys)}), see athand-admin approve"
    return f"; waits for athand-admin approve (key {keys[0]})"


def _fits(request: TechnicianRequest, invitation: Invitation) -> bool:
    try:
        check_request(request, invitation, now=datetime.now(UTC))
    except TrustError:
        return False
    return True


def file_name(name: str) -> str:
    """A person's or organisation's name as part of a file's name, in its own script."""
    kept = (char if unicodedata.category(char)[0] in "LMN" else " " for char in name.casefold())
    return "-".join("".join(kept).split())
