"""`web-link`: lets one technician into the desk's pages for staff, once; ends the links to a ticket's page."""

from datetime import UTC, datetime
from pathlib import Path

import click

from protocol import limits
from protocol.desk import events
from relay.admin.approved import approved
from relay.admin.desk.ledger import Ledger
from relay.admin.files import AdminError
from relay.admin.options import folder_option
from relay.web.links import read_key
from relay.web.signing_in import LINK_LIFETIME, make_link

STAFF_PAGE = "http://127.0.0.1:8445"


@click.command("web-link")
@click.argument("who", required=False)
@click.option("--page", help=f"The address of the pages for staff; without it, {STAFF_PAGE}.")
@click.option("--end", "ended", type=click.IntRange(1, 2**53), metavar="TICKET", help="End all links to its page.")
@click.option("--reason", default="", help="With --end: why, for the history.")
@folder_option
def web_link(home: Path, who: str | None, page: str | None, ended: int | None, reason: str) -> None:
    """Make a link that lets WHO, a technician, into the pages for staff, once, within ten minutes.

    The relay must run with --staff-port, on the same relay folder. A profile is needed: athand-admin staff-profile.

    With --end TICKET instead: the links to that ticket's page that were made so far open it no more.
    """
    if (who is None) == (ended is None):
        raise AdminError("Say who is to be let in, or with --end which ticket's links are to end.")
    if ended is not None:
        revoked = events.LinksRevoked(reason[: limits.NOTE_CHARS])
        click.echo(Ledger.find(home).write_on(ended, revoked))
        return
    address = STAFF_PAGE if page is None else page
    if not address.startswith(("https://", "http://")):
        raise AdminError(f"“{address}” is no address of a page; write for example https://desk.example.org.")
    now = datetime.now(UTC)
    ledger = Ledger.find(home)
    person = approved(ledger.home, ledger.folder, who or "", now)
    if not person.serials:
        raise AdminError(f"{person.name}'s certificate has run out; invite again: athand-admin invite")
    token = make_link(read_key(ledger.folder.web_key_file), person.identifier, person.serials, now)
    click.echo(f"{address.rstrip('/')}/signin/{token}")
    click.echo(f"For {person.name} alone, once, before {now + LINK_LIFETIME:%H:%M} UTC.", err=True)
    if page is None:
        click.echo("Should the relay's --staff-port be another one than 8445, name it: --page ADDRESS", err=True)
