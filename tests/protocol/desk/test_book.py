from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from protocol.desk import book, events
from protocol.desk.duty import DutyError, check_rota
from protocol.desk.events import Customer, Shift, User
from protocol.desk.register import Register, RegisterError

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def entry(event: events.Event, ticket: int = book.THE_BOOK) -> events.Entry:
    return events.Entry(ticket, NOW, events.Actor.DESK, "", "athand", event)


def test_a_person_is_found_by_any_of_her_addresses_and_numbers_however_they_are_written() -> None:
    eva = User("eva", "Eva", mails=("eva@firma.example", "e.k@firma.example"), phones=("+420 777 123 456",))
    register = book.read([entry(events.UserSet(eva))]).register
    assert register.user_of_mail(" E.K@Firma.example ") == eva
    assert register.user_of_phone("00420 777/123-456") == eva
    assert register.user_of_mail("adam@firma.example") is None


def test_an_address_given_up_no_longer_finds_who_had_it() -> None:
    before, after = User("eva", "Eva", mails=("old@x.example",)), User("eva", "Eva", mails=("new@x.example",))
    register = book.read([entry(events.UserSet(before)), entry(events.UserSet(after))]).register
    assert register.user_of_mail("old@x.example") is None
    assert register.user_of_mail("new@x.example") == after


def test_a_sender_of_a_customers_domain_is_that_customers() -> None:
    firma = Customer("firma", "Firma s.r.o.", domains=("firma.example",))
    register = book.read([entry(events.CustomerSet(firma))]).register
    assert register.customer_of_mail("somebody@FIRMA.example") == firma
    assert register.customer_of_mail("somebody@notfirma.example") is None


def test_a_tickets_event_in_the_book_and_the_books_in_a_ticket_are_damage() -> None:
    with pytest.raises(book.BookError):
        book.read([entry(events.Started())])
    with pytest.raises(book.BookError):
        book.read([entry(events.UserSet(User("eva", "Eva")), ticket=1)])


def test_p01_a_rota_with_a_gap_is_refused() -> None:
    night = Shift(NOW, NOW + timedelta(hours=12), ("jana",))
    day = Shift(NOW + timedelta(hours=12), NOW + timedelta(hours=24), ("petr",))
    check_rota(NOW, NOW + timedelta(hours=24), (day, night))
    late = Shift(NOW + timedelta(hours=12, minutes=1), NOW + timedelta(hours=24), ("petr",))
    with pytest.raises(DutyError, match="20:00"):
        check_rota(NOW, NOW + timedelta(hours=24), (night, late))
    with pytest.raises(DutyError):
        check_rota(NOW, NOW + timedelta(hours=25), (night, day))


def test_nobody_is_a_user_and_a_technician_under_one_identifier() -> None:
    staff = events.StaffSet(events.StaffProfile("jana", "Jana", "Engineer", "1"))
    user = events.UserSet(events.User("jana", "Jana Jiná"))
    for first, second in ((staff, user), (user, staff)):
        register = Register()
        register.new((first,))
        register.apply(first)
        with pytest.raises(RegisterError, match=r"“jana” is Jana.* already"):
            register.new((second,))
    register = Register()
    register.apply(events.StaffSet(msgspec.structs.replace(staff.profile, gone=True)))
    assert register.new((user,)) == (user,)
