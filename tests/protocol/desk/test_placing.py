"""Who a ticket goes to, and who it never goes to."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from protocol.desk import book, events
from protocol.desk.contract import Contract, ContractVersion, Rate
from protocol.desk.events import AbsenceSet, Customer, HandedOver, StaffProfile, TicketKind, User
from protocol.desk.placing import as_staff, check_hand_over, check_taking, responsible, successor
from protocol.desk.states import StepRefused
from protocol.desk.ticket import Ticket, apply
from tests.protocol.desk.hours import LONG_AGO, prague
from tests.protocol.desk.stories import DESK, FRIDAY, JANA, PETR, STAFF, USER, entry, opened, story, taken

NOW = prague(FRIDAY + "12:00")
OLGA = events.Staff("olga", "Olga Malá", "Lead", "+420 3")
PROFILES = (
    StaffProfile("jana", JANA.name, JANA.title, JANA.phone, skills={"excel": 3, "network": 1}),
    StaffProfile("petr", PETR.name, PETR.title, PETR.phone, skills={"network": 3}),
    StaffProfile("olga", OLGA.name, OLGA.title, OLGA.phone, skills={"excel": 2}, lead=True),
)
GOLD = Contract("gold", "firma", (ContractVersion(LONG_AGO, "jana", "petr", Rate(9000, "EUR")),))


def desk(*away: str, more: tuple[events.BookEvent, ...] = ()) -> book.Book:
    sets: list[events.BookEvent] = [events.StaffSet(profile) for profile in PROFILES]
    sets += [events.CustomerSet(Customer("firma", "Firma")), events.ContractSet(GOLD)]
    sets += [events.CustomerSet(Customer("firma", "Firma", contract="gold"))]
    sets += [
        AbsenceSet(who.encode().hex().zfill(32), who, NOW - timedelta(days=1), NOW + timedelta(days=1)) for who in away
    ]
    return book.read([entry(NOW, DESK, event, ticket=0) for event in (*sets, *more)])


def fresh(customer: str = "firma", user: str = "", kind: TicketKind = TicketKind.INCIDENT) -> Ticket:
    return apply(None, entry(FRIDAY + "09:00", USER, replace(opened(), customer=customer, user=user, kind=kind)))


def begun() -> Ticket:
    return story(FRIDAY + "09:00", *taken(FRIDAY + "09:00"))


def card(to: events.Staff = PETR, **facts: str) -> HandedOver:
    return HandedOver(to, **({"tried": "Restarted it", "known": "It smokes", "next_step": "Change it"} | facts))


def test_p04_a_ticket_goes_to_the_contact_and_to_the_deputy_when_he_is_away() -> None:
    assert responsible(fresh(), desk(), NOW) == JANA
    assert responsible(fresh(), desk("jana"), NOW) == PETR
    assert responsible(fresh(), desk("jana", "petr"), NOW) == OLGA
    assert responsible(fresh(), desk("jana", "petr", "olga"), NOW) is None


def test_p04_the_users_own_contact_is_before_the_contracts() -> None:
    known = desk(more=(events.UserSet(User("eva", "Eva", "firma", contact="petr")),))
    assert responsible(fresh(user="eva"), known, NOW) == PETR


def test_p26_a_ticket_of_nobodys_customer_waits_for_whoever_is_free() -> None:
    assert responsible(fresh(customer=""), desk(), NOW) is None


def test_p40_a_complaint_goes_to_a_lead_and_never_to_who_is_barred() -> None:
    complaint = fresh(kind=TicketKind.COMPLAINT)
    assert responsible(complaint, desk(), NOW) == OLGA
    about_the_lead = apply(complaint, entry(NOW, DESK, events.HandlersBarred(("olga",), 7)))
    assert responsible(about_the_lead, desk(), NOW) in (JANA, PETR)
    for event in (events.Assigned(OLGA), card(OLGA)):
        with pytest.raises(StepRefused, match="complaint"):
            apply(about_the_lead, entry(NOW, STAFF, event))
    assert apply(about_the_lead, entry(NOW, STAFF, events.Assigned(JANA))).owner == JANA


def test_p03_who_leaves_is_followed_by_contact_or_deputy_else_by_who_knows_most_of_what_he_knew() -> None:
    theirs = replace(begun(), customer="firma")
    assert successor(theirs, desk("jana"), NOW, "jana", {}) == PETR
    assert successor(theirs, desk("olga"), NOW, "olga", {}) == JANA  # the contact before the deputy
    assert successor(begun(), desk("jana"), NOW, "jana", {}) == OLGA
    assert successor(begun(), desk("jana", "petr", "olga"), NOW, "jana", {}) is None


def test_p40_a_complaint_that_is_left_goes_to_a_lead_and_not_to_the_customers_contact() -> None:
    complaint = apply(fresh(kind=TicketKind.COMPLAINT), entry(NOW, DESK, events.Assigned(PETR)))
    assert successor(complaint, desk("petr"), NOW, "petr", {}) == OLGA


@given(
    away=st.sets(st.sampled_from(("jana", "petr", "olga"))),
    barred=st.sets(st.sampled_from(("jana", "petr", "olga"))),
    leaving=st.sampled_from(("jana", "petr", "olga")),
    kind=st.sampled_from(TicketKind),
    customer=st.sampled_from(("", "firma")),
)
def test_p03_nobody_away_or_barred_is_ever_chosen(
    away: set[str], barred: set[str], leaving: str, kind: TicketKind, customer: str
) -> None:
    known = desk(*away)
    told = apply(fresh(customer, kind=kind), entry(NOW, DESK, events.HandlersBarred(tuple(sorted(barred)))))
    there = {"jana", "petr", "olga"} - away - barred
    chosen = responsible(told, known, NOW)
    assert chosen is None or chosen.identifier in there
    assert chosen is not None or not there or (not customer and kind is not TicketKind.COMPLAINT)
    after = successor(told, known, NOW, leaving, {})
    assert (after is None) == (not there - {leaving})
    assert after is None or after.identifier in there - {leaving}


@pytest.mark.parametrize("left_out", ["tried", "known", "next_step"])
def test_p02_handing_over_without_the_whole_card_is_refused(left_out: str) -> None:
    with pytest.raises(StepRefused, match=left_out.replace("_", " ")):
        check_hand_over(begun(), card(PETR, **{left_out: "  "}), desk(), NOW)


def test_p13_to_somebody_who_knows_less_only_with_a_reason() -> None:
    check_hand_over(begun(), card(skill="network"), desk(), NOW)  # Petr knows more of it
    check_hand_over(begun(), card(), desk(), NOW)  # no skill in particular
    with pytest.raises(StepRefused, match="knows less of excel"):
        check_hand_over(begun(), card(skill="excel"), desk(), NOW)
    with pytest.raises(StepRefused, match="say why"):
        check_hand_over(begun(), card(skill="excel", reason="  "), desk(), NOW)
    check_hand_over(begun(), card(skill="excel", reason="Jana leaves at noon"), desk(), NOW)


def test_a_ticket_is_handed_to_nobody_who_is_away_gone_or_has_it() -> None:
    for to, known, why in (
        (PETR, desk("petr"), "away"),
        (JANA, desk(), "already"),
        (replace(PETR, identifier="x"), desk(), "Nobody"),
    ):
        with pytest.raises(StepRefused, match=why):
            check_hand_over(begun(), card(to), known, NOW)
    solved = story(FRIDAY + "09:00", *taken(FRIDAY + "09:00"), (FRIDAY + "10:00", STAFF, events.Resolved("Done")))
    with pytest.raises(StepRefused, match="open"):
        check_hand_over(solved, card(), desk(), NOW)


def test_p02_what_somebody_works_on_is_not_taken_from_him_without_the_card() -> None:
    check_taking(begun(), "jana")
    held = apply(begun(), entry(NOW, STAFF, events.OnHold(events.HoldReason.VENDOR)))
    for his in (begun(), held):
        with pytest.raises(StepRefused, match="Hand over"):
            check_taking(his, "petr")
    assigned = apply(fresh(), entry(NOW, DESK, events.Assigned(JANA)))
    check_taking(assigned, "petr")  # nothing was tried yet


def test_p14_the_three_that_introduce_somebody_come_from_his_profile() -> None:
    assert as_staff(PROFILES[0]) == JANA
