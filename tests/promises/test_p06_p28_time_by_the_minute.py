"""Promises 6 and 28: work on site and its travel are on the record, and all of it is charged by the minute."""

import secrets
from datetime import UTC, datetime, timedelta

from protocol import envelope
from protocol.desk import ledger
from protocol.desk.events import TimeLogged, WorkKind
from relay.store import EventStore
from tests.relay.rig import House, scene


@scene
async def test_p28_twelve_minutes_of_work_are_twelve_and_never_fifteen(house: House) -> None:
    end = datetime.now(UTC)
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        await agent.asks_for_help()
        for minutes, seconds in ((12, 0), (12, 59)):
            begin = end - timedelta(minutes=minutes, seconds=seconds)
            entry = secrets.token_hex(16)
            await console.ask(envelope.LogTime, 1, entry, begin, end, WorkKind.PHONE, "Talked it through")
            end = begin
    store = await EventStore.open(house.database)
    entries = ledger.entries([entry for _, entry in await store.history(1)])
    await store.close()
    assert [entry.billed_min for entry in entries] == [12, 12]


@scene
async def test_p06_work_on_site_and_the_way_there_stand_in_the_history_for_the_requester_too(house: House) -> None:
    now = datetime.now(UTC)
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        await agent.asks_for_help()
        for kind, begin_min, end_min in ((WorkKind.TRAVEL, 90, 60), (WorkKind.ON_SITE, 60, 15)):
            begin, end = now - timedelta(minutes=begin_min), now - timedelta(minutes=end_min)
            entry = secrets.token_hex(16)
            await console.ask(envelope.LogTime, 1, entry, begin, end, kind, "Changed the fuser")
        theirs = await agent.ask(envelope.ReadTicket, 1)
        logged = [line.event for line in theirs.history if isinstance(line.event, TimeLogged)]
        assert [(entry.kind, entry.worked_s) for entry in logged] == [
            (WorkKind.TRAVEL, 1800),
            (WorkKind.ON_SITE, 2700),
        ]
