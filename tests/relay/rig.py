"""A real relay in this process, and actors who dial it: agents and consoles with real certificates and real sockets."""

import asyncio
import dataclasses
import functools
import hashlib
import io
import json
import os
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import uvloop
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from protocol import consent, envelope, signin
from protocol.connection import Connection, ConnectionFailed, Paired, Received, SignedIn
from protocol.desk import events
from protocol.scopes import Scope
from protocol.trust import Identity, Role, Tokens
from protocol.trust.enrolment import OpenInvitation, Token, hash_token
from relay.admin.folder import RelayFolder
from relay.log import make_log
from relay.server import Relay, Settings
from relay.store import THE_DESK
from relay.web.sites import WebSettings
from tests.parties import Parties

PASSPHRASE = "device authority"
TOKEN = "t" * 43
P = ParamSpec("P")
A = TypeVar("A", bound=envelope.ToClient)
WAIT_S = 10.0


def scene(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Lets an async test run on the loop the relay runs on in production."""

    @functools.wraps(test)
    def play(*args: P.args, **kwargs: P.kwargs) -> None:
        play_scene(test(*args, **kwargs))

    return play


def play_scene(work: Coroutine[Any, Any, None], within_s: float = 120.0, tidying_s: float = 20.0) -> None:
    """The same for some `work`. Raises TimeoutError, also when it is the tidying up that does not come to an end.

    No signal reaches a test whose loop is uvloop's: what it still waits for then is said here, and not waited for.
    """

    def let_go(loop: asyncio.AbstractEventLoop) -> None:
        for task in asyncio.all_tasks(loop):
            task.print_stack(file=sys.stderr)
            task.cancel()
        loop.call_later(tidying_s, let_go, loop)

    async def within() -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(within_s + tidying_s, let_go, loop)
        await asyncio.wait_for(work, within_s)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(within())
        except asyncio.CancelledError as stuck:
            raise TimeoutError("its tidying up did not come to an end; what it waited for is on stderr") from stuck


@functools.cache
def _people() -> tuple[Parties, Identity, Identity, bytes]:
    """The same for all houses of a test run: Jana's organisation, Petr, a desktop, the device authority's key."""
    ours = Parties(now=datetime.now(UTC))
    # Stretched a little only, where the admin's command does it properly: a relay is started for each test.
    lightly = BestAvailableEncryption(PASSPHRASE.encode())
    key = ours.devices.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lightly)
    return ours, ours.technician("petr", "Petr Dvořák"), ours.device("desktop", "Desktop"), key


class House:
    """A relay's folder, as the admin's command would make it, and the people around it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.web = WebSettings()
        self.ours, petr, desktop, key = _people()
        self.staff = {"jana": self.ours.jana, "petr": petr}
        self.devices = {"laptop": self.ours.laptop, "desktop": desktop}
        path.mkdir(parents=True)
        self.folder = RelayFolder(path)
        self.folder.organisation_file.write_bytes(self.ours.organisation.encode())
        self.folder.device_certificate_file.write_bytes(self.ours.devices.certificate)
        self.folder.device_key_file.write_bytes(key)
        self.folder.mailbox.mkdir()
        self.revoke()
        tomorrow = self.ours.now + timedelta(days=1)
        self.folder.tokens_file.write_bytes(
            Tokens((Token(hash_token(TOKEN), tomorrow, 3),), (OpenInvitation("eva", tomorrow),)).encode()
        )

    def revoke(self, *serials: int, number: int = 1, age: timedelta = timedelta()) -> None:
        new = self.folder.revocations_file.with_suffix(".new")
        new.write_bytes(self.ours.encoded_revocations(*serials, number=number, age=age))
        new.replace(self.folder.revocations_file)

    def settings(self) -> Settings:
        return Settings(self.path, "127.0.0.1", 0, PASSPHRASE, web=self.web)

    @property
    def database(self) -> Path:
        return self.path / "athand.db"

    @asynccontextmanager
    async def relay(self, **options: Any) -> AsyncIterator["Running"]:
        log = io.StringIO()
        relay = Relay(self.settings(), make_log(log), **options)
        await relay.start()
        running = Running(self, relay, log)
        try:
            yield running
        finally:
            for actor in running.actors:
                await actor.leave()
            await relay.stop()
        faults = [line for line in log.getvalue().splitlines() if json.loads(line)["event"] == "fault"]
        assert not faults, faults


@dataclasses.dataclass
class Running:
    """A relay that runs, and whoever dialled it."""

    house: House
    relay: Relay
    log: io.StringIO
    actors: list["Actor"] = dataclasses.field(default_factory=list)

    @property
    def port(self) -> int:
        return self.relay.port

    def url(self, path: str) -> str:
        return f"ws://127.0.0.1:{self.port}{path}"

    async def agent(self, name: str = "laptop", session: str | None = None) -> "Actor":
        return await self._actor(Role.DEVICE, self.house.devices[name], session)

    async def console(self, name: str = "jana", session: str | None = None) -> "Actor":
        return await self._actor(Role.TECHNICIAN, self.house.staff[name], session)

    async def _actor(self, role: Role, identity: Identity, session: str | None) -> "Actor":
        socket = await self.dial("/control" if session is None else "/session")
        actor = Actor(self, role, identity, socket, session)
        self.actors.append(actor)
        await actor.sign_in()
        return actor

    async def dial(self, path: str, **options: Any) -> ClientConnection:
        offered = [Subprotocol(signin.SUBPROTOCOL)]
        facts: dict[str, Any] = {"subprotocols": offered, "max_size": 2**22, "ping_interval": None, "close_timeout": 1}
        return await connect(self.url(path), compression=None, **(facts | options))

    async def sets(self, *happened: events.BookEvent) -> None:
        """What an administrator put into the desk's book."""
        await self.relay._store.record(lambda _: happened, THE_DESK, datetime.now(UTC))

    async def until(self, true: Callable[[], bool]) -> None:
        """Waits for something the relay does by itself."""
        async with asyncio.timeout(WAIT_S):
            while not true():  # noqa: ASYNC110 - what is waited for has no event, in a test or out of it
                await asyncio.sleep(0.01)


class Actor:
    """One client: its socket, and the same pure protocol core the real programs use."""

    def __init__(
        self, running: Running, role: Role, identity: Identity, socket: ClientConnection, session: str | None
    ) -> None:
        self.running, self.role, self.identity, self.socket, self.session = running, role, identity, socket, session
        self.core = Connection(role, identity, running.house.ours.organisation, host="127.0.0.1", session=session)
        self.said: list[envelope.ToClient] = []
        self._refs = 0

    async def sign_in(self) -> None:
        event = None
        while not isinstance(event, SignedIn):
            event = self.core.receive_text(await self._text(), datetime.now(UTC))
            for text in self.core.texts_to_send():
                await self.socket.send(text)

    async def paired(self) -> None:
        assert isinstance(self.core.receive_text(await self._text(), datetime.now(UTC)), Paired)

    async def ask(self, kind: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Sends a request and waits for its answer; what the relay says in between is kept in `said`."""
        self._refs += 1
        ref = self._refs
        self.core.send(kind(ref, *args, **kwargs))
        for text in self.core.texts_to_send():
            await self.socket.send(text)
        while True:
            message = await self._message()
            if getattr(message, "ref", None) == ref:
                return message
            self.said.append(message)

    async def hears(self, kind: type[A], true: Callable[[A], bool] = lambda _: True) -> A:
        """Waits until the relay says something by itself."""
        for message in self.said:
            if isinstance(message, kind) and true(message):
                self.said.remove(message)
                return message
        while True:
            heard = await self._message()
            if isinstance(heard, kind) and true(heard):
                return heard
            self.said.append(heard)

    async def closed(self) -> int | None:
        """Waits until the relay closes the socket; the close code."""
        async with asyncio.timeout(WAIT_S):
            await self.socket.wait_closed()
        return self.socket.close_code

    async def leave(self) -> None:
        try:
            async with asyncio.timeout(WAIT_S):
                await self.socket.close()
        finally:
            self.vanish()

    def vanish(self) -> None:
        """As if the line were cut: no closing handshake."""
        self.socket.transport.abort()

    async def _text(self) -> str:
        async with asyncio.timeout(WAIT_S):
            text = await self.socket.recv()
        assert isinstance(text, str)
        return text

    async def _message(self) -> envelope.ToClient:
        event = self.core.receive_text(await self._text(), datetime.now(UTC))
        assert isinstance(event, Received)
        return event.message

    # --- what people do
    async def asks_for_help(self, problem: str = "The printer is on fire", **changes: Any) -> envelope.Ticket:
        facts: dict[str, Any] = {
            "request": secrets.token_hex(16),
            "requester": "Eva",
            "problem": problem,
            "urgency": 2,
            "minutes": 20,
            "diagnostics": (),
            "asked_at": datetime.now(UTC),
        }
        return cast(envelope.Ticket, await self.ask(envelope.OpenTicket, **(facts | changes)))

    async def takes(self, number: int) -> Any:
        return await self.ask(envelope.TakeTicket, number, impact=2, urgency=2, next_step="I have a look")


async def session_on(running: Running, agent: Actor, console: Actor) -> tuple[str, Actor, Actor, int]:
    """A ticket, taken, and both ends of a session on it: session number, the two ends, ticket number."""
    number = (await agent.asks_for_help()).ticket.number
    await console.takes(number)
    ready = await console.ask(envelope.RequestSession, number)
    assert isinstance(ready, envelope.SessionReady), ready
    offered = await agent.hears(envelope.SessionOffered)
    assert offered.session == ready.session
    name = next(name for name, identity in running.house.devices.items() if identity is agent.identity)
    person = next(name for name, identity in running.house.staff.items() if identity is console.identity)
    technician_end = await running.console(person, session=ready.session)
    device_end = await running.agent(name, session=ready.session)
    await device_end.paired()
    await technician_end.paired()
    return ready.session, device_end, technician_end, number


def given_consent(agent: Actor, console: Actor, session: str, ticket: int, **changes: Any) -> bytes:
    """The user's signed yes."""
    now = datetime.now(UTC)
    facts: dict[str, Any] = {
        "session": session,
        "ticket": ticket,
        "binding": os.urandom(32),
        "technician": hashlib.sha256(console.identity.leaf).digest(),
        "device": hashlib.sha256(agent.identity.leaf).digest(),
        "technician_name": "Jana Nováková",
        "scopes": frozenset({Scope.SEE}),
        "monitors": (),
        "text": "May Jana see your screen?",
        "language": "en",
        "begin": now,
        "end": now + timedelta(minutes=20),
    }
    return consent.sign(consent.Consent(**(facts | changes)), agent.identity)


async def refused_sign_in(
    running: Running, identity: Identity, role: Role, path: str = "/control", **options: Any
) -> str:
    """The sentence with which a sign-in is refused."""
    actor = Actor(running, role, identity, await running.dial(path), options.get("session"))
    running.actors.append(actor)
    try:
        await actor.sign_in()
    except ConnectionFailed as failed:
        return str(failed)
    raise AssertionError("it was let in")
