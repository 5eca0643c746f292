"""A desk after years of work, made in minutes: every event encoded, chained and folded as the relay does it itself.

    python -m tests.bench.desk_history FILE [--tickets 100000] [--events 2000000] [--users 10000]

Tickets are written one after the other; each has a life that could have been. The last two in a hundred are open, one
of them has 300 events.
"""

import argparse
import itertools
import random
import secrets
import sqlite3
import string
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from protocol.desk import chain, events
from protocol.desk.contract import Contract, ContractVersion, Rate, ServiceLevel, Target
from protocol.desk.events import Actor, Entry, WorkKind
from relay.store import tables
from relay.store.database import open_database
from relay.store.projections import ALL, keeping

CUSTOMERS, STAFF = 50, 20
OPEN_SHARE = 0.02
LONG_EVENTS = 300
TODAY = datetime.now(UTC).replace(microsecond=0)
JANA = events.Staff("jana", "Jana Nováková", "Support engineer", "+420 123 456")
BATCH = 20_000


def main() -> None:
    """Writes the file, and says how long it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--users", type=int, default=10_000)
    wanted = parser.parse_args()
    begun = time.monotonic()
    head = write(wanted.file, wanted.tickets, wanted.events, wanted.users)
    print(f"{head.number:,} events in {time.monotonic() - begun:.0f} s")


def write(path: Path, tickets: int, in_all: int, users: int) -> chain.Head:
    """A new desk at `path` with about that many events; where its chain stands."""
    open_database(path)  # its engines connect on first use only: here it is but made
    chance = random.Random(2026)
    history = itertools.chain(_book(users), _lives(chance, tickets, in_all, users))
    head = chain.EMPTY
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        while batch := list(itertools.islice(history, BATCH)):
            rows = []
            for entry in batch:
                body, salt = events.encode(entry), secrets.token_bytes(chain.SALT_BYTES)
                digest = chain.digest(salt, body)
                head = chain.extend(head, digest)
                rows.append(tuple(tables.row(head, salt, body, digest, entry).values()))
            connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
            connection.commit()
        connection.execute("DELETE FROM projections")
        keeping.bring_up_to_date(connection, ALL)
        connection.commit()
        connection.execute("ANALYZE")
        connection.commit()
    return head


def _book(users: int) -> Iterator[Entry]:
    at = TODAY - timedelta(days=1000)
    level = ServiceLevel(Target(60), Target(240), Target(480), Target(2880))
    version = ContractVersion(at, "jana", "petr", Rate(9000, "EUR"), levels=(level,) * 5)
    happened: list[events.BookEvent] = [
        events.DeskSet(events.DeskSettings("Help desk", contract="usual")),
        events.ContractSet(Contract("usual", "", (version,))),
    ]
    happened += [events.CustomerSet(events.Customer(f"c{n}", f"Customer {n}", "usual")) for n in range(CUSTOMERS)]
    happened += [events.UserSet(events.User(f"u{n}", f"User {n}", f"c{n % CUSTOMERS}")) for n in range(users)]
    happened += [events.MachineSet(events.Machine(f"d{n}", f"PC {n}", f"u{n}")) for n in range(users)]
    return (Entry(0, at, Actor.DESK, "", "athand", event) for event in happened)


def _lives(chance: random.Random, tickets: int, in_all: int, users: int) -> Iterator[Entry]:
    sentences = _sentences(chance)
    words_each = max(0, (in_all - 2 * users) // tickets - 11)
    begun = TODAY - timedelta(days=900)
    for number in range(1, tickets + 1):
        at = begun + (TODAY - timedelta(hours=8) - begun) * (number / tickets)
        is_open = number > tickets * (1 - OPEN_SHARE)
        talked = LONG_EVENTS - 7 if number == tickets else chance.randrange(2 * words_each + 1)
        user = f"u{chance.randrange(users)}"
        yield from _life(number, at, user, [chance.choice(sentences) for _ in range(talked + 2)], is_open=is_open)


def _life(number: int, at: datetime, user: str, said: list[str], *, is_open: bool) -> Iterator[Entry]:
    requester = (Actor.REQUESTER, user, f"User {user[1:]}")
    jana, desk = (Actor.STAFF, "jana", JANA.name), (Actor.DESK, "", "athand")
    customer = f"c{int(user[1:]) % CUSTOMERS}"
    device = f"d{user[1:]}"
    opened = events.Opened(
        f"{number:032x}",
        device,
        f"PC {user[1:]}",
        requester[2],
        said[0],
        2,
        20,
        (),
        at,
        user=user,
        customer=customer,
    )
    step = timedelta(minutes=1)
    instants = (at + step * n for n in itertools.count())

    def entry(by: tuple[Actor, str, str], event: events.TicketEvent) -> Entry:
        return Entry(number, next(instants), *by, event)

    yield entry(requester, opened)
    yield entry(desk, events.NextStepSet("We look at it", at + timedelta(hours=1)))
    yield entry(desk, events.EstimateSet(at + timedelta(days=2)))
    if is_open and number % 4 == 0:
        return  # nobody has looked at it yet
    yield entry(jana, events.Triaged(1 + number % 3, 2))
    yield entry(jana, events.Assigned(JANA))
    yield entry(jana, events.Started())
    yield entry(jana, events.NextStepSet("I have a look", at + timedelta(hours=4)))
    for n, text in enumerate(said[2:]):
        yield entry(jana if n % 2 else requester, events.MessageAdded(text, internal=n % 6 == 1))
    if is_open:
        return
    begin = at + timedelta(minutes=10)
    end = begin + timedelta(minutes=number % 50 + 1)
    worked = (end - begin).total_seconds()
    yield entry(jana, events.TimeLogged(f"{number:032x}", JANA, begin, end, worked, WorkKind.REMOTE, "Looked into it"))
    yield entry(jana, events.Resolved(said[1]))
    yield entry(requester, events.Accepted())
    yield entry(requester, events.Rated(1 + number % 5))


def _sentences(chance: random.Random) -> list[str]:
    """Texts of 4 to 40 words whose frequencies fall as they do in a language (Zipf)."""
    vocabulary = ["".join(chance.choices(string.ascii_lowercase, k=chance.randint(3, 10))) for _ in range(20_000)]
    vocabulary[50], vocabulary[5000] = "printer", "heliograph"
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(vocabulary) + 1)))
    return [" ".join(chance.choices(vocabulary, cum_weights=weights, k=chance.randint(4, 40))) for _ in range(20_000)]


if __name__ == "__main__":
    main()
