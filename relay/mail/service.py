"""The desk's mail while the relay runs: one task takes mails in, one sends what waits.

Guarantees: a mail leaves the inbox after it is in the history or set aside, never before, so that a relay killed at any
moment finds it again; a server that is away is asked again, slower and slower; what one mail does wrong concerns no
other. On the relay's loop; the mailbox is talked to in a thread. Distrusts mails and servers.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec
from structlog.typing import FilteringBoundLogger

from protocol.desk import events
from protocol.desk.book import Book
from protocol.desk.ticket import Ticket
from relay.counts import Counts
from relay.errors import StoreFault
from relay.files import Shelf
from relay.mail import parse
from relay.mail.beside import Beside
from relay.mail.errors import MailError, MailUnreadable
from relay.mail.incoming import Aside, Incoming, Kept, Outcome, Stray
from relay.mail.mailbox import BEGINNING_BYTES, READ_BYTES, Mailbox
from relay.mail.oauth import Renewed, Tokens
from relay.mail.outgoing import OfferOf, Outbox, PageOf, Seen
from relay.mail.settings import MailSettings
from relay.store import THE_DESK, EventStore

SEND_S = 0.25
"""How often the outbox is looked at; it is one query on an index."""
IDLE_S = 20.0
BACK_OFF_S = (5.0, 10.0, 30.0, 60.0)
"""Between tries of a server that is away; the last one again and again: an outage is over when it is over."""
TRIES = 3
"""A mail that cannot be taken down so often, while others can, is set aside."""
STOP_S = 3.0
"""How long a server may take for our goodbye when the relay stops; then it is not waited for any more."""
AGAIN_S = 0.5
"""Whatever has not ended by then is told again: before Python 3.12 `asyncio.wait_for`, in which aiosmtplib waits for a
server's answer, loses a cancellation that comes at the same moment as the answer (CPython issue 86296)."""


