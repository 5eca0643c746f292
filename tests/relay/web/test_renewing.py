"""A link that is over, and the new one its requester asks for: through the page and his mailbox."""

import re
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from protocol.desk import events
from relay.web.links import LIFETIME, Way
from tests.relay.rig import scene
from tests.relay.web.desk import EVA, Desk, again, desk, register
from tests.relay.web.test_link_in_mail import PAGE, mails

ANSWER = "a new one is on its way to the mail address that we know"


def over(at: Desk, number: int) -> str:
    return at.link(number, at=datetime.now(UTC) - LIFETIME)


def links_in(mail: EmailMessage) -> list[str]:
    body = mail.get_body(("plain",))
    assert body is not None
    return re.findall(rf"{PAGE}(/t/[\w-]+)", body.get_content())


def told(happened: list[events.Event]) -> int:
    return sum(isinstance(e, events.NoticeSent) and e.kind is events.NoticeKind.LINK for e in happened)


@scene
async def test_whoever_follows_a_link_that_is_too_old_has_a_new_one_mailed_to_the_requester(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path, *register(page=PAGE)) as at:
        number, visitor = await at.asked(), at.visitor()
        await mails(at, monkeypatch)
        page = await visitor.get(over(at, number))
        assert page.status == 410
        assert ANSWER in (await visitor.send(page, "/again")).text
        (mail,) = await mails(at, monkeypatch)
        assert mail["To"].addresses[0].addr_spec == "eva@firma.example"
        (path,) = links_in(mail)
        assert f"Request {number}" in (await visitor.get(path)).text


@scene
async def test_a_link_that_was_ended_brings_a_new_one_only_to_whose_request_it_is_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adam = events.UserSet(events.User("adam", "Adam Bílý", "firma", ("adam@firma.example",)))
    async with desk(tmp_path, *register(page=PAGE), adam) as at:
        number, visitor = await at.asked(), at.visitor()
        link = at.link(number)
        await mails(at, monkeypatch)
        await at.happens(number, events.RequesterSet("adam", "Adam Bílý", "firma"))
        assert ANSWER in (await visitor.send(await visitor.get(link), "/again")).text
        assert {mail["To"].addresses[0].addr_spec for mail in await mails(at, monkeypatch)} == {"adam@firma.example"}
        assert "Adam" not in (await visitor.get(link)).body


@scene
async def test_whether_there_is_a_request_or_an_address_cannot_be_told_from_the_answer(tmp_path: Path) -> None:
    async with desk(tmp_path, *register(page=PAGE)) as at:
        number, visitor = await at.asked(), at.visitor()
        unreached = await at.asked(user="", customer="", address="", channel=events.Channel.PHONE)
        said = set()
        for asked in (number, unreached, 999_999):
            shown = await visitor.send(await visitor.get(over(at, asked)), "/again")
            said.add((shown.status, shown.text))
        assert len(said) == 1
        assert [told(await at.events(asked)) for asked in (number, unreached)] == [1, 0]


@scene
async def test_nobody_fills_a_mailbox_with_new_links(tmp_path: Path) -> None:
    async with desk(tmp_path, *register(page=PAGE)) as at:
        number, visitor = await at.asked(), at.visitor()
        page = await visitor.get(over(at, number))
        for _ in range(5):
            assert ANSWER in (await visitor.send(page, "/again")).text
        assert told(await at.events(number)) == 2
        assert at.running.relay.counts["web_links_too_fast"] == 3


@scene
async def test_whoever_has_many_links_to_one_persons_requests_sends_him_three_mails_at_once(tmp_path: Path) -> None:
    async with desk(tmp_path, *register(page=PAGE)) as at:
        visitor, numbers = at.visitor(), [await at.asked(f"Fire {count}") for count in range(4)]
        for number in numbers:
            assert ANSWER in (await visitor.send(await visitor.get(over(at, number)), "/again")).text
        assert [told(await at.events(number)) for number in numbers] == [1, 1, 1, 0]
        assert at.running.relay.counts["web_links_too_many_for_mailbox"] == 1


