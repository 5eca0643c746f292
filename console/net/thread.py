"""The network's own thread: asyncio with uvloop, and the few doors into it.

Every public method may be called on any thread; each only leaves work for the loop (`call_soon_threadsafe`). What comes
out goes through the mailbox.
"""

import asyncio
import random
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import structlog

from console import keychain
from console.errors import ConsoleError, InvitationRefused
from console.events import Event, IdentityReady, InvitationNeeded, LinkChanged, LinkState, StartFailed
from console.language import _
from console.net import enrol
from console.net.dial import host_of, now
from console.net.link import Link
from console.net.renew import Renewal
from console.net.session import SessionLine
from console.picture.canvas import Canvas
from console.refusals import said
from console.session.conversation import Subject, Wish
from console.state import Pending, StateDirectory, read_organisation
from protocol.desk.events import EndReason
from protocol.envelope import FromConsole
from protocol.session.messages import FromConsole as Input
from protocol.trust import Distrust, Identity, Invitation, Organisation, Role, TrustError
from protocol.trust.verify import verify_issuance

_log = structlog.get_logger()


class NetworkThread:
    """Owns the loop, the link and the sessions' lines."""

    def __init__(self, state: Path, post: Callable[[Event], None], *, relay: str | None = None) -> None:
        """`relay` replaces the organisation's address of the relay, for behind an own proxy."""
        self._state, self._post, self._relay = StateDirectory(state), post, relay
        self._loop = _new_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network", daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()
        self._main: asyncio.Task[None] | None = None
        self._rng = random.Random()  # noqa: S311 - spreads attempts in time, protects nothing
        self._identity: Identity | None = None
        self._organisation: Organisation | None = None
        self._link: Link | None = None
        self._lines: dict[str, SessionLine] = {}
        self._input: dict[str, list[Input]] = {}
        self._input_lock = threading.Lock()

    def start(self, invitation: bytes | None) -> None:
        """Starts the thread; signs in as who the state directory says, or with an invitation's file."""
        self._thread.start()
        self.open_invitation(invitation)

    def open_invitation(self, invitation: bytes | None) -> None:
        """Begins anew, with an invitation's file or with what is known already."""
        self._loop.call_soon_threadsafe(self._begin, invitation)

    def request(self, message: FromConsole, on_refused: Callable[[], None]) -> None:
        """Sends a request over the link; `on_refused` is called on the network thread if there is none."""

        def send() -> None:
            if self._link is None or not self._link.send(message):
                on_refused()

        self._loop.call_soon_threadsafe(send)

    def try_now(self) -> None:
        """Ends the pause before the next attempt to connect."""

        def hurry() -> None:
            if self._link is not None:
                self._link.try_now()

        self._loop.call_soon_threadsafe(hurry)

    def open_session(self, subject: Subject, wish: Wish, canvas: Canvas, wake_painter: Callable[[], None]) -> None:
        """Dials a session; it ends with `SessionFinished`."""
        self._loop.call_soon_threadsafe(self._open_session, subject, wish, canvas, wake_painter)

    def painted(self, session: str) -> None:
        """What came of the picture is on the screen."""
        self._with_line(session, SessionLine.painted)

    def end_session(self, session: str) -> None:
        """The technician ends it."""
        self._with_line(session, SessionLine.end)

    def session_over(self, session: str, reason: EndReason) -> None:
        """The relay says that it is over."""
        self._with_line(session, lambda line: line.known_over(reason))

    def ask(self, session: str, wish: Wish) -> None:
        """Asks the user again, for other scopes or more time."""
        self._with_line(session, lambda line: line.ask(wish))

    def send_input(self, session: str, message: Input) -> None:
        """Sends keys and pointer; the loop is woken once for all that waits."""
        with self._input_lock:
            waiting = self._input.get(session)
            if waiting is not None:
                waiting.append(message)
                return
            self._input[session] = [message]
        self._loop.call_soon_threadsafe(self._hand_over_input, session)

    def stop(self) -> None:
        """Ends everything and waits for the thread, at most two seconds."""

        async def wind_up() -> None:
            for line in self._lines.values():
                line.end()
            if self._lines:
                await asyncio.wait(self._tasks - {self._main or asyncio.current_task()}, timeout=1.5)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._loop.stop()

        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(wind_up(), self._loop)
            self._thread.join(2.0)

    def _with_line(self, session: str, act: Callable[[SessionLine], None]) -> None:
        def find() -> None:
            if (line := self._lines.get(session)) is not None:
                act(line)

        self._loop.call_soon_threadsafe(find)

    def _hand_over_input(self, session: str) -> None:
        with self._input_lock:
            messages = self._input.pop(session, [])
        if (line := self._lines.get(session)) is not None:
            line.send(messages)

    def _begin(self, invitation: bytes | None) -> None:
        if self._main is not None:
            self._main.cancel()
        self._main = self._spawn(self._run(invitation))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("network_task_failed", exc_info=error)

    async def _run(self, invitation: bytes | None) -> None:
        try:
            await self._enrol_if_new(invitation)
            known = await self._load()
        except ConsoleError as error:
            self._post(StartFailed(str(error)))
            return
        except TrustError as error:
            self._post(StartFailed(said(str(error))))
            return
        if known is None:
            self._post(InvitationNeeded())
            return
        identity, organisation = self._identity, self._organisation = known
        self._link = Link(self._url(organisation), identity, organisation, self._state, self._post, rng=self._rng)
        renewal = self._spawn(self._renewal(organisation).keep(identity))
        try:
            await self._link.run()
        except ConsoleError as error:
            self._post(LinkChanged(LinkState.REFUSED, str(error)))
        finally:
            renewal.cancel()

    def _renewal(self, organisation: Organisation) -> Renewal:
        return Renewal(self._url(organisation), organisation, self._state, self._post, self._renewed)

    def _renewed(self, identity: Identity) -> None:
        self._identity = identity
        if self._link is not None:
            self._link.become(identity)

    async def _enrol_if_new(self, content: bytes | None) -> None:
        pending, profile = self._state.pending(), self._state.profile()
        if content is None:
            if pending is None:
                return
            content = pending.invitation
        elif profile is not None and _is_for(profile.identifier, profile.organisation, content):
            return  # the same command line as at the first start
        invitation, request = await enrol.prepare(content, self._state)
        await self._enrol(invitation, request)

    async def _enrol(self, invitation: Invitation, request: Pending) -> None:
        url = self._url(invitation.organisation)
        await enrol.enrol(invitation, request, url, self._state, self._post, rng=self._rng)

    async def _load(self) -> tuple[Identity, Organisation] | None:
        profile = self._state.profile()
        if profile is None:
            return None
        organisation = read_organisation(profile)
        key = await keychain.beside(keychain.fetch, enrol.key_name(organisation, profile.identifier))
        if key is None:
            raise InvitationRefused(
                _("Your key is not in this computer's keyring; please ask your administrator for a new invitation.")
            )
        try:
            identity = Identity.accept(profile.chain, key, organisation=organisation, role=Role.TECHNICIAN, now=now())
        except TrustError as error:
            if error.reason is not Distrust.EXPIRED:
                raise
            identity = await self._renewal(organisation).revive(profile, key)
        me = verify_issuance(identity.chain, organisation=organisation, role=Role.TECHNICIAN, now=now())
        self._post(IdentityReady(me, organisation))
        return identity, organisation

    def _url(self, organisation: Organisation) -> str:
        url = self._relay or organisation.relay_url
        host_of(url)
        return url

    def _open_session(self, subject: Subject, wish: Wish, canvas: Canvas, wake_painter: Callable[[], None]) -> None:
        if self._identity is None or self._organisation is None:
            return
        line = SessionLine(
            subject,
            wish,
            self._url(self._organisation),
            self._identity,
            self._organisation,
            self._state,
            canvas,
            post=self._post,
            wake_painter=wake_painter,
        )
        self._lines[subject.session] = line
        self._spawn(line.run()).add_done_callback(lambda _task: self._lines.pop(subject.session, None))


def _is_for(identifier: str, organisation: bytes, content: bytes) -> bool:
    try:
        invitation = Invitation.decode(content)
    except TrustError:
        return False
    return invitation.identifier == identifier and invitation.organisation.encode() == organisation


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop  # noqa: PLC0415 - not on Windows
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop
