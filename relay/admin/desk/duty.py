"""`rota`, `absence` and `schedule`: who is on call, who is away, which tickets come again (promises 1, 3, 37)."""

import csv
import secrets
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from protocol.desk import events
from protocol.desk.book import Book
from protocol.desk.calendar import zone as zone_named
from protocol.desk.duty import check_rota, taken_back
from protocol.desk.events import Schedule, Shift
from relay.admin.desk import words
from relay.admin.desk.ledger import Ledger, ledger_option
from relay.admin.files import AdminError

MAX_ROTA_BYTES = 1024 * 1024
_COLUMNS = ("begin", "end", "staff")
_CSV_HELP = "Table with the columns begin, end (2027-01-04 18:00) and staff (identifiers in the order they are called)."


@click.command()
@click.option("--csv", "table", metavar="FILE", type=click.Path(path_type=Path), help=_CSV_HELP)
@click.option("--zone", help="Time zone of the table's times, such as Europe/Prague; without it, the desk's.")
@click.option("--step", "step_min", type=click.IntRange(1, 24 * 60), default=5, show_default=True)
@ledger_option
@words.sentences
def rota(ledger: Ledger, table: Path | None, zone: str | None, step_min: int) -> None:
    """Show who is on call, or set it from a table without a gap; --step MINUTES until the next one is called.

    The table replaces what was set before for its stretch.
    """
    book = ledger.read()
    if table is not None:
        shifts = _read_shifts(table, zone_named(zone or words.usual_zone(book, datetime.now(UTC))), book)
        begin, end = min(shift.begin for shift in shifts), max(shift.end for shift in shifts)
        check_rota(begin, end, shifts)
        made = events.RotaSet(begin, end, tuple(sorted(shifts, key=lambda shift: shift.begin)), step_min * 60)
        click.echo(ledger.write(book, made))
        book = ledger.read()
    _show_rota(book, datetime.now(UTC))


@click.command("stand-in")
@click.argument("staff", nargs=-1, required=True)
@click.option("--begin", required=True, help="From when: 2027-01-04 18:00.")
@click.option("--end", required=True, help="Until when.")
@click.option("--reason", default="", help="For the colleagues; not shown to users.")
@click.option("--zone", help="Time zone of the times; without it, the desk's.")
@ledger_option
@words.sentences
def stand_in(  # noqa: PLR0913, PLR0917 - one for each option
    ledger: Ledger, staff: tuple[str, ...], begin: str, end: str, reason: str, zone: str | None
) -> None:
    """Call STAFF for a while, one after the other, before whoever the rota names; a later stand-in comes first."""
    book, now = ledger.read(), datetime.now(UTC)
    time_zone = zone_named(zone or words.usual_zone(book, now))
    since, until = _moment(begin, time_zone), _moment(end, time_zone)
    if until <= max(since, now):
        raise AdminError("A stand-in ends after it begins, and not in the past.")
    shift = Shift(since, until, tuple(dict.fromkeys(words.staff(book, who) for who in staff)))
    click.echo(ledger.write(book, events.ShiftOverridden(secrets.token_hex(16), shift, reason)))
    _show_rota(ledger.read(), now)


