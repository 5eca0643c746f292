"""P11: who may accept a price for the customer hears of it himself, in his language, and says yes or no himself."""

import re
import secrets
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from websockets.typing import Subprotocol

from protocol import envelope, limits
from protocol.desk import events
from protocol.desk.events import ByMail, Machine, User
from protocol.trust import Role
from relay.mail import post
from relay.mail.outgoing import Outbox
from relay.mail.settings import MailSettings
from relay.store import THE_DESK
from tests.promises.test_p18_by_mail import pressed
from tests.promises.test_p20_one_address_for_everything import desk as address
from tests.promises.test_p20_one_address_for_everything import house, servers
from tests.relay.mail.post_office import BOB, EVA, PEOPLE, post_office, text_of
from tests.relay.mail.servers import MailServers
from tests.relay.peopled import history, owned, peopled, sentence
from tests.relay.rig import Actor, House, scene
from tests.relay.web.desk import Desk, desk, register
from tests.relay.web.test_link_in_mail import PAGE, SERVER, Taken

__all__ = ["address", "house", "servers"]

EVA_MAIL = "eva@firma.example"
ADAM = events.UserSet(User("adam", "Adam Bílý", "firma", ("adam@firma.example",)))
BOSS = events.UserSet(
    User("boss", "Otto Chef", "firma", ("otto@firma.example",), language="de", may_accept_quotes=True)
)


async def priced(console: Actor, number: int, text: str = "A new printer on Sunday") -> str:
    key, valid = secrets.token_hex(16), datetime.now(UTC) + timedelta(days=2)
    made = await console.ask(envelope.MakeQuote, number, key, text, 12_900, "EUR", valid, None)
    assert isinstance(made, envelope.Ticket), made
    return key


async def offers(at: Desk, monkeypatch: pytest.MonkeyPatch, *seen_at: str) -> dict[str, tuple[str, str]]:
    """To whom a mail with a price went: its text, and the way to its page. At some machines somebody was, meanwhile."""
    taken, relay = Taken(), at.running.relay
    monkeypatch.setattr(post, "connected", taken.connected)
    settings = MailSettings("help@desk.example", SERVER, SERVER)
    sites = relay.sites
    outbox = Outbox(
        at.store,
        settings,
        relay.counts,
        lambda: at.now() + timedelta(hours=1),
        sites.address,
        seen=lambda device, *shown: device in seen_at or relay.clients.has_shown(device, *shown),
        offer_of=sites.offer,
    )
    await outbox.send_due()
    found = {}
    for mail in taken.mails:
        text = text_of(mail)
        if way := re.search(rf"{PAGE}(/o/[\w-]+)", text):
            found[mail["To"].addresses[0].addr_spec] = (text, way[1])
    return found


@scene
async def test_p11_each_accepter_is_mailed_in_his_language_and_his_page_shows_what_he_decides_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path, *register(page=PAGE), ADAM, BOSS) as at:
        console = await at.staff()
        number = await at.asked("The printer is on fire\nand my boss is to blame", user="adam", requester="Adam Bílý")
        await console.takes(number)
        await console.ask(envelope.AddMessage, number, "He pays late", internal=True)
        await console.ask(envelope.AddMessage, number, "A word for Adam alone")
        await priced(console, number)
        mailed = await offers(at, monkeypatch)
        assert set(mailed) == {"eva@firma.example", "otto@firma.example"}
        assert "Adam Bílý has asked us for help: The printer is on fire. Your org" in " ".join(
            mailed[EVA_MAIL][0].split()
        )
        german, way = mailed["otto@firma.example"]
        assert "Adam Bílý hat uns um Hilfe gebeten" in " ".join(german.split())
        page = await at.visitor().get(way)
        assert page.status == 200
        for said in ("129,00", "A new printer on Sunday", "Adam Bílý", "The printer is on fire"):
            assert said in page.text
        for hidden in ("He pays late", "A word for Adam alone", "to blame"):
            assert hidden not in page.body
        before = await at.events(number)
        await at.visitor().get(way)
        assert await at.events(number) == before, "looking changes nothing"


