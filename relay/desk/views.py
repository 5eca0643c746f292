"""Tickets and histories as they are shown. Pure.

Guarantees that an answer fits into one message (protocol.limits.REPLY_BYTES): a list shortens its texts first and then
leaves out its end; a history leaves out its oldest events but the first. What was left out is counted by the caller.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from protocol import envelope, limits
from protocol.desk import chain, events, ledger
from protocol.desk.clocks import Clock, ClockState
from protocol.desk.overview import Flag
from protocol.desk.summary import summary
from protocol.desk.telling import told_to_requester
from protocol.desk.ticket import Ticket

FRAME_BYTES = 1024
"""For an answer's field names, numbers and brackets around what is measured."""
MAX_BEHIND = 100
"""Events that a line of the short version names; of more, the newest."""
SHORT_CHARS = 160
"""Of a problem, in a list that would be too long with whole ones."""


def ticket_view(  # noqa: PLR0913 - what a list shows
    ticket: Ticket,
    clocks: Sequence[Clock] = (),
    flags: Sequence[Flag] = (),
    *,
    requester: str,
    online: bool,
    customer_name: str = "",
    reopen_until: datetime | None = None,
    yes_by: tuple[str, ...] | None = None,
    currency: str = "",
    owner_face: str = "",
    session: envelope.SessionView | None = None,
    for_staff: bool = True,
) -> envelope.TicketView:
    """What a list shows of `ticket`; tags and flags are for staff."""
    return envelope.TicketView(
        number=ticket.number,
        revision=ticket.revision,
        state=ticket.state,
        problem=ticket.problem,
        requester=requester,
        device=ticket.device,
        device_label=ticket.device_label,
        urgency=ticket.urgency,
        minutes=ticket.minutes,
        asked_at=ticket.asked_at,
        opened_at=ticket.opened_at,
        changed_at=ticket.changed_at,
        request=ticket.request,
        impact=ticket.impact,
        priority=ticket.priority,
        owner=ticket.owner,
        next_step=ticket.next_step,
        due=ticket.due,
        solution=ticket.solution,
        alternatives=ticket.alternatives,
        running=ticket.sessions[-1] if ticket.sessions else None,
        session=session,
        worked_s=ledger.together_s(ticket.worktime.values()),
        online=online,
        title="" if ticket.title == ticket.problem else short(ticket.title),
        kind=ticket.kind,
        channel=ticket.channel,
        user=ticket.user,
        customer=ticket.customer,
        customer_name=customer_name,
        done_by=ticket.done_by,
        hold=ticket.hold,
        hold_until=ticket.hold_until,
        dormant=ticket.dormant,
        loss_per_hour=ticket.loss_per_hour,
        clocks=tuple(_clock_view(clock) for clock in clocks if clock.state not in _SILENT),
        flags=tuple(flags),
        tags=tuple(sorted(ticket.kinship.tags)) if for_staff else (),
        merged_into=ticket.kinship.merged_into,
        verified=ticket.proofs.verified,
        rating=ticket.talk.ratings[-1] if ticket.talk.ratings else None,
        open_questions=len(ticket.talk.questions),
        called=_called(ticket) if for_staff else "",
        reopen_until=reopen_until,
        yes_by=yes_by,
        currency=currency,
        owner_face=owner_face,
    )


def _called(ticket: Ticket) -> str:
    """Whoever is called and has not said that he heard it, while nobody has begun on the ticket."""
    page = next(reversed(ticket.notices.pages.values()), None)
    return "" if page is None or page.acknowledged_by or not ticket.is_waiting else page.staff


_SILENT = (ClockState.IDLE, ClockState.STOPPED)
"""Clocks that nobody needs to see in a list."""


def _clock_view(clock: Clock) -> envelope.ClockView:
    return envelope.ClockView(
        metric=clock.metric,
        state=clock.state,
        target_at=clock.target_at,
        remaining_s=None if clock.remaining_s is None else round(clock.remaining_s),
        agreed_s=None if clock.agreed_s is None else round(clock.agreed_s),
        ticking=clock.ticking,
        stopped=clock.stopped_at is not None,
    )


def short(text: str) -> str:
    """A text for a list."""
    return text if len(text) <= SHORT_CHARS else f"{text[: SHORT_CHARS - 1]}…"


def listed(ref: int, views: Sequence[envelope.TicketView]) -> tuple[envelope.Tickets, int]:
    """A list that fits into a message, and how many did not."""
    kept, left_out = _fitting(views, beside_bytes=0)
    if left_out:
        kept, left_out = _fitting([_shortened(view) for view in views], beside_bytes=0)
    return envelope.Tickets(ref, tuple(kept)), left_out


def whole(  # noqa: PLR0913 - what the answer consists of
    ref: int,
    view: envelope.TicketView,
    ticket: Ticket,
    history: Sequence[tuple[int, events.Entry]],
    head: chain.Head,
    *,
    for_staff: bool,
) -> tuple[envelope.Ticket, int]:
    """A ticket with its history, and how many events did not fit into a message."""
    seen = history if for_staff else for_requester(history)
    lines = [
        envelope.HistoryLine(
            number,
            entry.at,
            entry.actor,
            _name(entry, ticket, view),
            entry.event,
            0 if entry.ticket == ticket.number else entry.ticket,
        )
        for number, entry in seen
    ]
    own = [(number, entry) for number, entry in seen if entry.ticket == ticket.number]
    short_version = tuple(
        envelope.SummaryLine(line.topic, line.text, line.events[-MAX_BEHIND:], line.at) for line in summary(ticket, own)
    )
    beside_bytes = sum(len(msgspec.json.encode(part)) for part in (view, ticket.diagnostics, lines[:1], short_version))
    newest, left_out = _fitting(lines[:0:-1], beside_bytes=beside_bytes)
    return (
        envelope.Ticket(
            ref,
            view,
            ticket.diagnostics,
            (*lines[:1], *reversed(newest)),
            envelope.Witness(head.number, head.link),
            short_version,
        ),
        left_out,
    )


def _name(entry: events.Entry, ticket: Ticket, view: envelope.TicketView) -> str:
    """Of whoever did it; the requester's as the register has it by now, also where only his account was known then."""
    is_his = entry.actor is events.Actor.REQUESTER and entry.actor_name == ticket.requester
    return view.requester if is_his else entry.actor_name


def for_requester(history: Iterable[tuple[int, events.Entry]]) -> list[tuple[int, events.Entry]]:
    """What of a history its requester is told, in whichever way he reads it."""
    told = ((number, entry, told_to_requester(entry.event)) for number, entry in history)
    return [(number, msgspec.structs.replace(entry, event=event)) for number, entry, event in told if event is not None]


def _shortened(view: envelope.TicketView) -> envelope.TicketView:
    return msgspec.structs.replace(
        view,
        problem=short(view.problem),
        solution=short(view.solution),
        alternatives=(),
        next_step=short(view.next_step),
    )


_Shown = TypeVar("_Shown", envelope.TicketView, envelope.HistoryLine)


def _fitting(shown: Sequence[_Shown], *, beside_bytes: int) -> tuple[list[_Shown], int]:
    room = limits.REPLY_BYTES - FRAME_BYTES - beside_bytes
    kept: list[_Shown] = []
    for one in shown:
        room -= len(msgspec.json.encode(one)) + 1
        if room < 0:
            break
        kept.append(one)
    return kept, len(shown) - len(kept)
