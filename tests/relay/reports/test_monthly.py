import csv
import io
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from protocol.desk import book, events
from protocol.desk.book import Book
from protocol.desk.calendar import Calendar, CalendarVersion
from protocol.desk.contract import Contract, ContractVersion, Metric, Rate, ServiceLevel, Target
from protocol.desk.events import Actor, Customer, DeskSettings, Entry, WorkKind
from protocol.desk.opening_hours import parse_week
from relay.reports import charges, document, monthly, sheet

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)
JANA = events.Staff("jana", "Jana Nováková", "Support engineer", "+420 123 456")
EVIL = "#set page() *x* =HYPERLINK(1)"


def the_book(*, works_council: bool = False) -> Book:
    hours = Calendar("prague", "Prague", (CalendarVersion(LONG_AGO, "Europe/Prague", parse_week("Mo-Fr 08:00-17:00")),))
    level = ServiceLevel(first_response=Target(15, "prague"))
    terms = ContractVersion(LONG_AGO, "jana", "petr", Rate(6000, "EUR"), "prague", (level,) * 5)
    made = (
        events.DeskSet(DeskSettings("Help desk", works_council=works_council)),
        events.CalendarSet(hours),
        events.ContractSet(Contract("gold", "firma", (terms,))),
        events.CustomerSet(Customer("firma", "Firma s.r.o.", "gold")),
    )
    return book.read(Entry(0, LONG_AGO, Actor.DESK, "", "athand", event) for event in made)


def a_ticket(number: int, opened: datetime, answered_min: int, worked: Sequence[int], title: str = EVIL) -> list[Entry]:
    begun = opened + timedelta(minutes=answered_min)
    asked = events.Opened(f"{number:032x}", "", "", "Eva", title, 2, 10, (), opened, customer="firma")
    happened: list[tuple[datetime, Actor, events.Event]] = [
        (opened, Actor.REQUESTER, asked),
        (begun, Actor.STAFF, events.Triaged(2, 2)),
        (begun, Actor.STAFF, events.Assigned(JANA)),
        (begun, Actor.STAFF, events.Started()),
        (begun, Actor.STAFF, events.MessageAdded("I am on it.")),
    ]
    for n, minutes in enumerate(worked):
        end = begun + timedelta(minutes=minutes)
        logged = events.TimeLogged(f"{number:016x}{n:016x}", JANA, begun, end, minutes * 60.0, WorkKind.PHONE, EVIL)
        happened.append((end, Actor.STAFF, logged))
        begun = end
    return [Entry(number, at, actor, "x", "X", event) for at, actor, event in happened]


def report(*histories: Sequence[Entry], works_council: bool = False) -> monthly.Report:
    of = the_book(works_council=works_council)
    return monthly.compose(of, "firma", monthly.month("2026-03"), histories, NOW)


def rows(made: monthly.Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sheet.write(made, "en").decode("utf-8-sig"), newline="")))


MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@given(st.lists(st.lists(st.integers(0, 300), max_size=6), max_size=6))
def test_p29_the_rows_of_a_report_add_up_to_the_ledger(worked: list[list[int]]) -> None:
    made = report(*(a_ticket(n, MONDAY, 5, minutes) for n, minutes in enumerate(worked, 1)))
    written = rows(made)
    assert sum(int(row["Minutes worked"]) for row in written) == made.worked_min == sum(map(sum, worked))
    assert sum(int(row["Minutes billed"]) for row in written) == made.billed_min == sum(made.billed_by_day)
    assert made.sums == {"EUR": made.billed_min * 100}


def test_work_belongs_to_the_month_of_the_customers_time_zone() -> None:
    last_evening = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)  # half past midnight on March 1 in Prague
    assert len(report(a_ticket(1, last_evening, 5, [10])).lines) == 1
    assert report(a_ticket(1, last_evening - timedelta(hours=1), 5, [10])).lines == ()


def test_a_promise_broken_is_named_with_its_ticket_and_one_kept_is_counted() -> None:
    made = report(a_ticket(1, MONDAY, 10, []), a_ticket(2, MONDAY, 20, []))
    (kept,) = [promise for promise in made.kept if promise.metric is Metric.FIRST_RESPONSE]
    assert (kept.kept, kept.broken) == (1, 1)
    (broken,) = made.broken
    assert (broken.ticket, broken.metric) == (2, Metric.FIRST_RESPONSE)


def test_with_works_councils_rules_no_technician_is_named_in_table_or_document() -> None:
    history = a_ticket(1, MONDAY, 5, [10])
    assert "Jana" in sheet.write(report(history), "en").decode()
    assert "Jana" in text_of(document.write(report(history), "en"))
    silent = report(history, works_council=True)
    assert "Jana" not in sheet.write(silent, "en").decode()
    assert "Jana" not in text_of(document.write(silent, "en"))


