"""The relay put together: opens its folder, listens, looks after everything once a second, and stops cleanly.

Guarantees: what cannot be started says why in one sentence; SIGTERM ends every session in the history, closes every
socket with 1001, and leaves nothing uncommitted. One loop, one thread.
"""

import asyncio
import contextlib
import dataclasses
import errno
import functools
import importlib.metadata
import ipaddress
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from structlog.typing import FilteringBoundLogger
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from protocol import limits
from protocol.desk.events import EndReason
from protocol.trust import DeviceAuthority, Role, TrustError
from relay import log as logs
from relay import notices
from relay.admin.files import AdminError
from relay.admin.folder import RelayFolder
from relay.admin.spool import Spool
from relay.counts import Counts
from relay.desk import Desk, Room, ledger
from relay.desk.agreed import Agreed
from relay.desk.completing import Completing
from relay.ends import Ends
from relay.errors import StartRefused, StoreFault, TicketDamaged
from relay.files import Shelf
from relay.files.sweeping import Sweeping
from relay.housekeeping import Housekeeping, Step
from relay.mail import settings as mail_settings
from relay.mail.errors import SettingsRefused
from relay.mail.service import MailService
from relay.sessions import Switchboard
from relay.sockets import door as doors
from relay.sockets.clients import Clients
from relay.sockets.connection import CLOSE_S, RelayConnection
from relay.sockets.control import Control
from relay.sockets.enrol import Enrolment
from relay.sockets.greeting import Greeter
from relay.sockets.session import SessionEnds
from relay.steady import SteadyClock
from relay.store import EventStore
from relay.store.database import lock_folder
from relay.timekeeper import Keeper
from relay.trusted import Trusted
from relay.web.sites import Sites, WebSettings

VERSION = importlib.metadata.version("athand")
TICK_S = 1.0
MARK_EVERY = 15
"""Ticks between marks of how long sessions under way have lasted: what a killed relay loses of them, at most."""
LOOK_EVERY = 15
"""Ticks between looks at what the time calls for: a quarter of the shortest thing anybody agrees on, a minute."""
QUEUED_FRAMES = 4
"""Of a client that is read from slower than it sends; then its line is not read. Sessions do not queue at all."""
BACKLOG = 1024
NOT_VALID = 4003
"""Close code (RFC 6455, 7.4.2: private use) for whoever was revoked or expired while signed in."""
SWEEP_EVERY, SWEEP_AT = 86_400, 600
"""Ticks between sweeps for files that nothing refers to, and until the first: not while everybody is signing in."""
STALE_EVERY = 600
"""Ticks between complaints that the revocation list is too old for anybody to sign in."""


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """What a relay is started with.

    Attributes:
        home: the folder `athand-admin init` made (DIR/relay).
        port: 0 takes a free one.
        passphrase: of the device authority's key.
        proxy: address of a TLS proxy in front, whose X-Forwarded-For is believed.
        web: where the pages are.
    """

    home: Path
    host: str
    port: int
    passphrase: str
    proxy: str | None = None
    web: WebSettings = dataclasses.field(default_factory=WebSettings)


