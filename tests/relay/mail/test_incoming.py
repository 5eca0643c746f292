"""What a mail changes, without servers: the store is real, the mails are read as they come."""

import dataclasses
import itertools
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol.desk import events
from protocol.desk.events import Actor, Channel, NoticeKind
from protocol.desk.states import TicketState
from protocol.desk.ticket import Ticket
from relay import notices
from relay.counts import Counts
from relay.log import make_log
from relay.mail import parse
from relay.mail.incoming import Incoming, Kept, Outcome
from relay.mail.sender import Sender
from relay.store import THE_DESK, By, EventStore
from tests.relay.mail.post_office import BOB, EVA, EVA_AT_HOME, PEOPLE, a_mail
from tests.relay.rig import scene

NOW = datetime(2026, 11, 2, 10, 30, tzinfo=UTC)
DESK = events.DeskSet(events.DeskSettings("Help", "help@desk.example", reopen_days=14))
JANA = By(Actor.STAFF, "jana", "Jana Nováková")
JANA_IS = events.Staff("jana", "Jana Nováková", "Support engineer", "+420 123 456")
_numbers = itertools.count(1)


class Play:
    """A desk that mails come to."""

    def __init__(self, store: EventStore) -> None:
        self.store, self.now = store, NOW
        self.seconds = 0.0
        self.counts = Counts(make_log(), lambda: 0.0)
        self.incoming = Incoming(store, self.counts, lambda: self.seconds, lambda _ticket: None)

    async def comes(
        self, sender: str, text: str = "It burns", *, confirmed: Sender = Sender.NOT_ASKED, **headers: str
    ) -> Outcome:
        self.seconds += 3600.0
        facts = {"message_id": f"<{next(_numbers)}@firm.example>"} | headers
        mail = parse.read(a_mail(sender, "help@desk.example", text, **facts).as_bytes())
        return await self.takes(dataclasses.replace(mail, confirmed=confirmed))

    async def takes(self, mail: parse.Mail) -> Outcome:
        return await self.incoming.take(Kept(mail, (), ""), self.now)

    async def does(self, number: int, *happened: events.Event, by: By = JANA) -> None:
        await self.store.change(number, lambda _: happened, by, self.now)

    async def ticket(self, number: int = 1) -> Ticket:
        found = await self.store.ticket(number)
        assert found is not None
        return found

    async def last(self, kind: NoticeKind, number: int = 1) -> events.NoticeSent:
        found = [entry.event for _, entry in await self.store.history(number)]
        return [event for event in found if isinstance(event, events.NoticeSent) and event.kind is kind][-1]

    async def solved(self) -> str:
        """A request that a technician thinks is solved; the reference to the mail that says so."""
        await self.comes(EVA)
        await self.does(1, events.Triaged(1, 1), events.Assigned(JANA_IS), events.Started(), events.Resolved("Water"))
        return f"<{(await self.last(NoticeKind.RESOLVED)).message_id}>"


@asynccontextmanager
async def play(path: Path, *more: events.BookEvent) -> AsyncIterator[Play]:
    store = await EventStore.open(path / f"{next(_numbers)}.db", (notices.follow_up,))
    await store.record(lambda _: (DESK, *PEOPLE, *more), THE_DESK, NOW)
    try:
        yield Play(store)
    finally:
        await store.close()


def button(reference: str, answer: str) -> str:
    return f"[#1] {answer}-{reference.strip('<>').partition('@')[0]}"


@scene
async def test_a_word_on_a_closed_ticket_opens_it_for_some_days_and_later_makes_one_that_follows(
    tmp_path: Path,
) -> None:
    async with play(tmp_path) as desk:
        asked = await desk.solved()
        await desk.comes(EVA, "", subject=button(asked, "solved"))
        assert (await desk.ticket()).state is TicketState.CLOSED
        desk.now += timedelta(days=15)
        await desk.comes(EVA, "It burns again", In_Reply_To=asked)
        assert (await desk.ticket()).state is TicketState.CLOSED
        follower = await desk.ticket(2)
        assert (follower.follows, follower.problem) == (1, "It burns again")
        desk.now -= timedelta(days=2)
        await desk.comes(EVA, "Earlier, I mean", In_Reply_To=asked)
        assert (await desk.ticket()).state is TicketState.IN_PROGRESS


