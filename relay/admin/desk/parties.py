"""`customer`, `user` and `machine`: who may ask for help, where, and who pays (promise 44)."""

from pathlib import Path

import click
import msgspec

from protocol.desk import events
from protocol.desk.book import Book
from protocol.desk.events import ByMail, Customer, Machine, User
from relay.admin.desk import people_csv, words
from relay.admin.desk.ledger import Ledger, ledger_option
from relay.admin.files import AdminError
from relay.admin.words import counted


@click.command()
@click.argument("identifier", metavar="[ID]", required=False, type=words.Identifier())
@click.option("--name", help="As people read it.")
@click.option("--contract", help="The contract's ID.")
@click.option(
    "--domain", "domains", multiple=True, help="Mail domain of their people; repeat it. Replaces those before."
)
@click.option("--tier", type=click.IntRange(1, 3), help="1 is served first.")
@click.option("--language", help="Such as de.")
@click.option("--report-to", help="Mail address for the monthly report.")
@ledger_option
@words.sentences
def customer(  # noqa: PLR0913, PLR0917 - one for each option
    ledger: Ledger,
    identifier: str | None,
    name: str | None,
    contract: str | None,
    domains: tuple[str, ...],
    tier: int | None,
    language: str | None,
    report_to: str | None,
) -> None:
    """List the customers, show one, or set it: only what is given changes."""
    book = ledger.read()
    known = book.register.customers
    if identifier is None:
        for one in known.values():
            _show_customer(one)
        if not known:
            click.echo("No customer yet. Make one with: athand-admin customer firma --name 'Firma s.r.o.'")
        return
    facts: dict[str, object] = {}
    if name is not None:
        facts["name"] = words.person(name)
    if contract is not None:
        facts["contract"] = contract
    if domains:
        facts["domains"] = tuple(map(words.domain, domains))
    if tier is not None:
        facts["tier"] = tier
    if language is not None:
        facts["language"] = words.language(language)
    if report_to is not None:
        facts["report_to"] = words.mail(report_to)
    before = known.get(identifier)
    if before is None and name is None:
        raise AdminError(f"There is no customer “{identifier}”; a new one needs --name.")
    changed = msgspec.structs.replace(before or Customer(identifier, ""), **facts)
    if facts:
        click.echo(ledger.write(book, events.CustomerSet(changed)))
    _show_customer(changed)


@click.command()
@click.argument("identifier", metavar="[ID]", required=False, type=words.Identifier())
@click.option("--name", help="As people read it.")
@click.option("--customer", help="The customer's ID.")
@click.option("--mail", "mails", multiple=True, help="Repeat it; the first one is written to. Replaces those before.")
@click.option("--phone", "phones", multiple=True, help="With its country: +420 777 123 456; repeat it.")
@click.option("--language", help="Such as de.")
@click.option("--contact", help="Identifier of the technician who knows this person, before the contract's.")
@click.option(
    "--may-accept-quotes/--may-not-accept-quotes",
    "may_accept",
    default=None,
    help="Whether a yes to a price counts for the customer.",
)
@click.option(
    "--by-mail",
    type=click.Choice([choice.value for choice in ByMail]),
    help="Whether somebody with an agent is told by mail, too: of what happens while it is off, always, or never.",
)
@click.option("--gone/--back", default=None, help="Is not there any more.")
@click.option("--csv", "table", type=click.Path(path_type=Path), metavar="FILE", help=people_csv.HELP)
@ledger_option
@words.sentences
def user(  # noqa: PLR0913, PLR0917 - one for each option
    ledger: Ledger,
    identifier: str | None,
    name: str | None,
    customer: str | None,
    mails: tuple[str, ...],
    phones: tuple[str, ...],
    language: str | None,
    contact: str | None,
    may_accept: bool | None,
    by_mail: str | None,
    gone: bool | None,
    table: Path | None,
) -> None:
    """List the users, show one, set one, or set many from a table; only what is given changes."""
    book = ledger.read()
    if table is not None:
        if identifier is not None:
            raise AdminError("Say either whom, or --csv.")
        _import(ledger, book, table)
        return
    known = book.register.users
    if identifier is None:
        for one in known.values():
            _show_user(one, book)
        if not known:
            click.echo("No user yet. Make one with: athand-admin user eva --name Eva --mail eva@firma.example")
        return
    facts: dict[str, object] = {
        key: value
        for key, value in (
            ("customer", customer),
            ("contact", words.staff(book, contact) if contact else contact),
            ("may_accept_quotes", may_accept),
            ("by_mail", ByMail(by_mail) if by_mail else None),
            ("gone", gone),
        )
        if value is not None
    }
    if name is not None:
        facts["name"] = words.person(name)
    if mails:
        facts["mails"] = tuple(map(words.mail, mails))
    if phones:
        facts["phones"] = tuple(map(words.phone, phones))
    if language is not None:
        facts["language"] = words.language(language)
    before = known.get(identifier)
    if before is None and name is None:
        raise AdminError(f"There is no user “{identifier}”; a new one needs --name.")
    changed = msgspec.structs.replace(before or User(identifier, ""), **facts)
    if facts:
        click.echo(ledger.write(book, events.UserSet(changed)))
    _show_user(changed, book)