class Relay:
    """One running relay."""

    def __init__(
        self,
        settings: Settings,
        log: FilteringBoundLogger,
        *,
        clock: Callable[[], datetime] | None = None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is touched yet. `clock` gives aware UTC, the machine's without its jumps; `seconds` is monotonic."""
        self.counts = Counts(log, seconds)
        clock = clock or SteadyClock(jumped=lambda by_s: self.counts.add("clock_jumped", by_s=round(by_s)))
        self._settings, self._log, self._clock, self._seconds = settings, log, clock, seconds
        self.clients = Clients(self.counts, clock)
        self._ends = Ends(lambda: self._desk, self.counts, log)
        self.switchboard: Switchboard[RelayConnection] = Switchboard(self._ends.over, seconds)
        self._connections: set[RelayConnection] = set()
        self._unreadable: frozenset[Path] = frozenset()
        self._desk: Desk
        self._store: EventStore
        self._mail: MailService | None = None
        self._trusted: Trusted
        self._server: Server
        self._housekeeping: asyncio.Task[None]

    @property
    def port(self) -> int:
        """The port it listens on."""
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def start(self) -> None:
        """Opens everything and listens.

        Raises:
            StartRefused: one sentence says why not.
        """
        folder = RelayFolder(self._settings.home)
        authority = self._read_folder(folder)
        self.sites = Sites(self._settings.web, folder)
        self._lock = lock_folder(self._settings.home)
        agreed = Agreed()
        try:
            reactions = (Completing(agreed), functools.partial(notices.follow_up, online=self.clients.online))
            self._store = await EventStore.open(self._settings.home / "athand.db", reactions, self._damaged)
        except BaseException:
            self._lock.close()
            raise
        try:
            room = Room(self._store, self.switchboard, self.clients, self.counts, self._clock, self._seconds, agreed)
            self._shelf = Shelf(self._settings.home / "files")
            self._sweeping = Sweeping(self._settings.home / "athand.db", self._shelf, self.counts, self._clock)
            self._desk = Desk(room, self._shelf)
            self._keeper = Keeper(room, self._desk.proofs)
            self._spool, self._announce = Spool(folder.book), room.announce
            await self._take_in()
            left_open = await self._desk.close_left_open()
            if left_open:
                self.counts.add("sessions_left_open", sessions=left_open)
            await self.sites.start(room, self._shelf, self._log, self._trusted)
            await self._listen(folder, authority)
            await self._begin_mail(room)
        except StoreFault as error:
            await self._let_go()
            raise StartRefused(f"The database in {self._settings.home} cannot be used: {error}") from error
        except BaseException:
            await self._let_go()
            raise
        self._housekeeping = asyncio.create_task(self._keep_house())
        self._log.info("listening", host=self._settings.host, port=self.port, version=VERSION)

    async def stop(self) -> None:
        """Closes sockets, ends sessions, commits."""
        self._control.stopping = True
        self._housekeeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._housekeeping
        await self._keeper.stop()
        await self._sweeping.done()
        await self.sites.stop()
        for session in self.switchboard:
            self.switchboard.end(session, EndReason.LINE_LOST)
        await self._ends.written()
        if self._mail is not None:
            await self._mail.stop()
        for connection in list(self._connections):  # a closing handshake alone would wait for whoever takes nothing
            connection.hang_up(CloseCode.GOING_AWAY)
        self._server.close()
        self._door.close()
        await self._server.wait_closed()
        await self._ends.write_again()
        await self._let_go()
        self._log.info("stopped")

    def health(self) -> dict[str, object]:
        """What GET /health shows."""
        return {
            "version": VERSION,
            "protocol": limits.PROTOCOL_VERSION,
            "agents": self.clients.count(Role.DEVICE),
            "consoles": self.clients.count(Role.TECHNICIAN),
            "sessions": len(self.switchboard),
            "half_open": len(self._door.half_open),
            "revocations_age_s": self._trusted.age_s(),
            "mail": None if self._mail is None else self._mail.health(),
            "counters": self.counts.snapshot(),
        }

    # --- starting
    def _damaged(self, damage: TicketDamaged) -> None:
        self.counts.add("ticket_damaged", ticket=damage.ticket, why=damage.why)

    async def _begin_mail(self, room: Room) -> None:
        """If it was set up."""
        try:
            settings = mail_settings.read(self._settings.home)
        except SettingsRefused as error:
            raise StartRefused(str(error)) from error
        if settings is not None:
            self._mail = MailService(
                settings,
                self._store,
                self._shelf,
                counts=self.counts,
                log=self._log,
                clock=self._clock,
                seconds=self._seconds,
                announce=room.announce,
                page_of=self.sites.address,
                offer_of=self.sites.offer,
                seen=self.clients.has_shown,
                renewed=functools.partial(mail_settings.keep_token, self._settings.home, self._log),
            )
            await self._mail.start()

    async def _let_go(self) -> None:
        await self.sites.stop()
        await self._store.close()
        self._lock.close()

    def _read_folder(self, folder: RelayFolder) -> DeviceAuthority:
        home = self._settings.home
        if not home.is_dir():
            raise StartRefused(f"There is no folder {home}; `athand-admin init` makes one.")
        try:
            self._trusted = Trusted(folder, self.counts, self._clock)
            authority = folder.device_authority(self._settings.passphrase)
        except FileNotFoundError as error:
            raise StartRefused(
                f"{error.filename} is missing; is {home} the folder that `athand-admin init` made?"
            ) from error
        except (TrustError, AdminError, OSError) as error:
            raise StartRefused(f"{home} cannot be used: {error}") from error
        if not folder.revocations_file.exists():
            raise StartRefused(f"{folder.revocations_file} is missing; `athand-admin refresh` makes it.")
        self._trusted.read()
        return authority

    async def _listen(self, folder: RelayFolder, authority: DeviceAuthority) -> None:
        settings = self._settings
        self._door = doors.Door(self.counts, self._seconds, self.health, settings.proxy)
        greeter = Greeter(self._trusted, self._hosts(), self.counts, self._clock, authority.serials)
        self._control = Control(greeter, self.clients, self._desk, self.counts, self._seconds)
        self._session_ends = SessionEnds(greeter, self.switchboard)
        self._enrolment = Enrolment(folder, authority, self.counts, self._clock)
        try:
            self._server = await serve(
                self._serve,
                settings.host,
                settings.port,
                create_connection=functools.partial(  # type: ignore[arg-type]  # "a wrapper or a subclass"
                    RelayConnection, door=self._door, counts=self.counts
                ),
                process_request=self._door.process_request,
                select_subprotocol=self._door.select_subprotocol,
                compression=None,  # 13 ms for 200 KB; and what is in a session is encrypted
                server_header=None,
                open_timeout=limits.HANDSHAKE_S,
                ping_interval=None,  # see RelayConnection.look_after
                close_timeout=CLOSE_S,
                max_size=limits.SESSION_BYTES,
                max_queue=QUEUED_FRAMES,
                logger=logs.silent_library_log(),
                backlog=BACKLOG,
            )
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise StartRefused(
                    f"Port {settings.port} on {settings.host} is in use already; is another relay running?"
                ) from error
            raise StartRefused(f"Cannot listen on {settings.host}, port {settings.port}: {error.strerror}.") from error

    def _hosts(self) -> tuple[str, ...]:
        names = [urlsplit(self._trusted.organisation.relay_url).hostname or ""]
        if _is_loopback(self._settings.host):
            names += ["127.0.0.1", "localhost", "::1"]
        return tuple(names)

    # --- running
    async def _serve(self, websocket: ServerConnection) -> None:
        if not isinstance(websocket, RelayConnection) or websocket.request is None:
            raise TypeError("the relay makes its own connections")
        self._connections.add(websocket)
        try:
            match websocket.request.path:
                case doors.CONTROL:
                    await self._control.serve(websocket)
                case doors.SESSION:
                    await self._session_ends.serve(websocket)
                case doors.ENROL:
                    await self._enrolment.serve(websocket)
        except ConnectionClosed as closed:
            self._note_close(websocket, closed)
        except Exception:  # noqa: BLE001 - one client's misfortune is not the others'; the log has it whole
            self.counts.add("fault")
            self._log.exception("fault", address=websocket.address)
        finally:
            self._connections.discard(websocket)

    def _note_close(self, websocket: RelayConnection, closed: ConnectionClosed) -> None:
        if closed.sent is not None and closed.rcvd_then_sent is not True and closed.sent.code in _OUR_COMPLAINTS:
            self.counts.add(_OUR_COMPLAINTS[closed.sent.code], address=websocket.address)

    async def _keep_house(self) -> None:
        rounds = Housekeeping(self._steps(), self.counts, self._log)
        while True:
            await asyncio.sleep(TICK_S)
            await rounds.round()

    def _steps(self) -> tuple[Step, ...]:
        return (
            Step("connections", self._look_after),
            Step("sessions", self.switchboard.sweep),
            Step("revocations", self._read_revocations),
            Step("thrown out", self._throw_out),
            Step("ends", self._ends.write_again),
            Step("book", self._take_in),
            Step("desk", self._desk.sweep),
            Step("stale", self._complain_of_stale, STALE_EVERY, 1),
            Step("marks", self._mark_sessions, MARK_EVERY),
            Step("time", self._keeper.look, LOOK_EVERY),
            Step("files", self._sweeping.begin, SWEEP_EVERY, SWEEP_AT),
        )

    def _look_after(self) -> None:
        now = asyncio.get_running_loop().time()
        for connection in list(self._connections):
            connection.look_after(now)

    def _read_revocations(self) -> None:
        if self._trusted.read():
            self._log.info("revocations_read", number=self._trusted.revocations.number)

    def _complain_of_stale(self) -> None:
        if not self._trusted.is_fresh():
            self.counts.add("revocations_stale", age_s=self._trusted.age_s())

    async def _take_in(self) -> None:
        """What the administrator set in the desk's book."""
        taken, unreadable = await ledger.take_in(self._spool, self._store, self._shelf, self._clock, self._announce)
        if taken:
            self._log.info("book_changed", changes=taken)
        for path in sorted(unreadable.keys() - self._unreadable):
            self.counts.add("book_change_unreadable", path=str(path), why=unreadable[path])
        self._unreadable = frozenset(unreadable)

    async def _mark_sessions(self) -> None:
        if worked := self.switchboard.worked():
            await self._store.mark_sessions(worked)

    def _throw_out(self) -> None:
        """Whoever was revoked, or whose certificate ran out, while signed in."""
        try:
            revoked = self._trusted.revocations.serials
        except TrustError:
            return
        now = self._clock()
        for client in self.clients:
            party = client.peer.party
            is_revoked = not revoked.isdisjoint(client.peer.serials)
            if is_revoked or now > party.not_after:
                name = "revoked" if is_revoked else "expired"
                self._end_sessions_of(party.identifier, party.role)
                client.connection.refuse(name, NOT_VALID, "This certificate is not valid any more.")

    def _end_sessions_of(self, identifier: str, role: Role) -> None:
        for session in self.switchboard:
            if identifier == (session.device if role is Role.DEVICE else session.staff.identifier):
                self.switchboard.end(session, EndReason.NOT_TRUSTED)


_OUR_COMPLAINTS = {1002: "protocol_error", 1007: "not_utf8", 1009: "too_large"}
"""Close codes the websocket library sends by itself (RFC 6455, 7.4.1), as they are counted."""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
