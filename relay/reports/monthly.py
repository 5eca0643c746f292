"""A customer's month: every piece of work, what of it is billed, and which promises were kept (promise 29). Pure.

Guarantees that its rows add up to the ledger (`protocol.desk.ledger`), and that with works council's rules no
technician's name or performance is in it. Days and hours are those of the desk's calendar for this customer.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from protocol.desk import events, ledger
from protocol.desk.book import Book
from protocol.desk.business_time import from_us
from protocol.desk.clocks import Clock, ClockState, OpenTimes, Terms
from protocol.desk.contract import Contract, Metric, Rate
from protocol.desk.events import WorkKind
from protocol.desk.ledger import LedgerEntry
from protocol.desk.ticket import Ticket, fold
from relay.reports import charges
from relay.reports.charges import Price

MONTHS = 12
_INSTANT = timedelta(microseconds=1)


class ReportError(ValueError):
    """A month or customer there is no report of; the sentence is for whoever asked."""


class Line(Struct, frozen=True):
    """A piece of work. `begin` and `end` in the report's time zone; `who` empty with works council's rules.

    `rate` is that of the contract's version in force when it began; None: without a contract.
    """

    begin: datetime
    end: datetime
    ticket: int
    title: str
    requester: str
    kind: WorkKind
    who: str
    text: str
    worked_min: int
    billed_min: int
    corrected: bool
    rate: Rate | None = None


class Kept(Struct, frozen=True):
    """How often a promise fell due within the month, and was kept."""

    metric: Metric
    kept: int
    broken: int


class Broken(Struct, frozen=True):
    """A promise that was not kept. `stopped_at` None: still owed when the report was made."""

    ticket: int
    title: str
    metric: Metric
    target_at: datetime
    stopped_at: datetime | None


class Report(Struct, frozen=True):
    """All of it.

    Attributes:
        prices: said yes to in the month, and given back in it, in the order of that (promises 11, 27).
        begin, end: the month, its end no longer belonging to it, in `time_zone`'s wall clock.
        made_at: as of when clocks were read.
        worked_by_day, billed_by_day: minutes, by the day of the month from 1 on.
        for_good: of the solutions sent in the month, those that stand: not sent back by who asked, and nothing of the
            same kind came after them (promise 12).
        solved_h: wall-clock hours from opened to the solution that stands, of those solved in the month.
        ratings: stars → how often.
        rate: in force when the month ended, or the report was made; None: no contract.
        recommendations: text, and what the customer said: None for nothing yet (promise 8).
    """

    customer: str
    desk: str
    begin: datetime
    end: datetime
    time_zone: str
    made_at: datetime
    lines: tuple[Line, ...]
    prices: tuple[Price, ...]
    opened: int
    solved: int
    closed: int
    for_good: int
    kept: tuple[Kept, ...]
    broken: tuple[Broken, ...]
    worked_by_day: tuple[int, ...]
    billed_by_day: tuple[int, ...]
    solved_h: tuple[float, ...]
    ratings: dict[int, int]
    recommendations: tuple[tuple[str, bool | None], ...]
    rate: Rate | None
    works_council: bool
    language: str = "en"
    """The customer's, else the desk's (ISO 639-1)."""

    @property
    def worked_min(self) -> int:
        """Of all lines."""
        return sum(line.worked_min for line in self.lines)

    @property
    def billed_min(self) -> int:
        """Of all lines."""
        return sum(line.billed_min for line in self.lines)

    @property
    def shares(self) -> list[int | None]:
        """What each line adds to the sum, in cents of its rate's currency; None: without a rate."""
        return charges.shares((line.billed_min, line.rate) for line in self.lines)

    @property
    def sums(self) -> dict[str, int]:
        """What it comes to, in cents of each currency; empty: there is nothing to compute it from."""
        return charges.sums(((line.billed_min, line.rate) for line in self.lines), self.prices, self.rate)


def month(text: str) -> date:
    """The first day of a month written as 2026-03. Raises ReportError."""
    try:
        year, number = (int(part) for part in text.split("-"))
        return date(year, number, 1)
    except ValueError:
        raise ReportError(f"“{text[:40]}” is no month; write for example 2026-03.") from None


