"""What a clock counts against: priorities, contracts, calendars; and what stands in its record."""

from datetime import UTC, datetime

import msgspec
import pytest

from protocol.desk import events
from protocol.desk.clocks import Clock, ClockState, OpenTimes, Terms, next_alarm
from protocol.desk.contract import Contract, ContractError, Metric, ServiceLevel, Target
from protocol.desk.events import HoldReason
from tests.protocol.desk.hours import OFFICE, calendar, prague, version
from tests.protocol.desk.stories import (
    CALENDARS,
    FRIDAY,
    STAFF,
    USER,
    Told,
    agreement,
    minutes,
    read,
    story,
    taken,
    terms,
)

FIRST, NEXT, UPDATE, SOLVED = Metric
HELLO = events.MessageAdded("Hello, I look at it at once")


# --- priorities, contracts, calendars
def levels(**per_priority: int) -> tuple[ServiceLevel, ...]:
    return tuple(ServiceLevel(resolution=Target(per_priority.get(f"p{n}", 1000), "office")) for n in range(1, 6))


def by_priority(**per_priority: int) -> Terms:
    return terms(msgspec.structs.replace(agreement(), levels=levels(**per_priority)))


def test_p25_a_judgement_sets_the_target_and_another_one_keeps_the_pauses() -> None:
    """GLPI #6902, #15605: there, the pause is lost when the level changes."""
    using = by_priority(p1=60, p3=300)
    told: list[Told] = [
        *taken(FRIDAY + "09:00"),
        (FRIDAY + "09:30", STAFF, events.OnHold(HoldReason.VENDOR)),
        (FRIDAY + "12:30", STAFF, events.Resumed()),
    ]
    before = read(story(FRIDAY + "09:00", *told), SOLVED, FRIDAY + "12:40", using)
    assert (minutes(before.elapsed_s), minutes(before.agreed_s)) == (40, 300)
    told += [(FRIDAY + "12:40", STAFF, events.Triaged(1, 1))]
    after = read(story(FRIDAY + "09:00", *told), SOLVED, FRIDAY + "12:40", using)
    assert (minutes(after.elapsed_s), minutes(after.agreed_s)) == (40, 60)
    assert after.target_at == prague(FRIDAY + "13:00")


def test_a_judgement_after_the_solution_breaks_no_promise_that_was_kept() -> None:
    using = by_priority(p1=60, p3=300)
    told: list[Told] = [*taken(FRIDAY + "09:00"), (FRIDAY + "12:00", STAFF, events.Resolved("New cable"))]
    assert read(story(FRIDAY + "09:00", *told), SOLVED, FRIDAY + "13:00", using).state is ClockState.MET
    again: list[Told] = [
        (FRIDAY + "13:00", USER, events.NotSolved()),
        (FRIDAY + "13:00", STAFF, events.Triaged(1, 1)),
    ]
    assert read(story(FRIDAY + "09:00", *told, *again), SOLVED, FRIDAY + "13:01", using).state is ClockState.BREACHED


def test_a_judgement_after_the_answer_makes_no_late_answer_of_it() -> None:
    strict = (ServiceLevel(first_response=Target(10, "office")),)
    lax = (ServiceLevel(first_response=Target(60, "office")),)
    using = terms(msgspec.structs.replace(agreement(), levels=strict + lax * 4))
    told: list[Told] = [*taken(FRIDAY + "09:00"), (FRIDAY + "09:30", STAFF, HELLO)]
    told += [(FRIDAY + "09:31", STAFF, events.Triaged(1, 1))]
    clock = read(story(FRIDAY + "09:00", *told), FIRST, FRIDAY + "10:00", using)
    assert (clock.state, minutes(clock.agreed_s)) == (ClockState.MET, 60)


def test_a_priority_set_by_hand_counts_until_the_next_judgement() -> None:
    using = by_priority(p1=60, p3=300)
    told: list[Told] = [*taken(FRIDAY + "09:00"), (FRIDAY + "09:10", STAFF, events.PriorityOverridden(1, "The boss"))]
    assert minutes(read(story(FRIDAY + "09:00", *told), SOLVED, FRIDAY + "09:20", using).agreed_s) == 60
    told += [(FRIDAY + "09:20", STAFF, events.Triaged(2, 2))]
    assert minutes(read(story(FRIDAY + "09:00", *told), SOLVED, FRIDAY + "09:30", using).agreed_s) == 300


@pytest.mark.parametrize(("urgency", "agreed"), [(1, 200), (2, 300), (3, 400)])
def test_p25_until_somebody_judged_it_the_requesters_urgency_counts(urgency: int, agreed: int) -> None:
    using = by_priority(p2=200, p3=300, p4=400)
    assert minutes(read(story(FRIDAY + "09:00", urgency=urgency), SOLVED, FRIDAY + "09:01", using).agreed_s) == agreed


def test_a_new_contract_counts_for_clocks_that_begin_under_it() -> None:
    new = msgspec.structs.replace(agreement(resolution=60), valid_from=prague(FRIDAY + "10:00"))
    using = terms(agreement(), new)
    assert minutes(read(story(FRIDAY + "09:00"), SOLVED, FRIDAY + "12:00", using).agreed_s) == 240
    assert minutes(read(story(FRIDAY + "10:00"), SOLVED, FRIDAY + "12:00", using).agreed_s) == 60


