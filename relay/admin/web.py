"""`web-link`: lets one technician into the desk's pages for staff, once (promise 45)."""

from datetime import UTC, datetime

import click

from relay.admin.desk.setting import certified
from relay.admin.files import AdminError
from relay.admin.home import Home
from relay.admin.options import home_option
from relay.web.links import read_key
from relay.web.signing_in import LINK_LIFETIME, make_link

STAFF_PAGE = "http://127.0.0.1:8445"


@click.command("web-link")
@click.argument("who")
@click.option("--page", default=STAFF_PAGE, show_default=True, help="The address of the pages for staff.")
@home_option
def web_link(home: Home, who: str, page: str) -> None:
    """Make a link that lets WHO, a technician, into the pages for staff, once, within ten minutes.

    The relay must run with --staff-port, on the same relay folder. A profile is needed: athand-admin staff-profile.
    """
    if not page.startswith(("https://", "http://")):
        raise AdminError(f"“{page}” is no address of a page; write for example https://desk.example.org.")
    now = datetime.now(UTC)
    person = certified(home, who)
    serials = tuple(one.serial for one in person.certificates if one.not_after > now)
    if not serials:
        raise AdminError(f"{person.name}'s certificate has run out; invite again: athand-admin invite")
    token = make_link(read_key(home.relay.web_key_file), person.identifier, serials, now)
    click.echo(f"{page.rstrip('/')}/signin/{token}")
    click.echo(f"For {person.name} alone, once, before {now + LINK_LIFETIME:%H:%M} UTC.", err=True)