@scene
async def test_a_request_that_took_a_mails_number_by_another_way_sets_that_mail_aside_and_holds_up_no_other(
    tmp_path: Path,
) -> None:
    async with play(tmp_path) as desk:
        mail = parse.read(a_mail(BOB, "help@desk.example", message_id="<chosen@firm.example>").as_bytes())
        by_phone = events.Opened(
            request=mail.mark,
            device="",
            device_label="",
            requester="Mallory",
            problem="First",
            urgency=2,
            minutes=5,
            diagnostics=(),
            asked_at=NOW,
        )
        await desk.store.open_ticket(by_phone, JANA, NOW)
        assert await desk.takes(mail) is Outcome.ASIDE
        assert await desk.takes(mail) is Outcome.KNOWN
        assert await desk.comes(EVA) is Outcome.TAKEN
        said = (await desk.store.book()).said
        assert [(kind, to) for kind, to, _about in said] == [(NoticeKind.MAIL_ASIDE, "jana")]


@scene
async def test_somebody_else_does_not_open_a_closed_ticket(tmp_path: Path) -> None:
    async with play(tmp_path) as desk:
        asked = await desk.solved()
        await desk.comes(EVA, "", subject=button(asked, "solved"))
        await desk.comes(BOB, "I like it, too", In_Reply_To=asked)
        assert (await desk.ticket()).state is TicketState.CLOSED


@scene
async def test_a_word_on_a_request_that_was_taken_back_makes_one_that_follows(tmp_path: Path) -> None:
    async with play(tmp_path) as desk:
        await desk.comes(EVA)
        receipt = f"<{(await desk.last(NoticeKind.RECEIPT)).message_id}>"
        await desk.does(1, events.Cancelled(), by=By(Actor.REQUESTER, "eva", "Eva"))
        await desk.comes(EVA, "I do need you", In_Reply_To=receipt)
        assert (await desk.ticket(2)).follows == 1


@scene
async def test_a_number_in_the_subject_counts_from_the_requester_only(tmp_path: Path) -> None:
    async with play(tmp_path) as desk:
        await desk.comes(EVA)
        await desk.comes(EVA_AT_HOME, "More smoke", subject="AW: Fire [#1]")
        assert await desk.store.ticket(2) is None
        await desk.comes(BOB, "Let me in", subject="Re: Fire [#1]")
        assert (await desk.ticket(2)).problem == "Let me in"


@scene
async def test_whoever_was_in_copy_and_answers_the_requesters_own_mail_is_heard_as_a_guest(tmp_path: Path) -> None:
    async with play(tmp_path) as desk:
        await desk.comes(EVA, message_id="<first@firm.example>")
        await desk.comes(BOB, "I saw it, too", In_Reply_To="<first@firm.example>")
        entries = [entry for _, entry in await desk.store.history(1) if isinstance(entry.event, events.MessageAdded)]
        assert [entry.actor for entry in entries] == [Actor.GUEST]


@scene
async def test_staff_who_answer_a_mail_to_them_write_a_note_among_staff(tmp_path: Path) -> None:
    async with play(tmp_path) as desk:
        await desk.comes(EVA)
        ticket = await desk.ticket()
        book = await desk.store.book()
        await desk.does(1, *notices.tell(book, ticket, NoticeKind.UNTOUCHED, to="jana", about="x"), by=THE_DESK)
        mail = f"<{(await desk.last(NoticeKind.UNTOUCHED)).message_id}>"
        await desk.comes("jana@firm.example", "I know, I am on it", In_Reply_To=mail)
        (said,) = [entry for _, entry in await desk.store.history(1) if isinstance(entry.event, events.MessageAdded)]
        assert (said.actor, said.actor_id) == (Actor.STAFF, "jana")
        assert isinstance(said.event, events.MessageAdded)
        assert said.event.internal


@scene
async def test_a_mail_about_a_merged_ticket_goes_where_it_goes_on(tmp_path: Path) -> None:
    async with play(tmp_path) as desk:
        await desk.comes(EVA)
        receipt = f"<{(await desk.last(NoticeKind.RECEIPT)).message_id}>"
        await desk.comes(EVA, "The same fire")
        await desk.does(1, events.MergedInto(2))
        await desk.comes(EVA, "More", In_Reply_To=receipt)
        said = [entry.event for _, entry in await desk.store.history(2)]
        assert [event.text for event in said if isinstance(event, events.MessageAdded)] == ["More"]


@scene
async def test_the_machine_of_whoever_has_one_stands_on_his_request_and_urgent_mails_are_urgent(tmp_path: Path) -> None:
    machine = events.MachineSet(events.Machine("laptop", "EVA-LAPTOP", "eva"))
    async with play(tmp_path, machine) as desk:
        await desk.comes(EVA, X_Priority="1 (Highest)")
        ticket = await desk.ticket()
        assert (ticket.device, ticket.device_label, ticket.customer) == ("laptop", "EVA-LAPTOP", "firm")
        assert (ticket.urgency, ticket.channel) == (1, Channel.MAIL)


