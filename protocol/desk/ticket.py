"""A ticket as the fold of its events. Pure: the same events give the same ticket, today and in ten years."""

from collections.abc import Iterable

from msgspec.structs import replace

from protocol.desk import events
from protocol.desk import track as tracks
from protocol.desk.changes import MARKS, changes_of
from protocol.desk.facts import Ticket, priority_of, standing_of
from protocol.desk.states import StepRefused, TicketState


class FoldError(Exception):
    """Events that are no history of a ticket; the store is damaged."""


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
        raise StepRefused("This ticket goes on in ticket {number}.", number=ticket.kinship.merged_into)
    changes = changes_of(ticket, event, entry.at)
    changes["revision"] = ticket.revision + 1
    changes["changed_at"] = entry.at
    if entry.actor is events.Actor.STAFF:
        changes["touched_at"] = entry.at
    if "due" in changes:
        changes["due_by_desk"] = entry.actor is events.Actor.DESK
    if "done_by" in changes:
        changes["done_by_desk"] = entry.actor is events.Actor.DESK
    state = changes.get("state", ticket.state)
    if state is not TicketState.ON_HOLD:
        changes["hold"] = changes["hold_until"] = None
    if ticket.dormant and (tracks.is_word_of_requester(entry) or isinstance(event, _WAKING)):
        changes["dormant"] = False
    standing = standing_of(
        state,
        changes.get("hold", ticket.hold),
        dormant=changes.get("dormant", ticket.dormant),
        merged=bool(changes.get("kinship", ticket.kinship).merged_into),
    )
    priority = priority_of(
        changes.get("overridden", ticket.overridden),
        changes.get("impact", ticket.impact),
        changes.get("urgency", ticket.urgency),
    )
    changes["track"] = tracks.follow(ticket.track, entry, standing, priority)
    return replace(ticket, **changes)


_OF_MERGED = (
    events.Unmerged,
    events.Released,
    events.Linked,
    events.Unlinked,
    events.TimeLogged,
    events.TimeCorrected,
    events.SessionEnded,
    events.SessionNoted,
    events.SessionMeasured,
    events.NoticeSent,
    events.MailBounced,
)
"""What may still happen to a ticket that goes on in another one."""
_WAKING = (events.Started, events.Resumed, events.NotSolved, events.Accepted, events.Cancelled, events.OnHold)


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


__all__ = ["MARKS", "FoldError", "Ticket", "apply", "fold"]