@click.command()
@click.argument("which", metavar="[MACHINE]", required=False)
@click.option("--label", help="As people read it, if not as it enrolled.")
@click.option("--user", help="Whose it is: the user's ID.")
@click.option("--customer", help="The customer's ID, for a machine of nobody in particular.")
@click.option("--gone/--back", default=None, help="Is not in use any more.")
@ledger_option
@words.sentences
def machine(  # noqa: PLR0913, PLR0917 - one for each option
    ledger: Ledger, which: str | None, label: str | None, user: str | None, customer: str | None, gone: bool | None
) -> None:
    """List the machines that enrolled and whose they are, or say whose MACHINE is: its label or identifier."""
    book = ledger.read()
    known = book.register.machines
    enrolled = {device.identifier: device.label for device in ledger.folder.devices()}
    labels = enrolled | {one.identifier: one.label for one in known.values()}
    if which is None:
        for identifier, name in labels.items():
            _show_machine(known.get(identifier) or Machine(identifier, name))
        if not labels:
            click.echo("No machine has enrolled yet.")
        return
    found = [identifier for identifier, name in labels.items() if which.casefold() in (identifier, name.casefold())]
    if len(found) != 1:
        raise AdminError(
            f"Several machines are called {which}; use the identifier: {', '.join(found)}."
            if found
            else f"No machine called {which} has enrolled."
        )
    given = (("label", words.person(label) if label else None), ("user", user), ("customer", customer), ("gone", gone))
    facts = {key: value for key, value in given if value is not None}
    changed = msgspec.structs.replace(known.get(found[0]) or Machine(found[0], labels[found[0]]), **facts)
    if facts:
        click.echo(ledger.write(book, events.MachineSet(changed)))
    _show_machine(changed)


def _import(ledger: Ledger, book: Book, table: Path) -> None:
    users, faults = people_csv.read(table, book.register)
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise AdminError(f"{len(faults)} of {len(faults) + len(users)} lines cannot be taken, so nothing was changed.")
    said = ledger.write(book, *(events.UserSet(one) for one in users))
    click.echo(f"{counted(len(users), 'user')}. {said}")


def _show_customer(shown: Customer) -> None:
    words.show(
        f"{shown.identifier}: {shown.name}",
        ("contract", shown.contract),
        ("domains", ", ".join(shown.domains)),
        ("tier", str(shown.tier)),
        ("language", shown.language),
        ("report to", shown.report_to),
    )


def _customer_of(shown: User, book: Book) -> str:
    """And why, where only his address's domain says so."""
    customer = book.register.customer_of(shown)
    return customer if customer == shown.customer else f"{customer} (by the domain of the address)"


def _show_user(shown: User, book: Book) -> None:
    words.show(
        f"{shown.identifier}: {shown.name}",
        ("customer", _customer_of(shown, book)),
        ("mail", ", ".join(shown.mails)),
        ("told by mail", "" if shown.by_mail is ByMail.AWAY else shown.by_mail.value),
        ("phone", ", ".join(shown.phones)),
        ("language", shown.language),
        ("contact", shown.contact),
        ("machines", ", ".join(machine.label for machine in book.register.machines_of(shown.identifier))),
        ("quotes", "may accept" if shown.may_accept_quotes else ""),
        ("gone", "yes" if shown.gone else ""),
    )


def _show_machine(shown: Machine) -> None:
    words.show(
        f"{shown.label}  [{shown.identifier}]",
        ("user", shown.user),
        ("customer", shown.customer),
        ("gone", "yes" if shown.gone else ""),
    )
