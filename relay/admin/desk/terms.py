"""`calendar` and `contract`: when the desk is there, and what was agreed with whom (promises 4, 24, 39)."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click
import msgspec

from protocol.desk import events
from protocol.desk.book import Book
from protocol.desk.calendar import Calendar, CalendarVersion, SpecialDay, special_days, zone
from protocol.desk.contract import NOTHING_AGREED, Contract, ContractVersion, Levels, Rate
from protocol.desk.level_text import level_text, parse_level
from protocol.desk.opening_hours import WHOLE_DAY, day_text, parse_day, parse_week, week_text
from relay.admin.desk import words
from relay.admin.desk.ledger import Ledger, ledger_option
from relay.admin.files import AdminError

_FROM = "The day from which it holds, such as 2027-01-01; without it, from now on."
_OFFICE = parse_week("Mo-Fr 08:00-17:00")


@click.command()
@click.argument("identifier", metavar="[ID]", required=False, type=words.Identifier())
@click.option("--name", help="As people read it.")
@click.option("--zone", "time_zone", help="IANA name of its time zone, such as Europe/Prague.")
@click.option("--hours", help="As on maps (OpenStreetMap): “Mo-Fr 08:00-12:00,13:00-17:00; Sa 09:00-12:00”, or 24/7.")
@click.option("--holidays", help="Public ones of a country, such as CZ, or of a part of it, such as DE-BY; “none”.")
@click.option(
    "--day",
    "days",
    multiple=True,
    metavar="“DATE HOURS NAME”",
    help="“2026-12-24 08:00-12:00 Christmas Eve”, “2026-12-27 off Stocktaking”.",
)
@click.option("--from", "begin", metavar="DATE", help=_FROM)
@ledger_option
@words.sentences
def calendar(  # noqa: PLR0913, PLR0917 - one for each option
    ledger: Ledger,
    identifier: str | None,
    name: str | None,
    time_zone: str | None,
    hours: str | None,
    holidays: str | None,
    days: tuple[str, ...],
    begin: str | None,
) -> None:
    """List the calendars, show one, or change it: only what is given changes, from a day on.

    What was stays as it was: clocks count by the version of each moment.
    """
    book = ledger.read()
    known = book.register.calendars
    if identifier is None:
        for one in known.values():
            _show_calendar(one)
        if not known:
            click.echo(
                "None yet. Make one with: athand-admin calendar office --zone Europe/Prague --hours “Mo-Fr 08:00-17:00”"
            )
        return
    before = known.get(identifier)
    if (name, time_zone, hours, holidays, days, begin) == (None, None, None, None, (), None):
        if before is None:
            raise AdminError(f"There is no calendar “{identifier}”.")
        _show_calendar(before)
        return
    now = datetime.now(UTC).replace(microsecond=0)
    if before is None and (time_zone is None or hours is None):
        raise AdminError("A new calendar needs --zone and --hours.")
    base = before.in_force(now) if before else CalendarVersion(now, time_zone or "UTC", _OFFICE)
    place = zone(time_zone or base.time_zone)
    at = words.begin(begin, place, now)
    base = before.in_force(at) if before else base
    own = special_days(tuple(d for d in base.special_days if not d.public), tuple(sorted(map(_special, days))))
    country, subdivision = (base.country, base.subdivision) if holidays is None else _place(holidays)
    week = base.week if hours is None else ((WHOLE_DAY,) * 7 if hours == "24/7" else parse_week(hours))
    # The world's holidays take half a second to load; only this command needs them.
    from protocol.desk.public_holidays import with_public_holidays  # noqa: PLC0415

    version = with_public_holidays(
        CalendarVersion(at, place.key, week, special_days=own, country=country, subdivision=subdivision)
    )
    if before is None:
        changed = Calendar(identifier, words.person(name or identifier), (version,))
    else:
        changed = before.changed(version, now)
        changed = msgspec.structs.replace(changed, name=words.person(name)) if name else changed
    click.echo(ledger.write(book, events.CalendarSet(changed)))
    _show_calendar(changed)


@click.command()
@click.argument("identifier", metavar="[ID]", required=False, type=words.Identifier())
@click.option("--customer", help="Whose it is from now on: the customer's ID.")
@click.option("--contact", help="The technician who knows them: name or identifier of one with a `staff-profile`.")
@click.option("--deputy", help="The technician who is there when the contact is not; with a `staff-profile`, too.")
@click.option("--rate", help="What an hour costs: “90 EUR”.")
@click.option("--hours", help="ID of the calendar shown as service hours; “24/7” for day and night.")
@click.option(
    "--level",
    "levels",
    multiple=True,
    metavar="“P1 first=15min solve=8h”",
    help="Targets of a priority: first, next, update, solve; @CALENDAR for other hours: “P1 first=15min@24/7”.",
)
@click.option("--from", "begin", metavar="DATE", help=_FROM)
@ledger_option
@words.sentences
def contract(  # noqa: PLR0913, PLR0917 - one for each option
    ledger: Ledger,
    identifier: str | None,
    customer: str | None,
    contact: str | None,
    deputy: str | None,
    rate: str | None,
    hours: str | None,
    levels: tuple[str, ...],
    begin: str | None,
) -> None:
    """List the contracts, show one, or change it: only what is given changes, from a day on.

    A level that is given replaces that priority's whole. A promise under way keeps the terms it was given under.
    """
    book = ledger.read()
    known = book.register.contracts
    if identifier is None:
        for one in known.values():
            _show_contract(one, book)
        if not known:
            click.echo("None yet. See: athand-admin contract --help")
        return
    before = known.get(identifier)
    if (customer, contact, deputy, rate, hours, levels, begin) == (None, None, None, None, None, (), None):
        if before is None:
            raise AdminError(f"There is no contract “{identifier}”.")
        _show_contract(before, book)
        return
    now = datetime.now(UTC).replace(microsecond=0)
    version = _version(book, before, now, (contact, deputy, rate, hours, levels, begin))
    whose = (before.customer if before else "") if customer is None else customer
    changed = Contract(identifier, whose, (version,)) if before is None else before.changed(version, now)
    changed = msgspec.structs.replace(changed, customer=whose)
    sets: list[events.BookEvent] = [events.ContractSet(changed)]
    if whose and (payer := book.register.customers.get(whose)) is not None:
        sets.append(events.CustomerSet(msgspec.structs.replace(payer, contract=identifier)))
    click.echo(ledger.write(book, *sets))
    _show_contract(changed, book)


_Given = tuple[str | None, str | None, str | None, str | None, tuple[str, ...], str | None]


def _version(book: Book, before: Contract | None, now: datetime, given: _Given) -> ContractVersion:
    contact, deputy, rate, hours, levels, begin = given
    if before is None and not (contact and deputy and rate):
        raise AdminError(
            "A new contract needs --contact, --deputy and --rate; contact and deputy are technicians with a profile."
        )
    base = before.in_force(now) if before else None
    shown = (base.hours if base else "") if hours is None else ("" if hours == "24/7" else hours)
    at = words.begin(begin, _zone_of(book, shown, now), now)
    base = before.in_force(at) if before else None
    per_hour = Rate(*words.rate(rate)) if rate else (base.rate if base else Rate(0, "EUR"))
    version = ContractVersion(
        at,
        words.staff(book, contact) if contact else (base.contact if base else ""),
        words.staff(book, deputy) if deputy else (base.deputy if base else ""),
        per_hour,
        shown,
        _levels(base.levels if base else NOTHING_AGREED, levels, shown),
    )
    if base is None:
        return version
    return msgspec.structs.replace(
        version, pauses=base.pauses, losses=base.losses, unjudged_impact=base.unjudged_impact
    )


def _levels(before: Levels, given: tuple[str, ...], hours: str) -> Levels:
    first, second, third, fourth, fifth = before
    row = [first, second, third, fourth, fifth]
    for text in given:
        priority, level = parse_level(text, hours)
        row[priority - 1] = level
    return (row[0], row[1], row[2], row[3], row[4])


def _zone_of(book: Book, calendar_id: str, now: datetime) -> ZoneInfo:
    if not calendar_id:
        return zone("UTC")
    known = book.register.calendars.get(calendar_id)
    if known is None:
        raise AdminError(f"There is no calendar “{calendar_id}”.")
    return zone(known.in_force(now).time_zone)


def _special(text: str) -> SpecialDay:
    match text.split(maxsplit=2):
        case [when, hours, name]:
            return SpecialDay(words.day(when), words.person(name), parse_day(hours))
        case _:
            raise AdminError(
                f"“{text}” is no day of its own; write for example “2026-12-24 08:00-12:00 Christmas Eve”."
            )


def _place(text: str) -> tuple[str, str]:
    if text == "none":
        return "", ""
    country, _, subdivision = text.upper().partition("-")
    return country, subdivision


def _show_calendar(shown: Calendar) -> None:
    click.echo(f"{shown.identifier}: {shown.name}")
    today = datetime.now(UTC).date()
    for version in shown.versions:
        place = f"{version.country}-{version.subdivision}".strip("-")
        public = f", public holidays of {place} until {version.holidays_until}" if place else ""
        since = version.valid_from.astimezone(zone(version.time_zone))
        click.echo(f"  from {since:%Y-%m-%d %H:%M} ({version.time_zone}): {week_text(version.week)}{public}")
        for special in version.special_days:
            if not special.public and special.day >= today:
                click.echo(f"    {special.day} {day_text(special.openings)} {special.name}")


def _show_contract(shown: Contract, book: Book) -> None:
    click.echo(f"{shown.identifier}: {f'of {shown.customer}' if shown.customer else 'of no single customer'}")
    staff, zone_name = book.register.staff, words.usual_zone(book, datetime.now(UTC))
    for version in shown.versions:
        names = [staff[who].name if who in staff else who for who in (version.contact, version.deputy)]
        price = words.money(version.rate.per_hour_cents, version.rate.currency)
        click.echo(
            f"  from {words.at(version.valid_from, zone_name)}: {names[0]}, deputy {names[1]}; "
            f"{price} an hour; hours {version.hours or '24/7'}"
        )
        for priority, level in enumerate(version.levels, 1):
            if level != NOTHING_AGREED[0]:
                click.echo(f"    {level_text(priority, level, version.hours)}")
