"""A ticket as the fold of its events. Pure: the same events give the same ticket, today and in ten years."""

import dataclasses
from collections.abc import Iterable
from datetime import datetime

from protocol.desk import events
from protocol.desk import track as tracks
from protocol.desk.states import OPEN_STATES, Step, StepRefused, TicketState, advance
from protocol.desk.track import ON_HOLD, Standing, Track
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
        touched_at: when somebody of the staff last did anything, or it was opened.
        track: the instants its clocks are computed from.
        overridden: a priority set by hand, with its reason in the history.
        loss_per_hour: what the fault costs, as the requester said; None: nothing said.
        done_by: when the requester can count on it being solved;
        work_min: and how much work it is thought to be.
        hold: what it waits for while on hold;
        hold_until: and until when that is expected to take.
        dormant: the requester answered no reminder; it is off the queues until he does.
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
    touched_at: datetime
    track: Track
    impact: int | None = None
    owner: events.Staff | None = None
    next_step: str = ""
    due: datetime | None = None
    solution: str = ""
    sessions: tuple[str, ...] = ()
    consented: tuple[str, ...] = ()
    worked_s: float = 0.0
    overridden: int | None = None
    loss_per_hour: int | None = None
    done_by: datetime | None = None
    work_min: int | None = None
    hold: events.HoldReason | None = None
    hold_until: datetime | None = None
    dormant: bool = False

    @property
    def priority(self) -> int | None:
        """1 to 5 as impact + urgency - 1 (promise 25), or as set by hand; None until somebody judged it."""
        if self.overridden is not None:
            return self.overridden
        return None if self.impact is None else self.impact + self.urgency - 1

    @property
    def is_open(self) -> bool:
        """Whether somebody has something to do."""
        return self.state in OPEN_STATES

    @property
    def standing(self) -> Standing:
        """Whose move it is."""
        if self.dormant:
            return Standing.DORMANT
        if self.state not in OPEN_STATES:
            return Standing.OVER
        return Standing.OPEN if self.hold is None else ON_HOLD[self.hold]


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
    awake = changed.dormant and (tracks.is_word_of_requester(entry) or isinstance(event, _WAKING))
    changed = dataclasses.replace(
        changed,
        revision=ticket.revision + 1,
        changed_at=entry.at,
        touched_at=entry.at if entry.actor is events.Actor.STAFF else ticket.touched_at,
        dormant=changed.dormant and not awake,
        hold=changed.hold if changed.state is TicketState.ON_HOLD else None,
        hold_until=changed.hold_until if changed.state is TicketState.ON_HOLD else None,
    )
    track = tracks.follow(ticket.track, entry, changed.standing, changed.priority)
    return changed if track is ticket.track else dataclasses.replace(changed, track=track)


_WAKING = events.Started | events.Resumed | events.NotSolved | events.Accepted | events.Cancelled | events.OnHold


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
        touched_at=entry.at,
        track=tracks.begin(entry, event),
    )


def _change(ticket: Ticket, event: events.Event) -> Ticket:  # noqa: PLR0911 - one line for each kind of event
    change = dataclasses.replace
    match event:
        case events.Triaged(impact=impact, urgency=urgency):
            state = advance(ticket.state, Step.TRIAGE)
            return change(ticket, state=state, impact=impact, urgency=urgency, overridden=None)
        case events.PriorityOverridden(priority=priority):
            advance(ticket.state, Step.TRIAGE)
            if ticket.impact is None:
                raise StepRefused("A priority can only be set by hand once impact and urgency have been judged.")
            return change(ticket, overridden=priority)
        case events.LossStated(per_hour=per_hour):
            return change(ticket, loss_per_hour=per_hour)
        case events.Assigned(staff=staff):
            return change(ticket, owner=staff)
        case events.Started():
            return change(ticket, state=advance(ticket.state, Step.START))
        case events.NextStepSet(next_step=next_step, due=due):
            return change(ticket, next_step=next_step, due=due)
        case events.EstimateSet(done_by=done_by, work_min=work_min):
            return change(ticket, done_by=done_by, work_min=work_min)
        case events.OnHold(reason=reason, until=until):
            return change(ticket, state=advance(ticket.state, Step.HOLD), hold=reason, hold_until=until)
        case events.Resumed():
            return change(ticket, state=advance(ticket.state, Step.RESUME))
        case _:
            return _session(ticket, event) or _outcome(ticket, event)


def _session(ticket: Ticket, event: events.Event) -> Ticket | None:
    change = dataclasses.replace
    match event:
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
        case _:
            return None


def _outcome(ticket: Ticket, event: events.Event) -> Ticket:  # noqa: PLR0911 - one line for each kind of event
    change = dataclasses.replace
    match event:
        case events.Resolved(solution=solution):
            state = advance(ticket.state, Step.RESOLVE)
            return change(ticket, state=state, solution=solution, next_step="", due=None, done_by=None, work_min=None)
        case events.Accepted():
            return change(ticket, state=advance(ticket.state, Step.ACCEPT))
        case events.NotSolved():
            return change(ticket, state=advance(ticket.state, Step.NOT_SOLVED), solution="")
        case events.Cancelled():
            return change(ticket, state=advance(ticket.state, Step.CANCEL))
        case events.Reopened():
            return change(ticket, state=advance(ticket.state, Step.REOPEN), solution="")
        case events.WentDormant():
            if ticket.state is not TicketState.RESOLVED and ticket.hold is not events.HoldReason.USER:
                raise StepRefused("Only a ticket that waits for its requester can go dormant.")
            return change(ticket, dormant=True)
        case _:
            return ticket  # messages and notes are history, not state
