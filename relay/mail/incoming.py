"""Takes mails down: which ticket one is about, who wrote it, and what that changes. On the loop's thread.

Guarantees: the same mail makes one message however often it comes; a mail is in the history, or among those set aside
with a reason, before the inbox lets go of it; nobody closes or rejects anything but the requester, and not by a word of
thanks (promise 18). Distrusts the mail, its sender's address included: what was not said from the requester's address,
in answer to a mail that only he got, decides nothing.
"""

import dataclasses
import enum
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from protocol.desk import events
from protocol.desk.book import Book
from protocol.desk.business_time import from_us
from protocol.desk.events import Actor, Channel, NoticeKind, Relation
from protocol.desk.states import TicketState
from protocol.desk.ticket import Ticket
from protocol.trust.names import one_line
from relay import notices
from relay.admission import Buckets
from relay.counts import Counts
from relay.errors import TicketDamaged
from relay.mail import answering
from relay.mail.kinds import MailKind
from relay.mail.parse import Mail
from relay.mail.pressed import NOT_SOLVED, SOLVED, VERDICTS, to_price
from relay.mail.writer import Writer, doubt, is_requester, may_be_forged, writer_of
from relay.notices.follow_up import QUESTION
from relay.store import THE_DESK, By, EventStore, Work
from relay.store.tables import microseconds

PER_SENDER = (20 / 3600, 20.0)
"""Mails a second and at once from one address; more is a loop or a fault, and is set aside."""
MINUTES = 30
"""Nobody says in a mail how much time he has for a session; he can when one is asked for."""
_KNOWN = "SELECT 1 FROM mail_ids WHERE mark = ?1 UNION ALL SELECT 1 FROM mails_aside WHERE mark = ?1 LIMIT 1"
_ASIDE = "INSERT OR IGNORE INTO mails_aside (mark, at_us, reason, sender, subject, original) VALUES (?, ?, ?, ?, ?, ?)"
_TOKEN = "SELECT event, ticket FROM mail_ids WHERE own AND message_id >= ? AND message_id < ?"  # noqa: S105 - no secret
_EVENT = "SELECT body FROM events WHERE number = ?"
_LAST_VERDICT = "SELECT max(number) FROM events WHERE ticket = ? AND kind IN ('Resolved', 'NotSolved', 'Reopened')"


class Aside(enum.StrEnum):
    """Why a mail became no event."""

    OWN = "own"
    """The desk's own mail came back to it."""
    NO_SENDER = "no_sender"
    TOO_MANY = "too_many"
    AUTO_REPLY = "auto_reply"
    """An answer by a program to nothing that is known here."""
    BULK = "bulk"
    REPORT = "report"
    """A delivery report about nothing that is known here, or one that says that all is well."""
    UNREADABLE = "unreadable"
    FAULT = "fault"
    """Taking it down failed again and again."""
    NUMBER_TAKEN = "number_taken"
    """A request that came by another way bears the number that is made of this mail: somebody chose it so."""


_NO_REQUEST = {MailKind.AUTO_REPLY: Aside.AUTO_REPLY, MailKind.BULK: Aside.BULK}
TOLD = frozenset({Aside.NO_SENDER, Aside.TOO_MANY, Aside.UNREADABLE, Aside.FAULT, Aside.NUMBER_TAKEN})
"""Of these the lead hears: somebody may wait for an answer."""


class Outcome(enum.Enum):
    """What became of a mail."""

    TAKEN = "taken"
    KNOWN = "known"
    ASIDE = "aside"


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """A mail whose bytes are on disk.

    Attributes:
        original: hash of the whole; empty: it was too large.
    """

    mail: Mail
    attachments: tuple[events.Attachment, ...]
    original: str


@dataclasses.dataclass(frozen=True, slots=True)
class Stray:
    """A mail that becomes no event: what is known of it."""

    mark: str
    sender: str
    subject: str
    original: str


