from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from protocol.desk import book, events
from protocol.desk.book import Book
from protocol.desk.calendar import Calendar, CalendarVersion
from protocol.desk.clocks import OpenTimes, Terms
from protocol.desk.contract import Contract, ContractVersion, Rate, ServiceLevel, Target
from protocol.desk.events import Actor, DeskSettings, Entry, HoldReason, StaffProfile
from protocol.desk.opening_hours import parse_week
from protocol.desk.ticket import Ticket, apply
from relay.desk import paging
from relay.timekeeper.due import due

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
JANA = events.Staff("jana", "Jana", "Support engineer", "+420 1")
HOURS = Calendar("hours", "Hours", (CalendarVersion(datetime(2020, 1, 1, tzinfo=UTC), "UTC", parse_week("24/7")),))
LEVEL = ServiceLevel(first_response=Target(60, "hours"))
CONTRACT = Contract(
    "usual",
    "",
    (ContractVersion(datetime(2020, 1, 1, tzinfo=UTC), "jana", "petr", Rate(6000, "EUR"), "hours", (LEVEL,) * 5),),
)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def person(identifier: str, *, lead: bool = False) -> events.StaffSet:
    return events.StaffSet(StaffProfile(identifier, identifier.title(), "Engineer", "+420 1", lead=lead))


def the_book(*more: events.BookEvent) -> Book:
    made = (
        events.DeskSet(DeskSettings("Help", contract="usual", remind_days=(2, 5, 10))),
        events.CalendarSet(HOURS),
        events.ContractSet(CONTRACT),
        person("jana"),
        person("petr"),
        person("lead", lead=True),
        *more,
    )
    return book.read(Entry(0, MONDAY, Actor.DESK, "", "athand", event) for event in made)


class Play:
    """One ticket and its desk; time goes on as the play says."""

    def __init__(self, *more: events.BookEvent, urgency: int = 2) -> None:
        self.book = the_book(*more)
        self.terms = Terms(CONTRACT, OpenTimes({"hours": HOURS}))
        self.now = MONDAY
        opened = events.Opened("1" * 32, "pc", "PC", "Eva", "It burns", urgency, 10, (), MONDAY)
        self.ticket: Ticket = apply(None, Entry(1, MONDAY, Actor.REQUESTER, "eva", "Eva", opened))

    def happens(self, *happened: events.TicketEvent, by: Actor = Actor.STAFF) -> None:
        for event in happened:
            self.ticket = apply(self.ticket, Entry(1, self.now, by, "x", "X", event))

    def taken(self) -> None:
        self.happens(events.Triaged(2, 2), events.Assigned(JANA), events.Started())

    def said(self, *, staffed: bool = True, owner_there: bool = True) -> list[tuple[str, str]]:
        """What is due now, and has happened then: kind and to whom, or the event's name."""
        clocks = self.terms.clocks(self.ticket.track, self.now)
        found = [*due(self.book, self.ticket, clocks, self.now)]
        found += paging.call(self.book, self.ticket, self.now, staffed=staffed, owner_there=owner_there)
        self.happens(*found, by=Actor.DESK)
        return [self._name(event) for event in found]

    def after(self, ahead: timedelta, *, staffed: bool = True, owner_there: bool = True) -> list[tuple[str, str]]:
        self.now += ahead
        return self.said(staffed=staffed, owner_there=owner_there)

    @staticmethod
    def _name(event: events.TicketEvent) -> tuple[str, str]:
        match event:
            case events.NoticeSent(kind=kind, to=to):
                return kind.value, to
            case events.Paged(staff=staff):
                return "Paged", staff
            case _:
                return type(event).__name__, ""


def only(found: Sequence[tuple[str, str]], *kinds: str) -> list[tuple[str, str]]:
    return [one for one in found if one[0] in kinds]


def test_p24_before_a_time_agreed_is_over_its_owner_is_warned_once_and_after_it_the_lead_too() -> None:
    play = Play()
    play.happens(events.Triaged(2, 2), events.Assigned(JANA))
    assert only(play.after(minutes(44)), "warning", "breach") == []
    assert only(play.after(minutes(2)), "warning", "breach") == [("warning", "jana")]
    assert only(play.after(minutes(1)), "warning", "breach") == []
    assert only(play.after(minutes(15)), "warning", "breach") == [("breach", "jana"), ("breach", "lead")]
    assert only(play.after(minutes(60)), "warning", "breach") == []


