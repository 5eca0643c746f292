"""Programs that answer our mails and do not say so: no loop, nothing lost, a technician is told once."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import Actor, NoticeKind
from protocol.desk.states import TicketState
from relay.mail import parse
from relay.mail.incoming import Kept
from relay.mail.machines import BY_ITSELF
from relay.mail.sender import Sender
from relay.store import By
from relay.store.tables import microseconds
from tests.relay.mail.post_office import EVA, a_mail, post_office
from tests.relay.mail.servers import MailServers
from tests.relay.mail.test_incoming import Play, play
from tests.relay.rig import House, scene

CASE = "Thank you for writing to us. Your case number is {}. We answer within two days."
SOON = timedelta(seconds=20)


async def sent(desk: Play) -> None:
    """The outbox is empty: all of it went out just now."""
    async with desk.store.work(desk.now) as work:
        work.beside.append(("UPDATE outbox SET state = 'sent', due_us = ?", (microseconds(desk.now),)))


async def notices(desk: Play) -> list[tuple[int, events.NoticeSent]]:
    """All to the requester, with the number of their ticket."""
    found, number = [], 1
    while await desk.store.ticket(number) is not None:
        said = [entry.event for _, entry in await desk.store.history(number)]
        found += [(number, one) for one in said if isinstance(one, events.NoticeSent) and one.kind in BY_ITSELF]
        number += 1
    return found


async def program(desk: Play, sender: str, *, refers: bool, text: str = CASE, again: int = 12) -> int:
    """Answers each mail that it gets, `again` times at most; how often it did."""
    answered = 0
    known = len(await notices(desk)) - 1
    while known < len(all_of_them := await notices(desk)) and answered < again:
        await sent(desk)
        desk.now += SOON
        refer: dict[str, Any] = {"In_Reply_To": f"<{all_of_them[-1][1].message_id}>"} if refers else {}
        answered += 1
        known = len(all_of_them)
        await desk.comes(sender, text.format(4711 + answered), subject=f"Case {4711 + answered}", **refer)
    return answered


async def told(desk: Play, number: int) -> list[str]:
    """What staff read of it, and who was told so."""
    history = [entry.event for _, entry in await desk.store.history(number)]
    notes = [one.text for one in history if isinstance(one, events.MessageAdded) and one.internal]
    return [
        *notes,
        *(one.to for one in history if isinstance(one, events.NoticeSent) and one.kind is NoticeKind.ANSWER),
    ]


@scene
async def test_a_program_that_answers_each_mail_about_a_solution_gets_one_and_a_technician_is_told_once(
    tmp_path: Path,
) -> None:
    async with play(tmp_path) as desk:
        await desk.solved()
        assert await program(desk, EVA, refers=True) == 2
        kinds = [notice.kind for _, notice in await notices(desk)]
        assert kinds == [NoticeKind.RECEIPT, NoticeKind.NEW_HANDLER, NoticeKind.VERDICT_ASKED]
        ticket = await desk.ticket()
        assert ticket.state is TicketState.RESOLVED
        history = [entry.event for _, entry in await desk.store.history(1)]
        said = [one for one in history if isinstance(one, events.MessageAdded) and not one.internal]
        assert [(one.text, one.automatic) for one in said] == [(CASE.format(4712), False), (CASE.format(4713), True)]
        note, *who = await told(desk, 1)
        assert "eva@firm.example looks like a program" in note
        assert who == ["jana"]
        for days in range(3):  # reminders are answered, too, by the same words
            await desk.does(1, events.NoticeSent(NoticeKind.VERDICT_REMINDER, "eva", str(days), "mail"))
            await sent(desk)
            desk.now += timedelta(days=2)
            await desk.comes(EVA, CASE.format(5000 + days), subject="[#1]")
        assert len(await notices(desk)) == 3 + 3
        assert await told(desk, 1) == [note, "jana"]
        await desk.comes(EVA, "Eva here: it burns again, on the third floor this time", subject="[#1]")
        assert (await notices(desk))[-1][1].kind is NoticeKind.VERDICT_ASKED
        assert desk.counts["mail_answers_by_itself"] == 4


@scene
async def test_a_program_that_answers_receipts_without_saying_what_it_answers_makes_two_tickets_at_most(
    tmp_path: Path,
) -> None:
    async with play(tmp_path) as desk:
        await desk.comes(EVA, "The printer burns and nobody is there")
        assert await program(desk, EVA, refers=False) == 2
        assert await desk.store.ticket(3) is None
        history = [entry.event for _, entry in await desk.store.history(2)]
        kept = [one.text for one in history if isinstance(one, events.MessageAdded) and not one.internal]
        assert kept == [CASE.format(4713)]
        assert len(await told(desk, 2)) == 2


@scene
async def test_two_requests_of_a_person_in_the_same_words_are_two_unless_the_receipt_for_the_first_has_gone_out(
    tmp_path: Path,
) -> None:
    async with play(tmp_path) as desk:
        for _ in range(2):
            await desk.comes(EVA, "Nothing prints any more, please help us")
        assert await desk.store.ticket(2) is not None
        await sent(desk)
        desk.now += timedelta(minutes=5)
        await desk.comes(EVA, "Nothing prints any more, please help us")
        assert await desk.store.ticket(3) is not None


@scene
async def test_somebody_who_goes_on_writing_below_a_solution_is_asked_once_a_day_and_for_each_solution(
    tmp_path: Path,
) -> None:
    async with play(tmp_path) as desk:
        asked = await desk.solved()
        for text in ("Thanks!", "And what was it?", "I see"):
            desk.now += timedelta(minutes=10)
            await desk.comes(EVA, text, In_Reply_To=asked)
        kinds = [notice.kind for _, notice in await notices(desk)]
        assert kinds.count(NoticeKind.VERDICT_ASKED) == 1
        desk.now += timedelta(days=1)
        await desk.comes(EVA, "Still fine", In_Reply_To=asked)
        assert [notice.kind for _, notice in await notices(desk)].count(NoticeKind.VERDICT_ASKED) == 2
        await desk.does(1, events.NotSolved("It burns"), by=By(Actor.REQUESTER, "eva", "Eva"))
        await desk.does(1, events.Resolved("Ice"))
        await desk.comes(EVA, "Thanks, again!", In_Reply_To=asked)
        assert [notice.kind for _, notice in await notices(desk)].count(NoticeKind.VERDICT_ASKED) == 3


async def receipts(desk: Play) -> list[str]:
    """The addresses that they go to."""
    return [notice.to for _, notice in await notices(desk) if notice.kind is NoticeKind.RECEIPT and notice.way]


@pytest.mark.parametrize("confirmed", [Sender.NOT_ASKED, Sender.UNCONFIRMED])
@scene
async def test_whoever_writes_in_somebodys_name_all_day_causes_him_one_mail_and_each_is_a_request(
    tmp_path: Path, confirmed: Sender
) -> None:
    async with play(tmp_path) as desk:
        for hour in range(23):
            address = f"victim{'+' * (hour % 2)}{hour if hour % 2 else ''}@elsewhere.example"
            await desk.comes(address, f"You owe me {hour} printers", confirmed=confirmed)
            desk.now += timedelta(hours=1)
        assert await desk.store.ticket(23) is not None
        assert await receipts(desk) == ["victim@elsewhere.example"]
        history = [entry.event for _, entry in await desk.store.history(3)]
        (why,) = [one for one in history if isinstance(one, events.NoticeSent)]
        assert (why.way, why.message_id) == ("", "")
        assert why.text.startswith("No receipt goes out for this mail")
        desk.now += timedelta(hours=2)
        await desk.comes("victim@elsewhere.example", "It is me, really", confirmed=confirmed)
        assert await receipts(desk) == ["victim@elsewhere.example"] * 2


@scene
async def test_somebody_in_the_register_gets_a_few_and_whoever_is_confirmed_one_for_each_request(
    tmp_path: Path,
) -> None:
    async with play(tmp_path) as desk:
        for hour in range(9):
            await desk.comes(EVA, f"Problem {hour}")
            await desk.comes("kim@elsewhere.example", f"Trouble {hour}", confirmed=Sender.CONFIRMED)
            desk.now += timedelta(minutes=10)
        said = await receipts(desk)
        assert (said.count("eva"), said.count("kim@elsewhere.example")) == (5, 9)


@scene
async def test_who_answers_a_mail_that_he_alone_got_is_himself_and_who_answers_his_own_in_anothers_name_is_not(
    tmp_path: Path,
) -> None:
    async with play(tmp_path) as desk:
        for number, writer in ((1, "kim@elsewhere.example"), (5, "mallory@elsewhere.example")):
            await desk.comes(writer, "Please help")
            receipt = f"<{(await desk.last(NoticeKind.RECEIPT, number)).message_id}>"
            await desk.does(number, events.Cancelled(), by=By(Actor.REQUESTER, writer, writer))
            for _ in range(3):
                await desk.comes("kim@elsewhere.example", "I do need you", In_Reply_To=receipt)
        assert (await receipts(desk)).count("kim@elsewhere.example") == 1 + 3


@scene
async def test_of_files_that_were_too_large_a_forged_sender_hears_once(tmp_path: Path) -> None:
    async with play(tmp_path) as desk:
        for number in range(4):
            mail = parse.read(a_mail("victim@elsewhere.example", "help@desk.example", f"See {number}").as_bytes())
            film = events.Attachment("film.mp4", "video/mp4", 2**25, "")
            desk.seconds += 3600
            await desk.incoming.take(Kept(mail, (film,), ""), desk.now)
        kinds = [notice.kind for _, notice in await notices(desk) if notice.way]
        assert sorted(kinds) == [NoticeKind.RECEIPT, NoticeKind.TOO_LARGE]


@scene
async def test_between_real_servers_such_a_program_gets_one_mail_for_all_of_its_own(
    house: House, servers: MailServers, desk: str
) -> None:
    async with post_office(house, servers, desk) as office:
        console = await office.running.console()
        await office.writes(EVA)
        await office.ticket(1)
        await console.takes(1)
        await console.ask(envelope.ResolveTicket, 1, "I put it out")
        solved = (await office.gets(EVA, 1, "I put it out"))[-1]
        await office.answers(EVA, solved, CASE.format(1))
        asked = (await office.gets(EVA, 1, "One thing only you can say"))[-1]
        for number in (2, 3, 4):
            await office.answers(EVA, asked, CASE.format(number))
        await office.taken(5)
        assert office.running.relay.counts["mail_answers_by_itself"] == 3
        assert len(await office.gets(EVA, 1, "One thing only you can say")) == 1
        notes = [one.text for one in await office.history(1) if isinstance(one, events.MessageAdded) and one.internal]
        assert len(notes) == 1
        assert len(await office.gets("jana@firm.example", 1, "looks like a program")) == 1