class MailService:
    """Mail in and out."""

    def __init__(  # noqa: PLR0913 - its surroundings, each by name
        self,
        settings: MailSettings,
        store: EventStore,
        shelf: Shelf,
        *,
        counts: Counts,
        log: FilteringBoundLogger,
        clock: Callable[[], datetime],
        seconds: Callable[[], float],
        announce: Callable[[Ticket], None],
        page_of: PageOf = lambda _page, _number, _now: "",
        offer_of: OfferOf = lambda _page, _notice, _now: "",
        seen: Seen = lambda _device, _since, _kind: False,
        renewed: Renewed = lambda _token: None,
    ) -> None:
        """Nothing is touched yet. `clock` gives aware UTC, `seconds` is monotonic.

        `renewed` keeps a refresh token that took the place of the one in the settings.
        """
        self._settings, self._store, self._shelf = settings, store, shelf
        self._counts, self._log, self._clock, self._seconds = counts, log, clock, seconds
        self._incoming = Incoming(store, counts, seconds, announce)
        self._tokens = None if settings.oauth is None else Tokens(settings.oauth, renewed)
        self._outbox = Outbox(store, settings, counts, clock, page_of, seen, self._tokens, offer_of)
        self._mailbox = Mailbox(settings, self._tokens)
        # One thread of its own: nothing is done to the connection while something else is.
        self._thread = Beside("mailbox")
        self._tries: dict[int, int] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._waiting = 0
        self._troubles = {"in": "Not connected yet.", "out": ""}
        self._since = {"in": seconds(), "out": seconds()}

    async def start(self) -> None:
        """Makes the mailbox's address the desk's, and begins. Raises StoreFault."""

        def decide(book: Book) -> tuple[events.DeskSet, ...]:
            desk = book.register.desk
            if desk.address == self._settings.address:
                return ()
            return (events.DeskSet(msgspec.structs.replace(desk, address=self._settings.address)),)

        await self._store.record(decide, THE_DESK, self._clock())
        await self._outbox.leave_out_stale()
        self._tasks = [
            asyncio.create_task(self._keep_on("in", self._take_in)),
            asyncio.create_task(self._keep_on("out", self._send)),
        ]

    async def stop(self) -> None:
        """Ends both; what was begun is finished or begun anew at the next start."""
        self._mailbox.hang_up()
        while running := [task for task in self._tasks if not task.done()]:
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=AGAIN_S)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                await self._thread.do(self._mailbox.close)
        self._thread.end()

    def health(self) -> dict[str, object]:
        """For the health page: in words, since when, and how many wait to be sent."""
        now = self._seconds()
        ways = {
            way: {"ok": not trouble, "trouble": trouble, "since_s": round(now - self._since[way])}
            for way, trouble in self._troubles.items()
        }
        return {**ways, "waiting": self._waiting}

    # --- both ways
    async def _keep_on(self, way: str, work: Callable[[], Awaitable[None]]) -> None:
        """Does `work` again and again; after a failure slower, never not at all."""
        failed = 0
        while True:
            try:
                await work()
            except (MailError, StoreFault) as error:
                self._trouble(way, str(error))
            except Exception as error:  # noqa: BLE001 - mail goes on whatever happens to one round of it
                self._trouble(way, f"Something unexpected happened ({type(error).__name__}).")
                self._counts.add("fault")
                self._log.exception("fault", where=f"mail_{way}")
            else:
                failed = 0
                self._trouble(way, "")
                continue
            await asyncio.sleep(BACK_OFF_S[min(failed, len(BACK_OFF_S) - 1)])
            failed += 1

    def _trouble(self, way: str, sentence: str) -> None:
        if sentence != self._troubles[way]:
            self._troubles[way], self._since[way] = sentence, self._seconds()
            if not sentence:
                self._counts.done(f"mail_{way}_again")
        if sentence:
            self._counts.add(f"mail_{way}_trouble", why=sentence)

    async def _send(self) -> None:
        self._waiting = await self._outbox.waiting()
        if self._waiting:
            await self._outbox.send_due()
        await asyncio.sleep(SEND_S)

    # --- in
    async def _take_in(self) -> None:
        """One connection, until it breaks."""
        try:
            await self._thread.do(self._mailbox.open)
            self._trouble("in", "")
            while True:
                for uid in await self._thread.do(self._mailbox.waiting):
                    await self._take_one(uid)
                self._trouble("in", "")
                await self._wait()
        finally:
            self._thread.submit(self._mailbox.close)

    async def _wait(self) -> None:
        if self._mailbox.tells:
            await self._thread.do(lambda: self._mailbox.wait(min(IDLE_S, self._settings.poll_s)))
        else:
            await asyncio.sleep(self._settings.poll_s)

    async def _take_one(self, uid: int) -> None:
        """Raises ServerFault, StoreFault: the mail stays where it is."""
        size = await self._thread.do(lambda: self._mailbox.size(uid))
        if size is None:
            return
        truncated = size > READ_BYTES
        limit = BEGINNING_BYTES if truncated else READ_BYTES
        content = await self._thread.do(lambda: self._mailbox.fetch(uid, limit))
        if content is None:
            return
        try:
            outcome = await self._take_down(content, truncated=truncated)
        except (MailError, StoreFault):
            raise  # the servers' and the disk's troubles are no mail's
        except Exception:  # noqa: BLE001 - a mail that trips the program is no reason to stop for all others
            self._tries[uid] = self._tries.get(uid, 0) + 1
            self._counts.add("mail_fault")
            self._log.exception("mail_fault", uid=uid, size=size)
            if self._tries[uid] < TRIES:
                return
            stray = Stray(hashlib.sha256(content).hexdigest()[:32], "", f"(mail {uid})", "")
            await self._incoming.set_aside(stray, Aside.FAULT, self._clock())
            outcome = Outcome.ASIDE
        self._tries.pop(uid, None)
        await self._thread.do(lambda: self._mailbox.move(uid, aside=outcome is Outcome.ASIDE))
        self._counts.done(f"mail_{outcome.value}", bytes=size)

    async def _take_down(self, content: bytes, *, truncated: bool) -> Outcome:
        try:
            mail = await asyncio.to_thread(
                parse.read, content, truncated=truncated, authserv_id=self._settings.authserv_id
            )
        except MailUnreadable as error:
            original = "" if truncated else await asyncio.to_thread(self._shelf.put, content)
            mark = hashlib.sha256(content).hexdigest()[:32]
            await self._incoming.set_aside(Stray(mark, "", str(error), original), Aside.UNREADABLE, self._clock())
            return Outcome.ASIDE
        kept = await asyncio.to_thread(self._keep, mail, content)
        return await self._incoming.take(kept, self._clock())

    def _keep(self, mail: parse.Mail, content: bytes) -> Kept:
        """On disk before anything refers to it."""
        attachments = tuple(
            events.Attachment(
                file.name, file.media_type, len(file.content), "" if mail.truncated else self._shelf.put(file.content)
            )
            for file in mail.files
        )
        return Kept(mail, attachments, "" if mail.truncated else self._shelf.put(content))
