import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from protocol import envelope
from protocol.desk import events
from protocol.desk.calendar import Calendar, CalendarVersion
from protocol.desk.contract import Contract, ContractVersion, Rate
from protocol.desk.events import CheckResult, DeskSettings, Schedule, Shift, StaffProfile, Threshold
from protocol.desk.opening_hours import CLOSED
from relay.store import THE_DESK
from tests.relay.peopled import owned as given_to
from tests.relay.rig import Actor, House, Running, scene

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "relay")


class Clock:
    """The real time, until somebody lets some pass."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@asynccontextmanager
async def desk(house: House, clock: Clock, *more: events.BookEvent) -> AsyncIterator[Running]:
    never = Calendar("never", "Never", (CalendarVersion(LONG_AGO, "UTC", (CLOSED,) * 7),))
    usual = ContractVersion(LONG_AGO, "jana", "petr", Rate(6000, "EUR"), "never")
    book = (
        events.DeskSet(DeskSettings("Help", contract="usual")),
        events.CalendarSet(never),
        events.ContractSet(Contract("usual", "", (usual,))),
        events.StaffSet(StaffProfile("jana", "Jana Nováková", "Support engineer", "+420 1")),
        events.StaffSet(StaffProfile("lead", "Lena", "Head of support", "+420 2", lead=True)),
        *more,
    )
    async with house.relay(clock=clock) as relay:
        await relay.relay._store.record(lambda _: book, THE_DESK, LONG_AGO)
        yield relay


async def history(console: Actor, number: int) -> list[events.Event]:
    return [line.event for line in (await console.ask(envelope.ReadTicket, number)).history]


@scene
async def test_p01_an_urgent_ticket_at_night_pages_who_is_on_call_and_then_the_next(house: House) -> None:
    clock = Clock()
    begin = datetime.now(UTC) - timedelta(days=1)
    rota = events.RotaSet(begin, begin + timedelta(days=9), (Shift(begin, begin + timedelta(days=9), ("jana",)),), 60)
    async with desk(house, clock, rota) as relay:
        agent, console = await relay.agent(), await relay.console("petr")
        number = await given_to(agent, console, "jana", urgency=1)  # the contract's contact, whom nobody has woken yet
        await relay.relay._keeper.look()
        await relay.relay._keeper.look()
        clock.ahead = timedelta(seconds=61)
        await relay.relay._keeper.look()
        paged = [event for event in await history(console, number) if isinstance(event, events.Paged)]
        assert [page.staff for page in paged] == ["jana", "lead"]
        assert len({page.page for page in paged}) == 1


@scene
async def test_p01_a_call_is_seen_on_the_console_and_ends_once_somebody_has_heard_it(house: House) -> None:
    clock = Clock()
    begin = datetime.now(UTC) - timedelta(days=1)
    rota = events.RotaSet(begin, begin + timedelta(days=9), (Shift(begin, begin + timedelta(days=9), ("jana",)),), 60)
    async with desk(house, clock, rota) as relay:
        agent, console = await relay.agent(), await relay.console("jana")
        number = await given_to(agent, console, "jana", urgency=1)
        await relay.relay._keeper.look()
        changed = await console.hears(envelope.TicketChanged, lambda said: bool(said.ticket.called))
        assert (changed.ticket.number, changed.ticket.called) == (number, "jana")
        assert (await agent.ask(envelope.ReadTicket, number)).ticket.called == "", "no requester's business"
        assert (await console.ask(envelope.ListStaff)).on_call == ("Jana Nováková",)
        assert (await console.ask(envelope.AcknowledgePage, number)).ticket.called == ""
        assert isinstance(await console.ask(envelope.AcknowledgePage, number), envelope.RequestRefused)
        clock.ahead = timedelta(minutes=10)
        await relay.relay._keeper.look()
        paged = [event for event in await history(console, number) if isinstance(event, events.Paged)]
        assert len(paged) == 1


@scene
async def test_p37_a_scheduled_ticket_is_there_on_time_and_once_also_after_a_restart(house: House) -> None:
    clock = Clock()
    weekly = Schedule("backup", "FREQ=WEEKLY", datetime.now(UTC) - timedelta(minutes=1), "UTC", "Look after the backup")
    async with desk(house, clock, events.ScheduleSet(weekly)) as relay:
        await relay.relay._keeper.look()
        await relay.relay._keeper.look()
    async with house.relay(clock=clock) as relay:
        await relay.relay._keeper.look()
        console = await relay.console()
        (ticket,) = (await console.ask(envelope.ListQueue)).tickets
        assert ticket.problem == "Look after the backup"
        clock.ahead = timedelta(days=7)
        await relay.relay._keeper.look()
        await relay.relay._keeper.look()
        assert len((await console.ask(envelope.ListQueue)).tickets) == 2


@scene
async def test_the_proof_of_a_fix_is_run_again_after_a_day_and_after_a_week_each_once(house: House) -> None:
    clock = Clock()
    watched = events.ThresholdsSet((Threshold("disk.used_percent", 90, 85, for_s=0, ticket=True),))
    async with desk(house, clock, watched) as relay:
        agent, console = await relay.agent(), await relay.console()
        await agent.ask(envelope.ReportFault, "f" * 32, "disk.used_percent", "/", "95 % used")
        await console.takes(1)
        for ahead in (timedelta(), timedelta(days=1, hours=1), timedelta(days=7, hours=1)):
            clock.ahead = ahead
            step = console.ask(envelope.ResolveTicket, 1, "Emptied the bin") if not ahead else proved(relay)
            await answering(agent, step)
        await proved(relay)
        ran = [event for event in await history(console, 1) if isinstance(event, events.CheckRan)]
        assert [run.phase.value for run in ran] == ["at_solution", "after_a_day", "after_a_week"]


async def proved(relay: Running) -> None:
    """One look at everything, and the proofs that it began."""
    await relay.relay._keeper.look()
    await relay.relay._keeper.proved()


async def answering(agent: Actor, step: Awaitable[Any], *, passed: bool = True) -> None:
    """The machine answers the one check that is asked of it meanwhile."""
    under_way = asyncio.ensure_future(step)
    run = await agent.hears(envelope.RunCheck)
    result = CheckResult(run.check, run.target, "50 % used" if passed else "96 % used", passed=passed)
    agent.core.send(envelope.ReportCheck(900, run.run, result))
    for text in agent.core.texts_to_send():
        await agent.socket.send(text)
    await under_way


def failing(key: str, device: str) -> events.CheckKept:
    return events.CheckKept(key, device, CheckResult("disk.used_percent", "/", "95 % used", passed=False))


JANA = events.Staff("jana", "Jana Nováková", "Support engineer", "+420 1")
BEGUN = (events.Triaged(2, 2), events.Assigned(JANA), events.Started())


async def solved(relay: Running, agent: Actor, of: str = "", count: int = 1) -> list[int]:
    """Solved tickets with a proof, of this machine or another one."""
    first = (await agent.asks_for_help()).ticket.number
    store = relay.relay._store
    ticket = await store.ticket(first)
    assert ticket is not None
    device = of or ticket.device
    numbers = []
    async with store.work(datetime.now(UTC)) as work:
        for number in range(count):
            opened = events.Opened(
                request=f"{first:016x}{number:016x}",
                device=device,
                device_label="",
                requester="Eva",
                problem="The disk is full",
                urgency=2,
                minutes=20,
                diagnostics=(),
                asked_at=datetime.now(UTC),
            )
            kept = failing(f"{first:016x}{number:016x}", device)
            numbers.append(work.open(opened, THE_DESK, *BEGUN, kept, events.Resolved("Emptied the bin")).number)
    return numbers


@scene
async def test_a_machine_that_does_not_answer_holds_up_nothing_and_is_not_asked_again_for_a_while(
    house: House,
) -> None:
    clock = Clock()
    async with desk(house, clock) as relay:
        agent = await relay.agent()
        await solved(relay, agent, count=3)
        clock.ahead = timedelta(days=1, minutes=5)
        async with asyncio.timeout(2):
            await relay.relay._keeper.look()
            await relay.relay._keeper.look()
        await relay.relay._keeper.proved()
        await proved(relay)
        assert relay.relay.counts["check_not_answered"] == 1


@scene
async def test_machines_that_are_away_keep_no_other_from_its_proof(house: House) -> None:
    clock = Clock()
    async with desk(house, clock) as relay:
        agent, console = await relay.agent(), await relay.console()
        await solved(relay, agent, "gone", 101)
        (number,) = await solved(relay, agent)
        clock.ahead = timedelta(days=1, minutes=5)
        await answering(agent, proved(relay))
        ran = [event for event in await history(console, number) if isinstance(event, events.CheckRan)]
        assert [run.phase.value for run in ran] == ["after_a_day"]