class Incoming:
    """Takes down one mail after the other."""

    def __init__(
        self, store: EventStore, counts: Counts, seconds: Callable[[], float], announce: Callable[[Ticket], None]
    ) -> None:
        """`announce` tells whoever is signed in that a ticket is new or changed."""
        self._store, self._counts, self._seconds, self._announce = store, counts, seconds, announce
        self._pace = Buckets(*PER_SENDER)

    async def take(self, kept: Kept, now: datetime) -> Outcome:
        """Raises StoreFault: then nothing was changed, and it has to be tried again."""
        async with self._store.work(now) as work:
            outcome = await self._take(work, kept)
        for ticket in work.changed.values():
            self._announce(ticket)
        return outcome

    async def set_aside(self, stray: Stray, reason: Aside, now: datetime) -> None:
        """A mail of which not more is known. Raises StoreFault."""
        async with self._store.work(now) as work:
            if not await work.rows(_KNOWN, (stray.mark,)):
                self._put_aside(work, stray, reason)

    # --- inside
    async def _take(self, work: Work, kept: Kept) -> Outcome:
        mail = kept.mail
        if await work.rows(_KNOWN, (mail.mark,)):
            return Outcome.KNOWN
        reason = self._refusal(work.book, mail)
        if reason is None and mail.kind is MailKind.REPORT:
            reason = await self._report(work, mail)
        elif reason is None:
            reason = await self._message(work, kept)
        if reason is None:
            return Outcome.TAKEN
        self._put_aside(work, Stray(mail.mark, mail.sender, mail.subject, kept.original), reason)
        return Outcome.ASIDE

    def _refusal(self, book: Book, mail: Mail) -> Aside | None:
        desk = book.register.desk.address.lower()
        if desk and desk in {mail.desk.lower(), mail.sender}:
            return Aside.OWN
        if not mail.sender and mail.kind is not MailKind.REPORT:
            return Aside.NO_SENDER
        if not self._pace.take(mail.sender, self._seconds()):
            return Aside.TOO_MANY
        return None

    def _put_aside(self, work: Work, stray: Stray, reason: Aside) -> None:
        sender, subject = stray.sender[:254], stray.subject[:300]
        self._counts.add(f"mail_aside_{reason}", sender=sender, subject=subject[:80])
        values = (stray.mark, microseconds(work.now), reason.value, sender, subject, stray.original)
        work.beside.append((_ASIDE, values))
        if reason in TOLD:
            day = f"{work.now:%Y-%m-%d}"
            about = f"{reason} {sender} {day}"[:254] if reason is Aside.TOO_MANY else f"mail {stray.mark}"
            text = f"{sender or '?'}: {subject}"[:500]
            for lead in notices.leads(work.book):
                told = notices.announce(work.book, NoticeKind.MAIL_ASIDE, lead, about=about, text=text)
                work.record(told, THE_DESK)

    async def _report(self, work: Work, mail: Mail) -> Aside | None:
        report = mail.report
        if report is None or not report.failed:
            return Aside.REPORT
        number, message_id = await self._own(work, report.message_ids)
        try:
            ticket = await work.ticket(number) if number else None
        except TicketDamaged:
            ticket = None
        if ticket is None:
            return Aside.REPORT
        bounced = events.MailBounced(message_id, report.recipient[:254], report.reason, mail.mark)
        told = [
            notice
            for to in _concerned(work.book, ticket)
            if to != report.recipient
            for notice in notices.tell(
                work.book,
                ticket,
                NoticeKind.MAIL_UNSENT,
                to=to,
                about=f"bounce {mail.mark}",
                text=f"{report.recipient}: {report.reason}",
            )
        ]
        work.happens(ticket, (bounced, *told), THE_DESK)
        return None

    async def _message(self, work: Work, kept: Kept) -> Aside | None:
        ticket, answered = await self._goes_to(work, kept.mail)
        if ticket is None:
            if kept.mail.kind in _NO_REQUEST:
                return _NO_REQUEST[kept.mail.kind]
            return await self._open(work, kept, None, answered)
        writer = writer_of(work.book, ticket, kept.mail, answered)
        by_program = await answering.is_a_programs(work, ticket, kept.mail, writer)
        if by_program:
            self._counts.add("mail_answers_by_itself", sender=kept.mail.sender, ticket=ticket.number)
            kept = dataclasses.replace(kept, mail=dataclasses.replace(kept.mail, kind=MailKind.AUTO_REPLY))
        mail = kept.mail
        if (
            ticket.state is TicketState.CLOSED
            and mail.answer is not None
            and mail.answer[0] == SOLVED
            and not mail.text
        ):
            work.happens(ticket, (_message(kept, internal=False),), writer.by)  # the button pressed a second time
            return None
        if _is_over(work.book, ticket, work) and mail.kind not in _NO_REQUEST:
            return await self._open(work, kept, ticket, answered)
        verdict = await self._pressed(work, ticket, mail, writer)
        message = _message(kept, internal=writer.is_staff)
        if mail.kind is not MailKind.HUMAN:
            ticket = work.happens(ticket, (message,), writer.by)
            work.happens(ticket, answering.told_once(work.book, ticket, mail) if by_program else (), THE_DESK)
            return None
        if writer.is_requester and ticket.state is TicketState.CLOSED:
            verdict = (events.Reopened(),)
        given = tuple(_given(ticket, mail, answered)) if writer.is_requester else ()
        ticket = work.happens(ticket, (message, *verdict, *given), writer.by)
        ticket = work.happens(ticket, doubt(work.book, mail), THE_DESK)
        asked = answering.verdict_asked(work, ticket, mail, writer)
        left_out = answering.left_out(work.book, ticket, mail, kept.attachments)
        if left_out and not await answering.may_be_answered(work, mail, answered):
            left_out = ()
        work.happens(ticket, (*asked, *left_out), THE_DESK)
        return None

    async def _open(
        self, work: Work, kept: Kept, before: Ticket | None, answered: events.NoticeSent | None
    ) -> Aside | None:
        opened, by = _opened(work, kept, before)
        if await work.asked_before(opened) is not None:
            return Aside.NUMBER_TAKEN  # tried again and again, it would keep all others waiting
        linked = (events.Linked(before.number, Relation.FOLLOWS),) if before is not None else ()
        ticket = work.open(opened, by, *linked)
        ticket = work.happens(ticket, doubt(work.book, kept.mail), THE_DESK)
        said: tuple[events.TicketEvent, ...] = answering.left_out(work.book, ticket, kept.mail, kept.attachments)
        if not opened.automatic and not await answering.may_be_answered(work, kept.mail, answered):
            said = answering.receipt_withheld(work.book, ticket)
        work.happens(ticket, said, THE_DESK)
        return None

    async def _goes_to(self, work: Work, mail: Mail) -> tuple[Ticket | None, events.NoticeSent | None]:
        """The ticket that a mail is written on, which may be another than the one it is about, and what it answers."""
        try:
            ticket, answered = await self._find(work, mail)
            ticket = ticket or await answering.asked_just_before(work, mail)
            while ticket is not None and ticket.kinship.merged_into:
                ticket = await work.ticket(ticket.kinship.merged_into)
        except TicketDamaged as damaged:  # nothing can be written on it, and nothing that was said is lost
            self._counts.add("mail_about_damaged", ticket=damaged.ticket)
            return None, None
        return ticket, answered

    async def _find(self, work: Work, mail: Mail) -> tuple[Ticket | None, events.NoticeSent | None]:
        """The ticket a mail is about, and the mail of ours that it answers, if it does."""
        number, message_id = await self._own(work, mail.references)
        if not number and mail.answer is not None:
            rows = await work.rows(_TOKEN, _range(mail.answer[1]))
            number, message_id = (int(rows[0][1]), "") if rows else (0, "")
        if number:
            return await work.ticket(number), await self._sent_as(work, message_id)
        number = await self._others(work, mail.references)
        if number:
            return await work.ticket(number), None
        ticket = await work.ticket(mail.tag) if mail.tag else None
        # Anybody can write a number into a subject.
        if ticket is not None and is_requester(work.book, ticket, mail):
            return ticket, None
        return None, None

    async def _own(self, work: Work, references: Sequence[str]) -> tuple[int, str]:
        """The ticket of the first of these that is a mail of ours, and which it is; 0: none."""
        for message_id in references:
            query = "SELECT ticket FROM mail_ids WHERE message_id = ? AND own LIMIT 1"
            if rows := await work.rows(query, (message_id,)):
                return int(rows[0][0]), message_id
        return 0, ""

    async def _others(self, work: Work, references: Sequence[str]) -> int:
        """The ticket of a mail that was taken down before, as whoever was in copy answers it."""
        for message_id in references:
            query = "SELECT ticket FROM mail_ids WHERE message_id = ? AND NOT own ORDER BY event LIMIT 1"
            if rows := await work.rows(query, (message_id,)):
                return int(rows[0][0])
        return 0

    async def _sent_as(self, work: Work, message_id: str) -> events.NoticeSent | None:
        rows = await work.rows("SELECT event FROM mail_ids WHERE message_id = ? AND own LIMIT 1", (message_id,))
        return await self._notice(work, int(rows[0][0])) if rows else None

    async def _notice(self, work: Work, number: int) -> events.NoticeSent | None:
        rows = await work.rows(_EVENT, (number,))
        event = events.decode(rows[0][0]).event if rows and rows[0][0] is not None else None
        return event if isinstance(event, events.NoticeSent) else None

    async def _pressed(self, work: Work, ticket: Ticket, mail: Mail, writer: Writer) -> Sequence[events.TicketEvent]:
        """What the requester says with a button of the mail that asks it, or another reader with that of a price."""
        if mail.answer is None or mail.kind is not MailKind.HUMAN:
            return ()
        answer, token = mail.answer
        rows = await work.rows(_TOKEN, _range(token))
        of_this = len(rows) == 1 and rows[0][1] == ticket.number
        notice = await self._notice(work, int(rows[0][0])) if of_this else None
        is_reader = notice is not None and bool(writer.by.identifier) and writer.by.identifier == notice.to
        if not writer.is_requester and not is_reader:
            return ()
        if notice is not None and notice.kind is NoticeKind.QUOTE:
            return to_price(work.book, ticket, mail, notice, work.now)
        if not writer.is_requester or ticket.state is not TicketState.RESOLVED or answer not in {SOLVED, NOT_SOLVED}:
            return ()
        last = (await work.rows(_LAST_VERDICT, (ticket.number,)))[0][0]
        if notice is None or notice.kind not in VERDICTS or int(rows[0][0]) < int(last or 0):
            return ()  # of a solution that does not stand any more
        return (events.Accepted(),) if answer == SOLVED else (events.NotSolved(mail.text),)


