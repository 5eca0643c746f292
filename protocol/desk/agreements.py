"""What was agreed on a ticket: appointments, prices, time. A facet of its fold. Pure."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from protocol.desk import events
from protocol.desk.states import StepRefused


class Appointment(Struct, frozen=True):
    """A time agreed that is not over."""

    begin: datetime
    end: datetime
    text: str


class Quote(Struct, frozen=True):
    """A price named at `made_at`; `accepted` None: no answer yet, `answered_at` when it came.

    `moved`: its ticket goes first, as was paid for.
    """

    text: str
    price_cents: int
    currency: str
    valid_until: datetime
    within_min: int | None
    made_at: datetime
    accepted: bool | None = None
    answered_at: datetime | None = None
    moved: bool = False

    @property
    def is_owed(self) -> bool:
        """Paid to go first, and not moved ahead yet."""
        return bool(self.accepted) and self.within_min is not None and not self.moved


class Agreements(Struct, frozen=True):
    """What stands.

    Attributes:
        appointments: number → those ahead or under way.
        quotes: number → all, answered or not (promises 11, 27).
        handlers: identifiers of everybody who ever owned it, oldest first (promise 40).
        offered: to whom it was offered and who has not answered (promise 26); empty: nobody.
        declined: who left it to others.
        barred: who can never own it, having handled what it complains about (promise 40);
        barred_at: since when; None: nothing was complained about.
        forecast: how long it was expected to wait when it came (promise 42).
    """

    appointments: dict[str, Appointment] = {}
    quotes: dict[str, Quote] = {}
    handlers: tuple[str, ...] = ()
    offered: str = ""
    declined: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()
    barred_at: datetime | None = None
    forecast: events.WaitForecast | None = None

    @property
    def accelerated(self) -> Quote | None:
        """The last accepted quote that is about speed."""
        chosen = [quote for quote in self.quotes.values() if quote.accepted and quote.within_min is not None]
        return chosen[-1] if chosen else None

    @property
    def price_waits(self) -> bool:
        """Whether a price was named that nobody has answered (promises 11, 27)."""
        return any(quote.accepted is None for quote in self.quotes.values())

    def work_waits_for_a_yes(self, now: datetime) -> bool:
        """Whether a price for work was named that holds still and nobody has answered (promise 11)."""
        return any(
            quote.accepted is None and quote.within_min is None and now <= quote.valid_until
            for quote in self.quotes.values()
        )

    def work_waited_for_a_yes(self, at: datetime) -> bool:
        """Whether such a price waited at an instant that may be over: what begins then is not charged (promise 11)."""
        return any(
            quote.within_min is None
            and quote.made_at <= at <= quote.valid_until
            and (quote.answered_at is None or at < quote.answered_at)
            for quote in self.quotes.values()
        )


Agreed = (
    events.TicketOffered
    | events.OfferDeclined
    | events.AppointmentMade
    | events.AppointmentOver
    | events.QuoteMade
    | events.QuoteAnswered
    | events.HandlersBarred
    | events.WaitForecast
    | events.MovedAhead
)


def follow(agreements: Agreements, event: Agreed, at: datetime) -> Agreements:  # noqa: PLR0911 - one line for each kind of event
    """The agreements after one more event at an instant. Raises StepRefused for an answer to nothing."""
    match event:
        case events.TicketOffered(staff=staff):
            return replace(agreements, offered=staff.identifier)
        case events.OfferDeclined(staff=staff):
            return replace(agreements, offered="", declined=agreements.declined | {staff.identifier})
        case events.AppointmentMade(appointment=key, begin=begin, end=end, text=text):
            return replace(agreements, appointments=agreements.appointments | {key: Appointment(begin, end, text)})
        case events.AppointmentOver(appointment=key):
            if key not in agreements.appointments:
                raise StepRefused("This appointment is over already.")
            left = {other: value for other, value in agreements.appointments.items() if other != key}
            return replace(agreements, appointments=left)
        case events.QuoteMade(quote=key):
            made = Quote(event.text, event.price_cents, event.currency, event.valid_until, event.within_min, at)
            return replace(agreements, quotes=agreements.quotes | {key: made})
        case events.QuoteAnswered(quote=key, accepted=accepted):
            return replace(agreements, quotes=agreements.quotes | {key: _answered(agreements, key, at, accepted)})
        case events.HandlersBarred(staff=staff):
            return replace(agreements, barred=agreements.barred | set(staff), barred_at=at)
        case events.MovedAhead(quote=key):
            if key not in agreements.quotes:
                raise StepRefused("There is no such offer on this ticket.")
            return replace(agreements, quotes=agreements.quotes | {key: replace(agreements.quotes[key], moved=True)})
        case events.WaitForecast():
            return agreements if agreements.forecast else replace(agreements, forecast=event)


def owned(agreements: Agreements, staff: str) -> Agreements:
    """Somebody owns it from now on; what was offered is taken.

    Raises StepRefused for somebody whom it complains about, whoever tries (promise 40).
    """
    check_not_concerned(agreements, staff)
    handlers = agreements.handlers if staff in agreements.handlers else (*agreements.handlers, staff)
    return replace(agreements, handlers=handlers, offered="")


def check_not_concerned(agreements: Agreements, staff: str) -> None:
    """Raises StepRefused for somebody whom a ticket complains about: he neither owns nor steers it (promise 40)."""
    if staff in agreements.barred:
        raise StepRefused("A complaint goes past the person concerned: somebody else takes care of it.")


def _answered(agreements: Agreements, key: str, at: datetime, accepted: bool) -> Quote:
    quote = agreements.quotes.get(key)
    if quote is None or quote.accepted is not None:
        raise StepRefused("This offer was answered already.")
    if accepted and at > quote.valid_until:
        raise StepRefused("This offer has run out; please ask for a new one.")
    return replace(quote, accepted=accepted, answered_at=at)
