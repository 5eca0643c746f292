import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest

from agent import enrolled, messages
from agent.desk_phone import DeskPhone
from agent.letters import Judged, TookBack, letter
from agent.messages import Line, Trouble
from agent.net import clerk, link, membership, post
from agent.net.clerk import Clerk
from agent.net.dial import dial
from agent.place import Place
from protocol import envelope
from protocol.connection import ConnectionFailed
from protocol.desk.events import EndReason, MessageAdded, Staff
from protocol.desk.states import TicketState
from protocol.signin import Refusal
from protocol.trust import Bundle, Distrust, Identity, Organisation, new_key
from protocol.trust.enrolment import device_identifier
from protocol.trust.issue import issue_device
from protocol.trust.profile import DEVICE_LIFETIME
from tests.agent.asked import a_letter, a_request
from tests.conftest import Logs
from tests.relay.rig import TOKEN, Actor, House, scene

H = TypeVar("H")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "relay")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "FIRST_WAIT_S", 0.05)
    monkeypatch.setattr(membership, "_ENROL_AGAIN_S", 0.05)
    monkeypatch.setattr(post, "_SEND_AGAIN_S", 0.05)


class Desk:
    """A clerk at work, and what was told to the windows."""

    def __init__(self, clerk: Clerk, told: "asyncio.Queue[messages.Happened]") -> None:
        self.clerk, self._told = clerk, told

    async def hears(self, kind: type[H], true: Callable[[H], bool] = lambda _: True) -> H:
        async with asyncio.timeout(10):
            while True:
                happened = await self._told.get()
                if isinstance(happened, kind) and true(happened):
                    return happened

    async def connects(self) -> None:
        await self.hears(messages.LineChanged, lambda change: change.line is Line.CONNECTED)


@contextlib.asynccontextmanager
async def at_work(path: Path, standing: enrolled.Standing) -> AsyncIterator[Desk]:
    told: asyncio.Queue[messages.Happened] = asyncio.Queue()
    clerk = Clerk(Place(path), standing, hot_key="ctrl+alt+Pause", tell=told.put_nowait)
    task = asyncio.create_task(clerk.run())
    try:
        yield Desk(clerk, told)
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def asks_and_is_taken(desk: Desk, console: Actor) -> messages.TicketSeen:
    """A request is sent, a technician takes it, and the user sees whose it is."""
    desk.clerk.wish(messages.SendRequest(a_request()))
    number = (await desk.hears(messages.RequestTaken)).number
    await console.takes(number)
    return await desk.hears(messages.TicketSeen, lambda said: said.ticket.owner is not None)


def laptop(house: House, port: int) -> enrolled.Member:
    organisation = msgspec.structs.replace(house.ours.organisation, relay_url=f"ws://127.0.0.1:{port}")
    return enrolled.Member(organisation, house.ours.laptop)


@scene
async def test_a_new_computer_enrols_by_itself_and_asks(house: House, tmp_path: Path) -> None:
    async with house.relay() as relay:
        organisation = laptop(house, relay.port).organisation
        bundle = Bundle(organisation=organisation, token=TOKEN, expires_at=datetime.now(UTC) + timedelta(days=1))
        place = Place(tmp_path / "agent")
        applicant = enrolled.apply(place, bundle, None, datetime.now(UTC))
        async with at_work(tmp_path / "agent", applicant) as desk:
            asked = a_request()
            desk.clerk.wish(messages.SendRequest(asked))  # before there is any line
            taken = await desk.hears(messages.RequestTaken)
            assert (taken.request, taken.number) == (asked.request, 1)
        assert isinstance(enrolled.load(place), enrolled.Member)


@scene
async def test_the_desks_number_is_known_without_a_line_and_as_the_desk_said_it_last(
    house: House, tmp_path: Path
) -> None:
    place = Place(tmp_path / "agent")
    DeskPhone(place).learn("+49 30 999")
    async with house.relay() as relay, at_work(tmp_path / "agent", laptop(house, relay.port)) as desk:
        assert (await desk.hears(messages.PhoneKnown)).number == "+49 30 999"
        assert (await desk.hears(messages.AboutRead)).about.phone == ""  # this one has no number any more
    assert DeskPhone(place).number == ""


