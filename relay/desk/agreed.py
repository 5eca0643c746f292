"""What was agreed for a ticket: its clocks as of now, from the contracts and calendars in the desk's book.

Guarantees: contracts are made ready once and again whenever the book's terms change, never per ticket. On the loop's
thread.
"""

from datetime import datetime, timedelta

from protocol.desk.business_time import OpenTime
from protocol.desk.clocks import Clock, OpenTimes, Terms
from protocol.desk.contract import Contract, ContractError, Metric
from protocol.desk.register import Register
from protocol.desk.ticket import Ticket

STEP_WITHIN = timedelta(days=1)
"""Where no contract says anything, or its target is over: a day, so that nobody waits in silence."""
DONE_WITHIN = timedelta(days=7)
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
        ahead = self._ahead(register, ticket, now)
        return min((at for metric in _ANSWERS if (at := ahead.get(metric))), default=now + STEP_WITHIN)

    def done_by(self, register: Register, ticket: Ticket, now: datetime) -> datetime:
        """By when it is to be solved: as agreed, or within a week; never before the next answer."""
        agreed = self._ahead(register, ticket, now).get(Metric.RESOLUTION)
        return max(agreed or now + DONE_WITHIN, self.due(register, ticket, now))

    def hours(self, register: Register, customer: str, now: datetime) -> OpenTime | None:
        """The hours shown to a customer (promise 39); None: day and night, or nothing is agreed."""
        terms = self.terms(register, customer)
        shown = terms.contract.in_force(now).hours if terms else ""
        return self._calendars.of(shown) if shown else None

    def _ahead(self, register: Register, ticket: Ticket, now: datetime) -> dict[Metric, datetime]:
        clocks = self.clocks(register, ticket, now)
        return {clock.metric: clock.target_at for clock in clocks if clock.target_at and clock.target_at > now}

    def _made_ready(self, contract: Contract) -> Terms | None:
        try:
            return Terms(contract, self._calendars)
        except ContractError:
            return None