def test_a_subject_that_looks_like_a_command_is_printed_and_never_run() -> None:
    made = report(a_ticket(1, MONDAY, 5, [10]))
    assert EVIL in text_of(document.write(made, "en"))
    for begins in "=+-@\uff1d\uff0b\uff0d\uff20":
        (row,) = rows(report(a_ticket(1, MONDAY, 5, [10], title=f"{begins}1+1")))
        assert row["Subject"] == f"'{begins}1+1"


@pytest.mark.parametrize(("language", "said"), [("en", "Promises kept"), ("de", "Zusagen gehalten")])
def test_the_document_is_in_its_readers_language(language: str, said: str) -> None:
    text = text_of(document.write(report(a_ticket(1, MONDAY, 5, [10])), language))
    assert said in text
    assert "Firma s.r.o." in text


def test_a_month_that_still_runs_says_so_on_its_document() -> None:
    over, running = report(), monthly.compose(the_book(), "firma", monthly.month("2026-03"), (), MONDAY)
    assert "This month is not over yet" not in text_of(document.write(over, "en"))
    assert "This month is not over yet" in text_of(document.write(running, "en"))


def test_a_month_without_work_has_a_report_that_says_so() -> None:
    assert "Nothing was worked on" in text_of(document.write(report(), "en"))


@pytest.mark.parametrize("text", ["2026-13", "march", "2026", "2026-03-01", ""])
def test_what_is_no_month_gets_a_sentence(text: str) -> None:
    with pytest.raises(monthly.ReportError, match="2026-03"):
        monthly.month(text)


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


def quoted(
    number: int, price: tuple[str, int, str], made: datetime, answered: datetime, *, accepted: bool
) -> list[Entry]:
    text, cents, currency = price
    key = f"{cents:032x}"
    quote = events.QuoteMade(key, text, cents, currency, made + timedelta(days=90))
    return [
        Entry(number, made, Actor.STAFF, "jana", "Jana", quote),
        Entry(number, answered, Actor.REQUESTER, "eva", "Eva", events.QuoteAnswered(key, accepted)),
    ]


def test_p11_a_price_said_yes_to_stands_in_the_month_of_the_yes_and_is_in_the_sum() -> None:
    later = MONDAY + timedelta(days=31)
    history = [
        *a_ticket(1, MONDAY - timedelta(days=5), 5, []),
        *quoted(1, ("New toner", 4950, "EUR"), MONDAY - timedelta(days=4), MONDAY, accepted=True),
        *quoted(1, ("New drum", 10000, "EUR"), MONDAY, MONDAY, accepted=False),
        *quoted(1, ("New printer", 20000, "EUR"), MONDAY, later, accepted=True),
    ]
    made = report(history, a_ticket(2, MONDAY, 5, [30]))
    assert made.sums == {"EUR": 4950 + 3000}
    (row,) = [row for row in rows(made) if row["Kind"] == "Price agreed"]
    told = [row[name] for name in ("Date", "Begin", "Ticket", "Kind", "What was done", "Price", "Currency")]
    assert told == ["2026-03-02", "10:00", "1", "Price agreed", "New toner", "49.50", "EUR"]
    text = text_of(document.write(made, "en"))
    assert "New toner €49.50" in text
    assert "Comes to €79.50" in text
    assert "New drum" not in text
    assert "New printer" not in text


def test_p11_a_price_is_given_back_in_the_month_its_ticket_is_taken_back_unless_work_for_it_had_begun() -> None:
    yes, taken_back, later = MONDAY, MONDAY + timedelta(days=2), MONDAY + timedelta(days=31)
    toner = ("New toner", 4950, "EUR")

    def over(at: datetime, worked: Sequence[int] = ()) -> list[Entry]:
        asked = a_ticket(1, yes - timedelta(hours=2), 1, worked)
        cancelled = Entry(1, at, Actor.REQUESTER, "eva", "Eva", events.Cancelled())
        return [*asked, *quoted(1, toner, yes - timedelta(hours=1), yes, accepted=True), cancelled]

    same_month = report(over(taken_back))
    assert same_month.sums == {"EUR": 0}
    assert [row["Price"] for row in rows(same_month)] == ["49.50", "-49.50"]
    assert "Given back, since no work had begun: New toner -€49.50" in text_of(document.write(same_month, "en"))
    before_the_yes = report(over(taken_back, [30]))
    assert before_the_yes.sums == {"EUR": 3000}
    for_it = report([*over(taken_back), _worked(yes + timedelta(hours=1), 30)])
    assert for_it.sums == {"EUR": 4950 + 3000}
    march = report(over(later))
    assert march.sums == {"EUR": 4950}, "what was paid never changes"
    april = monthly.compose(the_book(), "firma", monthly.month("2026-04"), [over(later)], later)
    assert april.sums == {"EUR": -4950}