@scene
async def test_a_computer_has_its_certificate_renewed_before_it_ends(house: House, tmp_path: Path) -> None:
    async with house.relay() as relay:
        key, issued_at = new_key(), datetime.now(UTC) - DEVICE_LIFETIME * 0.7
        name = device_identifier(key.public_key())
        chain = issue_device(house.ours.devices, key.public_key(), identifier=name, label="Laptop", now=issued_at)
        member = enrolled.Member(laptop(house, relay.port).organisation, Identity(chain, key))
        place = Place(tmp_path / "agent")
        place.write("organisation.json", member.organisation.encode())
        async with at_work(tmp_path / "agent", member) as desk:
            await desk.connects()
            await relay.until(lambda: enrolled.load(place) is not None)
        renewed = enrolled.load(place)
        assert isinstance(renewed, enrolled.Member)
        assert renewed.identity.chain != chain
        house.devices["renewed"] = renewed.identity
        assert (await (await relay.agent("renewed")).asks_for_help()).ticket.device_label == "Laptop"


@scene
async def test_a_request_made_offline_is_sent_when_the_line_is_back_and_makes_one_ticket(
    house: House, tmp_path: Path
) -> None:
    asked = a_request()
    async with at_work(tmp_path / "agent", laptop(house, 9)) as desk:  # nobody listens at port 9
        desk.clerk.wish(messages.SendRequest(asked))
        assert (await desk.hears(messages.RequestKept)).stored
        away = await desk.hears(messages.LineChanged, lambda change: change.line is Line.AWAY)
        assert away.trouble is Trouble.UNREACHABLE
    async with house.relay() as relay:
        async with at_work(tmp_path / "agent", laptop(house, relay.port)) as desk:  # the computer was restarted
            assert (await desk.hears(messages.WaitingListed)).requests == (asked,)
            assert (await desk.hears(messages.RequestTaken)).request == asked.request
        async with at_work(tmp_path / "agent", laptop(house, relay.port)) as desk:  # and once more
            assert (await desk.hears(messages.WaitingListed)).requests == ()
            (ticket,) = (await desk.hears(messages.TicketsListed)).tickets
            assert (ticket.request, ticket.asked_at) == (asked.request, asked.asked_at)


@scene
async def test_an_answer_lost_on_the_way_makes_no_second_ticket(house: House, tmp_path: Path) -> None:
    asked = a_request()
    async with house.relay() as relay:
        for _ in range(2):
            async with at_work(tmp_path / "agent", laptop(house, relay.port)) as desk:
                await desk.connects()
                desk.clerk.wish(messages.SendRequest(asked))
                await desk.hears(messages.RequestTaken)
            # as if the answer had never come: the outbox of before
            (tmp_path / "agent" / "outbox.json").write_bytes(msgspec.json.encode({"version": 1, "requests": [asked]}))
        console = await relay.console()
        queue = await console.ask(envelope.ListQueue)
        assert [ticket.request for ticket in queue.tickets] == [asked.request]


@scene
async def test_only_the_requester_closes_and_hears_of_each_change(house: House, tmp_path: Path) -> None:
    async with house.relay() as relay:
        console = await relay.console()
        async with at_work(tmp_path / "agent", laptop(house, relay.port)) as desk:
            seen = await asks_and_is_taken(desk, console)
            number = seen.ticket.number
            assert seen.ticket.owner is not None
            assert seen.ticket.owner.phone == "+420 123 456"
            desk.clerk.wish(messages.SendLetter(a_letter(number)))
            await desk.hears(messages.LettersListed, lambda said: said.letters == ())
            await console.ask(envelope.ResolveTicket, number, "Put it out")
            await desk.hears(messages.TicketSeen, lambda said: said.ticket.state is TicketState.RESOLVED)
            desk.clerk.wish(messages.SendLetter(letter(number, Judged(solved=True))))
            read = await desk.hears(messages.TicketRead, lambda said: said.ticket.ticket.state is TicketState.CLOSED)
            assert read.ticket.ticket.number == number


