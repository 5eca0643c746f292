"""What the desk says of itself to an agent: service hours, who is on duty, the contact, the expected wait."""

import itertools
from datetime import datetime, timedelta

from msgspec.structs import replace

from protocol import envelope
from protocol.desk.agreements import Quote
from protocol.desk.book import Book
from protocol.desk.calendar import Calendar
from protocol.desk.events import RecommendationAnswered
from protocol.desk.placing import as_staff, contact
from protocol.desk.public_holidays import name_in
from protocol.desk.ticket import Ticket
from relay.desk import accepting, advice, views, waits
from relay.desk.faces import faces_of
from relay.desk.room import AgentHandlers, Requester, Room, by_requester

AHEAD = timedelta(days=60)
"""Of days with other hours; whoever plans further asks."""
ADVICE = 20
"""Recommendations at once; the others come up when these are answered."""
OFFERS = 20
CALLED = 3
"""Of those on duty: nobody rings up more."""


class AboutRequests:
    """One request."""

    def __init__(self, room: Room) -> None:
        """In the desk's `room`."""
        self._room = room

    def of_agents(self) -> AgentHandlers:
        """What an agent may ask."""
        return {envelope.ReadAbout: self.read, envelope.AnswerAdvice: self.answer_advice}

    async def answer_advice(self, requester: Requester, message: envelope.AnswerAdvice) -> envelope.About:
        """What the customer says to a recommendation, from the window of a user who may order."""
        user, _ = (await self._room.store.book()).register.whose(requester.party.identifier)
        answered = RecommendationAnswered(message.recommendation, message.accepted, message.text)
        by = by_requester(requester.party, user.name if user else "")
        await advice.answer(self._room, answered, user.identifier if user else "", by)
        return await self.read(requester, envelope.ReadAbout(message.ref, message.language))

    async def read(self, requester: Requester, message: envelope.ReadAbout) -> envelope.About:
        """As it is now, for this device's user."""
        if message.language:
            self._room.read_in[requester.party.identifier] = message.language
        return await self.of(requester.party.identifier, message.ref, message.language)

    async def of(self, device: str, ref: int, language: str = "") -> envelope.About:
        """The same, for whoever sits at a device; a `language` that is not said is the room's word."""
        book, now = await self._room.store.book(), self._room.clock()
        settings = book.register.desk
        user, customer = book.register.whose(device)
        tickets = await self._room.store.unfinished(resolved=False)
        expected = waits.forecast(self._room, book, tickets, customer, now)
        offers = accepting.waiting_for(book.register, user, tickets, now)
        on_call = (book.register.staff.get(identifier) for identifier in book.on_call(now))
        on_duty = tuple(as_staff(profile) for profile in on_call if profile is not None)[:CALLED]
        known = contact(book, user.identifier if user else "", customer, now)
        return envelope.About(
            ref,
            name=settings.name,
            phone=settings.phone,
            calendar=_hours(book, customer, now, language or self._room.language_at(device)),
            on_duty=on_duty,
            contact=known,
            faces=faces_of(book.register, known, *on_duty),
            wait_min=expected.wait_min if expected else None,
            offers=tuple(_offer(book, *waiting) for waiting in itertools.islice(offers, OFFERS)),
            answer_by=tuple(self._room.agreed.answer_by(book.register, customer, level, now) for level in (1, 2, 3)),
            advice=tuple(
                envelope.AdviceView(key, made.text, made.evidence) for key, made in advice.open_for(book, user).items()
            )[:ADVICE],
        )


def _offer(book: Book, ticket: Ticket, key: str, quote: Quote) -> envelope.OfferView:
    title, cents = views.short(ticket.title), quote.price_cents
    who = book.register.requester_of(ticket)
    return envelope.OfferView(ticket.number, key, who, title, quote.text, cents, quote.currency, quote.valid_until)


def _hours(book: Book, customer: str, now: datetime, language: str) -> Calendar | None:
    """The days ahead by the names that a reader of this language knows."""
    contract = book.register.contract_of(customer)
    calendar = None if contract is None else book.register.calendars.get(contract.in_force(now).hours)
    if calendar is None:
        return None
    version, today = calendar.in_force(now), now.date()
    ahead = (special for special in version.special_days if abs(special.day - today) <= AHEAD)
    named = tuple(replace(special, name=name_in(special, version, language)) for special in ahead)
    return replace(calendar, versions=(replace(version, special_days=named),))
