"""Forged senders: what the receiving server says of a mail, and what the mail may then do."""

import asyncio
import email
from pathlib import Path

import pytest

from protocol.desk import events
from protocol.desk.events import Actor, Channel, NoticeKind
from protocol.desk.states import TicketState
from relay.mail import parse
from relay.mail.incoming import Kept, Outcome
from relay.mail.sender import Sender, sender_of
from tests.relay.mail.post_office import EVA, a_mail, post_office
from tests.relay.mail.servers import MailServers
from tests.relay.mail.test_incoming import Play, play
from tests.relay.rig import House, scene

OURS = "mx.desk.example"
PASS = f"{OURS}; dmarc=pass (p=reject dis=none) header.from=firm.example"
SAID = {
    PASS: True,
    f"{OURS}; dkim=pass (2048-bit key) header.d=firm.example header.s=a": True,
    f"{OURS}; dkim=pass header.i=@firm.example": True,
    f"{OURS};\r\n\tspf=pass smtp.mailfrom=bounce@mail.firm.example": True,
    f"{OURS}; dmarc=none header.from=firm.example; spf=pass smtp.mailfrom=eva@firm.example": True,
    f"{OURS}; auth=pass smtp.auth=eva@firm.example": True,
    "": False,
    f"{OURS}; none": False,
    f"{OURS}; dmarc=fail header.from=firm.example; spf=pass smtp.mailfrom=eva@firm.example": False,
    f"{OURS}; dmarc=pass header.from=evil.example": False,
    f"{OURS}; dmarc=pass": False,
    f"{OURS}; dkim=pass header.d=evil.example": False,
    f"{OURS}; dkim=pass header.d=evilfirm.example": False,
    f"{OURS}; dkim=pass header.d=example": False,
    f"{OURS}; spf=pass smtp.helo=firm.example": False,
    f"{OURS}; spf=softfail smtp.mailfrom=eva@firm.example": False,
    f"{OURS}; auth=pass smtp.auth=eva": False,
    "mx.evil.example; dmarc=pass header.from=firm.example": False,
    ";;; dmarc=pass header.from=firm.example": False,
    "dmarc=pass header.from=firm.example": False,
}


def read(*results: str, sender: str = EVA, trusted: str = OURS, text: str = "It burns", **more: str) -> parse.Mail:
    content = a_mail(sender, "help@desk.example", text, **more).as_bytes()
    head = "".join(f"Authentication-Results: {one}\r\n" for one in results if one)
    return parse.read(head.encode() + content, authserv_id=trusted)


@pytest.mark.parametrize("said", SAID)
def test_a_sender_is_confirmed_by_the_desks_own_server_only_and_for_his_own_domain(said: str) -> None:
    assert read(said).confirmed is (Sender.CONFIRMED if SAID[said] else Sender.UNCONFIRMED)
    assert read(said, trusted="").confirmed is Sender.NOT_ASKED


def test_of_two_words_of_the_server_the_worse_counts() -> None:
    fails = f"{OURS}; dmarc=fail header.from=firm.example"
    assert read(PASS, fails).confirmed is read(fails, PASS).confirmed is Sender.UNCONFIRMED
    apart = f"{OURS}; spf=fail smtp.mailfrom=x@y.example", f"{OURS}; dkim=pass header.d=firm.example"
    assert read(*apart).confirmed is Sender.CONFIRMED, "one header by each of its filters"


def test_a_mail_with_two_senders_or_none_is_nobodys() -> None:
    twice = email.message_from_string(f"Authentication-Results: {PASS}\nFrom: {EVA}\nFrom: x@evil.example\n\nIt burns")
    without = email.message_from_string(f"Authentication-Results: {PASS}\nReply-To: {EVA}\n\nIt burns")
    assert sender_of(twice, EVA, OURS) is Sender.UNCONFIRMED
    assert sender_of(without, "", OURS) is Sender.UNCONFIRMED


BOB = "bob@firm.example"
TWO_WAYS = {
    f"{EVA} <{BOB}>": BOB,
    f'"{EVA}" <{BOB}>': BOB,
    f"({EVA}) {BOB}": BOB,
    f"(({EVA}) {EVA}) {BOB}": BOB,
    f"=?utf-8?q?{EVA.replace('@', '=40')}?= <{BOB}>": BOB,
    f"A, {EVA} <{BOB}>": BOB,
    f"<{EVA}> <{BOB}>": BOB,
    f"{EVA}: {BOB};": BOB,
    f"{EVA}, {BOB}": EVA,
    f"{EVA}, <{BOB}>": BOB,
    f"Desk: {EVA};": EVA,
    f'"{EVA}"@firm.example': "",
    f'"a b" <"{EVA}"@firm.example>': "",
    f'{EVA} <"bob b"@firm.example>': "",
    f'b"{EVA}"ob@firm.example': "",
    f"{EVA}{' ' * 20_000}<{BOB}>": EVA,
    f"{EVA} (": EVA,
}
"""Each with the address that is taken: none of somebody's name, and none that is sure unless it is the only one."""