@scene
async def test_a_stranger_from_a_customers_domain_is_that_customers(tmp_path: Path) -> None:
    async with play(tmp_path) as desk:
        await desk.comes(BOB)
        ticket = await desk.ticket()
        assert (ticket.user, ticket.customer, ticket.address) == ("", "firm", BOB)


@scene
async def test_a_mail_wakes_a_ticket_that_went_dormant(tmp_path: Path) -> None:
    async with play(tmp_path) as desk:
        asked = await desk.solved()
        await desk.does(1, events.WentDormant(), by=THE_DESK)
        await desk.comes(EVA, "I was away", In_Reply_To=asked, Auto_Submitted="auto-replied")
        assert (await desk.ticket()).dormant
        await desk.comes(EVA, "I am back", In_Reply_To=asked)
        assert not (await desk.ticket()).dormant


_WORDS = st.sampled_from(("Thanks!", "Danke, passt", "yes", "solved", "It is solved", "not solved", "👍", "", "CLOSE"))
_WHO = st.sampled_from((EVA, EVA_AT_HOME, BOB, "eva@elsewhere.example", "mailer-daemon@firm.example"))
_HOW: st.SearchStrategy[Callable[[str], dict[str, str]]] = st.sampled_from(
    (
        lambda asked: {"In_Reply_To": asked},
        lambda asked: {"In_Reply_To": asked, "subject": "Re: [#1] solved"},
        lambda asked: {"In_Reply_To": asked, "subject": f"[#1] solved-{'0' * 32}"},
        lambda asked: {"In_Reply_To": asked, "Auto_Submitted": "auto-replied"},
        lambda _: {"subject": "Re: Fire [#1]"},
        lambda asked: {"References": f"<x@y.example> {asked}"},
    )
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mails=st.lists(st.tuples(_WHO, _WORDS, _HOW), min_size=1, max_size=6))
def test_no_words_of_anybody_accept_or_reject_a_solution_and_nobody_but_the_requester_presses_its_button(
    tmp_path: Path, mails: list[Any]
) -> None:
    @scene
    async def happens() -> None:
        async with play(tmp_path) as desk:
            asked = await desk.solved()
            for sender, said, how in mails:
                await desk.comes(sender, said, **how(asked))
                assert (await desk.ticket()).state is TicketState.RESOLVED
            for stranger in (BOB, "eva@elsewhere.example"):
                await desk.comes(stranger, "", subject=button(asked, "solved"), In_Reply_To=asked)
                assert (await desk.ticket()).state is TicketState.RESOLVED
            await desk.comes(EVA, "", subject=button(asked, "solved"))
            assert (await desk.ticket()).state is TicketState.CLOSED

    happens()


@scene
async def test_the_answer_to_a_mail_that_asks_a_question_answers_the_question(tmp_path: Path) -> None:
    async with play(tmp_path) as desk:
        await desk.comes(EVA)
        await desk.does(1, events.QuestionAsked("a" * 32, "Which floor?"))
        asked = f"<{(await desk.last(NoticeKind.ANSWER)).message_id}>"
        await desk.comes(BOB, "I think the second", In_Reply_To=asked)
        assert (await desk.ticket()).talk.questions
        await desk.comes(EVA, "The third.", In_Reply_To=asked)
        assert not (await desk.ticket()).talk.questions
        await desk.comes(EVA, "No, the fourth!", In_Reply_To=asked)
        said = [entry.event for _, entry in await desk.store.history(1)]
        assert [event.text for event in said if isinstance(event, events.QuestionAnswered)] == ["The third."]


@scene
async def test_yes_pressed_twice_does_not_open_what_it_closed(tmp_path: Path) -> None:
    async with play(tmp_path) as desk:
        asked = await desk.solved()
        for _ in range(2):
            await desk.comes(EVA, "", subject=button(asked, "solved"))
            assert (await desk.ticket()).state is TicketState.CLOSED
        desk.now += timedelta(days=100)
        await desk.comes(EVA, "", subject=button(asked, "solved"))
        assert await desk.store.ticket(2) is None
        await desk.comes(EVA, "Yes, but now it is cold", subject=button(asked, "solved"))
        assert (await desk.ticket(2)).follows == 1


@scene
async def test_a_button_pressed_by_whoever_a_mail_was_passed_on_to_is_noted_on_its_ticket(tmp_path: Path) -> None:
    async with play(tmp_path) as desk:
        asked = await desk.solved()
        await desk.comes(BOB, "", subject=button(asked, "solved"))
        assert (await desk.ticket()).state is TicketState.RESOLVED
        assert await desk.store.ticket(2) is None
        assert [entry.actor for _, entry in await desk.store.history(1)][-1] is Actor.GUEST