@scene
async def test_p18_a_verdict_given_without_a_line_is_kept_and_counts_once_it_is_back(
    house: House, tmp_path: Path
) -> None:
    async with house.relay() as relay:
        console = await relay.console()
        async with at_work(tmp_path / "agent", laptop(house, relay.port)) as desk:
            desk.clerk.wish(messages.SendRequest(a_request()))
            number = (await desk.hears(messages.RequestTaken)).number
        await console.takes(number)
        await console.ask(envelope.ResolveTicket, number, "Put it out")
        verdict = letter(number, Judged(solved=True))
        async with at_work(tmp_path / "agent", laptop(house, 9)) as desk:  # nobody listens at port 9
            desk.clerk.wish(messages.SendLetter(verdict))
            await desk.hears(messages.LettersListed, lambda listed: listed.letters == (verdict,))
        for _ in range(2):
            async with at_work(tmp_path / "agent", laptop(house, relay.port)) as desk:
                await desk.hears(messages.LettersListed, lambda listed: listed.letters == ())
                with pytest.raises(TimeoutError):  # nor is a second one, after a lost answer, told as refused
                    async with asyncio.timeout(0.3):
                        await desk.hears(messages.LetterFailed)
            assert (await console.ask(envelope.ReadTicket, number)).ticket.state is TicketState.CLOSED
            kept = {"version": 1, "requests": [], "letters": [verdict]}
            (tmp_path / "agent" / "outbox.json").write_bytes(msgspec.json.encode(kept))  # as if no answer had come


@scene
async def test_a_relay_that_restarts_finds_its_agents_back(house: House, tmp_path: Path) -> None:
    async with house.relay() as relay:
        port = relay.port
    async with at_work(tmp_path / "agent", laptop(house, port)) as desk:
        await desk.hears(messages.LineChanged, lambda change: change.line is Line.AWAY)
        settings = house.settings
        house.settings = lambda: dataclasses.replace(settings(), port=port)  # type: ignore[method-assign]
        async with house.relay():
            await desk.connects()


@scene
async def test_a_revoked_computer_is_told_to_call_and_does_not_hammer(house: House, tmp_path: Path, logs: Logs) -> None:
    from tests.parties import serial  # noqa: PLC0415 - only here

    logs.expect("relay refused or distrusted")
    house.revoke(serial(house.ours.laptop), number=2)
    async with house.relay() as relay, at_work(tmp_path / "agent", laptop(house, relay.port)) as desk:
        away = await desk.hears(messages.LineChanged, lambda change: change.line is Line.AWAY)
        assert away.trouble is Trouble.REFUSED
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                change = await desk.hears(messages.LineChanged)
                pytest.fail(f"tried again at once: {change}")


@scene
async def test_a_number_once_seen_never_goes_back(house: House, tmp_path: Path, logs: Logs) -> None:
    house.revoke(number=5)
    async with house.relay() as relay, at_work(tmp_path / "agent", laptop(house, relay.port)) as desk:
        await desk.connects()
    logs.expect("relay refused or distrusted")
    house.revoke(number=4)
    async with house.relay() as relay, at_work(tmp_path / "agent", laptop(house, relay.port)) as desk:
        away = await desk.hears(messages.LineChanged, lambda change: change.line is Line.AWAY)
        assert away.trouble is Trouble.REFUSED


@scene
async def test_a_wrong_clock_is_named_as_such(house: House, tmp_path: Path, logs: Logs) -> None:
    logs.expect("relay refused or distrusted")
    async with (
        house.relay(clock=lambda: datetime.now(UTC) + timedelta(hours=1)) as relay,
        at_work(tmp_path / "agent", laptop(house, relay.port)) as desk,
    ):
        away = await desk.hears(messages.LineChanged, lambda change: change.line is Line.AWAY)
        assert away.trouble is Trouble.CLOCK


@pytest.mark.parametrize(
    ("reason", "trouble"),
    [
        (Distrust.STALE_REVOCATIONS, Trouble.OUT_OF_DATE),
        (Distrust.EXPIRED, Trouble.OWN_CERTIFICATE),
        (Distrust.BAD_SIGNATURE, Trouble.REFUSED),
        (Refusal.TOO_MANY, Trouble.BUSY),
        (Refusal.VERSION, Trouble.VERSION),
        (Refusal.NOT_TRUSTED, Trouble.REFUSED),
        (None, Trouble.REFUSED),
    ],
)
def test_each_reason_that_matters_to_the_user_is_named(reason: Distrust | Refusal | None, trouble: Trouble) -> None:
    assert link.trouble_of(ConnectionFailed("for the log", final=False, reason=reason)) is trouble


