"""What the wall-board shows: what is open, what is late or soon late, who works on what, what was kept today. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from protocol.desk import overview
from protocol.desk.business_time import to_us
from protocol.desk.clocks import Clock, ClockState, Terms
from protocol.desk.contract import Metric
from protocol.desk.overview import Flag
from protocol.desk.states import TicketState
from protocol.desk.ticket import Ticket

SHOWN = 40
"""Of one list; a wall has an end."""
_LATE = (Flag.BREACHED, Flag.DATE_PASSED, Flag.ESTIMATE_PASSED, Flag.UNTOUCHED)
_SOON = (Flag.WARNING, Flag.DATE_NEAR)


class Row(Struct, frozen=True):
    """A ticket that is late, or soon late."""

    number: int
    title: str
    priority: int | None
    owner: str
    flag: Flag
    due: datetime | None


class Board(Struct, frozen=True):
    """All of it.

    Attributes:
        by_priority: priority (None: not judged) → how many are open.
        work: technician → the tickets begun; empty with works council's rules.
        kept, broken: promises of the contracts that were decided today.
    """

    open: int
    by_priority: tuple[tuple[int | None, int], ...]
    late: tuple[Row, ...]
    soon: tuple[Row, ...]
    work: tuple[tuple[str, tuple[str, ...]], ...]
    named: bool
    kept: int
    broken: int


def board(
    tickets: Sequence[Ticket],
    clocks_of: Callable[[Ticket], Iterable[Clock]],
    today: tuple[int, int],
    now: datetime,
    *,
    named: bool,
) -> Board:
    """The board; `tickets` are those not finished, `today` what `decided` counted, `named`: whether staff are."""
    open_ones = [ticket for ticket in tickets if ticket.is_open and not ticket.dormant]
    flagged = [(ticket, overview.flags(ticket, clocks_of(ticket), now)) for ticket in open_ones]
    counts = Counter(ticket.priority for ticket in open_ones)
    begun: dict[str, list[str]] = {}
    for ticket in open_ones:
        if named and ticket.state is TicketState.IN_PROGRESS and ticket.owner is not None:
            begun.setdefault(ticket.owner.name, []).append(f"#{ticket.number} {ticket.title}")
    return Board(
        open=len(open_ones),
        by_priority=tuple((priority, counts[priority]) for priority in (1, 2, 3, 4, 5, None) if counts[priority]),
        late=_rows(flagged, _LATE, named=named),
        soon=_rows([(t, f) for t, f in flagged if not set(f) & set(_LATE)], _SOON, named=named),
        work=tuple((name, tuple(begun[name])) for name in sorted(begun)),
        named=named,
        kept=today[0],
        broken=today[1],
    )


def decided(
    tickets: Iterable[Ticket], terms_of: Callable[[Ticket], Terms | None], begin: datetime, now: datetime
) -> tuple[int, int]:
    """How many promises were kept, and how many broken, since `begin`."""
    kept = broken = 0
    for ticket in tickets:
        terms = terms_of(ticket)
        if terms is None or (ticket.track.last_us < to_us(begin) and not ticket.is_open):
            continue
        for clock in terms.history(ticket.track, now):
            if clock.metric is Metric.NEXT_UPDATE and clock.stopped_at is None:
                continue
            if clock.state is ClockState.MET and clock.stopped_at is not None and begin <= clock.stopped_at:
                kept += 1
            elif clock.state is ClockState.BREACHED and clock.target_at is not None and begin <= clock.target_at:
                broken += 1
    return kept, broken


def _rows(
    flagged: Iterable[tuple[Ticket, tuple[Flag, ...]]], wanted: Sequence[Flag], *, named: bool
) -> tuple[Row, ...]:
    found = []
    for ticket, flags in flagged:
        flag = next((flag for flag in wanted if flag in flags), None)
        if flag is not None:
            owner = ticket.owner.name if named and ticket.owner is not None else ""
            found.append(Row(ticket.number, ticket.title, ticket.priority, owner, flag, ticket.due))
    found.sort(key=lambda row: (wanted.index(row.flag), row.priority or 0, row.number))
    return tuple(found[:SHOWN])
