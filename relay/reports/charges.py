"""What a month costs: the prices agreed in it, and its work at the rate in force when it was done. Pure.

Guarantees that a price said yes to stands in the month of the yes, and is in the sum (promises 11, 27); on a ticket
that is taken back before any work for it began it is given back in the month of that, so that no month that was paid
ever changes. Amounts of different currencies are never added up; those of the rows are the sum, to the cent.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from protocol.desk import events, ledger
from protocol.desk.agreements import Quote
from protocol.desk.contract import Rate
from protocol.desk.ticket import Ticket

MINUTES_AN_HOUR = 60


class Price(Struct, frozen=True):
    """A price the customer said yes to, `at` in the report's time zone.

    `taken_back`: it is given back, its ticket having been taken back before any work; then `cents` is negative.
    """

    at: datetime
    ticket: int
    title: str
    requester: str
    text: str
    cents: int
    currency: str
    taken_back: bool = False


def prices(
    tickets: Iterable[tuple[Ticket, Sequence[events.Entry]]], begin: datetime, end: datetime
) -> tuple[Price, ...]:
    """Those said yes to, and given back, from `begin` on, before `end`, in the order of that."""
    found = (price for ticket, history in tickets for price in _agreed(ticket, history, begin, end))
    return tuple(sorted(found, key=lambda price: (price.at, price.ticket)))


def shares(work: Iterable[tuple[int, Rate | None]]) -> list[int | None]:
    """What each piece of work adds to the sum, in cents: together they are the sum, which is rounded once.

    `work` as for `sums`; None: there is no rate to compute it from.
    """
    minute_cents: defaultdict[str, int] = defaultdict(int)
    found: list[int | None] = []
    for minutes, hourly in work:
        if hourly is None:
            found.append(None)
            continue
        before = _in_cents(minute_cents[hourly.currency])
        minute_cents[hourly.currency] += minutes * hourly.per_hour_cents
        found.append(_in_cents(minute_cents[hourly.currency]) - before)
    return found


def _in_cents(minute_cents: int) -> int:
    """Half a cent up."""
    return (minute_cents + MINUTES_AN_HOUR // 2) // MINUTES_AN_HOUR


def sums(work: Iterable[tuple[int, Rate | None]], agreed: Iterable[Price], rate: Rate | None) -> dict[str, int]:
    """Cents by currency, in the order of their names; nothing worked is 0.00 in the currency of `rate`.

    `work` are minutes billed, and what an hour costs. Rounded once for each currency, half a cent up.
    """
    minute_cents: defaultdict[str, int] = defaultdict(int)
    cents: defaultdict[str, int] = defaultdict(int)
    for minutes, hourly in work:
        if hourly is not None and minutes:
            minute_cents[hourly.currency] += minutes * hourly.per_hour_cents
    for price in agreed:
        cents[price.currency] += price.cents
    for currency, count in minute_cents.items():
        cents[currency] += _in_cents(count)
    if not cents and rate is not None:
        cents[rate.currency] = 0
    return dict(sorted(cents.items()))


def _agreed(ticket: Ticket, history: Sequence[events.Entry], begin: datetime, end: datetime) -> Iterable[Price]:
    over = next((entry.at for entry in history if isinstance(entry.event, events.Cancelled)), None)
    for happened in history:
        match happened.event:
            case events.QuoteAnswered(quote=key, accepted=True):
                made = _price(ticket, ticket.agreements.quotes[key], happened.at.astimezone(begin.tzinfo))
                if begin <= happened.at < end:
                    yield made
                if over is not None and begin <= over < end and not _worked_since(history, happened.at):
                    yield replace(made, at=over.astimezone(begin.tzinfo), cents=-made.cents, taken_back=True)
            case _:
                pass


def _worked_since(history: Sequence[events.Entry], at: datetime) -> bool:
    return any(entry.begin >= at for entry in ledger.entries(history))


def _price(ticket: Ticket, quote: Quote, at: datetime) -> Price:
    return Price(
        at=at,
        ticket=ticket.number,
        title=ticket.title,
        requester=ticket.requester,
        text=quote.text,
        cents=quote.price_cents,
        currency=quote.currency,
    )
