"""`requester`: whose a ticket is, once that is known or was wrong."""

import click

from protocol.desk import whose
from relay.admin.desk import words
from relay.admin.desk.ledger import Ledger, ledger_option
from relay.admin.files import AdminError


@click.command()
@click.argument("ticket", type=click.IntRange(1, 2**53))
@click.argument("user")
@click.option("--address", default="", help="A mail address he writes from, too; from now on it is known as his.")
@ledger_option
@words.sentences
def requester(ledger: Ledger, ticket: int, user: str, address: str) -> None:
    """Make TICKET the request of USER: an ID of the register, or a mail address.

    The links to its page that were sent before open it no more, should it have been somebody else's.
    """
    register = ledger.read().register
    known = register.users.get(user) or register.user_of_mail(user)
    if known is None or known.gone:
        raise AdminError(f"There is no user “{user}”; see: athand-admin user")
    address = words.mail(address) if address else ""
    sets = register.new(whose.with_address(known, address))
    click.echo(ledger.write_on(ticket, whose.given_to(register, known, address), *sets))
