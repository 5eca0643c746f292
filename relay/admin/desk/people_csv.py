"""Many users from a table: all of it, or a list of the lines that cannot be. Blocking; distrusts the file."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from protocol.desk import events
from protocol.desk.events import User
from protocol.desk.register import Register, RegisterError
from protocol.trust import TrustError
from relay.admin import files
from relay.admin.desk import words
from relay.admin.files import AdminError

COLUMNS = ("id", "name", "customer", "mails", "phones", "language", "contact", "may_accept_quotes")
HELP = (
    f"A table in UTF-8 with a first line of the columns it has, of: {', '.join(COLUMNS)}. Only name is needed; several "
    "mails or phones stand apart by spaces or |."
)
_MAX_BYTES = 32 * 1024 * 1024
_YES, _NO = frozenset({"yes", "true", "1", "x", "ja", "ano"}), frozenset({"", "no", "false", "0", "nein", "ne"})


def read(path: Path, register: Register) -> tuple[list[User], list[str]]:
    """The users, and a sentence for each line that cannot be. Raises AdminError, OSError."""
    try:
        text = files.read(path, _MAX_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AdminError(f"{path} is not in UTF-8.") from error
    first, _, _ = text.partition("\n")
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    try:
        columns = [column.strip().casefold() for column in next(rows, [])]
        if strange := [column for column in columns if column not in COLUMNS] or "name" not in columns:
            what = f"“{strange[0]}” is none of them" if isinstance(strange, list) else "“name” is missing"
            raise AdminError(f"The first line of {path} names the columns {', '.join(COLUMNS)}; {what}.")
        return _read(((rows.line_num, dict(zip(columns, row, strict=False))) for row in rows if any(row)), register)
    except csv.Error as error:
        raise AdminError(f"{path}, line {rows.line_num}: {error}.") from error


def _read(rows: Iterator[tuple[int, dict[str, str]]], register: Register) -> tuple[list[User], list[str]]:
    users: list[User] = []
    faults: list[str] = []
    lines: dict[str, int] = {}
    for line, row in rows:
        try:
            user = _user(row, register)
        except (AdminError, TrustError) as error:
            faults.append(f"line {line}: {error}")
            continue
        if user.identifier in lines:
            faults.append(f"line {line}: {user.identifier} stands in line {lines[user.identifier]} already.")
            continue
        users.append(user)
        lines[user.identifier] = line
    faults += _against(register, users, lines)
    return users, faults


def _against(register: Register, users: Iterable[User], lines: dict[str, int]) -> Iterator[str]:
    """What the book, or a line before, has already."""
    mine: dict[str, str] = {}
    for user in users:
        try:
            register.check(events.UserSet(user))
        except RegisterError as error:
            yield f"line {lines[user.identifier]}: {error}"
            continue
        for key in (*user.mails, *user.phones):
            if mine.setdefault(key, user.identifier) != user.identifier:
                yield f"line {lines[user.identifier]}: {key} is {mine[key]}'s, in line {lines[mine[key]]}."


def _user(row: dict[str, str], register: Register) -> User:
    """Raises AdminError, TrustError."""
    name = words.person(row.get("name", ""))
    mails = tuple(map(words.mail, _several(row.get("mails", ""))))
    phones = tuple(words.phone(part) for part in re.split(r"[|\n]", row.get("phones", "")) if part.strip())
    answer = row.get("may_accept_quotes", "").strip().casefold()
    if answer not in _YES | _NO:
        raise AdminError(f"“{answer}” is neither yes nor no.")
    identifier = row.get("id", "").strip() or _identifier(mails, name)
    words.check_identifier(identifier)
    known = register.users.get(identifier)
    return User(
        identifier,
        name,
        row.get("customer", "").strip(),
        mails,
        phones,
        words.language(row.get("language", "").strip()),
        row.get("contact", "").strip(),
        answer in _YES,
        known.gone if known else False,
    )


def _several(text: str) -> list[str]:
    return [part for part in re.split(r"[|\s]+", text) if part]


def _identifier(mails: tuple[str, ...], name: str) -> str:
    """For a line without one: the mail address, or the name in plain letters."""
    if mails:
        return mails[0]
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", ".", plain).strip(".") or "?"
