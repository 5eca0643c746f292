from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from protocol.desk import events
from protocol.desk.events import WorkKind
from protocol.desk.ledger import entries, together_s, whole_minutes
from protocol.desk.terms import EndReason

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
JANA = events.Staff("jana", "Jana Novak", "Support engineer", "+420 123 456")


def logged(worked_s: float, begin: datetime = AT, key: str = "1" * 32, *, billed: bool = True) -> events.TimeLogged:
    end = begin + timedelta(seconds=worked_s)
    return events.TimeLogged(key, JANA, begin, end, worked_s, WorkKind.PHONE, "Called", billed)


def history(*happened: events.Event) -> list[events.Entry]:
    return [events.Entry(7, AT, events.Actor.STAFF, "jana", "Jana Novak", event) for event in happened]


def test_p28_twelve_minutes_of_work_are_twelve_never_fifteen() -> None:
    (entry,) = entries(history(logged(12 * 60)))
    assert (entry.worked_min, entry.billed_min) == (12, 12)


@given(st.lists(st.floats(0, 1e5), max_size=20))
def test_what_is_billed_is_never_more_than_what_was_worked(worked: list[float]) -> None:
    found = entries(history(*(logged(worked_s, key=f"{n:032x}") for n, worked_s in enumerate(worked))))
    assert sum(entry.billed_min for entry in found) * 60 <= sum(worked) + 1e-3


def test_a_correction_replaces_and_is_counted_and_nothing_worked_strikes_it_out() -> None:
    shorter = events.TimeCorrected("1" * 32, AT, AT + timedelta(minutes=5), 300, WorkKind.ON_SITE, "Forgot the break")
    (entry,) = entries(history(logged(720), shorter))
    assert (entry.worked_min, entry.kind, entry.corrected) == (5, WorkKind.ON_SITE, 1)
    struck = events.TimeCorrected("1" * 32, AT, AT, 0, WorkKind.ON_SITE, "Wrong ticket")
    assert entries(history(logged(720), shorter, struck)) == ()


def test_time_in_all_is_that_of_the_minutes_charged_and_less_than_one_where_none_is() -> None:
    def told(*worked_s: float) -> int:
        found = entries(history(*(logged(s, key=f"{n:032x}") for n, s in enumerate(worked_s))))
        return whole_minutes(together_s(found))

    assert [told(50), told(50, 50), told(60, 59), told(119, 719.9999999)] == [0, 0, 1, 13]
    assert 0 < together_s(entries(history(logged(50), logged(50, key="2" * 32)))) < 60
    assert together_s(()) == 0


def test_what_is_not_billed_is_worked_all_the_same() -> None:
    (entry,) = entries(history(logged(720, billed=False)))
    assert (entry.worked_min, entry.billed_min) == (12, 0)


def test_a_sessions_entry_says_what_its_note_says_and_other_entries_do_not() -> None:
    session, other = "a" * 32, "b" * 32
    remote = replace(logged(300, key=session), text="", kind=WorkKind.REMOTE)
    part = replace(logged(300, AT + timedelta(minutes=9), key="c" * 32), text="", kind=WorkKind.REMOTE)
    over = events.SessionEnded(session, EndReason.TECHNICIAN_LEFT, 900)
    by_desk = [replace(entry, actor=events.Actor.DESK) for entry in history(over, remote, part)]
    note = events.SessionNoted(session, "Looked at the printer settings.")
    alone = replace(logged(60, AT + timedelta(hours=1), key=other), text="")
    happened = [*by_desk, *history(note, note, alone)]
    assert [entry.text for entry in entries(happened)] == [note.text, note.text, ""]
    end = AT + timedelta(minutes=5)
    corrected = events.TimeCorrected(session, AT, end, 240, WorkKind.REMOTE, "A break", "Chose the tray")
    assert entries([*happened, *history(corrected)])[0].text == "Chose the tray"