@scene
async def test_p18_the_former_requesters_button_closes_nothing_once_it_is_somebody_elses(tmp_path: Path) -> None:
    for passed_on in (False, True):
        async with play(tmp_path, events.UserSet(events.User("adam", "Adam", "firm"))) as desk:
            token = (await desk.solved())[1:33]
            if passed_on:
                await desk.does(1, events.RequesterSet("adam", "Adam", "firm"))
            await desk.comes(EVA, "", subject=f"[#1] solved-{token}")
            assert (await desk.ticket()).state is (TicketState.RESOLVED if passed_on else TicketState.CLOSED)


async def priced(desk: Play, *, valid: timedelta = timedelta(days=1)) -> str:
    """A request with a price for going first; the token of the mail that names it."""
    await desk.comes(EVA)
    await desk.does(1, events.Triaged(1, 1), events.Assigned(JANA_IS), events.Started())
    await desk.does(1, events.QuoteMade("a" * 32, "Today still", 9900, "EUR", desk.now + valid, 60))
    return (await desk.last(NoticeKind.QUOTE)).message_id.partition("@")[0]


async def quote(desk: Play) -> tuple[bool | None, str]:
    found = (await desk.ticket()).agreements.quotes["a" * 32]
    answers = [e.event for _, e in await desk.store.history(1) if isinstance(e.event, events.QuoteAnswered)]
    return found.accepted, answers[-1].user if answers else ""


MAY = events.UserSet(events.User("eva", "Eva Malá", "firm", mails=(EVA, EVA_AT_HOME), may_accept_quotes=True))


@scene
async def test_p11_a_price_is_accepted_by_the_button_in_its_mail_by_who_may_say_yes(tmp_path: Path) -> None:
    async with play(tmp_path, MAY) as desk:
        token = await priced(desk)
        await desk.comes(EVA, "Yes, of course, I accept the price!", subject="[#1] accepted")
        await desk.comes(BOB, "", subject=f"[#1] accepted-{token}")
        assert await quote(desk) == (None, ""), "neither words nor somebody else"
        await desk.comes(EVA_AT_HOME, "", subject=f"[#1] accepted-{token}")
        assert await quote(desk) == (True, "eva")
        await desk.comes(EVA, "", subject=f"[#1] declined-{token}")
        assert await quote(desk) == (True, "eva"), "answered is answered"


@scene
async def test_p11_who_may_not_say_yes_or_says_it_too_late_buys_nothing_and_staff_read_why(tmp_path: Path) -> None:
    for people, valid in (((), timedelta(days=1)), ((MAY,), timedelta(minutes=1))):
        async with play(tmp_path, *people) as desk:
            token = await priced(desk, valid=valid)
            desk.now += timedelta(minutes=2)
            await desk.comes(EVA, "", subject=f"[#1] accepted-{token}")
            assert (await quote(desk))[0] is None
            history = [entry.event for _, entry in await desk.store.history(1)]
            assert any(isinstance(e, events.MessageAdded) and e.internal and "price" in e.text for e in history)
            desk.now += timedelta(minutes=2)
            if not people:
                await desk.comes(EVA, "", subject=f"[#1] declined-{token}")
                assert await quote(desk) == (False, "eva"), "anybody says no"


@scene
async def test_a_user_without_a_customer_is_that_of_his_addresss_domain(tmp_path: Path) -> None:
    kim = events.UserSet(events.User("kim", "Kim", mails=("kim@firm.example",)))
    async with play(tmp_path, kim) as desk:
        await desk.comes("kim@firm.example")
        ticket = await desk.ticket()
        assert (ticket.user, ticket.customer) == ("kim", "firm")


def spoil(path: Path) -> None:
    """As a disk does that gives back other bytes than it was given."""
    (database,) = path.glob("*.db")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executescript("DROP TRIGGER events_are_not_deleted; DROP TRIGGER events_are_not_changed")
        connection.execute("UPDATE events SET body = x'00' WHERE ticket = 1 AND kind = 'Opened'")


@scene
async def test_a_word_on_a_ticket_that_the_disk_has_damaged_opens_another_and_holds_up_no_mail(tmp_path: Path) -> None:
    async with play(tmp_path) as desk:
        await desk.comes(EVA)
        asked = f"<{(await desk.last(NoticeKind.RECEIPT)).message_id}>"
        spoil(tmp_path)
        desk.store._forget()
        assert await desk.comes(EVA, "It still burns", In_Reply_To=asked) is Outcome.TAKEN
        assert (await desk.ticket(2)).problem == "It still burns"
        assert desk.counts["mail_about_damaged"] == 1
