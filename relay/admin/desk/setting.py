"""`desk` and `staff-profile`: how the desk is set up, and what its technicians can do (promises 39, 40, 45)."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from protocol.desk import events
from protocol.desk.book import Book
from protocol.desk.events import StaffProfile
from protocol.trust.names import clean_phone, clean_text
from relay.admin import files
from relay.admin.approved import approved, meant
from relay.admin.desk import words
from relay.admin.desk.ledger import Ledger, ledger_option
from relay.admin.files import AdminError
from relay.words import LANGUAGES

MAX_PICTURE_BYTES = 32 * 1024 * 1024
"""As large as a camera makes them."""
_A_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.command()
@click.option("--name", help="As people read it.")
@click.option("--address", help="The one mail address for everything.")
@click.option("--phone", help="The one number.")
@click.option("--contract", help="For tickets of nobody's customer: the contract's ID.")
@click.option("--page", help="Address of the web page: https://help.example.org.")
@click.option("--language", help="Of what the desk writes by itself, such as de.")
@click.option("--works-council/--no-works-council", default=None, help="Reports show no single technician's work.")
@click.option("--reopen-days", type=click.IntRange(0, 365), help="So long a word on a closed ticket reopens it.")
@click.option("--remind-days", metavar="N,N,…", help="After so many days a requester who owes a word is reminded.")
@ledger_option
@words.sentences
def desk(ledger: Ledger, remind_days: str | None, **given: str | int | bool | None) -> None:
    """Show how the desk is set up, or change it: only what is given changes."""
    book = ledger.read()
    facts: dict[str, object] = {name: value for name, value in given.items() if value is not None}
    for name, check in (("address", words.mail), ("phone", clean_phone), ("language", _own_language)):
        if name in facts:
            facts[name] = check(str(facts[name]))
    if "name" in facts:
        facts["name"] = words.person(str(facts["name"]))
    page = str(facts.get("page", ""))
    if page and not page.startswith(("https://", "http://")):
        raise AdminError(f"“{page}” is no address of a page; write for example https://help.example.org.")
    if remind_days is not None:
        facts["remind_days"] = _days(remind_days)
    settings = msgspec.structs.replace(book.register.desk, **facts)
    if facts:
        click.echo(ledger.write(book, events.DeskSet(settings)))
    words.show(
        settings.name or "The desk",
        ("address", settings.address),
        ("phone", settings.phone),
        ("contract", settings.contract),
        ("page", settings.page),
        ("language", settings.language),
        ("works council", "yes" if settings.works_council else "no"),
        ("reopens for", f"{settings.reopen_days} days"),
        ("reminds after", ", ".join(map(str, settings.remind_days)) + " days"),
    )


@click.command("staff-profile")
@click.argument("who", required=False)
@click.option("--skill", "skills", multiple=True, metavar="NAME=1|2|3", help="1 some, 3 expert, 0 none any more.")
@click.option("--mail", help="Where the desk writes to.")
@click.option("--lead/--no-lead", default=None, help="Hears of what is late, and owns complaints.")
@click.option("--gone/--back", default=None, help="Does not work here any more.")
@click.option("--picture", type=_A_FILE, help="A photograph that users see beside the name; cut square in its middle.")
@click.option("--no-picture", is_flag=True, help="None any more: users see the initials.")
@ledger_option
@words.sentences
def staff_profile(  # noqa: PLR0913, PLR0917 - one for each option
    ledger: Ledger,
    who: str | None,
    skills: tuple[str, ...],
    mail: str | None,
    lead: bool | None,
    gone: bool | None,
    picture: Path | None,
    no_picture: bool,
) -> None:
    """List the technicians with their skills, or set those of WHO: a name, or an identifier as `staff` shows it.

    Name, title and phone are the certificate's; nobody has a profile without the three.
    """
    book = ledger.read()
    if who is None:
        for profile in book.register.staff.values():
            _show(profile, book.register.face(profile.identifier))
        if not book.register.staff:
            click.echo("Nobody yet. Set somebody with: athand-admin staff-profile NAME --skill network=2")
        return
    leaving = _profile(book, who) if gone else None
    if leaving is not None:  # also of somebody who was revoked already
        profile = msgspec.structs.replace(leaving, gone=True)
        click.echo(ledger.write(book, events.StaffSet(profile)))
        _show(profile, "")
        for sentence in _still_named(book, profile.identifier):
            click.echo(sentence)
        return
    person = approved(ledger.home, ledger.folder, who, datetime.now(UTC))
    known = book.register.staff.get(person.identifier)
    profile = StaffProfile(
        person.identifier,
        clean_text(person.name, "name"),
        clean_text(person.title, "title"),
        clean_phone(person.phone),
        mail=words.mail(mail) if mail else (known.mail if known else ""),
        skills=_skills(known.skills if known else {}, skills),
        lead=(known.lead if known else False) if lead is None else lead,
        gone=(known.gone if known else False) if gone is None else gone,
    )
    drawn = _drawn(picture, taken_away=no_picture)
    face = (
        book.register.face(person.identifier) if drawn is None else hashlib.sha256(drawn).hexdigest() if drawn else ""
    )
    sets = (events.FaceSet(person.identifier, face),) if drawn is not None else ()
    click.echo(ledger.write(book, events.StaffSet(profile), *sets, picture=drawn or b""))
    _show(profile, "" if profile.gone else face)


def _drawn(picture: Path | None, *, taken_away: bool) -> bytes | None:
    """The picture as it is kept, nothing when there is to be none any more; None: it stays. Raises AdminError."""
    if picture is None:
        return b"" if taken_away else None
    if taken_away:
        raise AdminError("Either --picture or --no-picture, not both.")
    # Pillow would slow every other command down.
    from relay.files.portrait import FROM_ADMIN, PictureRefused, portrait  # noqa: PLC0415

    try:
        return portrait(files.read(picture, MAX_PICTURE_BYTES), FROM_ADMIN)
    except PictureRefused as refused:
        raise AdminError(f"{picture}: {refused}") from refused


def _profile(book: Book, who: str) -> StaffProfile | None:
    staff = book.register.staff
    found = meant(who, {key: profile.name for key, profile in staff.items()})
    return staff[found[0]] if len(found) == 1 else None


def _skills(known: dict[str, int], given: tuple[str, ...]) -> dict[str, int]:
    skills = dict(known)
    for text in given:
        name, equals, level = text.rpartition("=")
        if not equals or level not in {"0", "1", "2", "3"}:
            raise AdminError(f"“{text}” is no skill; write for example network=2.")
        skills[clean_text(name, "skill").casefold()] = int(level)
    return {name: level for name, level in sorted(skills.items()) if level}


def _still_named(book: Book, who: str) -> Iterator[str]:
    """What goes on naming somebody who left, with the command that names somebody else."""
    now = datetime.now(UTC)
    for contract in book.register.contracts.values():
        version = contract.in_force(now)
        for role, named in (("contact", version.contact), ("deputy", version.deputy)):
            if named == who:
                key = contract.identifier
                yield f"Still {role} of the contract {key}: athand-admin contract {key} --{role} NAME"
    for user in book.register.users.values():
        if user.contact == who and not user.gone:
            key = user.identifier
            yield f"Still the own contact of {user.name}: athand-admin user {key} --contact NAME"
    if any(who in shift.staff and shift.end > now for rota in book.duty.rotas for shift in rota.shifts):
        yield "Still in the rota, where nobody calls him any more: athand-admin rota"


def _own_language(text: str) -> str:
    """One that the desk can write in. Raises AdminError."""
    if words.language(text) not in LANGUAGES:
        raise AdminError(f"The desk cannot write “{text}”; it can write {' and '.join(LANGUAGES)}.")
    return text


def _days(text: str) -> tuple[int, ...]:
    parts = text.replace(" ", "").split(",")
    if not all(part.isdecimal() and 0 < int(part) <= 365 for part in parts) or len(parts) > 8:  # noqa: PLR2004 - a year
        raise AdminError(f"“{text}” are no days; write for example 2,5,10.")
    return tuple(sorted({int(part) for part in parts}))


def _show(profile: StaffProfile, face: str) -> None:
    words.show(
        f"{profile.name}, {profile.title}, {profile.phone}  [{profile.identifier}]",
        ("mail", profile.mail),
        ("skills", ", ".join(f"{name} {level}" for name, level in profile.skills.items())),
        ("lead", "yes" if profile.lead else ""),
        ("picture", "yes" if face else ""),
        ("gone", "yes" if profile.gone else ""),
    )