def test_ten_thousand_agents_come_back_spread_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "FIRST_WAIT_S", 2.0)
    waits = [link.wait_s(failures, link.LONGEST_WAIT_S) for failures in range(12) for _ in range(200)]
    assert max(waits) <= 10
    assert max(waits[-200:]) > 9  # and not all at once
    first = [link.wait_s(0, link.LONGEST_WAIT_S) for _ in range(10_000)]
    for tenth in range(10):  # no tenth of the first two seconds gets more than its share and a fifth
        share = sum(tenth * 0.2 <= wait < (tenth + 1) * 0.2 for wait in first)
        assert share < 1200


@scene
async def test_messages_written_offline_are_sent_once_and_in_order_over_a_restart(house: House, tmp_path: Path) -> None:
    said = [f"message {number}" for number in range(5)]
    async with house.relay() as relay:
        async with at_work(tmp_path / "agent", laptop(house, relay.port)) as desk:
            desk.clerk.wish(messages.SendRequest(a_request()))
            number = (await desk.hears(messages.RequestTaken)).number
        letters = [a_letter(number, text) for text in said]
        async with at_work(tmp_path / "agent", laptop(house, 9)) as desk:  # nobody listens at port 9
            for letter in letters:
                desk.clerk.wish(messages.SendLetter(letter))
            kept = await desk.hears(messages.LettersListed, lambda listed: len(listed.letters) == len(said))
            assert kept.letters == tuple(letters)
        console = await relay.console()
        # The answer to the first one was lost: it is sent again, and written down once.
        other = await relay.agent()
        await other.ask(envelope.AddMessage, number, said[0], mark=letters[0].mark)
        await other.leave()
        async with at_work(tmp_path / "agent", laptop(house, relay.port)) as desk:
            assert (await desk.hears(messages.LettersListed)).letters == tuple(letters)
            await desk.hears(messages.LettersListed, lambda listed: listed.letters == ())
        history = (await console.ask(envelope.ReadTicket, number)).history
        assert [line.event.text for line in history if isinstance(line.event, MessageAdded)] == said


@scene
async def test_a_letter_that_the_relay_will_never_take_goes_back_and_the_next_one_is_sent(
    house: House, tmp_path: Path
) -> None:
    async with house.relay() as relay, at_work(tmp_path / "agent", laptop(house, relay.port)) as desk:
        desk.clerk.wish(messages.SendRequest(a_request()))
        number = (await desk.hears(messages.RequestTaken)).number
        lost = a_letter(number + 1)
        desk.clerk.wish(messages.SendLetter(lost))
        desk.clerk.wish(messages.SendLetter(a_letter(number)))
        failed = await desk.hears(messages.LetterFailed)
        assert failed.letter == lost
        assert failed.sentence
        await desk.hears(messages.LettersListed, lambda listed: listed.letters == ())