def _range(token: str) -> tuple[str, str]:
    """The Message-IDs that begin with a token: A follows the at sign."""
    return f"{token}@", f"{token}A"


# --- what a mail becomes
def _message(kept: Kept, *, internal: bool) -> events.MessageAdded:
    mail = kept.mail
    return events.MessageAdded(
        text=mail.text or (mail.answer[0] if mail.answer else mail.subject),
        internal=internal,
        automatic=mail.kind is not MailKind.HUMAN,
        channel=Channel.MAIL,
        message_id=mail.message_id,
        mark=mail.mark,
        sender=mail.sender,
        quoted=mail.rest,
        attachments=kept.attachments,
        original=kept.original,
    )


def _opened(work: Work, kept: Kept, before: Ticket | None) -> tuple[events.Opened, By]:
    mail, register = kept.mail, work.book.register
    forged = may_be_forged(mail)
    user = None if forged else register.user_of_mail(mail.sender)
    customer = register.customers.get(register.customer_of(user)) if user else None
    if user is None and not forged:
        customer = register.customer_of_mail(mail.sender)
    machines = register.machines_of(user.identifier) if user else []
    machine = machines[0] if len(machines) == 1 else None
    names = ", ".join(attachment.name for attachment in kept.attachments)
    name = (user.name if user else one_line(mail.name)) or mail.sender[:100]
    opened = events.Opened(
        request=mail.mark,
        device=machine.identifier if machine else "",
        device_label=machine.label if machine else "",
        requester=name,
        problem=mail.text or mail.subject or names[:1000] or "-",
        urgency=1 if mail.urgent else 2,
        minutes=MINUTES,
        diagnostics=(),
        asked_at=work.now,
        channel=Channel.MAIL,
        user=user.identifier if user else "",
        customer=customer.identifier if customer else "",
        language=(user.language if user else "") or (customer.language if customer else ""),
        subject=mail.subject,
        follows=before.number if before else 0,
        address=mail.sender,
        automatic=mail.kind is not MailKind.HUMAN,
        message_id=mail.message_id,
        quoted=mail.rest,
        attachments=kept.attachments,
        original=kept.original,
    )
    return opened, By(Actor.REQUESTER, user.identifier if user else "", name)


def _is_over(book: Book, ticket: Ticket, work: Work) -> bool:
    """Whether a word on it makes a new ticket: it was taken back, or closed too long ago."""
    if ticket.state is TicketState.CANCELLED:
        return True
    if ticket.state is not TicketState.CLOSED or ticket.track.closed_us is None:
        return False
    return work.now - from_us(ticket.track.closed_us) > timedelta(days=book.register.desk.reopen_days)


def _given(ticket: Ticket, mail: Mail, answered: events.NoticeSent | None) -> Iterator[events.QuestionAnswered]:
    """Whoever answers the mail that asks a question has answered the question (promise 33)."""
    key = answered.about.removeprefix(QUESTION) if answered is not None else ""
    if key in ticket.talk.questions and mail.text:
        yield events.QuestionAnswered(key, mail.text)


def _concerned(book: Book, ticket: Ticket) -> tuple[str, ...]:
    """Who hears that somebody was not reached."""
    owner = (ticket.owner.identifier,) if ticket.owner else ()
    return tuple(dict.fromkeys((*owner, *notices.leads(book))))