def test_nobody_is_told_of_a_time_that_was_over_once_it_was_answered_all_the_same() -> None:
    play = Play()
    play.happens(events.Triaged(2, 2), events.Assigned(JANA))
    play.now += minutes(90)
    play.happens(events.MessageAdded("Sorry, here I am"))
    assert only(play.said(), "warning", "breach") == []


def test_of_an_appointment_that_has_begun_nobody_is_reminded() -> None:
    play = Play()
    play.taken()
    slot = MONDAY + timedelta(hours=2)
    play.happens(events.AppointmentMade("2" * 32, slot, slot + minutes(60), "New disk"))
    assert only(play.after(timedelta(hours=2, minutes=10)), "appointment_near") == []  # the relay was off


def test_of_a_ticket_that_goes_on_in_another_one_nothing_is_said() -> None:
    play = Play()
    play.taken()
    play.happens(events.NextStepSet("Call back", MONDAY + minutes(90)), events.MergedInto(2))
    assert play.after(timedelta(days=4)) == []
    play.happens(events.Unmerged(2))
    assert ("step_due", "jana") in play.said()


def test_p17_a_missed_update_reminds_the_owner_and_then_the_lead() -> None:
    play = Play()
    play.taken()
    play.happens(events.MessageAdded("I look at it"), events.NextStepSet("Call back", MONDAY + minutes(90)))
    assert only(play.after(minutes(45)), "step_near", "step_due") == [("step_near", "jana")]
    assert only(play.after(minutes(46)), "step_near", "step_due") == [("step_due", "jana")]
    assert only(play.after(minutes(30)), "step_near", "step_due") == []
    assert only(play.after(minutes(30)), "step_near", "step_due") == [("step_due", "lead")]
    play.happens(events.NextStepSet("Call again", play.now + minutes(10)))
    assert only(play.after(minutes(11)), "step_due") == [("step_due", "jana")]


def test_p19_a_ticket_nobody_touches_is_told_to_its_owner_and_the_lead_once() -> None:
    play = Play()
    play.taken()
    assert only(play.after(timedelta(days=3, minutes=1)), "untouched") == [("untouched", "jana"), ("untouched", "lead")]
    assert only(play.after(timedelta(hours=5)), "untouched") == []
    play.happens(events.MessageAdded("Sorry"))
    assert only(play.after(timedelta(days=2)), "untouched") == []


def test_p18_silence_never_closes_reminders_end_in_dormant_and_a_word_wakes_it() -> None:
    play = Play()
    play.taken()
    play.happens(events.Resolved("New cable"))
    assert play.after(timedelta(days=1)) == []
    for days in (1, 3, 5):
        assert len(only(play.after(timedelta(days=days)), "verdict_reminder")) == 1
        assert play.said() == []
    assert play.after(timedelta(hours=23)) == []
    assert play.after(timedelta(hours=1)) == [("WentDormant", "")]
    assert play.ticket.dormant
    assert play.ticket.state.value == "resolved"
    assert play.after(timedelta(days=1000)) == []
    play.happens(events.NotSolved(), by=Actor.REQUESTER)
    assert not play.ticket.dormant


def test_a_ticket_on_hold_for_an_agreed_day_goes_on_by_itself_on_that_day() -> None:
    play = Play()
    play.taken()
    play.happens(events.OnHold(HoldReason.SCHEDULED, MONDAY + timedelta(days=1)))
    assert ("Resumed", "") not in play.after(timedelta(hours=23))
    assert play.after(timedelta(hours=1)) == [("Resumed", "")]


def test_p31_both_sides_hear_of_an_appointment_a_day_and_an_hour_before_it() -> None:
    play = Play()
    play.taken()
    slot = MONDAY + timedelta(days=2)
    play.happens(events.AppointmentMade("2" * 32, slot, slot + minutes(30), "New disk"))
    near = ("appointment_near", "appointment_open")
    assert only(play.said(), *near) == []
    heard = only(play.after(timedelta(hours=25)), *near)
    assert [kind for kind, _ in heard] == ["appointment_near"] * 2
    assert ("appointment_near", "jana") in heard
    assert only(play.after(timedelta(hours=21)), *near) == []
    assert len(only(play.after(timedelta(hours=1, minutes=30)), *near)) == 2
    assert only(play.after(timedelta(hours=1)), *near) == [("appointment_open", "jana")]
    assert only(play.after(timedelta(hours=1)), *near) == []