@click.command()
@click.argument("staff", metavar="[STAFF]", required=False)
@click.option("--begin", help="First day, such as 2027-01-04; without it: today.")
@click.option("--end", help="Last day.")
@click.option("--reason", default="", help="For the colleagues; not shown to users.")
@click.option("--zone", help="Time zone of the days; without it, the desk's.")
@click.option("--back", is_flag=True, help="Is there again, or not away after all.")
@ledger_option
@words.sentences
def absence(  # noqa: PLR0913, PLR0917 - one for each option
    ledger: Ledger, staff: str | None, begin: str | None, end: str | None, reason: str, zone: str | None, *, back: bool
) -> None:
    """List who is away, or set that somebody is: every open ticket goes to somebody who is there.

    --back: he is there again, and what is under way ends now; where nothing is, the next one planned is struck.
    """
    book, now = ledger.read(), datetime.now(UTC)
    if back:
        if staff is None or begin or end:
            raise AdminError("Say who is back, and nothing else: absence jana --back.")
        whose = words.staff(book, staff)
        ahead = [one for one in book.duty.absences.values() if one.staff == whose and now < one.end > one.begin]
        if not ahead:
            raise AdminError(f"{_name(book, whose)} is not away, and is not going to be.")
        click.echo(ledger.write(book, taken_back(min(ahead, key=lambda one: one.begin), now)))
        book = ledger.read()
    elif staff is not None:
        if end is None:
            raise AdminError("Say until when: --end 2027-01-15.")
        whose = words.staff(book, staff)
        time_zone = zone_named(zone or words.usual_zone(book, now))
        until = words.begin(end, time_zone, now) + timedelta(days=1)
        since = words.begin(begin, time_zone, now)
        if until <= since:
            raise AdminError("An absence ends after it begins.")
        others = {one.identifier for one in book.register.staff.values()} - book.away(since) - {whose}
        if not others:
            raise AdminError(f"Nobody would be there while {_name(book, whose)} is away; somebody has to take over.")
        click.echo(ledger.write(book, events.AbsenceSet(secrets.token_hex(16), whose, since, until, reason)))
        book = ledger.read()
    _show_absences(book, now)


def _show_absences(book: Book, now: datetime) -> None:
    zone_name = words.usual_zone(book, now)
    ahead = [one for one in book.duty.absences.values() if one.end > now and one.begin < one.end]
    for one in sorted(ahead, key=lambda one: one.begin):
        words.show(
            _name(book, one.staff),
            ("from", words.at(one.begin, zone_name)),
            ("until", words.at(one.end, zone_name)),
        )
    if not ahead:
        click.echo("Nobody is away, and nobody is going to be.")


@click.command()
@click.argument("identifier", metavar="[ID]", required=False, type=words.Identifier())
@click.option("--title", help="The ticket's text.")
@click.option("--rule", help="RFC 5545, such as FREQ=MONTHLY;BYDAY=1MO.")
@click.option("--begin", help="The first time: 2027-01-04 09:00.")
@click.option("--zone", help="Its time zone, such as Europe/Prague; without it, the desk's.")
@click.option("--customer", help="Whose it is: the customer's ID;")
@click.option("--user", help="a user's;")
@click.option("--machine", help="a machine's.")
@click.option("--urgency", type=click.IntRange(1, 3), help="1 is the highest.")
@click.option("--stop/--go-on", "stopped", default=None, help="Makes no more tickets.")
@ledger_option
@words.sentences
def schedule(ledger: Ledger, identifier: str | None, **options: object) -> None:
    """List the tickets that come again and again, or set one: only what is given changes."""
    from relay.timekeeper import schedules  # noqa: PLC0415 - needs dateutil, which would slow every other command down

    book, now = ledger.read(), datetime.now(UTC)
    if identifier is not None and any(value is not None for value in options.values()):
        changed = _schedule(book, identifier, options)
        schedules.check(changed)
        click.echo(ledger.write(book, events.ScheduleSet(changed)))
        book = ledger.read()
    if identifier is None and not book.duty.schedules:
        click.echo("Nothing comes again by itself yet. See: athand-admin schedule --help")
    for one in book.duty.schedules.values():
        if identifier in (None, one.identifier):
            due = schedules.next_due(one, now)
            words.show(
                f"{one.identifier}: {one.title}",
                ("rule", one.rule),
                (
                    "next",
                    f"{due.astimezone(ZoneInfo(one.time_zone)):%Y-%m-%d %H:%M}, {one.time_zone}" if due else "none",
                ),
                ("customer", one.customer),
                ("user", one.user),
                ("machine", one.device),
            )


