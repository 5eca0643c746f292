"""What is typed and shown the same way in all commands about the desk's book. Pure."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from functools import wraps
from typing import ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import click

from protocol.desk.book import Book
from protocol.desk.register import dialled
from protocol.trust.names import clean_phone, clean_text
from relay.admin.files import AdminError

_P = ParamSpec("_P")
_R = TypeVar("_R")
_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,119}")
_MAIL = re.compile(r"[^\s@<>\"(),:;\\\[\]]{1,64}@[^\s@<>\"(),:;\\\[\]]{1,189}")
_DOMAIN = re.compile(r"(?=.{1,189}$)[^\s@.<>]+(\.[^\s@.<>]+)+")
_LANGUAGE = re.compile(r"([a-z]{2})?")
_RATE = re.compile(r"([0-9]{1,7})(?:[.,]([0-9]{2}))? ?([A-Z]{3})")


class Identifier(click.ParamType[str]):
    """What an admin names: short, lower case."""

    name = "ID"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """See click."""
        try:
            check_identifier(value)
        except AdminError as error:
            self.fail(str(error), param, ctx)
        return value


def check_identifier(text: str) -> None:
    """Raises AdminError."""
    if not _IDENTIFIER.fullmatch(text):
        raise AdminError(f"“{text}” is no identifier; use small letters, digits and . _ @ + -")


def sentences(command: Callable[_P, _R]) -> Callable[_P, _R]:
    """What the desk's own rules refuse becomes the admin's sentence."""

    @wraps(command)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return command(*args, **kwargs)
        except ValueError as error:  # ContractError, CalendarError, HoursError, VersionError, RegisterError
            raise AdminError(str(error)) from error

    return run


def mail(text: str) -> str:
    """A mail address, in lower case. Raises AdminError."""
    address = text.strip().lower()
    if not _MAIL.fullmatch(address):
        raise AdminError(f"“{text}” is no mail address.")
    return address


def phone(text: str) -> str:
    """A phone number in international form, as it is compared. Raises AdminError, TrustError."""
    number = dialled(clean_phone(text))
    if not number.startswith("+") or not 6 < len(number) <= 16:  # noqa: PLR2004 - E.164 has at most 15 digits
        raise AdminError(f"“{text}” is no number with its country; write for example +420 777 123 456.")
    return number


def language(text: str) -> str:
    """ISO 639-1. Raises AdminError."""
    if not _LANGUAGE.fullmatch(text):
        raise AdminError(f"“{text}” is no language; write two letters, such as de.")
    return text


def person(text: str) -> str:
    """A name as people read it. Raises TrustError."""
    return clean_text(text, "name")


def staff(book: Book, text: str) -> str:
    """Whose identifier that is, or whose name, or the only one's whose name begins so. Raises AdminError."""
    present = [one for one in book.register.staff.values() if not one.gone]
    exact = [one for one in present if text.casefold() in (one.identifier, one.name.casefold())]
    found = exact or [one for one in present if one.name.casefold().startswith(text.casefold())]
    if not found:
        raise AdminError(
            f"“{text}” is nobody of the staff; an approved technician becomes it with: athand-admin staff-profile NAME"
        )
    if len(found) > 1:
        raise AdminError(f"“{text}” is more than one of the staff; `athand-admin staff-profile` lists them.")
    return found[0].identifier


def usual_zone(book: Book, now: datetime) -> str:
    """Where the desk is: the time zone of its usual contract's hours, else of its first calendar, else UTC."""
    contract = book.register.contract_of("")
    calendars = book.register.calendars
    usual = calendars.get(contract.in_force(now).hours) if contract else None
    found = usual or next(iter(calendars.values()), None)
    return found.in_force(now).time_zone if found else "UTC"


def at(moment: datetime, time_zone: str) -> str:
    """``2027-02-01 00:00 (Europe/Prague)``."""
    return f"{moment.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M} ({time_zone})"


def domain(text: str) -> str:
    """A mail domain, in lower case. Raises AdminError."""
    name = text.strip().lower().removeprefix("@")
    if not _DOMAIN.fullmatch(name):
        raise AdminError(f"“{text}” is no mail domain; write for example firma.example.")
    return name


def rate(text: str) -> tuple[int, str]:
    """Cents and currency of ``90 EUR`` or ``87.50 EUR``. Raises AdminError."""
    found = _RATE.fullmatch(text.strip())
    if found is None:
        raise AdminError(f"“{text}” is no rate an hour; write for example “90 EUR”.")
    return int(found[1]) * 100 + int(found[2] or 0), found[3]


def money(cents: int, currency: str) -> str:
    """``90.00 EUR``."""
    return f"{cents // 100}.{cents % 100:02} {currency}"


def begin(text: str | None, zone: ZoneInfo, now: datetime) -> datetime:
    """The instant from which something holds: the midnight of a day in `zone`, or now. Raises AdminError."""
    if text is None:
        return now
    try:
        return datetime.combine(date.fromisoformat(text), time(), zone).astimezone(now.tzinfo)
    except (ValueError, OverflowError) as error:
        raise AdminError(f"“{text}” is no day; write for example 2027-01-01.") from error


def day(text: str) -> date:
    """Raises AdminError."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise AdminError(f"“{text}” is no day; write for example 2027-01-01.") from error


def show(heading: str, *facts: tuple[str, str]) -> None:
    """One thing, with what is known of it."""
    click.echo(heading)
    for name, value in facts:
        if value:
            click.echo(f"  {name + ':':<13} {value}")