def rota(*staff: str) -> events.RotaSet:
    end = MONDAY + timedelta(days=7)
    return events.RotaSet(MONDAY, end, (events.Shift(MONDAY, end, staff),), step_s=300)


def test_p01_an_urgent_ticket_out_of_hours_calls_whoever_is_on_call_and_the_next_until_one_acknowledges() -> None:
    play = Play(rota("jana", "petr"), urgency=1)
    paged = ("Paged",)
    assert only(play.said(staffed=False), *paged) == [("Paged", "jana")]
    assert only(play.after(minutes(4), staffed=False), *paged) == []
    assert only(play.after(minutes(1), staffed=False), *paged) == [("Paged", "petr")]
    assert only(play.after(minutes(5), staffed=False), *paged) == [("Paged", "lead")]
    assert only(play.after(minutes(5), staffed=False), *paged) == [("Paged", "jana")]
    play.happens(*paging.acknowledged(play.ticket, "jana"))
    assert only(play.after(minutes(60), staffed=False), *paged) == []


def test_p01_nobody_calls_one_who_left_though_the_rota_still_names_him() -> None:
    left = events.StaffSet(events.StaffProfile("petr", "Petr", "Engineer", "+420 2", gone=True))
    play = Play(rota("petr", "jana"), left, urgency=1)
    assert only(play.said(staffed=False), "Paged") == [("Paged", "jana")]


def test_p01_within_hours_an_urgent_ticket_is_called_out_once_a_step_has_passed_without_anybody_taking_it() -> None:
    play = Play(rota("jana"), urgency=1)
    assert only(play.after(minutes(4)), "Paged") == []
    assert only(play.after(minutes(1)), "Paged") == [("Paged", "jana")]
    play.taken()
    assert only(play.after(minutes(10)), "Paged") == []


@pytest.mark.parametrize(
    ("staffed", "owner_there", "at_once"), [(True, True, False), (True, False, True), (False, True, True)]
)
def test_p01_one_who_was_given_an_urgent_ticket_has_one_step_to_begin_if_he_is_there(
    staffed: bool,
    owner_there: bool,
    at_once: bool,
) -> None:
    play = Play(rota("petr"), urgency=1)
    play.happens(events.Assigned(JANA), by=Actor.DESK)
    called = [("Paged", "petr")]
    assert only(play.said(staffed=staffed, owner_there=owner_there), "Paged") == (called if at_once else [])
    if not at_once:
        assert only(play.after(minutes(5)), "Paged") == called
    play.happens(events.Triaged(1, 1), events.Started())
    assert only(play.after(minutes(10), staffed=staffed, owner_there=owner_there), "Paged") == []


@pytest.mark.parametrize("urgency", [2, 3])
def test_a_ticket_that_is_not_urgent_calls_nobody_at_night(urgency: int) -> None:
    play = Play(rota("jana"), urgency=urgency)
    assert only(play.after(timedelta(days=1), staffed=False), "Paged") == []


def test_p03_what_an_absent_owner_should_hear_of_is_told_to_the_lead() -> None:
    away = events.AbsenceSet("3" * 32, "jana", MONDAY, MONDAY + timedelta(days=2))
    play = Play(away)
    play.taken()
    play.happens(events.MessageAdded("On it"), events.NextStepSet("Call", MONDAY + minutes(30)))
    assert only(play.after(minutes(31)), "step_due") == [("step_due", "lead")]


def test_p01_a_call_that_nobody_hears_goes_on_for_ever_but_after_a_while_only_once_an_hour() -> None:
    play = Play(urgency=1)
    calls = sum(len(only(play.after(minutes(5), staffed=False), "Paged")) for _ in range(12 * 24))
    assert 21 + 20 <= calls <= 21 + 24


@pytest.mark.parametrize("days", [(2, 5, 10), (10,)])
def test_p18_nothing_goes_dormant_before_its_requester_was_reminded_once(days: tuple[int, ...]) -> None:
    play = Play(events.DeskSet(DeskSettings("Help", contract="usual", remind_days=days)))
    play.taken()
    play.happens(events.Resolved("New cable"))
    assert len(only(play.after(timedelta(days=11)), "verdict_reminder", "WentDormant")) == 1  # the relay was off
    assert not play.ticket.dormant
    assert play.after(timedelta(hours=23)) == []
    assert play.after(timedelta(hours=1)) == [("WentDormant", "")]