def _worked(begin: datetime, minutes: int) -> Entry:
    end = begin + timedelta(minutes=minutes)
    logged = events.TimeLogged("e" * 32, JANA, begin, end, minutes * 60.0, WorkKind.PHONE)
    return Entry(1, end, Actor.STAFF, "jana", "Jana", logged)


@given(
    st.lists(st.tuples(st.integers(0, 300), st.sampled_from([(6000, "EUR"), (9999, "EUR"), (1, "CZK")])), max_size=9)
)
def test_p29_the_prices_of_the_rows_are_the_sum_to_the_cent_and_each_is_off_by_a_cent_at_most(
    worked: list[tuple[int, tuple[int, str]]],
) -> None:
    work = [(minutes, Rate(*rate)) for minutes, rate in worked]
    shares = charges.shares(work)
    total = Counter[str]()
    for share, (minutes, rate) in zip(shares, work, strict=True):
        assert share is not None
        total[rate.currency] += share
        assert abs(share - minutes * rate.per_hour_cents / 60) <= 1
    expected = charges.sums(work, (), None)
    assert {currency: cents for currency, cents in total.items() if currency in expected} == expected


def test_p29_each_row_of_work_says_what_it_costs_and_what_an_hour_does() -> None:
    made = report(a_ticket(1, MONDAY, 5, [7, 20]))
    told = [(row["Minutes billed"], row["Price"], row["Currency"], row["Price of an hour"]) for row in rows(made)]
    assert told == [("7", "7.00", "EUR", "60.00"), ("20", "20.00", "EUR", "60.00")]
    silent = monthly.compose(
        book.read([Entry(0, LONG_AGO, Actor.DESK, "", "athand", events.CustomerSet(Customer("firma", "Firma")))]),
        "firma",
        monthly.month("2026-03"),
        [a_ticket(1, MONDAY, 5, [7])],
        NOW,
    )
    (row,) = rows(silent)
    assert (row["Price"], row["Currency"], row["Price of an hour"]) == ("", "", "")


def test_work_costs_what_was_agreed_when_it_was_done_and_currencies_are_never_added_up() -> None:
    dearer = datetime(2026, 3, 10, tzinfo=UTC)
    versions = (
        ContractVersion(LONG_AGO, "jana", "petr", Rate(6000, "EUR")),
        ContractVersion(dearer, "jana", "petr", Rate(150_000, "CZK")),
    )
    of = book.read(
        Entry(0, LONG_AGO, Actor.DESK, "", "athand", event)
        for event in (
            events.ContractSet(Contract("gold", "firma", versions)),
            events.CustomerSet(Customer("firma", "Firma s.r.o.", "gold")),
        )
    )
    march = monthly.month("2026-03")
    before, after = a_ticket(1, MONDAY, 5, [30]), a_ticket(2, dearer, 5, [30])
    both = monthly.compose(of, "firma", march, (before, after), NOW)
    assert both.sums == {"CZK": 75_000, "EUR": 3000}
    assert "750.00 + €30.00" in text_of(document.write(both, "en"))
    assert monthly.compose(of, "firma", march, (), NOW).sums == {"CZK": 0}
    assert monthly.compose(of, "firma", march, (), MONDAY).sums == {"EUR": 0}


def test_p12_a_solution_stands_unless_it_was_sent_back_or_the_same_came_again() -> None:
    def solved(number: int, at: datetime, fingerprint: str = "") -> list[Entry]:
        (first, *rest) = a_ticket(number, at, 5, [])
        assert isinstance(first.event, events.Opened)
        opened = msgspec.structs.replace(first, event=msgspec.structs.replace(first.event, fingerprint=fingerprint))
        done = Entry(number, at + timedelta(hours=1), Actor.STAFF, "x", "X", events.Resolved("Done"))
        return [opened, *rest, done]

    stands, other = solved(1, MONDAY), solved(2, MONDAY, "disk /")
    first, again = solved(3, MONDAY, "disk /home"), solved(4, MONDAY + timedelta(days=2), "disk /home")
    back = [*solved(5, MONDAY), Entry(5, MONDAY + timedelta(days=3), Actor.REQUESTER, "e", "E", events.NotSolved(""))]
    earlier = solved(6, MONDAY - timedelta(days=40))
    made = report(stands, other, first, again, back, earlier)
    assert (made.for_good, made.solved) == (3, 5)
    assert "Solved for good 3 of 5" in text_of(document.write(made, "en"))
    assert "Solved for good" in text_of(document.write(report(), "en"))
