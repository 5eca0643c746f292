"""What was agreed for a ticket: its clocks as of now, from the contracts and calendars in the desk's book.

Guarantees: contracts are made ready once and again whenever the book's terms change, never per ticket. On the loop's
thread.
"""

from datetime import datetime, timedelta

from protocol.desk.business_time import OpenTime, to_us
from protocol.desk.clocks import Clock, OpenTimes, Terms
from protocol.desk.contract import Contract, ContractError, Metric
from protocol.desk.register import Register
from protocol.desk.ticket import Ticket
from protocol.desk.track import Standing, Track

STEP_WITHIN = timedelta(days=1)
"""Where no contract says anything, or its target is over: a day, so that nobody waits in silence."""
DONE_WITHIN = timedelta(days=7)
_HOUR = timedelta(hours=1)
_USUAL_URGENCY = 2
_ANSWERS = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE, Metric.NEXT_UPDATE)


class Agreed:
    """The desk's contracts, ready to be held against tickets."""

    def __init__(self) -> None:
        self._of: tuple[Register, int] | None = None
        self._calendars = OpenTimes({})
        self._terms: dict[str, Terms | None] = {}

    def terms(self, register: Register, customer: str) -> Terms | None:
        """The contract that holds for a customer; None: none does, or it speaks of a calendar that is not there."""
        if self._of is None or self._of[0] is not register or self._of[1] != register.terms_revision:
            self._of = register, register.terms_revision
            self._calendars = OpenTimes(register.calendars)
            self._terms.clear()
        contract = register.contract_of(customer)
        if contract is None:
            return None
        if contract.identifier not in self._terms:
            self._terms[contract.identifier] = self._made_ready(contract)
        return self._terms[contract.identifier]

    def clocks(self, register: Register, ticket: Ticket, now: datetime) -> tuple[Clock, ...]:
        """A ticket's four clocks; none without a contract."""
        terms = self.terms(register, ticket.customer)
        return () if terms is None else terms.clocks(ticket.track, now)

    def due(self, register: Register, ticket: Ticket, now: datetime) -> datetime:
        """By when somebody has to do something: the next answer that is owed, or within a day."""
        return self._due(register, ticket.customer, ticket.track, now)

    def answer_by(self, register: Register, customer: str, urgency: int, now: datetime) -> datetime:
        """By when somebody answers a request that comes now: what `due` says of it then."""
        at_us = to_us(now)
        return self._due(register, customer, Track(at_us, urgency, at_us, ((at_us, Standing.OPEN),)), now)

    def done_by(self, register: Register, ticket: Ticket, now: datetime) -> datetime:
        """By when it is to be solved: as agreed, or within a week; never before the next answer."""
        agreed = self._ahead(register, ticket.customer, ticket.track, now).get(Metric.RESOLUTION)
        return max(agreed or now + DONE_WITHIN, self.due(register, ticket, now))

    def hours(self, register: Register, customer: str, now: datetime) -> OpenTime | None:
        """The hours shown to a customer (promise 39); None: day and night, or nothing is agreed."""
        terms = self.terms(register, customer)
        shown = terms.contract.in_force(now).hours if terms else ""
        return self._calendars.of(shown) if shown else None

    def counted(self, register: Register, customer: str, now: datetime) -> OpenTime | None:
        """The hours in which somebody is there for a customer: those shown to him, else those of a first answer."""
        terms = self.terms(register, customer)
        if terms is None:
            return None
        version = terms.contract.in_force(now)
        first = version.level(version.unjudged_priority(_USUAL_URGENCY)).first_response
        return self._calendars.of(version.hours or (first.calendar if first else ""))

    def _due(self, register: Register, customer: str, track: Track, now: datetime) -> datetime:
        ahead = self._ahead(register, customer, track, now)
        agreed = min((at for metric in _ANSWERS if (at := ahead.get(metric))), default=None)
        return agreed or self._a_day_on(register, customer, now)

    def _a_day_on(self, register: Register, customer: str, now: datetime) -> datetime:
        """Nobody answers while it is closed; once it opens again he has an hour."""
        hours, within = self.counted(register, customer, now), now + STEP_WITHIN
        if hours is None or hours.is_open(within) or hours.next_opening(within) is None:
            return within
        return hours.add_business_time(within, _HOUR)

    def _ahead(self, register: Register, customer: str, track: Track, now: datetime) -> dict[Metric, datetime]:
        terms = self.terms(register, customer)
        clocks = () if terms is None else terms.clocks(track, now)
        return {clock.metric: clock.target_at for clock in clocks if clock.target_at and clock.target_at > now}

    def _made_ready(self, contract: Contract) -> Terms | None:
        try:
            return Terms(contract, self._calendars)
        except ContractError:
            return None
