"""Invariants 5 and 6, over any history of a ticket that is possible."""

from datetime import datetime, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.desk import events
from protocol.desk.business_time import OpenTime
from protocol.desk.clocks import Clock, ClockState, OpenTimes, Terms
from protocol.desk.contract import Contract, Metric, ServiceLevel, Target
from protocol.desk.events import Actor, Entry, HoldReason
from protocol.desk.states import TicketState
from protocol.desk.ticket import fold
from tests.protocol.desk.hours import OFFICE, calendar, some_weeks, version
from tests.protocol.desk.stories import MONDAY, agreement, entry, possible, some_histories, terms

laters = st.timedeltas(timedelta(0), timedelta(days=9)).map(lambda gap: gap - timedelta(microseconds=gap.microseconds))
OFFICE_HOURS = OpenTime(calendar(version(OFFICE)))
SECOND = timedelta(seconds=1)


def now_of(history: list[Entry], later: timedelta) -> datetime:
    return history[-1].at + later


def clocks(history: list[Entry], now: datetime, using: Terms | None = None) -> dict[Metric, Clock]:
    return {clock.metric: clock for clock in (using or terms()).clocks(fold(history).track, now)}


# --- what the rules say, told once more and in another way: by looking at the ticket after each event
def is_answer(one: Entry) -> bool:
    if one.actor is not Actor.STAFF:
        return False
    if isinstance(one.event, events.MessageAdded):
        return not (one.event.internal or one.event.automatic)
    return isinstance(one.event, events.Resolved)


def is_question(one: Entry) -> bool:
    by_requester = one.actor is Actor.REQUESTER
    return by_requester and isinstance(one.event, events.MessageAdded) and not one.event.automatic


def spans(history: list[Entry], now: datetime) -> list[tuple[datetime, datetime, TicketState, HoldReason | None, bool]]:
    """How the ticket stood between each event and the next."""
    ends = [one.at for one in history[1:]] + [now]
    told = []
    for number, (one, end) in enumerate(zip(history, ends, strict=True), 1):
        ticket = fold(history[:number])
        told.append((one.at, end, ticket.state, ticket.hold, ticket.dormant))
    return told


def worked(history: list[Entry], now: datetime) -> timedelta:
    """Open hours in which the ticket was neither on hold nor solved nor dormant."""
    at_work = (TicketState.NEW, TicketState.TRIAGED, TicketState.IN_PROGRESS)
    return sum(
        (
            OFFICE_HOURS.business_time_between(begin, end)
            for begin, end, state, _, dormant in spans(history, now)
            if state in at_work and not dormant
        ),
        timedelta(0),
    )


def waiting_since(history: list[Entry]) -> datetime | None:
    """Since when the requester has waited for an answer that is not the first."""
    answered, since = False, None
    for number, one in enumerate(history, 1):
        solved = fold(history[:number]).state in (TicketState.RESOLVED, TicketState.CLOSED, TicketState.CANCELLED)
        if is_answer(one):
            answered, since = True, None
        elif isinstance(one.event, events.Cancelled | events.Accepted):
            since = None
        elif answered and since is None and not solved:
            said = (
                isinstance(one.event, events.MessageAdded) and one.actor is Actor.REQUESTER and not one.event.automatic
            )
            since = one.at if said or isinstance(one.event, events.NotSolved | events.Reopened) else None
    return since


@given(some_histories(), laters)
def test_the_first_response_is_the_first_public_message_of_a_human(history: list[Entry], later: timedelta) -> None:
    clock = clocks(history, now_of(history, later))[Metric.FIRST_RESPONSE]
    answers = [one.at for one in history if is_answer(one)]
    dropped = [one.at for one in history if isinstance(one.event, events.Cancelled | events.Accepted)]
    assert clock.began_at == MONDAY
    if answers:
        assert clock.stopped_at == answers[0]
    elif fold(history).state in (TicketState.CLOSED, TicketState.CANCELLED):
        assert clock.stopped_at == dropped[-1]
        assert clock.state in (ClockState.STOPPED, ClockState.BREACHED)
    else:
        assert clock.stopped_at is None


@given(some_histories(), laters)
def test_the_resolution_clock_is_the_time_at_work_and_nothing_else(history: list[Entry], later: timedelta) -> None:
    now = now_of(history, later)
    clock = clocks(history, now)[Metric.RESOLUTION]
    assert timedelta(seconds=clock.elapsed_s) == worked(history, now)


@given(some_histories(), laters)
def test_the_next_response_clock_is_under_way_exactly_while_the_requester_waits(
    history: list[Entry], later: timedelta
) -> None:
    for number in range(1, len(history) + 1):
        past = history[:number]
        clock = clocks(past, now_of(past, later))[Metric.NEXT_RESPONSE]
        since = waiting_since(past)
        under_way = clock.state is not ClockState.IDLE and clock.stopped_at is None
        assert under_way == (since is not None)
        assert since is None or clock.began_at == since


@given(some_histories(), laters, some_weeks, laters)
def test_a_change_of_the_calendar_changes_no_time_that_passed(
    history: list[Entry], later: timedelta, week: object, planned: timedelta
) -> None:
    now = now_of(history, later)
    change = version(week, since=now + planned)  # type: ignore[arg-type] # any week
    changed = OpenTimes({"office": calendar(version(OFFICE)).changed(change, now)})
    other = Terms(Contract("c", "Lípa", (agreement(),)), changed)
    for before, after in zip(clocks(history, now).values(), clocks(history, now, other).values(), strict=True):
        same = ("metric", "state", "began_at", "stopped_at", "elapsed_s", "agreed_s", "remaining_s")
        assert all(getattr(before, field) == getattr(after, field) for field in same)
        if before.target_at is not None and before.target_at <= now:
            assert after.target_at == before.target_at


