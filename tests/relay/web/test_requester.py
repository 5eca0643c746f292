import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import Channel
from relay.store import By
from relay.web.links import LIFETIME, Way
from tests.relay.rig import scene
from tests.relay.web.desk import EVA, desk
from tests.relay.web.visitor import Visitor, multipart

JANA = By(events.Actor.STAFF, "jana", "Jana Nováková")
EVA_HERSELF = By(events.Actor.REQUESTER, "eva", "Eva Nová")
KEY = "c" * 32


@scene
async def test_a_message_from_the_page_is_in_the_history_once_however_often_it_is_sent(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number, visitor = await at.asked(), at.visitor()
        page = await visitor.get(at.link(number))
        for _ in range(2):
            shown = await visitor.send(page, "/say", text="Is anybody\r\nthere?")
            assert shown.status == 200
            assert "Your message is with us." in shown.text
        written = [event for event in await at.events(number) if isinstance(event, events.MessageAdded)]
        assert [(message.text, message.channel) for message in written] == [("Is anybody\nthere?", Channel.WEB)]


@scene
async def test_a_message_reaches_the_consoles_at_once(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        console, number, visitor = await at.staff(), await at.asked(), at.visitor()
        await visitor.send(await visitor.get(at.link(number)), "/say", text="Still burning")
        heard = await console.hears(envelope.TicketChanged, lambda m: m.ticket.number == number)
        assert heard.ticket.requester == "Eva Nová"


@scene
async def test_an_empty_message_gets_a_sentence_and_writes_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number, visitor = await at.asked(), at.visitor()
        before = await at.events(number)
        shown = await visitor.send(await visitor.get(at.link(number)), "/say", text="  \r\n ")
        assert shown.status == 422
        assert "Please write something first." in shown.text
        assert await at.events(number) == before


@scene
async def test_a_message_that_is_too_long_is_given_back_to_be_shortened(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number, visitor = await at.asked(), at.visitor()
        shown = await visitor.send(await visitor.get(at.link(number)), "/say", text="long " * 1000)
        assert shown.status == 422
        assert "That is longer than 4000 characters." in shown.text
        assert "long " * 999 in shown.body


@scene
async def test_a_question_is_answered_on_the_page(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number, visitor = await at.asked(), at.visitor()
        await at.happens(number, events.QuestionAsked(KEY, "Which printer?"), by=JANA)
        page = await visitor.get(at.link(number))
        assert "Which printer?" in page.text
        shown = await visitor.send(page, "/question", text="The red one")
        assert "Thank you for your answer." in shown.text
        assert not shown.has_form("/question")
        assert events.QuestionAnswered(KEY, "The red one") in await at.events(number)


@scene
async def test_what_was_understood_is_confirmed_on_the_page(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number, visitor = await at.asked(), at.visitor()
        await at.happens(number, events.ReadBack("You want it out"), by=JANA)
        page = await visitor.get(at.link(number))
        shown = await visitor.send(page, "/understood", right="no", text="I want it cold")
        assert not shown.has_form("/understood")
        assert events.ReadBackAnswered(right=False, text="I want it cold") in await at.events(number)


@scene
async def test_steps_are_done_or_given_back_on_the_page(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number, visitor = await at.asked(), at.visitor()
        await at.happens(number, events.InstructionGiven(KEY, ("Pull the plug", "Wait")), by=JANA)
        page = await visitor.get(at.link(number))
        assert "Pull the plug" in page.text
        await visitor.send(page, "/steps", done="no")
        assert events.InstructionAnswered(KEY, done=False) in await at.events(number)


@pytest.mark.parametrize(("way", "user"), [(Way.SHOWN, "eva"), (Way.MAILED, "")])
@scene
async def test_an_offer_is_accepted_only_by_who_may_order_with_a_link_from_a_mail(
    tmp_path: Path, way: Way, user: str
) -> None:
    async with desk(tmp_path) as at:
        number, visitor = await at.asked(), at.visitor()
        other = await at.asked("Another", user=user)
        quote = events.QuoteMade(KEY, "A new printer", 12900, "EUR", datetime.now(UTC) + timedelta(days=2))
        for ticket in (number, other):
            await at.happens(ticket, quote, by=JANA)
        page = await visitor.get(at.link(other, way=way))
        assert "€129.00" in page.text
        assert not page.has_form("/quote")
        form = page.form("/say")
        refused = await visitor.post(
            form.action.replace("/say", "/quote"), form.fields | {"key": KEY, "accepted": "yes"}
        )
        assert refused.status == 422
        await visitor.send(await visitor.get(at.link(number)), "/quote", accepted="yes")
        assert events.QuoteAnswered(KEY, accepted=True, user="eva") in await at.events(number)
        assert not [e for e in await at.events(other) if isinstance(e, events.QuoteAnswered)]


@scene
async def test_a_request_is_taken_back_on_the_page(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number, visitor = await at.asked(), at.visitor()
        shown = await visitor.send(await visitor.get(at.link(number)), "/cancel")
        assert "You took your request back." in shown.text
        assert await at.state(number) == "cancelled"


@scene
async def test_a_closed_ticket_is_taken_up_again_for_some_days_and_then_no_more(tmp_path: Path) -> None:
    clock = [datetime.now(UTC)]
    async with desk(tmp_path, clock=lambda: clock[0]) as at:
        console, number, visitor = await at.staff(), await at.asked(), at.visitor()
        await at.resolved(number, console)
        link = at.link(number)
        await visitor.send(await visitor.get(link), "/verdict", solved="yes")
        page = await visitor.get(link)
        clock[0] += timedelta(days=15)
        assert not (await visitor.get(link)).has_form("/reopen")
        assert (await visitor.send(page, "/reopen", text="Again")).status == 409
        clock[0] -= timedelta(days=10)
        shown = await visitor.send(page, "/reopen", text="Again")
        assert "We go on with it." in shown.text
        assert "We look at it again" in shown.text
        assert "We are working on it." not in shown.text
        assert await at.state(number) == "in_progress"
        await at.happens(number, events.Started(), by=JANA)
        assert "We are working on it." in (await visitor.get(link)).text


@scene
async def test_a_verdict_that_comes_too_late_is_told_how_it_stands(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        console, number, visitor = await at.staff(), await at.asked(), at.visitor()
        await at.resolved(number, console)
        page = await visitor.get(at.link(number))
        await visitor.send(page, "/verdict", solved="no")
        shown = await visitor.send(page, "/verdict", solved="yes")
        assert shown.status == 409
        assert "something changed meanwhile" in shown.text
        assert await at.state(number) == "in_progress"


@scene
async def test_a_merged_ticket_says_where_it_goes_on_and_shows_nothing_of_that_one(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number, other = await at.asked(), await at.asked("Adam's secret", user="adam")
        await at.happens(number, events.MergedInto(other), by=JANA)
        page = await at.shown(number)
        assert f"This goes on together with request {other}." in page.text
        assert "secret" not in page.body


@scene
async def test_p02_whatever_is_written_on_a_merged_tickets_page_is_said_where_it_goes_on(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        console, visitor = await at.staff(), at.visitor()
        number, other = await at.asked(), await at.asked("It still burns")
        await console.ask(envelope.MergeTicket, number, other, "the same fire")
        shown = await visitor.send(await visitor.get(at.link(number)), "/say", text="And now the desk, too")
        assert "Your message is with us." in shown.text
        said = [event.text for event in await at.events(other) if isinstance(event, events.MessageAdded)]
        assert said == ["And now the desk, too"]
        await at.happens(other, events.Cancelled())
        assert not (await at.shown(number)).has_form("/say")


@scene
async def test_p16_two_peoples_requests_are_not_merged_for_one_would_never_hear_how_it_goes_on(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        console = await at.staff()
        number = await at.asked()
        others = await at.asked("The same here", user="adam", address="adam@firma.example", requester="Adam")
        refused = await console.ask(envelope.MergeTicket, number, others, "the same fire")
        assert isinstance(refused, envelope.RequestRefused)
        assert "different people's" in refused.sentence
        watched = await at.asked("Disk full", channel=events.Channel.WATCH, user="", address="", requester="")
        assert isinstance(await console.ask(envelope.MergeTicket, watched, number), envelope.Ticket), "nobody's"


@scene
async def test_a_ticket_with_very_many_messages_is_read_page_by_page_and_none_is_missing(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number, visitor = await at.asked(), at.visitor()
        for begin in range(0, 700, 100):
            await at.happens(number, *(events.MessageAdded(f"Word {begin + n}.") for n in range(100)), by=EVA_HERSELF)
        page, said = await visitor.get(at.link(number)), list[str]()
        assert page.read.links.count(f"{at.link(number)}#messages") == 0
        while earlier := next((link for link in page.read.links if "before=" in link and "#messages" in link), ""):
            assert len(page.raw) < 500_000
            said = [*re.findall(r'<p dir="auto" class="text">(.*)</p>', page.body), *said]
            page = await visitor.get(earlier.partition("#")[0])
        said = [*re.findall(r'<p dir="auto" class="text">(.*)</p>', page.body), *said]
        assert said == [f"Word {n}." for n in range(700)]
        assert "asked for help" in page.text
        assert any(link.endswith("#history") and "before" not in link for link in page.read.links)


@scene
async def test_links_can_be_ended_by_whoever_has_one(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number, visitor = await at.asked(), at.visitor()
        link = at.link(number)
        shown = await visitor.send(await visitor.get(link), "/links")
        assert "No link to this page works any more." in shown.text
        gone = await visitor.get(link)
        assert gone.status == 410
        assert "This link was ended" in gone.text
        assert "printer" not in gone.body
        assert "help@desk.example" in gone.text
        assert (await visitor.get(at.link(number))).status == 200


@scene
async def test_a_link_that_is_too_old_says_where_to_get_another(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number = await at.asked()
        old = await at.visitor().get(at.link(number, at=datetime.now(UTC) - LIFETIME))
        assert old.status == 410
        assert "This link is over" in old.text
        assert "+420 2 12 34 56" in old.text


@scene
async def test_the_page_speaks_its_readers_language_and_leaves_what_people_wrote(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number = await at.asked(language="de")
        page = await at.shown(number)
        assert '<html lang="de">' in page.body
        assert "The printer is on fire" in page.text
        assert "Wir haben Ihre Anfrage" in page.text


@scene
async def test_somebody_without_an_agent_asks_for_help_on_the_page(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        visitor = at.visitor()
        page = await visitor.get("/")
        asked = {"name": "Eva", "mail": EVA.upper(), "problem": "No network", "urgency": "1", "minutes": "15"}
        for _ in range(2):
            shown = await visitor.send(page, "/ask", **asked)
            assert "We have your request." in shown.text
        (ticket,) = await at.store.unfinished()
        assert (ticket.problem, ticket.urgency, ticket.minutes, ticket.channel) == ("No network", 1, 15, Channel.WEB)
        assert (ticket.user, ticket.customer, ticket.address) == ("eva", "firma", EVA)
        assert [n.kind for n in await at.events(ticket.number) if isinstance(n, events.NoticeSent)] == ["receipt"]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "\u200b", "Please tell us your name."),
        ("name", "x" * 121, "Please tell us your name."),
        ("mail", "eva", "Please write your mail address"),
        ("mail", "eva@firma.example\r\nBcc: all@firma.example", "Please write your mail address"),
        ("mail", "<eva@firma.example>", "Please write your mail address"),
        ("problem", " ", "Please tell us what you need help with."),
        ("problem", "x" * 4001, "at most 4000 characters"),
        ("urgency", "9", "choose from what is offered"),
        ("minutes", "1e9", "choose from what is offered"),
        ("mark", "x", "choose from what is offered"),
    ],
)
@scene
async def test_a_request_that_cannot_be_taken_keeps_what_was_typed(
    tmp_path: Path, field: str, value: str, sentence: str
) -> None:
    async with desk(tmp_path) as at:
        visitor = at.visitor()
        page = await visitor.get("/")
        good = {"name": "Eva", "mail": EVA, "problem": "No network today"}
        shown = await visitor.send(page, "/ask", **(good | {field: value}))
        assert shown.status == 422
        assert sentence in shown.text
        assert field == "problem" or "No network today" in shown.body
        assert not await at.store.unfinished()


@scene
async def test_a_strangers_mailbox_cannot_be_filled_with_receipts(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        shown = None
        for attempt in range(4):
            visitor = Visitor(at.port)
            page = await visitor.get("/")
            shown = await visitor.send(page, "/ask", name="Eva", mail=EVA, problem=f"Again {attempt}")
        assert shown is not None
        assert shown.status == 422
        assert "That was very much at once." in shown.text
        assert len(await at.store.unfinished()) == 3


@scene
async def test_without_hours_or_people_the_form_is_there_all_the_same(tmp_path: Path) -> None:
    async with desk(tmp_path, events.DeskSet(events.DeskSettings())) as at:
        page = await at.visitor("de").get("/")
        assert page.status == 200
        assert page.has_form("/ask")


@scene
async def test_a_file_goes_with_a_message_and_comes_back_to_be_saved(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number, visitor = await at.asked(), at.visitor()
        page = await visitor.get(at.link(number))
        form = page.form("/say")
        picture = ("C:\\desk\\Bild λ <b>.html", "text/html", b"<script>alert(1)</script>")
        body, headers = multipart(form.fields | {"text": ""}, [picture])
        shown = await visitor.post(form.action, body, **headers)
        assert "Bild λ <b>.html" in shown.text
        (address,) = [link for link in shown.read.links if "/file/" in link]
        saved = await visitor.get(address)
        assert saved.body == "<script>alert(1)</script>"
        assert saved.headers["Content-Type"] == "application/octet-stream"
        assert saved.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''Bild%20%CE%BB")
        assert (await visitor.get(address.replace("/0", "/1"))).status == 404
        other = await at.asked("Another")
        assert (await visitor.get(at.link(other) + address[address.index("/file/") :])).status == 404


@scene
async def test_a_file_of_an_internal_message_is_nobodys_business_here(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number, visitor = await at.asked(), at.visitor()
        page = await visitor.get(at.link(number))
        body, headers = multipart(page.form("/say").fields, [("a.txt", "text/plain", b"kept")])
        await visitor.post(page.form("/say").action, body, **headers)
        (sent,) = [event for event in await at.events(number) if isinstance(event, events.MessageAdded)]
        await at.happens(number, events.MessageAdded("Look", internal=True, attachments=sent.attachments), by=JANA)
        last = (await at.store.history(number))[-1][0]
        assert (await visitor.get(f"{at.link(number)}/file/{last}/0")).status == 404


@scene
async def test_mails_to_the_requester_bear_his_link_once_the_page_has_an_address(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        sites = at.running.relay.sites
        address = sites.address("https://help.desk.example", 7, datetime.now(UTC))
        assert address.startswith("https://help.desk.example/t/")
        assert not sites.address("", 7, datetime.now(UTC))


@scene
async def test_a_solution_on_the_page_says_that_it_is_not_verified_yet(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        console, number = await at.staff(), await at.asked()
        await at.resolved(number, console)
        assert "Not yet verified: please try it yourself before you answer." in (await at.shown(number)).text


@scene
async def test_without_a_mailbox_no_page_promises_mail(tmp_path: Path) -> None:
    async with desk(tmp_path, events.DeskSet(events.DeskSettings(phone="+420 1"))) as at:
        visitor, number = at.visitor(), await at.asked()
        assert "We answer there." not in (await visitor.get("/")).text
        page = await visitor.get(at.link(number))
        assert "we send you no mail that brings a new one" in page.text
        ended = await visitor.send(page, "/links")
        assert "next mail" not in ended.text
        assert "+420 1" in ended.text
        assert "mail" not in (await visitor.get(at.link(number)[:-4])).text


@scene
async def test_out_of_hours_the_form_promises_nobody_at_once(tmp_path: Path) -> None:
    sunday, monday = datetime(2026, 11, 22, 10, tzinfo=UTC), datetime(2026, 11, 23, 10, tzinfo=UTC)
    clock = [datetime.now(UTC)]
    async with desk(tmp_path, clock=lambda: clock[0]) as at:
        await at.staff()
        clock[0] = monday
        assert "Somebody is free" in (await at.visitor().get("/")).text
        clock[0] = sunday
        closed = (await at.visitor().get("/")).text
        assert "We are back Mon 23 Nov, 08:00." in closed
        assert "Somebody is free" not in closed


@scene
async def test_whoever_comes_back_to_the_forms_address_is_shown_the_form(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        answer = await at.visitor().get("/ask")
        assert (answer.status, answer.headers["Location"]) == (303, "/")
