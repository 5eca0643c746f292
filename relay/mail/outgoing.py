"""Sends what waits in the outbox, each notice as one mail. On the loop's thread; distrusts the server and the disk.

Guarantees: a notice stays in the outbox until the server has taken its mail; a server that cannot be reached costs
nothing but time; a mail that the server refuses for good, or for days, is set aside with the reason, noted on its
ticket, and the lead hears of it. One that went out in the moment of a crash goes out again under the same Message-ID.
"""

import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from protocol import envelope
from protocol.desk import events
from protocol.desk.book import Book
from protocol.desk.events import Actor, NoticeKind
from protocol.desk.states import StepRefused
from protocol.desk.ticket import Ticket, fold
from relay import notices
from relay.counts import Counts
from relay.errors import StoreFault, TicketDamaged
from relay.mail import post
from relay.mail.errors import MailRefused, ServerFault, Unsendable
from relay.mail.oauth import Tokens
from relay.mail.settings import MailSettings
from relay.notices.compose import compose
from relay.notices.letters import Case
from relay.store import EventStore
from relay.store.mail_tables import SENT, SET_ASIDE, UNLESS_SEEN, WAITING
from relay.store.tables import microseconds
from relay.store.work import THE_DESK

AT_ONCE = 50
RETRY = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240))
"""Between tries of a mail that the server does not take for now; the last one again and again."""
GIVE_UP_AFTER = timedelta(days=4)
"""RFC 5321, 4.5.4.1: at least four to five days."""
_FOR_STAFF = frozenset(
    {
        NoticeKind.WARNING,
        NoticeKind.BREACH,
        NoticeKind.STEP_NEAR,
        NoticeKind.STEP_DUE,
        NoticeKind.UNTOUCHED,
        NoticeKind.APPOINTMENT_CLASH,
        NoticeKind.APPOINTMENT_OPEN,
        NoticeKind.PROOF_FAILED,
        NoticeKind.PAGE,
        NoticeKind.MAIL_ASIDE,
        NoticeKind.MAIL_UNSENT,
    }
)
_STALE = "It was written down days before mail was set up."
_ANY_TRIED = "SELECT 1 FROM outbox WHERE state <> ? OR tries > 0 LIMIT 1"
_LEAVE_OUT = "UPDATE outbox SET state = ?, reason = ? WHERE state = ? AND due_us < ?"
_DUE = "SELECT event, tries FROM outbox WHERE state = ? AND due_us <= ? ORDER BY due_us, event LIMIT ?"
_MARK = "UPDATE outbox SET state = ?, due_us = ?, tries = ?, reason = ? WHERE event = ?"
_COUNT = "SELECT count(*), min(due_us) FROM outbox WHERE state = ?"
_EVENT = "SELECT ticket, body FROM events WHERE number = ?"


@dataclasses.dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that is due."""

    event: int
    tries: int


PageOf = Callable[[str, int, datetime], str]
"""From the desk's page and a ticket's number to the address that opens it for its requester; empty: there is none."""

OfferOf = Callable[[str, int, datetime], str]
"""The same for a price that somebody else says yes to, from the number of the notice that tells him so."""

Seen = Callable[[str, datetime, type[Struct]], bool]
"""Whether a machine's agent has been signed in since an instant, and could show such a thing: its user has seen it."""


class _SeenError(Exception):
    """Its reader knows it already."""


