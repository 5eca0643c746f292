"""A ticket as the fold of its events. Pure: the same events give the same ticket, today and in ten years."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict

from msgspec import Struct
from msgspec.structs import replace

from protocol.desk import agreements, events, kinship, notices, proof, talk
from protocol.desk import track as tracks
from protocol.desk.agreements import Agreements
from protocol.desk.kinship import Kinship
from protocol.desk.notices import Notices
from protocol.desk.proof import Proofs
from protocol.desk.states import OPEN_STATES, Step, StepRefused, TicketState, advance
from protocol.desk.talk import Talk
from protocol.desk.terms import Channel, TicketKind
from protocol.desk.track import ON_HOLD, Standing, Track
from protocol.diagnostics import DiagnosticField

MARKS = 100
"""Messages that can be told from one sent again; no client has more on the way (`limits.UNSENT_MESSAGES`)."""


class FoldError(Exception):
    """Events that are no history of a ticket; the store is damaged."""


class Ticket(Struct, frozen=True):
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
        marks: of the last messages that bore one, oldest first.
        address: the mail address it was asked from.
        links_revoked_at: links to the desk's page made until then open it no more.
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
    marks: tuple[str, ...] = ()
    kind: TicketKind = TicketKind.INCIDENT
    channel: Channel = Channel.DIRECT
    user: str = ""
    customer: str = ""
    language: str = ""
    subject: str = ""
    follows: int = 0
    fingerprint: str = ""
    address: str = ""
    links_revoked_at: datetime | None = None
    talk: Talk = Talk()
    agreements: Agreements = Agreements()
    kinship: Kinship = Kinship()
    proofs: Proofs = Proofs()
    notices: Notices = Notices()

    @property
    def title(self) -> str:
        """One line for lists: the subject, or the problem's first line."""
        return self.subject or self.problem.strip().split("\n", 1)[0]

    @property
    def priority(self) -> int | None:
        """1 to 5 as impact + urgency - 1 (promise 25), or as set by hand; None until somebody judged it."""
        return _priority(self.overridden, self.impact, self.urgency)

    @property
    def is_open(self) -> bool:
        """Whether somebody has something to do."""
        return self.state in OPEN_STATES and not self.kinship.merged_into

    @property
    def standing(self) -> Standing:
        """Whose move it is."""
        return _standing(self.state, self.hold, dormant=self.dormant, merged=bool(self.kinship.merged_into))


class _Changes(TypedDict, total=False):
    """What an event changes of a ticket."""

    revision: int
    state: TicketState
    urgency: int
    changed_at: datetime
    touched_at: datetime
    track: Track
    impact: int | None
    owner: events.Staff | None
    next_step: str
    due: datetime | None
    solution: str
    sessions: tuple[str, ...]
    consented: tuple[str, ...]
    worked_s: float
    overridden: int | None
    loss_per_hour: int | None
    done_by: datetime | None
    work_min: int | None
    hold: events.HoldReason | None
    hold_until: datetime | None
    dormant: bool
    marks: tuple[str, ...]
    kind: TicketKind
    requester: str
    user: str
    customer: str
    language: str
    minutes: int
    links_revoked_at: datetime | None
    talk: Talk
    agreements: Agreements
    kinship: Kinship
    proofs: Proofs
    notices: Notices


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
    if isinstance(event, events.BookEvent):
        raise FoldError(f"{type(event).__name__} in the history of ticket {ticket.number}")
    if ticket.kinship.merged_into and not isinstance(event, _OF_MERGED):
        raise StepRefused(f"This ticket goes on in ticket {ticket.kinship.merged_into}.")
    changes = _changes(ticket, event, entry.at)
    changes["revision"] = ticket.revision + 1
    changes["changed_at"] = entry.at
    if entry.actor is events.Actor.STAFF:
        changes["touched_at"] = entry.at
    state = changes.get("state", ticket.state)
    if state is not TicketState.ON_HOLD:
        changes["hold"] = changes["hold_until"] = None
    if ticket.dormant and (tracks.is_word_of_requester(entry) or isinstance(event, _WAKING)):
        changes["dormant"] = False
    standing = _standing(
        state,
        changes.get("hold", ticket.hold),
        dormant=changes.get("dormant", ticket.dormant),
        merged=bool(changes.get("kinship", ticket.kinship).merged_into),
    )
    priority = _priority(
        changes.get("overridden", ticket.overridden),
        changes.get("impact", ticket.impact),
        changes.get("urgency", ticket.urgency),
    )
    changes["track"] = tracks.follow(ticket.track, entry, standing, priority)
    return replace(ticket, **changes)


_OF_MERGED = (
    events.Unmerged,
    events.Linked,
    events.Unlinked,
    events.TimeCorrected,
    events.SessionEnded,
    events.SessionNoted,
    events.SessionMeasured,
    events.NoticeSent,
)
"""What may still happen to a ticket that goes on in another one."""
_WAKING = (events.Started, events.Resumed, events.NotSolved, events.Accepted, events.Cancelled, events.OnHold)


def _priority(overridden: int | None, impact: int | None, urgency: int) -> int | None:
    if overridden is not None:
        return overridden
    return None if impact is None else impact + urgency - 1


def _standing(state: TicketState, hold: events.HoldReason | None, *, dormant: bool, merged: bool) -> Standing:
    if dormant:
        return Standing.DORMANT
    if merged or state not in OPEN_STATES:
        return Standing.OVER
    return Standing.OPEN if hold is None else ON_HOLD[hold]


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
        kind=event.kind,
        channel=event.channel,
        user=event.user,
        customer=event.customer,
        language=event.language,
        subject=event.subject,
        follows=event.follows,
        fingerprint=event.fingerprint,
        address=event.address,
    )


