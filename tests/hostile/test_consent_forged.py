"""Each field of a consent is altered: nobody who has to hold it against something believes it.

The worker is the real one, fed by a window process that signs what it likes; the console is its own conversation, fed
by an agent that does; the relay is the real one.
"""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent import agreement
from console.session.conversation import Allowed
from protocol import consent as consents
from protocol import envelope
from protocol.consent import Consent
from protocol.desk.events import EndReason, SessionConsented
from protocol.session import framing, messages
from protocol.session.framing import Kind
from protocol.trust import Identity
from tests.hostile import ends, forged
from tests.hostile.ends import Agent, Console, EndBroke
from tests.hostile.stand import Stand, stand
from tests.parties import Parties
from tests.relay.rig import House, scene, session_on

Forge = Callable[[Consent, Identity, str], bytes]

THE_DEVICES_WORD = {"technician_name", "text", "language", "begin"}
"""What only the device knows: what stood on its screen, and when the button was pressed. It can lie about these to the
others, but nobody else can: behind the signature they are as fixed as the rest."""
CANNOT_TELL = {
    "worker": THE_DEVICES_WORD
    | {"monitors"},  # which of them the user shows is his word; one that is not there is none
    "console": THE_DEVICES_WORD | {"monitors", "end"},
    "relay": THE_DEVICES_WORD | {"monitors", "end", "scopes", "binding"},  # it has neither question nor tunnel
}
WORKERS = [("signed", field) for field in forged.ALTERED if field not in CANNOT_TELL["worker"]] + [
    ("carried", field) for field in sorted(CANNOT_TELL["worker"])
]
"""One real worker each: signed by the device where the worker can tell, altered behind the signature where not."""
FORGES: dict[str, Forge] = {"signed": forged.by_the_device, "carried": forged.behind_the_signature}


def test_there_is_another_value_for_every_field() -> None:
    assert set(forged.ALTERED) == set(Consent.__struct_fields__)
    assert {field for _, field in WORKERS} == set(forged.ALTERED)


# --- the worker
@pytest.mark.timeout(300)
@scene
async def test_a_worker_shows_nothing_on_a_consent_with_any_field_altered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stand(tmp_path) as on:
        assert await _shown_on(on) == (True, EndReason.TECHNICIAN_LEFT)  # the control
        for how, field in WORKERS:
            with monkeypatch.context() as patch:
                patch.setattr(agreement, "sign", _signs(FORGES[how], field))
                assert await _shown_on(on) == (False, EndReason.FAULT), f"{how} {field}"
        history = await on.console.ask(envelope.ReadTicket, on.ticket)
        kept = [line.event for line in history.history if isinstance(line.event, SessionConsented)]
        for one in kept:
            consents.read(one.consent, device_leaf=on.house.ours.laptop.leaf)


def _signs(forge: Forge, field: str) -> Callable[[Consent, Identity], bytes]:
    return lambda given, device: forge(given, device, field)


async def _shown_on(on: Stand) -> tuple[bool, Any]:
    """Whether a session showed anything, and how it ended at the user's."""
    async with on.session() as line:
        await line.until(lambda: line.running or line.half_over)
        await line.until(lambda: bool(line.picture().size) or line.half_over, 2.0)
        shown = bool(line.picture().size)
        line.send(messages.KeyChanged(30, 0, down=True))
        await line.until(lambda: line.half_over, 0.3)
        assert bool(on.screen.held()[0]) == shown
    assert on.screen.held() == (frozenset(), frozenset())
    return shown, line.agent_reason


# --- the console
class Liar(Agent):
    """An agent that sends this consent, and pictures whatever comes of it."""

    def __init__(self, ours: Parties, forge: Callable[[Consent], bytes]) -> None:
        super().__init__(ours)
        self.forge = forge

    def _answer(self, ask: messages.Ask) -> None:
        if self._secured is None:
            raise EndBroke(f"asked too early: {ask}")
        given = self.forge(ends.make_consent(self.ours, self._secured, self.session, self.ticket))
        self.tunnel.send(framing.pack(Kind.TYPED, messages.encode(messages.ConsentGiven(given))))
        self.tunnel.send(framing.pack(Kind.FRAME, b"a picture"))