def stretch(first: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when to when a month lasts in a time zone."""
    begin = datetime(first.year, first.month, 1, tzinfo=zone)
    end = datetime(first.year + first.month // MONTHS, first.month % MONTHS + 1, 1, tzinfo=zone)
    return begin, end


def zone_of(book: Book, customer: str, at: datetime) -> ZoneInfo:
    """The time zone of the service hours shown to this customer; UTC without any."""
    contract = book.register.contract_of(customer)
    calendar = book.register.calendars.get(contract.in_force(at).hours) if contract else None
    return ZoneInfo(calendar.in_force(at).time_zone if calendar else "UTC")


def compose(
    book: Book, customer: str, first: date, histories: Iterable[Sequence[events.Entry]], now: datetime
) -> Report:
    """The report of a month.

    `histories` are all entries of each of the customer's tickets that anything happened to in the month, or that is
    still open.

    Raises:
        ReportError: there is no such customer.
    """
    known = book.register.customers.get(customer)
    if known is None:
        raise ReportError(f"There is no customer “{customer[:60]}”.")
    noon = datetime(first.year, first.month, 1, 12, tzinfo=UTC)
    zone = zone_of(book, customer, noon)
    begin, end = stretch(first, zone)
    desk = book.register.desk
    tickets = [(_named(book, fold(history)), history) for history in histories if history]
    contract = book.register.contract_of(customer)
    terms = Terms(contract, OpenTimes(book.register.calendars)) if contract else None
    lines = tuple(
        sorted(
            (
                _line(ticket, entry, rate, zone, named=not desk.works_council)
                for ticket, history in tickets
                for entry, rate in _worked(history, begin, end, contract)
            ),
            key=lambda line: (line.begin, line.ticket),
        )
    )
    due = [
        (ticket, clock)
        for ticket, _ in tickets
        for clock in (terms.history(ticket.track, now) if terms else ())
        if _fell_due(clock, begin, end, now)
    ]
    happened = Counter(kind for _, history in tickets for kind in _kinds(history, begin, end))
    solved_at = [
        (ticket, from_us(ticket.track.solved_us)) for ticket, _ in tickets if ticket.track.solved_us is not None
    ]
    return Report(
        customer=known.name,
        desk=desk.name or desk.address or "athand",
        begin=begin,
        end=end,
        time_zone=zone.key,
        made_at=now,
        lines=lines,
        prices=charges.prices(tickets, begin, end),
        opened=happened[events.Opened],
        solved=happened[events.Resolved],
        closed=happened[events.Accepted],
        for_good=_for_good(tickets, begin, end),
        kept=_kept(clock for _, clock in due),
        broken=tuple(_broken(ticket, clock, zone) for ticket, clock in due if clock.state is ClockState.BREACHED),
        worked_by_day=_by_day(begin, end, ((line.begin, line.worked_min) for line in lines)),
        billed_by_day=_by_day(begin, end, ((line.begin, line.billed_min) for line in lines)),
        solved_h=tuple(
            sorted((at - ticket.opened_at).total_seconds() / 3600 for ticket, at in solved_at if begin <= at < end)
        ),
        ratings=dict(Counter(stars for _, history in tickets for stars in _stars(history, begin, end))),
        recommendations=_recommendations(book, customer, begin, end),
        rate=contract.in_force(min(end - _INSTANT, now)).rate if contract else None,
        works_council=desk.works_council,
        language=known.language or desk.language,
    )


def _named(book: Book, ticket: Ticket) -> Ticket:
    """With its requester's name as the register has it."""
    return replace(ticket, requester=book.register.requester_of(ticket))


def _worked(
    history: Sequence[events.Entry], begin: datetime, end: datetime, contract: Contract | None
) -> Iterable[tuple[LedgerEntry, Rate | None]]:
    """The entries begun in that time, each with what an hour cost when it began."""
    for entry in ledger.entries(history):
        if begin <= entry.begin < end:
            yield entry, contract.in_force(entry.begin).rate if contract else None


def _line(ticket: Ticket, entry: LedgerEntry, rate: Rate | None, zone: ZoneInfo, *, named: bool) -> Line:
    return Line(
        begin=entry.begin.astimezone(zone),
        end=entry.end.astimezone(zone),
        ticket=ticket.number,
        title=ticket.title,
        requester=ticket.requester,
        kind=entry.kind,
        who=entry.staff.name if named else "",
        text=entry.text,
        worked_min=entry.worked_min,
        billed_min=entry.billed_min,
        corrected=entry.corrected > 0,
        rate=rate,
    )


def _fell_due(clock: Clock, begin: datetime, end: datetime, now: datetime) -> bool:
    """A promise belongs to the month in which it was decided: kept when it was met, broken when its time was over."""
    if clock.state is ClockState.MET:
        return clock.stopped_at is not None and begin <= clock.stopped_at < end
    return (
        clock.state is ClockState.BREACHED and clock.target_at is not None and begin <= clock.target_at < min(end, now)
    )


def _kept(clocks: Iterable[Clock]) -> tuple[Kept, ...]:
    count = Counter((clock.metric, clock.state is ClockState.MET) for clock in clocks)
    return tuple(
        Kept(metric, count[metric, True], count[metric, False])
        for metric in Metric
        if count[metric, True] + count[metric, False]
    )


def _broken(ticket: Ticket, clock: Clock, zone: ZoneInfo) -> Broken:
    target_at = clock.target_at or ticket.opened_at
    stopped_at = clock.stopped_at.astimezone(zone) if clock.stopped_at else None
    return Broken(ticket.number, ticket.title, clock.metric, target_at.astimezone(zone), stopped_at)


def _kinds(history: Sequence[events.Entry], begin: datetime, end: datetime) -> Iterable[type]:
    return (type(entry.event) for entry in history if begin <= entry.at < end)


def _for_good(tickets: Sequence[tuple[Ticket, Sequence[events.Entry]]], begin: datetime, end: datetime) -> int:
    """How many solutions of that time stand as of now."""
    came = [(ticket.fingerprint, ticket.opened_at) for ticket, _ in tickets if ticket.fingerprint]
    return sum(
        not any(isinstance(later.event, events.NotSolved | events.Reopened) for later in history[at + 1 :])
        and not any(kind == ticket.fingerprint and opened_at > entry.at for kind, opened_at in came)
        for ticket, history in tickets
        for at, entry in enumerate(history)
        if isinstance(entry.event, events.Resolved) and begin <= entry.at < end
    )


def _stars(history: Sequence[events.Entry], begin: datetime, end: datetime) -> Iterable[int]:
    return (entry.event.stars for entry in history if isinstance(entry.event, events.Rated) and begin <= entry.at < end)


def _by_day(begin: datetime, end: datetime, minutes: Iterable[tuple[datetime, int]]) -> tuple[int, ...]:
    days = [0] * (end.date() - begin.date()).days
    for at, count in minutes:
        days[at.day - 1] += count
    return tuple(days)


def _recommendations(book: Book, customer: str, begin: datetime, end: datetime) -> tuple[tuple[str, bool | None], ...]:
    known = book.knowledge
    return tuple(
        (made.text, known.answers[key].accepted if key in known.answers else None)
        for key, made in known.recommendations.items()
        if made.customer == customer and begin <= known.made_at[key] < end
    )
