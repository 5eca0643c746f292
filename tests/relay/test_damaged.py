"""One ticket's records are damaged on the disk: everything else goes on, and it is named to whoever can mend it."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from protocol import envelope
from protocol.desk import events
from relay.admin.__main__ import main
from relay.store import THE_DESK, verify
from tests.relay.rig import House, scene

TRIGGERS = "DROP TRIGGER events_are_not_deleted; DROP TRIGGER events_are_not_changed"


def spoil(house: House, ticket: int, *, lists: bool) -> None:
    """As a disk does that gives back other bytes than it was given; `lists`: they have to be made anew besides."""
    with closing(sqlite3.connect(house.database)) as connection, connection:
        connection.executescript(TRIGGERS)
        last = "(SELECT max(number) FROM events WHERE ticket = ?)"
        connection.execute(f"UPDATE events SET body = x'00ff' WHERE number = {last}", (ticket,))  # noqa: S608 - own words
        if lists:
            connection.execute("UPDATE projections SET version = 0")


@pytest.mark.parametrize("lists", [False, True])
def test_a_damaged_ticket_with_a_session_left_open_keeps_no_relay_from_starting(
    house: House, capsys: pytest.CaptureFixture[str], *, lists: bool
) -> None:
    play(house, lists=lists)
    report = verify(house.database)
    assert report.ticket == 1
    capsys.readouterr()
    assert main(["verify", str(house.database)]) == 1
    assert "The event is filed under ticket 1." in capsys.readouterr().err


@scene
async def play(house: House, *, lists: bool) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        damaged = (await agent.asks_for_help()).ticket.number
        await console.takes(damaged)
        # As a relay leaves it behind that was killed: nothing says that the session is over.
        left = events.SessionRequested("a" * 32, events.Staff("jana", "Jana", "Engineer", "1"))
        assert await relay.relay._store.change(damaged, lambda _: (left,), THE_DESK, datetime.now(UTC))
    spoil(house, damaged, lists=lists)
    async with house.relay() as relay:
        agent, console = await relay.agent("desktop"), await relay.console()
        named = [json.loads(line) for line in relay.log.getvalue().splitlines()]
        assert [line["ticket"] for line in named if line["event"] == "ticket_damaged"] == [damaged]
        refused = await console.ask(envelope.ReadTicket, damaged)
        assert refused.sentence.startswith(f"Ticket {damaged} is damaged in the server's records")
        other = (await agent.asks_for_help()).ticket.number
        assert other == damaged + 1, "its number is not given again"
        assert relay.relay.counts["session_end_refused"] == 1
        listed = await console.ask(envelope.ListQueue)
        assert [ticket.number for ticket in listed.tickets] == [other]
        assert isinstance(await console.takes(other), envelope.Ticket)
        await relay.relay._keeper.look()
        await relay.relay._desk.sweep()
        assert isinstance(await console.ask(envelope.ListStaff), envelope.StaffList)
