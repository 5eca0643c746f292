"""A ticket as the fold of its events. Pure: the same events give the same ticket, today and in ten years."""

import dataclasses
from collections.abc import Iterable
from datetime import datetime

from protocol.desk import events
from protocol.desk.states import OPEN_STATES, Step, TicketState, advance
from protocol.diagnostics import DiagnosticField


class FoldError(Exception):
    """Events that are no history of a ticket; the store is damaged."""


@dataclasses.dataclass(frozen=True, slots=True)
class Ticket:
    """What the events so far amount to. Times are aware UTC.

    Attributes:
        sessions: session number → who asked for it, of those not ended yet.
        consented: sessions under way that the user allowed.
        worked_s: seconds of all consented sessions that ended.
    """

    number: int
    revision: int
    state: TicketState
    request: str
    device: str
    device_label: str
    requester: str
    problem: str
    urgency: int
    minutes: int
    diagnostics: tuple[DiagnosticField, ...]
    asked_at: datetime
    opened_at: datetime
    changed_at: datetime
    impact: int | None = None
    owner: events.Staff | None = None
    next_step: str = ""
    due: datetime | None = None
    solution: str = ""
    sessions: tuple[str, ...] = ()
    consented: tuple[str, ...] = ()
    worked_s: float = 0.0

    @property
    def priority(self) -> int | None:
        """1 to 5 as impact + urgency - 1 (promise 25); None until somebody judged it."""
        return None if self.impact is None else self.impact + self.urgency - 1

    @property
    def is_open(self) -> bool:
        """Whether somebody has something to do."""
        return self.state in OPEN_STATES


def fold(entries: Iterable[events.Entry]) -> Ticket:
    """The ticket after these entries, in the order they happened.

    Raises:
        FoldError: they do not begin with `Opened`, or bear another ticket's number.
        StepRefused: a step that is not possible; never, for entries that `apply` let through one by one.
    """
    ticket: Ticket | None = None
    for entry in entries:
        ticket = apply(ticket, entry)
    if ticket is None:
        raise FoldError("a ticket without a single event")
    return ticket


def apply(ticket: Ticket | None, entry: events.Entry) -> Ticket:
    """The ticket after one more event.

    Raises:
        FoldError: an event before `Opened`, a second `Opened`, or another ticket's event.
        StepRefused: the ticket's state does not allow it; the sentence is for whoever tried.
    """
    event = entry.event
    if ticket is None:
        if not isinstance(event, events.Opened):
            raise FoldError(f"ticket {entry.ticket} begins with {type(event).__name__}")
        return _opened(entry, event)
    if isinstance(event, events.Opened) or entry.ticket != ticket.number:
        raise FoldError(f"an event of ticket {entry.ticket} in the history of {ticket.number}")
    changed = _change(ticket, event)
    return dataclasses.replace(changed, revision=ticket.revision + 1, changed_at=entry.at)


def _opened(entry: events.Entry, event: events.Opened) -> Ticket:
    return Ticket(
        number=entry.ticket,
        revision=1,
        state=TicketState.NEW,
        request=event.request,
        device=event.device,
        device_label=event.device_label,
        requester=event.requester,
        problem=event.problem,
        urgency=event.urgency,
        minutes=event.minutes,
        diagnostics=event.diagnostics,
        asked_at=event.asked_at,
        opened_at=entry.at,
        changed_at=entry.at,
    )


def _change(ticket: Ticket, event: events.Event) -> Ticket:  # noqa: PLR0911 - one line for each kind of event
    change = dataclasses.replace
    match event:
        case events.Triaged(impact=impact, urgency=urgency):
            return change(ticket, state=advance(ticket.state, Step.TRIAGE), impact=impact, urgency=urgency)
        case events.Assigned(staff=staff):
            return change(ticket, owner=staff)
        case events.Started():
            return change(ticket, state=advance(ticket.state, Step.START))
        case events.NextStepSet(next_step=next_step, due=due):
            return change(ticket, next_step=next_step, due=due)
        case events.SessionRequested(session=session):
            return change(ticket, sessions=(*ticket.sessions, session))
        case events.SessionConsented(session=session):
            return change(ticket, consented=(*ticket.consented, session))
        case events.SessionEnded(session=session, worked_s=worked_s):
            return change(
                ticket,
                sessions=tuple(s for s in ticket.sessions if s != session),
                consented=tuple(s for s in ticket.consented if s != session),
                worked_s=ticket.worked_s + worked_s,
            )
        case events.Resolved(solution=solution):
            return change(ticket, state=advance(ticket.state, Step.RESOLVE), solution=solution, next_step="", due=None)
        case events.Accepted():
            return change(ticket, state=advance(ticket.state, Step.ACCEPT))
        case events.NotSolved():
            return change(ticket, state=advance(ticket.state, Step.NOT_SOLVED), solution="")
        case events.Cancelled():
            return change(ticket, state=advance(ticket.state, Step.CANCEL))
        case _:
            return ticket  # messages and notes are history, not state