@pytest.mark.parametrize("accepted", [True, False])
@scene
async def test_p11_an_accepters_answer_on_his_page_counts_and_bears_his_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, accepted: bool
) -> None:
    async with desk(tmp_path, *register(page=PAGE), ADAM, BOSS) as at:
        console, number = await at.staff(), await at.asked(user="adam", requester="Adam Bílý")
        key = await priced(console, number)
        mailed = await offers(at, monkeypatch)
        visitor, other = at.visitor(), at.visitor()
        late = await other.get(mailed[EVA_MAIL][1])
        way = mailed["otto@firma.example"][1]
        word = "yes" if accepted else "no"
        shown = await visitor.send(await visitor.get(way), way, accepted=word, text="Aber bald")
        assert f"Otto Chef hat {'ja' if accepted else 'nein'}" in shown.text.replace("Ja", "ja")
        assert not shown.has_form(way)
        ((actor, name, said),) = [
            (entry.actor_id, entry.actor_name, entry.event)
            for _n, entry in await at.store.history(number)
            if isinstance(entry.event, events.QuoteAnswered)
        ]
        assert (actor, name) == ("boss", "Otto Chef")
        assert said == events.QuoteAnswered(key, accepted, "Aber bald", "boss")
        stale = await other.send(late, mailed[EVA_MAIL][1], accepted="yes")
        assert stale.status == 409
        assert "Otto Chef said" in stale.text
        assert len([e for e in await at.events(number) if isinstance(e, events.QuoteAnswered)]) == 1


@scene
async def test_p11_a_link_to_a_price_opens_nothing_else_and_nothing_for_who_may_not_order_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path, *register(page=PAGE), ADAM) as at:
        console, number = await at.staff(), await at.asked(user="adam", requester="Adam Bílý")
        await priced(console, number)
        ((_, way),) = (await offers(at, monkeypatch)).values()
        token, visitor = way.removeprefix("/o/"), at.visitor()
        assert (await visitor.get(f"/t/{token}")).status == 404
        assert (await visitor.get(f"/o/{at.link(number).removeprefix('/t/')}")).status == 404
        assert (await visitor.get(f"{way[:-1]}{'A' if way[-1] != 'A' else 'B'}")).status == 404
        page = await visitor.get(way)
        forged = page.form(way)
        assert (await visitor.post(way, forged.fields | {"form": "0" * 64, "accepted": "yes"})).status == 403
        eva = (await at.store.book()).register.users["eva"]
        await at.store.record(
            lambda _: (events.UserSet(User("eva", eva.name, "firma", eva.mails)),), THE_DESK, at.now()
        )
        assert (await visitor.get(way)).status == 410
        assert (await visitor.send(page, way, accepted="yes")).status == 410
        assert not [e for e in await at.events(number) if isinstance(e, events.QuoteAnswered)]


@pytest.mark.parametrize(
    ("by_mail", "seen_at", "mailed"),
    [
        (ByMail.AWAY, (), True),
        (ByMail.AWAY, ("ottos",), False),
        (ByMail.AWAY, ("adams",), True),
        (ByMail.ALWAYS, ("ottos",), True),
        (ByMail.NEVER, (), False),
    ],
)
@scene
async def test_p11_an_accepter_whose_machine_is_off_is_mailed_unless_he_comes_to_it_or_wants_it_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_mail: ByMail, seen_at: tuple[str, ...], mailed: bool
) -> None:
    boss = User("boss", "Otto Chef", "firma", ("otto@firma.example",), may_accept_quotes=True, by_mail=by_mail)
    machines = (events.MachineSet(Machine(name, name, whose)) for name, whose in (("ottos", "boss"), ("adams", "adam")))
    async with desk(tmp_path, *register(page=PAGE), ADAM, events.UserSet(boss), *machines) as at:
        console, number = await at.staff(), await at.asked(user="adam", requester="Adam Bílý", device="adams")
        await priced(console, number)
        assert ("otto@firma.example" in await offers(at, monkeypatch, *seen_at)) is mailed


