"""The desk's invariants 8, 10, 11 and 12, for whatever people and machines do in whatever order, through the socket."""

import asyncio
import itertools
import random
import secrets
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import EndReason, Machine, NoticeKind, Threshold, User, WorkKind
from protocol.envelope import RefusalReason
from relay.store import EventStore
from tests.relay.rig import Actor, House, Running, given_consent, scene

PLAYS = range(4)
"""So many plays, made up by chance and the same in every run."""


class Time:
    """The real one, and what a play lets pass besides."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def clock(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead_s)

    def seconds(self) -> float:
        return asyncio.get_running_loop().time() + self.ahead_s


@pytest.mark.parametrize("play", PLAYS)
@scene
async def test_invariant_8_a_session_has_a_ticket_and_a_budget_and_ends_once_with_its_time_or_an_explicit_zero(
    house: House, play: int
) -> None:
    chance, time = random.Random(play), Time()
    async with house.relay(seconds=time.seconds) as relay:
        agent, console = await relay.agent(), await relay.console()
        assert isinstance(await console.ask(envelope.RequestSession, 1), envelope.RequestRefused)
        for _ in range(8):
            time.ahead_s += 60  # nobody is refused for haste
            await one_session(relay, agent, console, chance, time)
    store = await EventStore.open(house.database)
    numbers = [row[0] for row in await store.rows("SELECT number FROM tickets")]
    for number in numbers:
        check_sessions([entry.event for _, entry in await store.history(number)])
    await store.close()
    assert len(numbers) == 8


async def one_session(relay: Running, agent: Actor, console: Actor, chance: random.Random, time: Time) -> None:
    """As far as it comes: nobody there, one end, both, one that is allowed for five minutes; and one of many ends."""
    number = (await agent.asks_for_help()).ticket.number
    await console.takes(number)
    ready = await console.ask(envelope.RequestSession, number)
    assert isinstance(ready, envelope.SessionReady), ready
    ends = []
    if far := chance.randrange(5):
        ends.append(await relay.console("jana", ready.session))
    if far > 1:
        ends.append(await relay.agent("laptop", ready.session))
        for end in reversed(ends):
            await end.paired()
    if far > 2:
        begin = datetime.now(UTC)
        given = given_consent(agent, console, ready.session, number, begin=begin, end=begin + timedelta(minutes=5))
        assert isinstance(await agent.ask(envelope.ReportConsent, ready.session, given), envelope.Done)
        time.ahead_s += chance.randrange(200)
    match chance.randrange(5):
        case 0:
            await agent.ask(envelope.ReportEnd, ready.session, chance.choice(list(EndReason)))
        case 1:
            await console.ask(envelope.ReportEnd, ready.session, chance.choice(list(EndReason)))
        case 2:
            for end in ends:
                end.vanish()
        case 3:
            await agent.ask(envelope.CancelTicket, number)
        case _:
            pass
    time.ahead_s += 900  # for whatever is still waited for
    relay.relay.switchboard.sweep()
    await relay.until(lambda: relay.relay.switchboard.find(ready.session) is None)


def check_sessions(history: list[events.Event]) -> None:
    """Each that was asked for ended once, within its budget; its time is what was entered, or none was."""
    asked = [event.session for event in history if isinstance(event, events.SessionRequested)]
    ended = [event for event in history if isinstance(event, events.SessionEnded)]
    assert [event.session for event in ended] == asked
    for end in ended:
        before = history[: history.index(end)]
        budget = [
            (event.end - event.begin).total_seconds()
            for event in before
            if isinstance(event, events.SessionConsented) and event.session == end.session
        ]
        entered = [event for event in history if isinstance(event, events.TimeLogged) and event.entry == end.session]
        if not budget:
            assert (end.worked_s, entered) == (0, [])
            continue
        assert 0 < end.worked_s <= budget[0] + 5.1  # the ends end it by the consent; the relay when they did not
        (entry,) = entered  # what another entry of the same minutes has not got
        assert 0 <= entry.worked_s <= end.worked_s + 1e-3


@pytest.mark.parametrize("play", PLAYS)
@scene
async def test_invariant_10_whatever_is_merged_and_parted_each_message_is_told_once_with_its_tickets_number(
    house: House, play: int
) -> None:
    chance, time = random.Random(play), Time()
    async with house.relay(clock=time.clock, seconds=time.seconds) as relay:
        agent, console = await relay.agent(), await relay.console()
        numbers = [(await agent.asks_for_help(f"Problem {n}")).ticket.number for n in range(4)]
        into: dict[int, int] = {}
        said: dict[str, int] = {}

        def root(number: int) -> int:
            return root(into[number]) if number in into else number

        for step in range(24):
            time.ahead_s += 5
            number = chance.choice(numbers)
            match chance.randrange(3):
                case 0:
                    other = chance.choice(numbers)
                    answer = await console.ask(envelope.MergeTicket, number, other, "the same")
                    if isinstance(answer, envelope.Ticket):
                        into[number] = answer.ticket.number
                case 1:
                    answer = await console.ask(envelope.UnmergeTicket, number)
                    assert isinstance(answer, envelope.Ticket) == (number in into)
                    into.pop(number, None)
                case _:
                    said[f"word {step}"] = root(number)
                    assert isinstance(await agent.ask(envelope.AddMessage, number, f"word {step}"), envelope.Ticket)
            for shown in numbers:
                if shown in into:
                    continue
                whole = await console.ask(envelope.ReadTicket, shown)
                told = [
                    (line.event.text, line.ticket or shown)
                    for line in whole.history
                    if isinstance(line.event, events.MessageAdded)
                ]
                assert sorted(told) == sorted((text, n) for text, n in said.items() if root(n) == shown), (step, into)
        assert into
        assert said


DISK = Threshold("disk.used_percent", limit=90, clear=85, for_s=0, ticket=True)
LOAD = Threshold("cpu.percent", limit=90, clear=85, for_s=0)
WATCHED = (
    events.ThresholdsSet((DISK, LOAD)),
    events.UserSet(User("eva", "Eva")),
    events.UserSet(User("adam", "Adam")),
    events.MachineSet(Machine("laptop", "Eva's laptop", "eva")),
    events.MachineSet(Machine("desktop", "Adam's", "adam")),
    events.StaffSet(events.StaffProfile("lead", "Lena", "Head of support", "+420 1", lead=True)),
)


@pytest.mark.parametrize("play", PLAYS)
@scene
async def test_invariant_11_one_open_fault_for_a_device_and_check_and_its_end_tells_whom_it_told_and_closes_nothing(
    house: House, play: int
) -> None:
    chance, time = random.Random(play), Time()
    async with house.relay(clock=time.clock, seconds=time.seconds) as relay:
        await relay.sets(*WATCHED)
        agents = {name: await relay.agent(name) for name in ("laptop", "desktop")}
        humans = [(await agent.asks_for_help("The disk is full")).ticket.number for agent in agents.values()]
        keys = [secrets.token_hex(16) for _ in range(8)]
        store = relay.relay._store
        for _ in range(60):
            time.ahead_s += 20
            agent, key = chance.choice(list(agents.values())), chance.choice(keys)
            if chance.random() < 0.6:
                check, target = chance.choice(
                    [("disk.used_percent", "/"), ("disk.used_percent", "/home"), ("cpu.percent", "")]
                )
                await agent.ask(envelope.ReportFault, key, check, target, "95 %")
            else:
                await agent.ask(envelope.ReportRecovery, key, "50 %")
            places = [
                (f.raised.device, f.raised.check, f.raised.target) for f in (await store.book()).watch.open.values()
            ]
            assert len(places) == len(set(places))
        book = await store.book()
        told: dict[NoticeKind, Counter[tuple[str, str]]] = defaultdict(Counter)
        for _, entry in await store.history(0):
            if isinstance(entry.event, events.Announced):
                told[entry.event.kind][entry.event.about, entry.event.to] += 1
        assert max(told[NoticeKind.FAULT].values()) == 1
        open_ones = {fault.raised.fault for fault in book.watch.open.values()}
        over = Counter({who: 1 for who in told[NoticeKind.FAULT] if who[0] not in open_ones})
        assert told[NoticeKind.RECOVERY] == over
        assert over, "nothing was ever over"
        states = {ticket.number: ticket.state.value for ticket in await store.unfinished()}
        assert {states[number] for number in humans} == {"new"}
        assert set(states.values()) == {"new"}, "a recovery closes no ticket, whoever opened it"


Sends = Callable[[], Any]


@pytest.mark.parametrize("play", PLAYS)
@scene
async def test_invariant_12_whatever_is_sent_again_because_its_answer_was_lost_is_written_once(
    house: House, play: int
) -> None:
    chance, time = random.Random(play), Time()
    async with house.relay(clock=time.clock, seconds=time.seconds) as relay:
        await relay.sets(*WATCHED)
        agent, console = await relay.agent(), await relay.console()
        number = (await agent.asks_for_help()).ticket.number
        await console.takes(number)
        now = time.clock()

        def key() -> str:
            return f"{chance.getrandbits(128):032x}"

        at, hour = now + timedelta(days=1), timedelta(hours=1)
        requests: list[tuple[Actor, Any, tuple[Any, ...]]] = [
            (agent, envelope.OpenTicket, (key(), "Eva", "Another one", 2, 20, (), now)),
            (agent, envelope.Complain, (key(), number, "Nobody listens")),
            (agent, envelope.ReportFault, (key(), "disk.used_percent", "/", "95 %")),
            (console, envelope.TakeCall, (key(), "+420 1", "It smokes", 1, "", "Bob")),
            (console, envelope.LogTime, (number, key(), now - hour, now - hour / 2, WorkKind.PHONE, "Talked")),
            (console, envelope.LogTime, (number, key(), now - hour / 2, now, WorkKind.PHONE, "Talked on")),
            (console, envelope.MakeQuote, (number, key(), "On Sunday", 100, "EUR", at, None)),
            (console, envelope.MakeAppointment, (number, key(), at, at + hour, "At your desk")),
            (console, envelope.AskRequester, (number, key(), "Which one?")),
            (console, envelope.GiveInstruction, (number, key(), ("Open it",))),
        ]
        sent = list(itertools.chain(requests, *(requests for _ in range(3))))
        chance.shuffle(sent)
        for actor, kind, facts in sent:
            time.ahead_s += 20
            answer = await actor.ask(kind, *facts)
            if isinstance(answer, envelope.RequestRefused):
                assert answer.reason is RefusalReason.NOT_NOW, (kind, answer)
        rows = await relay.relay._store.rows("SELECT kind, count(*) FROM events GROUP BY kind")
        counts = {str(row[0]): int(row[1]) for row in rows}
        expected = {
            "Opened": 5,  # the first, another, the complaint, the call, the fault's
            "FaultRaised": 1,
            "TimeLogged": 2,
            "QuoteMade": 1,
            "AppointmentMade": 1,
            "QuestionAsked": 1,
            "InstructionGiven": 1,
        }
        assert {kind: counts.get(kind) for kind in expected} == expected