@scene
async def test_forms_and_new_links_share_what_one_mailbox_gets(tmp_path: Path) -> None:
    async with desk(tmp_path, *register(page=PAGE)) as at:
        visitor, number = at.visitor(), await at.asked()
        for count in range(3):
            typed = {"name": "Eve", "mail": EVA.upper(), "problem": f"x{count}", "urgency": "2", "minutes": "10"}
            assert (await visitor.send(await visitor.get("/"), "/ask", **typed)).status == 200
        assert ANSWER in (await visitor.send(await visitor.get(over(at, number)), "/again")).text
        assert told(await at.events(number)) == 0


@scene
async def test_what_stands_behind_a_plus_makes_no_other_mailbox(tmp_path: Path) -> None:
    async with desk(tmp_path, *register(page=PAGE)) as at:
        visitor = at.visitor()
        answers = []
        for count in range(4):
            typed = {
                "name": "Eve",
                "mail": f"eva+{count}@home.example",
                "problem": "x",
                "urgency": "2",
                "minutes": "10",
            }
            answers.append((await visitor.send(await visitor.get("/"), "/ask", **typed)).status)
        assert answers == [200, 200, 200, 422]
        typed = {"name": "Eve", "mail": "+eva@home.example", "problem": "x", "urgency": "2", "minutes": "10"}
        assert (await visitor.send(await visitor.get("/"), "/ask", **typed)).status == 200


@scene
async def test_a_relay_that_starts_anew_still_knows_what_one_mailbox_got(tmp_path: Path) -> None:
    async with desk(tmp_path, *register(page=PAGE)) as at:
        visitor, numbers = at.visitor(), [await at.asked(f"Fire {count}") for count in range(4)]
        for number in numbers[:3]:
            await visitor.send(await visitor.get(over(at, number)), "/again")
    async with again(at) as anew:
        visitor = anew.visitor()
        assert ANSWER in (await visitor.send(await visitor.get(over(anew, numbers[3])), "/again")).text
        assert [told(await anew.events(number)) for number in numbers] == [1, 1, 1, 0]
        assert "firma" not in str(await anew.store.rows("SELECT mailbox FROM mails_caused"))


@scene
async def test_a_link_that_still_holds_opens_its_page_and_sends_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path, *register(page=PAGE)) as at:
        number, visitor = await at.asked(), at.visitor()
        live = at.link(number, way=Way.SHOWN)
        page = await visitor.get(live)
        cookie = next(value for (_, name), value in visitor.cookies.items() if name == "athand-form")
        form = next(form.fields["form"] for form in page.read.forms if "form" in form.fields)
        visitor.cookies[(f"{live}/again", "athand-again")] = cookie
        answer = await visitor.post(f"{live}/again", {"form": form})
        assert f"Request {number}" in answer.text
        assert told(await at.events(number)) == 0


@scene
async def test_a_link_that_was_never_made_here_cannot_ask_for_another(tmp_path: Path) -> None:
    async with desk(tmp_path, *register(page=PAGE)) as at:
        number, visitor = await at.asked(), at.visitor()
        page = await visitor.get(over(at, number))
        forged = over(at, number)[:-6] + "AAAAAA"
        assert not (await visitor.get(forged)).has_form("/again")
        form = page.form("/again")
        assert (await visitor.post(f"{forged}/again", form.fields)).status == 403, "the form is another link's"
        assert (await at.visitor().post(form.action, form.fields)).status == 403, "from another site: no cookie"
        assert told(await at.events(number)) == 0


@scene
async def test_a_desk_without_mail_offers_none(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        page = await at.visitor().get(over(at, await at.asked()))
        assert not page.has_form("/again")
        assert "+420 2 12 34 56" in page.text