@pytest.mark.parametrize(("version", "mailed"), [(1, True), (limits.PROTOCOL_VERSION, False)])
@scene
async def test_p11_an_accepter_whose_agent_is_too_old_to_show_a_price_is_mailed_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int, mailed: bool
) -> None:
    machine = events.MachineSet(Machine("laptop", "Otto's", "boss"))
    async with desk(tmp_path, *register(page=PAGE), ADAM, BOSS, machine) as at:
        socket = await at.running.dial("/control", subprotocols=[Subprotocol(f"athand-{version}")])
        agent = Actor(at.running, Role.DEVICE, at.running.house.devices["laptop"], socket, None)
        at.running.actors.append(agent)
        await agent.sign_in()
        console, number = await at.staff(), await at.asked(user="adam", requester="Adam Bílý")
        key = await priced(console, number)
        whole = await console.ask(envelope.ReadTicket, number)
        ways = {notice.to: notice.way for notice in history(whole, events.NoticeSent) if notice.about == key}
        assert bool(ways["boss"]) is mailed, "the technician sees by which way he is told"
        await agent.leave()
        assert ("otto@firma.example" in await offers(at, monkeypatch)) is mailed


@scene
async def test_p11_an_accepter_with_an_agent_is_told_there_at_once_and_answers_there(tmp_path: Path) -> None:
    house = peopled(tmp_path / "relay", events.MachineSet(Machine("desktop", "Adam's", "adam")))
    async with house.relay() as relay:
        evas, adams, jana = await relay.agent(), await relay.agent("desktop"), await relay.console("jana")
        number = await owned(adams, jana, "jana", problem="The printer is on fire")
        await jana.ask(envelope.AddMessage, number, "For Adam alone")
        key = await priced(jana, number)
        (offer,) = (await evas.hears(envelope.About, lambda about: bool(about.offers))).offers
        assert (offer.ticket, offer.quote, offer.requester, offer.title) == (
            number,
            key,
            "Adam Bílý",
            "The printer is on fire",
        )
        assert (offer.text, offer.price_cents, offer.currency) == ("A new printer on Sunday", 12_900, "EUR")
        assert (await adams.ask(envelope.ReadAbout)).offers == ()
        assert "another computer" in sentence(await evas.ask(envelope.ReadTicket, number))
        assert "somebody else" in sentence(await adams.ask(envelope.AnswerOffer, number, key, accepted=True))
        assert (await evas.ask(envelope.AnswerOffer, number, key, accepted=True)).offers == ()
        read = await jana.ask(envelope.ReadTicket, number)
        (line,) = [line for line in read.history if isinstance(line.event, events.QuoteAnswered)]
        assert (line.actor_name, line.event.user, line.event.accepted) == ("Eva Králová", "eva", True)
        (told,) = history(read, events.NoticeSent)[-1:]
        assert (told.kind, told.to, told.way) == (events.NoticeKind.QUOTE, "eva", "")
        assert "already" in sentence(await evas.ask(envelope.AnswerOffer, number, key, accepted=False))


@scene
async def test_p11_an_accepter_without_a_page_answers_with_the_button_in_his_mail(
    house: House, servers: MailServers, address: str
) -> None:
    bob = events.UserSet(User("bob", "Bob Boss", "firm", (BOB,), may_accept_quotes=True))
    async with post_office(house, servers, address, (*PEOPLE, bob)) as office:
        console = await office.running.console()
        await office.writes(EVA)
        await office.ticket(1)
        await console.takes(1)
        await priced(console, 1)
        asked: EmailMessage = (await office.gets(BOB, 1, "mailto:"))[-1]
        assert "Eva Malá has asked us for help" in " ".join(text_of(asked).split())
        await office.writes(BOB, "", subject=pressed(asked, 0))
        ticket = await office.ticket(1, lambda ticket: not ticket.agreements.price_waits)
        (quote,) = ticket.agreements.quotes.values()
        assert quote.accepted
        (said,) = [event for event in await office.history(1) if isinstance(event, events.QuoteAnswered)]
        assert said.user == "bob"