def _schedule(book: Book, identifier: str, options: dict[str, object]) -> Schedule:
    known = book.duty.schedules.get(identifier)

    def said(name: str, before: str) -> str:
        value = options[name]
        return before if value is None else str(value)

    if known is None and not (options["title"] and options["rule"] and options["begin"]):
        raise AdminError(f"There is no schedule “{identifier}”; a new one needs --title, --rule and --begin.")
    time_zone = said("zone", known.time_zone if known else words.usual_zone(book, datetime.now(UTC)))
    begin = known.begin if known else datetime.now(UTC)
    if options["begin"] is not None:
        begin = _moment(str(options["begin"]), zone_named(time_zone))
    for kind, names in (("customer", book.register.customers), ("user", book.register.users)):
        if options[kind] and options[kind] not in names:
            raise AdminError(f"There is no {kind} “{options[kind]}”.")
    return Schedule(
        identifier=identifier,
        rule=said("rule", known.rule if known else ""),
        begin=begin,
        time_zone=time_zone,
        title=said("title", known.title if known else ""),
        device=said("machine", known.device if known else ""),
        customer=said("customer", known.customer if known else ""),
        user=said("user", known.user if known else ""),
        urgency=int(said("urgency", str(known.urgency if known else 3))),
        stopped=(known.stopped if known else False) if options["stopped"] is None else bool(options["stopped"]),
    )


def _read_shifts(table: Path, time_zone: ZoneInfo, book: Book) -> list[Shift]:
    if table.stat().st_size > MAX_ROTA_BYTES:
        raise AdminError(f"{table} is too large for a rota.")
    try:
        return _shifts_in(table, time_zone, book)
    except UnicodeDecodeError as error:
        raise AdminError(f"{table} is not in UTF-8.") from error
    except csv.Error as error:
        raise AdminError(f"{table} is no table: {error}.") from error


def _shifts_in(table: Path, time_zone: ZoneInfo, book: Book) -> list[Shift]:
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, delimiter=";" if ";" in file.readline() else ",")
        file.seek(0)
        if not set(_COLUMNS) <= set(rows.fieldnames or ()):
            raise AdminError(f"{table} needs the columns {', '.join(_COLUMNS)} in its first line.")
        shifts = []
        for number, row in enumerate(rows, 2):
            try:
                staff = tuple(words.staff(book, name) for name in (row["staff"] or "").replace(",", " ").split())
                shifts.append(
                    Shift(_moment(row["begin"] or "", time_zone), _moment(row["end"] or "", time_zone), staff)
                )
            except (ValueError, AdminError) as error:
                raise AdminError(f"Line {number} of {table}: {error}") from error
    if not shifts:
        raise AdminError(f"{table} has no line with a shift.")
    return shifts


def _moment(text: str, time_zone: ZoneInfo) -> datetime:
    try:
        said = datetime.fromisoformat(text.strip())
        # Whoever wrote 18:00+02:00, or 18:00Z, has said which eighteen hundred he means.
        return (said if said.tzinfo is not None else said.replace(tzinfo=time_zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise AdminError(f"“{text}” is no time; write for example 2027-01-04 18:00.") from error


def _name(book: Book, staff: str) -> str:
    profile = book.register.staff.get(staff)
    return profile.name if profile else staff


def _show_rota(book: Book, now: datetime) -> None:
    """Who is called from now on, gaps named: a later table has the word over an earlier one, absences are left out."""
    click.echo(f"On call now: {_in_turn(book, now)}.")
    stand_ins = [override.shift for override in book.duty.overrides.values() if override.shift.end > now]
    planned = [rota for rota in book.duty.rotas if rota.end > now]
    stretches = [(rota.begin, rota.end) for rota in planned] + [(shift.begin, shift.end) for shift in stand_ins]
    edges = {now, *(at for stretch in stretches for at in stretch)}
    edges |= {at for rota in planned for shift in rota.shifts for at in (shift.begin, shift.end)}
    edges |= {at for one in book.duty.absences.values() for at in (one.begin, one.end)}
    end = max((until for _, until in stretches), default=now)
    ahead = sorted(at for at in edges if now <= at <= end)
    begin, place = now, ZoneInfo(words.usual_zone(book, now))
    for at, until in pairwise(ahead):
        following = _in_turn(book, until) if until < end else ""
        if following != _in_turn(book, at):
            times = [f"{moment.astimezone(place):%Y-%m-%d %H:%M}" for moment in (begin, until)]
            click.echo(f"  {times[0]} to {times[1]} ({place.key})  {_in_turn(book, at)}")
            begin = until


def _in_turn(book: Book, at: datetime) -> str:
    return ", then ".join(_name(book, staff) for staff in book.on_call(at)) or "nobody"
