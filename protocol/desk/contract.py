"""What was agreed with a customer: service levels, rate, contact and deputy; in versions. Pure.

A contract is data. `protocol.desk.clocks` holds tickets against the version in force when a clock began, so that a new
contract never breaks or mends a promise that was given under the old one.
"""

import enum
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from protocol.desk import versions
from protocol.desk.terms import HoldReason, Level, Name
from protocol.moment import Moment

PRIORITIES = 5


class ContractError(ValueError):
    """A contract that cannot be; the sentence is for whoever wrote it."""


class Metric(enum.StrEnum):
    """What a clock measures. None of them depends on another."""

    FIRST_RESPONSE = "first_response"
    """Until a human answers for the first time."""
    NEXT_RESPONSE = "next_response"
    """Until a human answers, each time the requester waits after that."""
    NEXT_UPDATE = "next_update"
    """Until the requester hears anything new, asked or not (promise 17)."""
    RESOLUTION = "resolution"
    """Until the solution that stands is sent."""


class Target(Struct, frozen=True, forbid_unknown_fields=True):
    """A time agreed: minutes of a calendar's open hours; of the wall clock, day and night, for an empty `calendar`."""

    minutes: Annotated[int, Meta(ge=1, le=366 * 24 * 60)]
    calendar: Name = ""


class ServiceLevel(Struct, frozen=True, forbid_unknown_fields=True):
    """The targets of one priority; None: nothing is agreed."""

    first_response: Target | None = None
    next_response: Target | None = None
    next_update: Target | None = None
    resolution: Target | None = None

    def target(self, metric: Metric) -> Target | None:
        """The one for this metric."""
        match metric:
            case Metric.FIRST_RESPONSE:
                return self.first_response
            case Metric.NEXT_RESPONSE:
                return self.next_response
            case Metric.NEXT_UPDATE:
                return self.next_update
            case Metric.RESOLUTION:
                return self.resolution


_WAITS = frozenset(HoldReason)
_QUIET = frozenset({HoldReason.USER, HoldReason.SCHEDULED})
_NEVER: frozenset[HoldReason] = frozenset()


class Pauses(Struct, frozen=True, forbid_unknown_fields=True):
    """For which reasons on hold each clock stands.

    Putting a ticket on hold is no answer: whoever waits for one goes on waiting. A requester who was told what is
    waited for still wants to hear how it goes, unless the move is his or the day is agreed.
    """

    first_response: frozenset[HoldReason] = _NEVER
    next_response: frozenset[HoldReason] = _NEVER
    next_update: frozenset[HoldReason] = _QUIET
    resolution: frozenset[HoldReason] = _WAITS

    def of(self, metric: Metric) -> frozenset[HoldReason]:
        """The reasons for this metric."""
        match metric:
            case Metric.FIRST_RESPONSE:
                return self.first_response
            case Metric.NEXT_RESPONSE:
                return self.next_response
            case Metric.NEXT_UPDATE:
                return self.next_update
            case Metric.RESOLUTION:
                return self.resolution


class Rate(Struct, frozen=True, forbid_unknown_fields=True):
    """What an hour costs; charged by the minute (promise 28)."""

    per_hour_cents: Annotated[int, Meta(ge=0, le=10**9)]
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")]
    """ISO 4217."""


class LossLevels(Struct, frozen=True, forbid_unknown_fields=True):
    """From which loss an hour on a fault's impact is at least medium, and high (promise 43); the rate's currency."""

    medium_from: Annotated[int, Meta(ge=1, le=10**9)] = 100
    high_from: Annotated[int, Meta(ge=1, le=10**9)] = 1000

    def impact(self, per_hour: int | None) -> int:
        """The impact of a loss: 1 (high) to 3 (low); 3 when nothing is known of one."""
        if per_hour is None or per_hour < min(self.medium_from, self.high_from):
            return 3
        return 1 if per_hour >= self.high_from else 2


Levels = tuple[ServiceLevel, ServiceLevel, ServiceLevel, ServiceLevel, ServiceLevel]
NOTHING_AGREED: Levels = (ServiceLevel(), ServiceLevel(), ServiceLevel(), ServiceLevel(), ServiceLevel())


class ContractVersion(Struct, frozen=True, forbid_unknown_fields=True):
    """A contract as it is valid from an instant on.

    Attributes:
        contact: identifier of the technician who knows the customer, and his
        deputy: who is there when he is not (promise 4).
        hours: identifier of the calendar shown to the customer as service hours (promise 39); empty: day and night.
        levels: for priority 1 to 5.
        unjudged_impact: taken for the priority of a ticket whose impact nobody has judged yet.
    """

    valid_from: Moment
    contact: Name
    deputy: Name
    rate: Rate
    hours: Name = ""
    levels: Levels = NOTHING_AGREED
    pauses: Pauses = Pauses()
    losses: LossLevels = LossLevels()
    unjudged_impact: Level = 2

    def __post_init__(self) -> None:
        """Raises ContractError, with the reason."""
        if self.valid_from.tzinfo is None:
            raise ContractError("A version of a contract begins at an instant with its time zone.")
        if not self.contact or not self.deputy or self.contact == self.deputy:
            raise ContractError("A contract names a contact and a deputy, who is somebody else.")
        if len(self.levels) != PRIORITIES:
            raise ContractError(f"A contract has a service level for each of the {PRIORITIES} priorities.")

    def level(self, priority: int) -> ServiceLevel:
        """The service level of a priority, 1 to 5."""
        return self.levels[priority - 1]

    def unjudged_priority(self, urgency: int) -> int:
        """The priority a ticket is held to until somebody has judged its impact."""
        return self.unjudged_impact + urgency - 1

    def responsible(self, absent: AbstractSet[str]) -> str | None:
        """The contact, the deputy when the contact is absent, or None when both are (promise 4)."""
        return next((person for person in (self.contact, self.deputy) if person not in absent), None)

    @property
    def calendars(self) -> frozenset[str]:
        """The identifiers of all calendars it speaks of."""
        targets = (level.target(metric) for level in self.levels for metric in Metric)
        return frozenset({self.hours, *(target.calendar for target in targets if target)} - {""})


class Contract(Struct, frozen=True, forbid_unknown_fields=True):
    """A customer's contract with all its versions, oldest first; the first one holds for the time before it, too."""

    identifier: Name
    customer: Name
    versions: Annotated[tuple[ContractVersion, ...], Meta(min_length=1, max_length=versions.MAX_VERSIONS)]

    def __post_init__(self) -> None:
        """Raises VersionError when the versions are in no order."""
        versions.check_order(self.versions)

    def in_force(self, at: datetime) -> ContractVersion:
        """The version that holds at an instant."""
        return versions.in_force(self.versions, at)

    def changed(self, version: ContractVersion, now: datetime) -> "Contract":
        """This contract with one more version. Raises VersionError when that would change the past."""
        return Contract(self.identifier, self.customer, versions.with_version(self.versions, version, now))