@pytest.mark.parametrize("written", TWO_WAYS)
def test_a_from_that_can_be_read_in_two_ways_confirms_nobody(written: str) -> None:
    for trusted, known in ((OURS, Sender.UNCONFIRMED), ("", Sender.NOT_ASKED)):
        mail = parse.read(
            f"Authentication-Results: {PASS}\r\nFrom: {written}\r\n\r\nIt burns\r\n".encode(), authserv_id=trusted
        )
        assert (mail.sender, mail.confirmed) == (TWO_WAYS[written], known)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (EVA, ""),
        (f"<{EVA.upper()}>", ""),
        (f"Eva M. Mala <{EVA}>", "Eva M. Mala"),
        (f'"Mala, \\"Eva\\" (IT)" <{EVA}> (desk)', 'Mala, "Eva" (IT)'),
        (f"=?utf-8?q?Eva_Mal=C3=A1?=\r\n <{EVA}>", "Eva Malá"),
        (f"{EVA} (Eva Malá)", "Eva Malá"),
        (f'"{EVA}" <{EVA}>', EVA),
    ],
)
def test_a_single_mailbox_is_confirmed_however_it_is_written(written: str, name: str) -> None:
    mail = parse.read(
        f"Authentication-Results: {PASS}\r\nFrom: {written}\r\n\r\nIt burns\r\n".encode(), authserv_id=OURS
    )
    assert (mail.sender, mail.name, mail.confirmed) == (EVA, name, Sender.CONFIRMED)


def test_no_letter_that_merely_looks_alike_makes_somebody_elses_address() -> None:
    said = f"Authentication-Results: {PASS}\r\nFrom: \u212aarel@firm.example\r\n\r\nIt burns\r\n"
    assert parse.read(said.encode(), authserv_id=OURS).sender != "karel@firm.example"


def test_dmarc_speaks_for_the_very_domain_it_names() -> None:
    for domain in ("mail.firm.example", "example", "firm.example.evil.example"):
        assert read(f"{OURS}; dmarc=pass header.from={domain}").confirmed is Sender.UNCONFIRMED


@scene
async def test_p18_a_colleague_does_not_write_in_anothers_name(tmp_path: Path) -> None:
    for written in (f"{EVA} <{BOB}>", f"{EVA}, {BOB}", f'"{EVA}"@firm.example'):
        async with play(tmp_path) as desk:
            await desk.comes(EVA)
            head = f"Authentication-Results: {PASS}\r\nFrom: {written}\r\nMessage-ID: <z@firm.example>\r\n"
            raw = f"{head}Subject: [#1] x\r\n\r\nDo it\r\n"
            await comes(desk, parse.read(raw.encode(), authserv_id=OURS))
            noted = [entry for _, entry in await desk.store.history(1)]
            said = [one for one in noted if isinstance(one.event, events.MessageAdded) and one.event.text == "Do it"]
            assert all(one.actor is not Actor.REQUESTER for one in said)


async def comes(desk: Play, mail: parse.Mail) -> Outcome:
    desk.seconds += 3600
    return await desk.incoming.take(Kept(mail, (), ""), desk.now)


@scene
async def test_p18_a_forged_mail_neither_closes_nor_opens_nor_asks_in_anybodys_name(tmp_path: Path) -> None:
    async with play(tmp_path) as desk:
        await desk.comes(EVA)
        await desk.does(1, events.Triaged(2, 2), events.Started(), events.Resolved("A new cable"))
        token = (await desk.last(NoticeKind.RESOLVED)).message_id.partition("@")[0]
        # Whoever forges it even knows the button's number, as somebody does to whom the mail was passed on.
        await comes(desk, read(subject=f"[#1] solved-{token}", message_id="<1@x.example>", text=""))
        assert (await desk.ticket()).state is TicketState.RESOLVED
        noted = [entry for _, entry in await desk.store.history(1) if isinstance(entry.event, events.MessageAdded)]
        assert [(entry.actor, entry.event.internal) for entry in noted][-2:] == [  # type: ignore[union-attr]
            (Actor.GUEST, False),
            (Actor.DESK, True),
        ]
        confirmed = read(PASS, subject=f"[#1] solved-{token}", message_id="<2@x.example>", text="")
        await comes(desk, confirmed)
        assert (await desk.ticket()).state is TicketState.CLOSED
        await comes(desk, read(subject="Re: Fire [#1]", message_id="<3@x.example>"))
        assert (await desk.ticket()).state is TicketState.CLOSED, "anybody can write a number"
        asked = await desk.ticket(2)
        assert (asked.user, asked.customer, asked.address) == ("", "", EVA)
        said = [entry.event for _, entry in await desk.store.history(2)]
        assert any(isinstance(event, events.MessageAdded) and event.internal and EVA in event.text for event in said)


@scene
async def test_through_real_servers_only_what_they_confirm_is_a_users(
    house: House, servers: MailServers, desk: str
) -> None:
    async with post_office(house, servers, desk, authserv_id=OURS) as office:
        await office.writes(EVA, "Send me my password", Authentication_Results="mx.evil.example; dmarc=pass")
        assert (await office.ticket(1)).user == ""
        confirmed = a_mail(EVA, office.address, "It burns").as_bytes()
        await asyncio.to_thread(servers.put, desk, f"Authentication-Results: {PASS}\r\n".encode() + confirmed)
        ticket = await office.ticket(2)
        assert (ticket.user, ticket.channel, ticket.requester) == ("eva", Channel.MAIL, "Eva Malá")