@scene
async def test_whoever_wants_something_does_not_wait_for_the_next_try(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house.relay() as relay:
        port = relay.port
    monkeypatch.setattr(link, "wait_s", lambda _failures, _longest_s: 3600.0)
    async with at_work(tmp_path / "agent", laptop(house, port)) as desk:
        settings = house.settings
        house.settings = lambda: dataclasses.replace(settings(), port=port)  # type: ignore[method-assign]
        for wish in (messages.TryNow(), messages.SendRequest(a_request())):
            await desk.hears(messages.LineChanged, lambda change: change.line is Line.AWAY)
            async with house.relay():
                desk.clerk.wish(wish)
                await desk.connects()


@scene
async def test_an_attempt_that_nobody_answers_is_begun_anew_when_the_network_came_back(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "_HURRIED_AFTER_S", 0.05)
    async with house.relay() as relay:
        dialled: list[str] = []

        def nowhere_first(organisation: Organisation, path: str) -> Any:
            dialled.append(path)
            return dial(organisation, path) if len(dialled) > 1 else _Nowhere()

        monkeypatch.setattr("agent.net.link.dial", nowhere_first)
        async with at_work(tmp_path / "agent", laptop(house, relay.port)) as desk:
            await desk.hears(messages.LineChanged, lambda change: change.line is Line.CONNECTING)
            desk.clerk.wish(messages.TryNow())
            await desk.connects()


class _Nowhere:
    """A network that swallows everything."""

    async def __aenter__(self) -> None:
        await asyncio.Event().wait()

    async def __aexit__(self, *_error: object) -> None:
        pass


@scene
async def test_a_line_that_is_dead_in_silence_is_noticed_when_something_is_sent(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "PROOF_S", 0.2)
    async with (
        house.relay() as relay,
        swallowing(relay.port) as (port, swallow),
        at_work(tmp_path / "agent", laptop(house, port)) as desk,
    ):
        await desk.connects()
        swallow.set()
        asked = a_request()
        desk.clerk.wish(messages.SendRequest(asked))
        await desk.hears(messages.LineChanged, lambda change: change.line is Line.AWAY)
        swallow.clear()
        assert (await desk.hears(messages.RequestTaken)).request == asked.request


@contextlib.asynccontextmanager
async def swallowing(port: int) -> AsyncIterator[tuple[int, asyncio.Event]]:
    """A line to `port` on which nothing arrives any more, in silence, while the event is set."""
    swallow = asyncio.Event()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                if not swallow.is_set():
                    writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pass_on(reader, back), pass_on(there, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], swallow


@scene
async def test_a_relay_that_opens_a_closed_ticket_again_gets_no_session(
    house: House, tmp_path: Path, logs: Logs
) -> None:
    logs.expect("session refused")
    async with house.relay() as relay:
        console = await relay.console()
        async with at_work(tmp_path / "agent", laptop(house, relay.port)) as desk:
            seen = await asks_and_is_taken(desk, console)
            number = seen.ticket.number
            desk.clerk.wish(messages.SendLetter(letter(number, TookBack())))
            await desk.hears(messages.TicketRead, lambda said: said.ticket.ticket.state is TicketState.CANCELLED)
            assert seen.ticket.owner is not None
            desk.clerk._heard(envelope.TicketChanged(seen.ticket))  # in progress, says the relay
            desk.clerk._heard(envelope.SessionOffered("c" * 32, number, seen.ticket.owner))
            assert desk.clerk._session is None


class Slow:
    """A session whose processes take a while to be gone.

    Attributes:
        made: all of them, oldest first.
        second: whether there is another one after the first.
    """

    made: list["Slow"]
    second: asyncio.Event

    def __init__(self, offer: envelope.SessionOffered, *_rest: object, **_told: object) -> None:
        self.number, self.gone = offer.session, asyncio.Event()
        self.ending = self.interrupted = False
        self.made.append(self)
        if len(self.made) > 1:
            self.second.set()

    def stop(self, _reason: EndReason) -> None:
        self.ending = True

    async def run(self) -> None:
        await self.gone.wait()


@scene
async def test_a_session_that_is_offered_while_the_last_ones_processes_go_begins_when_they_are_gone(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logs: Logs
) -> None:
    Slow.made, Slow.second = [], asyncio.Event()
    monkeypatch.setattr(clerk, "Session", Slow)
    logs.expect("session refused")
    async with house.relay() as relay:
        console = await relay.console()
        async with at_work(tmp_path / "agent", laptop(house, relay.port)) as desk:
            number = (await asks_and_is_taken(desk, console)).ticket.number
            staff = Staff("jana", "Jana Nováková", "Support engineer", "+420 1")
            offers = [envelope.SessionOffered(digit * 32, number, staff) for digit in "abcde"]
            desk.clerk._heard(offers[0])
            desk.clerk._heard(offers[1])
            assert len(Slow.made) == 1, "one at a time"
            over = [envelope.SessionOver(one.session, number, EndReason.TECHNICIAN_LEFT, 0.0) for one in offers]
            desk.clerk._heard(over[0])
            desk.clerk._heard(offers[2])
            desk.clerk._heard(offers[3])
            desk.clerk._heard(over[2])
            Slow.made[0].gone.set()
            async with asyncio.timeout(5):
                await Slow.second.wait()
            assert [one.number for one in Slow.made] == [offers[0].session, offers[3].session]
            Slow.made[1].interrupted = True
            desk.clerk._heard(offers[4])
            assert Slow.made[1].ending, "what the relay has forgotten does not come back"
            Slow.second.clear()
            Slow.made[1].gone.set()
            async with asyncio.timeout(5):
                await Slow.second.wait()
            assert Slow.made[2].number == offers[4].session
            Slow.made[2].gone.set()
