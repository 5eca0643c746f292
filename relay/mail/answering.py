"""What the desk says to a mail by itself, and when it says nothing. On the loop's thread; distrusts the mail.

Guarantees: no word of thanks accepts or rejects anything, it gets both buttons, once a day; a program that answers our
mails is answered no more, and a technician is told so once; whatever comes is kept on the ticket all the same. Whoever
forges senders causes one mail a day to each.
"""

import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from protocol.desk import events
from protocol.desk.book import Book
from protocol.desk.business_time import from_us
from protocol.desk.events import NoticeKind
from protocol.desk.states import TicketState
from protocol.desk.ticket import Ticket
from relay import mailboxes, notices
from relay.mail import machines
from relay.mail.kinds import MailKind
from relay.mail.parse import Mail
from relay.mail.sender import Sender
from relay.mail.writer import Writer
from relay.notices.follow_up import OPENED
from relay.store import Work
from relay.store.mail_tables import SENT
from relay.store.tables import microseconds
from relay.words import words

ASKED_AGAIN_AFTER = timedelta(days=1)
"""Whoever has had both buttons today knows where they are."""
_REPEATED_WITHIN = timedelta(days=1)
_LAST_TICKETS = 50
_LAST_EVENTS = 60
# Whatever was not sent yet, nobody can have answered; once it was, due_us says when.
_SAID = """
SELECT body, coalesce(due_us, at_us) FROM events LEFT JOIN outbox ON event = number
WHERE ticket = ? AND kind IN ('Opened', 'MessageAdded', 'NoticeSent') AND (kind <> 'NoticeSent' OR state = ?)
ORDER BY number DESC LIMIT ?
"""
_OPENED = """
SELECT body FROM events WHERE ticket > (SELECT coalesce(max(number), 0) FROM tickets) - ? AND kind = 'Opened'
AND at_us >= ? ORDER BY number DESC
"""


async def is_a_programs(work: Work, ticket: Ticket, mail: Mail, writer: Writer) -> bool:
    """Whether a mail on a ticket is a program's that answers ours; a button that was pressed is a person's."""
    if mail.kind is not MailKind.HUMAN or mail.answer is not None or writer.is_staff:
        return False
    asked = {notices.requester(work.book, ticket).identifier} if writer.is_requester else set[str]()
    heard = await _heard(work, ticket.number, mail, {mail.sender, writer.by.identifier} | asked)
    return machines.answers_by_itself(heard)


async def asked_just_before(work: Work, mail: Mail) -> Ticket | None:
    """The request that a mail says again, in answer to our receipt for it, as a program does; None: it is a new one.

    One with a file is always a new one: scanners write the same words to each page.
    """
    if mail.kind is not MailKind.HUMAN or mail.files or mail.answer is not None:
        return None
    since = microseconds(work.now - _REPEATED_WITHIN)
    for (body,) in await work.rows(_OPENED, (_LAST_TICKETS, since)):
        with contextlib.suppress(events.EventError):  # the disk has damaged it: it is no earlier request of anybody's
            entry = events.decode(body)
            if isinstance(entry.event, events.Opened) and entry.event.address == mail.sender:
                return await _said_again(work, entry.ticket, entry.event, mail)
    return None


def told_once(book: Book, ticket: Ticket, mail: Mail) -> tuple[events.TicketEvent, ...]:
    """To whoever works on the ticket, else to the leads: that such mails are answered no more."""
    _ = words(book.register.desk.language)
    said = _(
        "What comes from {address} looks like a program that answers each of our mails. The desk does not answer it by"
        " itself any more, until something else comes from there; everything is kept on the ticket."
    ).format(address=mail.sender)
    concerned = (ticket.owner.identifier,) if ticket.owner else notices.leads(book)
    about = f"program {mail.sender}"[:254]
    told = [
        notice
        for to in concerned
        for notice in notices.tell(book, ticket, NoticeKind.ANSWER, to=to, about=about, text=said)
    ]
    known = any(said_about == about for _kind, _to, said_about in ticket.notices.said)
    return () if known else (events.MessageAdded(said, internal=True, automatic=True), *told)


async def may_be_answered(work: Work, mail: Mail, answered: events.NoticeSent | None) -> bool:
    """Whether something that nobody wrote may go to the address that a mail says it is from.

    As often as he writes, if the receiving server confirms him, or if it answers a mail that he alone got; else so
    seldom that whoever writes in his name buries nothing.
    """
    user = work.book.register.user_of_mail(mail.sender)
    own = {mail.sender} | ({user.identifier} if user is not None else set[str]())
    if mail.confirmed is Sender.CONFIRMED or (answered is not None and answered.to in own):
        return True
    return await mailboxes.take_for_mail(work, mail.sender, known=user is not None)


def receipt_withheld(book: Book, ticket: Ticket) -> tuple[events.NoticeSent, ...]:
    """Stands on a ticket in the place of its receipt, so that none is sent and staff read why."""
    _ = words(book.register.desk.language)
    said = _(
        "No receipt goes out for this mail: it is not certain that it is from {address}, and enough went there today."
        " Your first answer says that it has arrived."
    ).format(address=ticket.address)
    told = notices.requester(book, ticket)
    return (events.NoticeSent(NoticeKind.RECEIPT, told.identifier, OPENED, text=said),) if told.identifier else ()


def verdict_asked(work: Work, ticket: Ticket, mail: Mail, writer: Writer) -> tuple[events.NoticeSent, ...]:
    """What the requester gets for a word below a solution: both buttons."""
    if not writer.is_requester or ticket.state is not TicketState.RESOLVED or _asked_today(work, ticket):
        return ()
    return notices.tell(work.book, ticket, NoticeKind.VERDICT_ASKED, about=f"mail {mail.mark}")


def left_out(
    book: Book, ticket: Ticket, mail: Mail, attachments: Sequence[events.Attachment]
) -> tuple[events.NoticeSent, ...]:
    """Which of a person's files were too large."""
    names = [attachment.name for attachment in attachments if not attachment.sha256]
    if not names or mail.kind is not MailKind.HUMAN:
        return ()
    text = ", ".join(names)[:1000]
    return notices.tell(book, ticket, NoticeKind.TOO_LARGE, to=mail.sender, about=mail.mark, text=text)


def _asked_today(work: Work, ticket: Ticket) -> bool:
    """Whether his answer to this very solution was asked for so already."""
    asked: datetime | None = None
    for (kind, _to, _about), at in ticket.notices.said.items():
        if kind in {NoticeKind.RESOLVED, NoticeKind.VERDICT_ASKED}:
            asked = at if kind is NoticeKind.VERDICT_ASKED else None
    return asked is not None and work.now - asked < ASKED_AGAIN_AFTER


def _same_subject(one: str, other: str) -> bool:
    """Some programs put their own words before it, again and again."""
    return one.endswith(other) or other.endswith(one) or machines.alike(one, other)


async def _said_again(work: Work, number: int, opened: events.Opened, mail: Mail) -> Ticket | None:
    ticket = await work.ticket(number)
    if ticket is None or not _same_subject(opened.subject, mail.subject):
        return None
    heard = await _heard(work, number, mail, {mail.sender, opened.user})
    return ticket if machines.answers_by_itself(heard) else None


async def _heard(work: Work, number: int, mail: Mail, readers: set[str]) -> list[machines.Heard]:
    rows = await work.rows(_SAID, (number, SENT, _LAST_EVENTS))
    entries = [(events.decode(body), from_us(at)) for body, at in reversed(rows)]
    return machines.heard_from(mail.sender, readers - {""}, entries, mail.text or mail.subject, work.now)
