"""What a requester is told by mail when something happens to his ticket. Pure, but for rolled numbers.

Guarantees: whatever staff say to him, whoever takes it over (promise 14), a solution with both answers, a price, an
appointment: each goes out with the event it is about, or neither happens. Who has an agent sees it there; while his
machine is off, or if he wants it so, he is written to as well, unless he has been there before the mail goes out.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from protocol import limits
from protocol.desk import events
from protocol.desk.book import Book
from protocol.desk.events import Actor, ByMail, Channel, NoticeKind
from protocol.desk.ticket import Ticket
from protocol.trust.names import one_line
from relay.notices.readers import asked_from_a_window, requester
from relay.notices.told import tell
from relay.store.projections import Step

OPENED = "opened"
"""What a receipt is about."""
QUESTION = "question "
"""Before the question's number, in what a notice is about."""
_RECEIVED = frozenset({Channel.MAIL, Channel.WEB, Channel.PHONE})


def follow_up(
    steps: Sequence[Step], book: Book, now: datetime, *, online: Callable[[str], bool] = lambda _device: True
) -> list[events.TicketEvent]:
    """The notices to the requester that belong to what just happened to a ticket; a reaction of the store.

    `online`: whether a machine's agent is signed in now.
    """
    del now
    after = steps[-1].after
    if after is None or not book.register.desk.address or not requester(book, after).address:
        return []
    user, unless_seen = book.register.users.get(after.user), False
    if asked_from_a_window(after) and (user is None or user.by_mail is not ByMail.ALWAYS):
        if (user is not None and user.by_mail is ByMail.NEVER) or online(after.device):
            return []
        unless_seen = True
    said: list[events.TicketEvent] = []
    for position, step in enumerate(steps):
        if isinstance(step.entry.event, events.MessageAdded) and step.entry.actor is not Actor.STAFF:
            continue
        for kind, about, text in _notice(steps[0].before, step.entry.event):
            # Numbered by the history, so that the same thing said again later is said again.
            said += tell(
                book, after, kind, about=about or f"{after.revision}.{position}", text=text, unless_seen=unless_seen
            )
    return said


def _notice(before: Ticket | None, event: events.Event) -> Iterator[tuple[NoticeKind, str, str]]:
    """Kind, what it is about (empty: this very event), and what a human wrote."""
    match event:
        case events.Opened(channel=channel, automatic=False) if channel in _RECEIVED:
            yield NoticeKind.RECEIPT, OPENED, ""
        case events.Assigned(staff=staff) | events.HandedOver(to=staff):
            if before is None or before.owner is None or before.owner.identifier != staff.identifier:
                yield NoticeKind.NEW_HANDLER, "", ""
        case events.MessageAdded(internal=False, automatic=False, text=text, attachments=files):
            # By name: the page that the mail leads to gives them out.
            said = "\n".join(filter(None, (text, *(f"[{one_line(file.name)}]" for file in files))))
            yield NoticeKind.ANSWER, "", said[: limits.NOTE_CHARS]
        case events.QuestionAsked(question=question, text=text):
            yield NoticeKind.ANSWER, f"{QUESTION}{question}", text
        case events.ReadBack(text=text):
            yield NoticeKind.ANSWER, "", text
        case events.InstructionGiven(instruction=instruction, steps=steps):
            numbered = "\n".join(f"{number}. {step}" for number, step in enumerate(steps, start=1))
            yield NoticeKind.ANSWER, f"instruction {instruction}", numbered
        case events.Resolved():
            yield NoticeKind.RESOLVED, "", ""
        case _:
            yield from _agreed(before, event)


def _agreed(before: Ticket | None, event: events.Event) -> Iterator[tuple[NoticeKind, str, str]]:
    """The same, of prices and times."""
    match event:
        case events.QuoteMade(quote=quote):
            yield NoticeKind.QUOTE, quote, ""
        case events.AppointmentMade(appointment=appointment, begin=begin):
            yield NoticeKind.APPOINTMENT, f"{appointment} {begin.isoformat()}", ""
        case events.AppointmentOver(appointment=key, outcome=events.AppointmentOutcome.CALLED_OFF, text=text):
            known = before.agreements.appointments.get(key) if before is not None else None
            yield NoticeKind.APPOINTMENT_OFF, f"{key} {known.begin.isoformat() if known else ''}", text
        case events.Displaced():
            yield NoticeKind.DISPLACED, "", ""
        case _:
            pass