def test_a_target_may_count_day_and_night() -> None:
    using = terms(agreement(hours=""))
    assert read(story(FRIDAY + "16:55"), FIRST, FRIDAY + "16:56", using).target_at == prague(FRIDAY + "17:10")


def test_a_new_calendar_moves_what_is_ahead_and_nothing_that_was() -> None:
    """Zammad #5177, #3140: there, clocks go wrong after calendar changes."""
    ticket = story(FRIDAY + "16:00", *taken(FRIDAY + "16:00"))
    saturday = prague("2026-11-21 12:00")
    later = calendar(version(OFFICE)).changed(version("Mo-Fr 10:00-12:00", since=saturday), saturday)
    using = Terms(Contract("c", "Lípa", (agreement(),)), OpenTimes({"office": later}))
    before, after = read(ticket, SOLVED, saturday), read(ticket, SOLVED, saturday, using)
    assert before.elapsed_s == after.elapsed_s == 3600
    assert before.target_at == prague("2026-11-23 11:00")
    assert after.target_at == prague("2026-11-24 11:00")


def test_without_a_target_time_is_shown_and_nothing_is_late() -> None:
    ticket = story(FRIDAY + "09:00")
    clock = read(ticket, FIRST, "2026-12-01 12:00", terms(agreement(None, None, None, None)))
    assert clock.state is ClockState.RUNNING
    assert (clock.agreed_s, clock.remaining_s, clock.target_at, clock.warn_at) == (None, None, None, None)
    assert clock.elapsed_s > 0
    answered = story(FRIDAY + "09:00", (FRIDAY + "09:05", STAFF, HELLO))
    assert read(answered, FIRST, "2026-12-01 12:00", terms(agreement(None))).state is ClockState.STOPPED


def test_hours_that_never_come_leave_no_target_and_no_fault() -> None:
    using = Terms(Contract("c", "Lípa", (agreement(),)), OpenTimes({"office": calendar(version("Mo-Su off"))}))
    clock = read(story(FRIDAY + "09:00"), FIRST, FRIDAY + "12:00", using)
    assert (clock.state, clock.target_at, clock.elapsed_s) == (ClockState.RUNNING, None, 0)


def test_a_contract_that_speaks_of_a_calendar_nobody_has_is_refused_at_once() -> None:
    with pytest.raises(ContractError, match="“shop”"):
        Terms(Contract("c", "Lípa", (agreement(hours="shop"),)), OpenTimes(CALENDARS))


# --- the record, and what comes next
def test_p17_every_clock_there_ever_was_stands_in_the_record() -> None:
    talk: list[Told] = []
    for hour in (10, 11, 12):
        talk += [
            (FRIDAY + f"{hour}:00", USER, events.MessageAdded("And?")),
            (FRIDAY + f"{hour}:{hour + 30}", STAFF, events.MessageAdded("Soon")),
        ]
    ticket = story(FRIDAY + "09:00", (FRIDAY + "09:05", STAFF, HELLO), *talk)
    record = list(terms(agreement(following=41)).history(ticket.track, prague(FRIDAY + "16:00")))
    assert [(clock.state, minutes(clock.elapsed_s)) for clock in record if clock.metric is NEXT] == [
        (ClockState.MET, 40),
        (ClockState.MET, 41),
        (ClockState.BREACHED, 42),
    ]
    newest = terms(agreement(following=41)).clocks(ticket.track, prague(FRIDAY + "16:00"))
    assert [clock for clock in newest if clock.metric is NEXT] == [c for c in record if c.metric is NEXT][-1:]


def test_the_next_alarm_is_the_earliest_warning_or_end_still_ahead() -> None:
    ticket, using = story(FRIDAY + "09:00"), terms()

    def alarm(now: str) -> datetime | None:
        return next_alarm(using.clocks(ticket.track, prague(now)), prague(now))

    assert alarm(FRIDAY + "09:00") == prague(FRIDAY + "09:11:15")
    assert alarm(FRIDAY + "09:12") == prague(FRIDAY + "09:15")
    assert alarm(FRIDAY + "09:15") == prague(FRIDAY + "12:00")
    assert alarm(FRIDAY + "13:00") is None


def test_a_clock_goes_over_the_wire_as_it_is() -> None:
    for clock in terms().clocks(story(FRIDAY + "09:00").track, prague(FRIDAY + "09:01")):
        assert msgspec.json.decode(msgspec.json.encode(clock), type=Clock) == clock
        assert clock.began_at is None or clock.began_at.tzinfo is UTC


def test_a_desk_whose_clock_was_set_back_measures_no_negative_time() -> None:
    told: list[Told] = [
        *taken(FRIDAY + "12:00"),
        (FRIDAY + "09:00", STAFF, events.OnHold(HoldReason.USER)),
        (FRIDAY + "08:00", STAFF, events.Resumed()),
        (FRIDAY + "08:30", STAFF, HELLO),
    ]
    ticket = story(FRIDAY + "10:00", *told)
    for hour in (0, 8, 12, 16):
        for clock in terms().clocks(ticket.track, prague(FRIDAY + f"{hour:02}:00")):
            assert clock.elapsed_s >= 0
            assert clock.stopped_at is None or clock.began_at is None or clock.stopped_at >= clock.began_at
    assert read(ticket, FIRST, FRIDAY + "16:00").stopped_at == prague(FRIDAY + "12:00")
