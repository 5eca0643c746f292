"""Tickets for tests: told as what happened when, or any that hypothesis can think of."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from protocol.desk import events
from protocol.desk.clocks import Clock, OpenTimes, Terms
from protocol.desk.contract import Contract, ContractVersion, Metric, Pauses, Rate, ServiceLevel, Target
from protocol.desk.events import Actor, Entry, HoldReason
from protocol.desk.states import StepRefused
from protocol.desk.ticket import Ticket, apply, fold
from tests.protocol.desk.hours import LONG_AGO, OFFICE, calendar, prague, version

USER, STAFF, DESK = Actor.REQUESTER, Actor.STAFF, Actor.DESK
JANA = events.Staff("jana", "Jana Nováková", "Support engineer", "+420 1")
PETR = events.Staff("petr", "Petr Malý", "Support engineer", "+420 2")
FRIDAY = "2026-11-20 "

Told = tuple[str | datetime, Actor, events.Event]


def opened(urgency: int = 2) -> events.Opened:
    return events.Opened(
        request="0" * 32,
        device="d1",
        device_label="Laptop",
        requester="Eva",
        problem="The printer prints nothing",
        urgency=urgency,
        minutes=15,
        diagnostics=(),
        asked_at=LONG_AGO,
    )


def entry(at: str | datetime, by: Actor, event: events.Event, ticket: int = 1) -> Entry:
    moment = prague(at) if isinstance(at, str) else at
    return Entry(ticket, moment, by, "" if by is DESK else by.value, by.value, event)


def entries(begin: str | datetime, *told: Told, urgency: int = 2, number: int = 1) -> list[Entry]:
    first = entry(begin, USER, opened(urgency), number)
    return [first, *(entry(at, by, event, number) for at, by, event in told)]


def story(begin: str | datetime, *told: Told, urgency: int = 2, number: int = 1) -> Ticket:
    """A ticket opened at `begin` to which all this happened."""
    return fold(entries(begin, *told, urgency=urgency, number=number))


def taken(at: str) -> tuple[Told, ...]:
    """Somebody judges it, owns it and begins; what a technician's first click does."""
    return (
        (at, STAFF, events.Triaged(2, 2)),
        (at, STAFF, events.Assigned(JANA)),
        (at, STAFF, events.Started()),
        (at, STAFF, events.NextStepSet("I look at it", prague("2026-12-24 12:00"))),
    )


def agreement(
    first: int | None = 15,
    following: int | None = 60,
    update: int | None = 120,
    resolution: int | None = 240,
    *,
    hours: str = "office",
    pauses: Pauses = Pauses(),  # noqa: B008 - frozen
) -> ContractVersion:
    """The same targets, in minutes, for each priority."""
    targets = [
        None if minutes is None else Target(minutes, hours) for minutes in (first, following, update, resolution)
    ]
    level = ServiceLevel(*targets)
    return ContractVersion(LONG_AGO, "jana", "petr", Rate(6000, "EUR"), hours, (level,) * 5, pauses)


CALENDARS = {"office": calendar(version(OFFICE))}


OPEN_TIMES = OpenTimes(CALENDARS)


def terms(*versions: ContractVersion) -> Terms:
    return Terms(Contract("c", "Lípa", versions), OPEN_TIMES) if versions else USUAL


USUAL = terms(agreement())


def read(ticket: Ticket, metric: Metric, now: str | datetime, using: Terms | None = None) -> Clock:
    """One clock of a ticket as of an instant."""
    at = prague(now) if isinstance(now, str) else now
    return next(clock for clock in (using or terms()).clocks(ticket.track, at) if clock.metric is metric)


MONDAY = prague("2026-11-16 06:00").astimezone(UTC)

_by_staff: list[events.Event] = [
    events.Triaged(1, 1),
    events.Triaged(3, 3),
    events.PriorityOverridden(1, "The minister called"),
    events.Assigned(JANA),
    events.Started(),
    events.NextStepSet("I call you"),
    events.NextStepSet("I come by", MONDAY + timedelta(days=2)),
    events.EstimateSet(MONDAY),
    events.EstimateSet(MONDAY + timedelta(days=4)),
    events.OnHold(HoldReason.USER),
    events.OnHold(HoldReason.VENDOR),
    events.OnHold(HoldReason.SCHEDULED),
    events.OnHold(HoldReason.SCHEDULED, MONDAY + timedelta(days=6)),
    events.Resumed(),
    events.MessageAdded("Hello"),
    events.MessageAdded("He is annoying", internal=True),
    events.MessageAdded("I am on holiday", automatic=True),
    events.Resolved("New cable"),
]
_by_user: list[events.Event] = [
    events.MessageAdded("And?"),
    events.MessageAdded("Out of office", automatic=True),
    events.LossStated(100),
    events.LinksRevoked("Sent to the wrong people"),
    events.Accepted(),
    events.NotSolved("Still nothing"),
    events.Reopened("Again"),
    events.Cancelled(),
]
_by_desk: list[events.Event] = [
    events.MessageAdded("We have received your request."),
    events.MessageAdded("Is it solved?", automatic=True),
    events.WentDormant(),
    events.Resolved("It works again by itself"),
]
_happenings: list[tuple[Actor, events.Event]] = [
    *((STAFF, event) for event in _by_staff),
    *((USER, event) for event in _by_user),
    *((DESK, event) for event in _by_desk),
]


def possible(told: Sequence[tuple[datetime, Actor, events.Event]]) -> list[Entry]:
    """The opening and, of the rest, what is possible one after the other."""
    kept = entries(MONDAY)
    ticket = fold(kept)
    for at, by, event in told:
        following = entry(at, by, event)
        try:
            ticket = apply(ticket, following)
        except StepRefused:
            continue
        kept.append(following)
    return kept


def _advances(ticket: Ticket, by: Actor, event: events.Event) -> bool:
    """Whether it is possible now and changes more than the list of what was said, without ending it all."""
    if isinstance(event, events.Cancelled):
        return False
    try:
        after = apply(ticket, entry(ticket.changed_at, by, event))
    except StepRefused:
        return False
    return (after.state, after.hold, after.dormant) != (ticket.state, ticket.hold, ticket.dormant)


@st.composite
def some_histories(draw: st.DrawFn) -> list[Entry]:
    """Any possible history of a ticket opened on MONDAY, over some weeks, in whole minutes.

    Every second event leads to another state, so that histories get around.
    """
    history = entries(MONDAY)
    ticket = fold(history)
    for step in range(draw(st.integers(0, 16))):
        steps = [happening for happening in _happenings if step % 2 == 0 and _advances(ticket, *happening)]
        by, event = draw(st.sampled_from(steps or _happenings))
        following = entry(history[-1].at + timedelta(minutes=draw(st.integers(0, 1500))), by, event)
        try:
            ticket = apply(ticket, following)
        except StepRefused:
            continue
        history.append(following)
    return history


def minutes(seconds: float | None) -> float | None:
    """As people say it."""
    return None if seconds is None else seconds / 60
