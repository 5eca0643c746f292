"""What a month costs: the prices agreed in it, and its work at the rate in force when it was done. Pure.

Guarantees that a price said yes to stands in the month of the yes, and is in the sum (promises 11, 27). Amounts of
different currencies are never added up.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from protocol.desk import events
from protocol.desk.contract import Rate
from protocol.desk.ticket import Ticket

MINUTES_AN_HOUR = 60


class Price(Struct, frozen=True):
    """A price the customer said yes to, `at` in the report's time zone."""

    at: datetime
    ticket: int
    title: str
    requester: str
    text: str
    cents: int
    currency: str


def prices(
    tickets: Iterable[tuple[Ticket, Sequence[events.Entry]]], begin: datetime, end: datetime
) -> tuple[Price, ...]:
    """Those said yes to from `begin` on, before `end`, in the order of the answers."""
    found = (price for ticket, history in tickets for price in _agreed(ticket, history, begin, end))
    return tuple(sorted(found, key=lambda price: (price.at, price.ticket)))


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
        cents[currency] += (count + MINUTES_AN_HOUR // 2) // MINUTES_AN_HOUR
    if not cents and rate is not None:
        cents[rate.currency] = 0
    return dict(sorted(cents.items()))


def _agreed(ticket: Ticket, history: Sequence[events.Entry], begin: datetime, end: datetime) -> Iterable[Price]:
    for happened in history:
        match happened.event:
            case events.QuoteAnswered(quote=key, accepted=True) if begin <= happened.at < end:
                quote = ticket.agreements.quotes[key]
                yield Price(
                    at=happened.at.astimezone(begin.tzinfo),
                    ticket=ticket.number,
                    title=ticket.title,
                    requester=ticket.requester,
                    text=quote.text,
                    cents=quote.price_cents,
                    currency=quote.currency,
                )
            case _:
                pass