@given(some_histories(), laters, st.integers(1, 5000), st.integers(1, 5))
def test_a_change_of_policy_keeps_the_pauses(
    history: list[Entry], later: timedelta, minutes: int, priority: int
) -> None:
    now = now_of(history, later)
    stricter = terms(agreement(minutes, minutes, minutes, minutes))
    raised = entry(now, Actor.STAFF, events.PriorityOverridden(priority, "The policy changed"))
    judged = possible([(one.at, one.actor, one.event) for one in [*history[1:], raised]])
    for other in (clocks(history, now, stricter), clocks(judged, now)):
        for metric, clock in clocks(history, now).items():
            assert other[metric].elapsed_s == clock.elapsed_s
            assert other[metric].began_at == clock.began_at


@given(some_histories(), laters, st.sampled_from(list(Metric)), st.integers(1, 3000))
def test_the_target_of_one_clock_is_nothing_to_the_others(
    history: list[Entry], later: timedelta, metric: Metric, minutes: int
) -> None:
    now = now_of(history, later)
    base = agreement()
    level = msgspec.structs.replace(base.levels[0], **{metric.value: Target(minutes)})
    changed: tuple[ServiceLevel, ...] = (level,) * 5
    other = clocks(history, now, terms(msgspec.structs.replace(base, levels=changed)))
    assert all(other[m] == clock for m, clock in clocks(history, now).items() if m is not metric)


@given(some_histories(), laters)
def test_an_answer_is_nothing_to_the_resolution_clock_and_a_hold_nothing_to_whoever_waits(
    history: list[Entry], later: timedelta
) -> None:
    now = now_of(history, timedelta(0))
    then = now + later
    before = clocks(history, then)
    answered = clocks([*history, entry(now, Actor.STAFF, events.MessageAdded("Soon"))], then)
    assert answered[Metric.RESOLUTION] == before[Metric.RESOLUTION]
    if fold(history).state is TicketState.IN_PROGRESS:
        held = clocks([*history, entry(now, Actor.STAFF, events.OnHold(HoldReason.VENDOR))], then)
        for metric in (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE):
            assert held[metric] == before[metric]
        assert held[Metric.RESOLUTION].elapsed_s == clocks(history, now)[Metric.RESOLUTION].elapsed_s


@given(some_histories(), laters, laters)
def test_clocks_never_run_backwards_and_never_faster_than_time(
    history: list[Entry], later: timedelta, gap: timedelta
) -> None:
    now = now_of(history, later)
    for first, second in zip(clocks(history, now).values(), clocks(history, now + gap).values(), strict=True):
        assert 0 <= second.elapsed_s - first.elapsed_s <= gap.total_seconds()
        if first.stopped_at is not None:
            assert second == first


@settings(max_examples=60)
@given(some_histories(), laters)
def test_a_clock_left_alone_is_breached_right_after_its_target_and_warns_from_three_quarters_on(
    history: list[Entry], later: timedelta
) -> None:
    for metric, clock in clocks(history, now_of(history, later)).items():
        if clock.state not in (ClockState.RUNNING, ClockState.WARNING):
            continue
        assert clock.target_at is not None
        assert clock.warn_at is not None
        at_target = clocks(history, clock.target_at)[metric]
        assert (at_target.state, at_target.elapsed_s) == (ClockState.WARNING, clock.agreed_s)
        assert clocks(history, clock.target_at + SECOND)[metric].state is ClockState.BREACHED
        assert clock.state is ClockState.WARNING or (
            clocks(history, clock.warn_at)[metric].state is ClockState.WARNING
            and clocks(history, clock.warn_at - SECOND)[metric].state is ClockState.RUNNING
        )


@given(some_histories(), laters)
def test_late_means_after_the_target_and_kept_means_before_it(history: list[Entry], later: timedelta) -> None:
    now = now_of(history, later)
    for clock in terms().history(fold(history).track, now):
        match clock.state:
            case ClockState.MET:
                assert clock.stopped_at is not None
                assert clock.target_at is None or clock.stopped_at <= clock.target_at
                assert clock.agreed_s is not None
                assert clock.elapsed_s <= clock.agreed_s
            case ClockState.BREACHED:
                assert clock.target_at is not None
                assert clock.target_at < (clock.stopped_at or now)
            case ClockState.PAUSED:
                assert clock.remaining_s is not None
                assert clock.remaining_s >= 0
                assert not clock.ticking
            case _:
                pass


@given(some_histories())
def test_what_is_written_down_reads_back_to_the_same_clocks(history: list[Entry]) -> None:
    """Nothing lives outside the events."""
    again = [events.decode(events.encode(one)) for one in history]
    assert clocks(again, history[-1].at) == clocks(history, history[-1].at)


@given(some_histories(), st.lists(st.timedeltas(-timedelta(days=2), timedelta(days=2)), min_size=16, max_size=16))
def test_clocks_survive_a_desk_whose_own_clock_jumps(history: list[Entry], jumps: list[timedelta]) -> None:
    jumping = [msgspec.structs.replace(one, at=one.at + jump) for one, jump in zip(history, jumps, strict=False)]
    ticket = fold(jumping)
    for jump in jumps:
        for clock in terms().history(ticket.track, MONDAY + jump):
            assert clock.elapsed_s >= 0
            assert clock.began_at is not None
            assert clock.stopped_at is None or clock.stopped_at >= clock.began_at