class Outbox:
    """What waits to be sent."""

    def __init__(  # noqa: PLR0913, PLR0917 - its surroundings
        self,
        store: EventStore,
        settings: MailSettings,
        counts: Counts,
        clock: Callable[[], datetime],
        page_of: PageOf = lambda _page, _number, _now: "",
        seen: Seen = lambda _device, _since, _kind: False,
        tokens: Tokens | None = None,
        offer_of: OfferOf = lambda _page, _notice, _now: "",
    ) -> None:
        """`clock` gives aware UTC; `tokens` are signed in with where the settings have no password."""
        self._seen, self._offer_of = seen, offer_of
        self._signed_in = () if tokens is None else (tokens,)
        self._store, self._settings, self._counts, self._clock, self._page_of = store, settings, counts, clock, page_of

    async def send_due(self) -> int:
        """Sends what is due; how many went out.

        Raises:
            ServerFault: the server is not to be had; nothing more was tried, and nothing is lost.
            StoreFault: the disk did not take it; a mail may go out again.
        """
        due = await self._due()
        if not due:
            return 0
        sent = 0
        async with post.connected(self._settings, *self._signed_in) as server:
            for waiting in due:
                sent += await self._send(server, waiting)
        return sent

    async def leave_out_stale(self) -> None:
        """Before the first mail ever: nobody wants to hear now what he should have been told weeks ago."""
        if not await self._store.rows(_ANY_TRIED, (WAITING,)):
            async with self._store.work(self._clock()) as work:
                before_us = microseconds(work.now - GIVE_UP_AFTER)
                work.beside.append((_LEAVE_OUT, (SET_ASIDE, _STALE, WAITING, before_us)))

    async def waiting(self) -> int:
        """How many have not gone out."""
        return int((await self._store.rows(_COUNT, (WAITING,)))[0][0])

    # --- inside
    async def _due(self) -> list[Waiting]:
        rows = await self._store.rows(_DUE, (WAITING, microseconds(self._clock()), AT_ONCE))
        return [Waiting(row[0], row[1]) for row in rows]

    async def _send(self, server: post.Post, waiting: Waiting) -> int:
        """One notice; whatever is wrong with it holds up no other."""
        try:
            return await self._deliver(server, waiting)
        except (ServerFault, StoreFault):
            raise
        except Exception as error:  # noqa: BLE001 - a notice that trips the program is no reason to stop for all others
            self._counts.add("mail_fault", notice=waiting.event, why=repr(error)[:300])
            reason = f"It could not be written ({type(error).__name__})."
            await self._mark(waiting, WAITING, self._clock() + RETRY[-1], reason)
            return 0

    async def _deliver(self, server: post.Post, waiting: Waiting) -> int:
        try:
            await self._try(server, waiting)
        except MailRefused as refused:
            if refused.for_good:
                await self._set_aside(waiting, str(refused))
            else:
                await self._put_off(waiting, str(refused))
        except _SeenError:
            await self._mark(waiting, SET_ASIDE, self._clock(), "It was seen in the window.")
            self._counts.done("mail_seen_already", notice=waiting.event)
        except (Unsendable, TicketDamaged) as error:
            await self._set_aside(waiting, str(error))
        except ServerFault as fault:
            await self._put_off(waiting, str(fault))  # another one may go through, should it be this mail's fault
            raise
        except StoreFault:
            raise
        except Exception as error:  # noqa: BLE001 - a notice that trips the program is no reason to stop for all others
            self._counts.add("mail_fault", notice=waiting.event, why=repr(error)[:300])
            await self._put_off(waiting, f"It could not be written ({type(error).__name__}).")
        else:
            await self._mark(waiting, SENT, self._clock(), "")
            self._counts.done("mail_sent", notice=waiting.event)
            return 1
        return 0

    async def _try(self, server: post.Post, waiting: Waiting) -> None:
        now = self._clock()
        entry, ticket, history = await self._read(waiting.event)
        notice = entry.event
        if not isinstance(notice, events.NoticeSent):
            raise Unsendable("It is no notice.")
        if notice.way == UNLESS_SEEN and ticket is not None:
            machines = (await self._store.book()).register.machines_of(notice.to)
            at_his = [ticket.device] if notice.to == ticket.user else [machine.identifier for machine in machines]
            his_own = notice.kind is not NoticeKind.QUOTE or notice.to == ticket.user
            kind = envelope.TicketView if his_own else envelope.OfferView
            if any(self._seen(device, entry.at, kind) for device in at_his or [ticket.device]):
                raise _SeenError
        case = await self._case(waiting.event, notice, ticket, history, now)
        message = compose(case, history, now)
        await server.send(message, message["To"].addresses[0].addr_spec)

    async def _put_off(self, waiting: Waiting, reason: str) -> None:
        """Tried again later, unless that has gone on for days."""
        now = self._clock()
        if sum(RETRY[: waiting.tries], timedelta()) + RETRY[-1] * max(waiting.tries - len(RETRY), 0) > GIVE_UP_AFTER:
            await self._set_aside(waiting, reason)
            return
        delay = RETRY[min(waiting.tries, len(RETRY) - 1)]
        self._counts.add("mail_put_off", notice=waiting.event, why=reason)
        await self._mark(waiting, WAITING, now + delay, reason)

    async def _case(
        self,
        number: int,
        notice: events.NoticeSent,
        ticket: Ticket | None,
        history: Sequence[events.Entry],
        now: datetime,
    ) -> Case:
        book = await self._store.book()
        # A requester who is not in the register is told by his address; the ticket knows his name and language.
        reader = notices.reader(book, notice.to)
        page = ""
        asked = notices.requester(book, ticket) if ticket is not None else None
        # Should a user have a technician's identifier, what is for staff goes to the technician.
        for_staff = reader.staff and notice.kind in _FOR_STAFF
        if ticket is not None and asked is not None and asked.identifier == notice.to and not for_staff:
            reader = asked
            # To nobody else: it answers in his name. Nor to him, if it turned out to be somebody else's since.
            stands = await self._store.ticket(ticket.number)
            if stands is not None and notices.requester(book, stands).identifier == notice.to:
                page = self._page_of(book.register.desk.page, ticket.number, now)
        elif ticket is not None and notice.kind is NoticeKind.QUOTE:
            page = self._offer_of(book.register.desk.page, number, now)
        return Case(
            book=book,
            notice=notice,
            reader=reader,
            ticket=ticket,
            author=next((past.actor_name for past in reversed(history) if past.actor is Actor.STAFF), ""),
            page=page,
            token=notice.message_id.partition("@")[0],
        )

    async def _read(self, number: int) -> tuple[events.Entry, Ticket | None, list[events.Entry]]:
        """The notice, and its ticket as it stood then."""
        rows = await self._store.rows(_EVENT, (number,))
        if not rows or rows[0][1] is None:
            raise Unsendable("What it was about was erased.")
        entry = events.decode(rows[0][1])
        if entry.ticket == 0:
            return entry, None, []
        history = [past for at, past in await self._store.history(entry.ticket) if at <= number]
        return entry, fold(history), history

    async def _mark(self, waiting: Waiting, state: str, due: datetime, reason: str) -> None:
        async with self._store.work(self._clock()) as work:
            work.beside.append(_marked(waiting, state, due, reason))

    async def _set_aside(self, waiting: Waiting, reason: str) -> None:
        """Noted where it matters, and told to somebody who can do something; then it waits no more."""
        self._counts.add("mail_set_aside", notice=waiting.event, why=reason)
        try:
            await self._note_unsent(waiting, reason)
        except (StepRefused, TicketDamaged) as refused:
            self._counts.add("mail_set_aside_untold", notice=waiting.event, why=str(refused))
            await self._mark(waiting, SET_ASIDE, self._clock(), reason)

    async def _note_unsent(self, waiting: Waiting, reason: str) -> None:
        """Raises StepRefused: its ticket takes no such word."""
        async with self._store.work(self._clock()) as work:
            work.beside.append(_marked(waiting, SET_ASIDE, work.now, reason))
            rows = await work.rows(_EVENT, (waiting.event,))
            entry = events.decode(rows[0][1]) if rows and rows[0][1] is not None else None
            notice = entry.event if entry is not None else None
            ticket = await work.ticket(entry.ticket) if entry is not None and entry.ticket else None
            if ticket is None or not isinstance(notice, events.NoticeSent):
                return
            if notice.kind is not NoticeKind.MAIL_UNSENT:
                bounced = events.MailBounced(notice.message_id, "", reason[:1000])
                about, text = f"notice {waiting.event}", f"{notice.to}: {reason}"[:1000]
                work.happens(ticket, [bounced, *_to_leads(work.book, ticket, notice.to, about, text)], THE_DESK)


def _marked(waiting: Waiting, state: str, due: datetime, reason: str) -> tuple[str, tuple[object, ...]]:
    return _MARK, (state, microseconds(due), waiting.tries + 1, reason[:1000], waiting.event)


def _to_leads(book: Book, ticket: Ticket, unreached: str, about: str, text: str) -> list[events.NoticeSent]:
    return [
        notice
        for lead in notices.leads(book)
        if lead != unreached
        for notice in notices.tell(book, ticket, NoticeKind.MAIL_UNSENT, to=lead, about=about, text=text)
    ]