def _console_hearing(ours: Parties, forge: Callable[[Consent], bytes]) -> Console:
    agent, console = Liar(ours, forge), Console(ours)
    while moved := [console.data_to_send(), agent.data_to_send()]:
        if not any(moved):
            break
        for end, data in ((agent, moved[0]), (console, moved[1])):
            if data:
                try:
                    end.receive_data(data)
                except EndBroke:
                    return console
    return console


@pytest.fixture(scope="module")
def ours() -> Parties:
    return Parties()


def test_a_console_shows_pictures_under_a_good_consent(ours: Parties) -> None:
    """The control."""
    console = _console_hearing(ours, lambda given: consents.sign(given, ours.laptop))
    assert any(isinstance(event, Allowed) for event in console.others)
    assert console.rendered == [b"a picture"]


@pytest.mark.parametrize("field", forged.ALTERED)
def test_a_console_shows_nothing_under_a_consent_altered_behind_its_signature(ours: Parties, field: str) -> None:
    console = _console_hearing(ours, lambda given: forged.behind_the_signature(given, ours.laptop, field))
    assert console.rendered == []
    assert console.fault is not None
    assert console.fault.reason is EndReason.NOT_TRUSTED


@pytest.mark.parametrize("field", [field for field in forged.ALTERED if field not in CANNOT_TELL["console"]])
def test_a_console_shows_nothing_under_a_consent_that_its_device_made_up(ours: Parties, field: str) -> None:
    console = _console_hearing(ours, lambda given: forged.by_the_device(given, ours.laptop, field))
    assert console.rendered == []
    assert console.fault is not None


def test_a_console_shows_nothing_without_a_consent(ours: Parties) -> None:
    for nothing in (b"", b"\x80", bytes(200)):
        console = _console_hearing(ours, lambda _, nothing=nothing: nothing)  # type: ignore[misc]
        assert console.rendered == []
        assert console.fault is not None


# --- the relay
@scene
async def test_a_relay_writes_no_forged_consent_into_the_history(tmp_path: Path) -> None:
    house = House(tmp_path / "relay")
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        session, _, _, number = await session_on(relay, agent, console)
        now = datetime.now(UTC)
        good = Consent(
            session=session,
            ticket=number,
            binding=bytes(range(32)),
            technician=hashlib.sha256(console.identity.leaf).digest(),
            device=hashlib.sha256(agent.identity.leaf).digest(),
            technician_name="Jana Nováková",
            scopes=ends.SCOPES,
            monitors=(),
            text="May she?",
            language="en",
            begin=now,
            end=now + timedelta(minutes=20),
        )
        forgeries = [forged.behind_the_signature(good, agent.identity, field) for field in forged.ALTERED] + [
            forged.by_the_device(good, agent.identity, field)
            for field in forged.ALTERED
            if field not in CANNOT_TELL["relay"]
        ]
        for one in forgeries:
            answer = await agent.ask(envelope.ReportConsent, session, one)
            assert isinstance(answer, envelope.RequestRefused), msgspec.msgpack.decode(one)
        stale = msgspec.structs.replace(good, begin=now - timedelta(hours=1))
        answer = await agent.ask(envelope.ReportConsent, session, consents.sign(stale, agent.identity))
        assert isinstance(answer, envelope.RequestRefused)
        await asyncio.sleep(0)
        before = await console.ask(envelope.ReadTicket, number)
        assert not any(isinstance(line.event, SessionConsented) for line in before.history)
        done = await agent.ask(envelope.ReportConsent, session, consents.sign(good, agent.identity))
        assert isinstance(done, envelope.Done)  # the control
