"""The short version of a ticket, for those who don't like to read; each line names the events behind it (promise 23).

Pure. Nothing is made up: a line's text is somebody's own words, shortened, or a value.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from protocol.desk import events
from protocol.desk.events import Entry
from protocol.desk.states import TicketState
from protocol.desk.terms import SummaryTopic
from protocol.desk.ticket import Ticket

SHORT_CHARS = 200


class Line(Struct, frozen=True):
    """One line: what it says, and the numbers of the events it is taken from.

    Attributes:
        at: the date it speaks of.
    """

    topic: SummaryTopic
    text: str
    events: tuple[int, ...]
    at: datetime | None = None


Numbered = Sequence[tuple[int, Entry]]


def summary(ticket: Ticket, history: Numbered) -> tuple[Line, ...]:
    """The lines that there is something to say for, in the order of their topics.

    `history` is the ticket's own events with their numbers, oldest first, as the reader may see them.
    """
    return tuple(line for line in _lines(ticket, history) if line.events and line.text)


def _lines(ticket: Ticket, history: Numbered) -> Iterator[Line]:
    topic = SummaryTopic
    yield Line(topic.ASKED, _short(ticket.subject or ticket.problem), _last(history, events.Opened))
    if ticket.priority is not None:
        judged = _last(history, events.Triaged, events.PriorityOverridden)
        yield Line(topic.URGENCY, str(ticket.priority), judged)
    if ticket.owner is not None:
        owned = _last(history, events.Assigned, events.HandedOver)
        yield Line(topic.HANDLER, f"{ticket.owner.name}, {ticket.owner.title}, {ticket.owner.phone}", owned)
    worked = [entry for entry in ticket.worktime.values() if entry.worked_s]
    minutes = sum(entry.worked_min for entry in worked)
    if worked:
        yield Line(topic.DONE, str(minutes), _all(history, events.TimeLogged, events.TimeCorrected))
    for number, entry in history:
        if isinstance(entry.event, events.QuestionAsked) and entry.event.question in ticket.talk.questions:
            yield Line(topic.OPEN_QUESTION, _short(entry.event.text), (number,))
    if ticket.hold is not None:
        yield Line(topic.WAITING, ticket.hold.value, _last(history, events.OnHold), ticket.hold_until)
    if ticket.solution:
        yield Line(topic.SOLUTION, _short(ticket.solution), _last(history, events.Resolved))
    verdict = {TicketState.CLOSED: "accepted", TicketState.CANCELLED: "cancelled"}.get(ticket.state, "")
    rejected = _last(history, events.NotSolved, events.Reopened)
    if verdict:
        yield Line(topic.VERDICT, verdict, _last(history, events.Accepted, events.Cancelled))
    elif rejected:
        yield Line(topic.VERDICT, "not_solved", rejected)
    if ticket.is_open:
        step = _last(history, events.NextStepSet, events.HandedOver)
        yield Line(topic.NEXT_STEP, _short(ticket.next_step), step, ticket.due)
        if ticket.done_by is not None:
            estimated = _last(history, events.EstimateSet, events.Displaced)
            yield Line(topic.ESTIMATE, ticket.done_by.isoformat(), estimated, ticket.done_by)


def _last(history: Numbered, *kinds: type) -> tuple[int, ...]:
    """The newest event of these kinds."""
    return next(((number,) for number, entry in reversed(history) if isinstance(entry.event, kinds)), ())


def _all(history: Iterable[tuple[int, Entry]], *kinds: type) -> tuple[int, ...]:
    return tuple(number for number, entry in history if isinstance(entry.event, kinds))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHORT_CHARS else f"{line[: SHORT_CHARS - 1]}…"