def _changes(ticket: Ticket, event: events.TicketEvent, at: datetime) -> _Changes:  # noqa: PLR0911 - one line for each kind of event
    match event:
        case events.Triaged(impact=impact, urgency=urgency):
            state = advance(ticket.state, Step.TRIAGE)
            return {"state": state, "impact": impact, "urgency": urgency, "overridden": None}
        case events.PriorityOverridden(priority=priority):
            advance(ticket.state, Step.TRIAGE)
            if ticket.impact is None:
                raise StepRefused("A priority can only be set by hand once impact and urgency have been judged.")
            return {"overridden": priority}
        case events.LossStated(per_hour=per_hour):
            return {"loss_per_hour": per_hour}
        case events.Assigned(staff=staff) | events.HandedOver(to=staff):
            return {"owner": staff, "agreements": agreements.owned(ticket.agreements, staff.identifier)} | _card(event)
        case events.Started():
            return {"state": advance(ticket.state, Step.START)}
        case events.NextStepSet(next_step=next_step, due=due):
            return {"next_step": next_step, "due": due}
        case events.EstimateSet(done_by=done_by, work_min=work_min):
            return {"done_by": done_by, "work_min": work_min}
        case events.OnHold(reason=reason, until=until):
            return {"state": advance(ticket.state, Step.HOLD), "hold": reason, "hold_until": until}
        case events.Resumed():
            return {"state": advance(ticket.state, Step.RESUME)}
        case events.SessionRequested() | events.SessionConsented() | events.SessionEnded():
            return _session(ticket, event)
        case _:
            return _outcome(ticket, event) or _facets(ticket, event, at)


def _card(event: events.Assigned | events.HandedOver) -> _Changes:
    """The card names the next step; its date stays as it was agreed."""
    return {"next_step": event.next_step} if isinstance(event, events.HandedOver) else {}


def _facets(ticket: Ticket, event: events.TicketEvent, at: datetime) -> _Changes:  # noqa: PLR0911 - one line for each kind of event
    match event:
        case events.KindSet(kind=kind):
            return {"kind": kind}
        case events.RequesterSet():
            return _whose(ticket, event, at)
        case events.LinksRevoked():
            return {"links_revoked_at": at}
        case events.BudgetProlonged(minutes=minutes):
            return {"minutes": minutes}
        case events.Displaced(done_by=done_by):
            return {"done_by": done_by}
        case events.MessageAdded(mark=mark) if mark:
            return {"marks": (*ticket.marks[1 - MARKS :], mark)}
        case events.MessageAdded() | events.TimeLogged() | events.SessionNoted() | events.LossStated():
            return {}  # history, not state; and the most frequent
        case _:
            return _facet(ticket, event, at)


def _whose(ticket: Ticket, event: events.RequesterSet, at: datetime) -> _Changes:
    changes: _Changes = {
        "user": event.user,
        "requester": event.requester,
        "customer": event.customer,
        "language": event.language,
    }
    if ticket.user and ticket.user != event.user:
        changes["links_revoked_at"] = at  # they were sent to somebody else
    return changes


def _facet(ticket: Ticket, event: events.TicketEvent, at: datetime) -> _Changes:
    if isinstance(event, talk.Heard):
        return {"talk": talk.follow(ticket.talk, event)}
    if isinstance(event, agreements.Agreed):
        return {"agreements": agreements.follow(ticket.agreements, event, at)}
    if isinstance(event, kinship.Related):
        return {"kinship": kinship.follow(ticket.kinship, event)}
    if isinstance(event, proof.Proved):
        return {"proofs": proof.follow(ticket.proofs, event, at)}
    if isinstance(event, notices.Told):
        return {"notices": notices.follow(ticket.notices, event, at)}
    return {}


def _session(
    ticket: Ticket, event: events.SessionRequested | events.SessionConsented | events.SessionEnded
) -> _Changes:
    match event:
        case events.SessionRequested(session=session):
            return {"sessions": (*ticket.sessions, session)}
        case events.SessionConsented(session=session):
            return {"consented": (*ticket.consented, session)}
        case events.SessionEnded(session=session, worked_s=worked_s):
            return {
                "sessions": tuple(s for s in ticket.sessions if s != session),
                "consented": tuple(s for s in ticket.consented if s != session),
                "worked_s": ticket.worked_s + worked_s,
            }


def _outcome(ticket: Ticket, event: events.TicketEvent) -> _Changes:  # noqa: PLR0911 - one line for each kind of event
    match event:
        case events.Resolved(solution=solution):
            state = advance(ticket.state, Step.RESOLVE)
            talk.check_resolvable(ticket.talk)
            return {
                "state": state,
                "solution": solution,
                "next_step": "",
                "due": None,
                "done_by": None,
                "work_min": None,
            }
        case events.Accepted():
            return {"state": advance(ticket.state, Step.ACCEPT)}
        case events.NotSolved():
            return {"state": advance(ticket.state, Step.NOT_SOLVED), "solution": ""}
        case events.Cancelled():
            return {"state": advance(ticket.state, Step.CANCEL)}
        case events.Reopened():
            return {"state": advance(ticket.state, Step.REOPEN), "solution": ""}
        case events.WentDormant():
            if ticket.state is not TicketState.RESOLVED and ticket.hold is not events.HoldReason.USER:
                raise StepRefused("Only a ticket that waits for its requester can go dormant.")
            return {"dormant": True}
        case _:
            return {}
