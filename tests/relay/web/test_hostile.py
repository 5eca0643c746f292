"""What strangers try on the page. Each gets one sentence, and changes nothing."""

import asyncio
import contextlib
import socket
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.datastructures import FormData

from protocol.desk import events
from relay.mail import parse
from relay.mail.incoming import Incoming, Kept, Outcome
from relay.web import forms, guard, serving
from relay.web.links import Links
from tests.relay.rig import scene
from tests.relay.web.desk import Desk, desk
from tests.relay.web.visitor import Page, Visitor

ATTACK = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>{{7*7}}${7*7}"


def one_sentence(page: Page) -> bool:
    return page.read.tags.count("h1") == 1 and "Traceback" not in page.body


async def solved(at: Desk) -> int:
    console, number = await at.staff(), await at.asked()
    await at.resolved(number, console)
    return number


@scene
async def test_a_link_that_was_forged_or_is_anothers_opens_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number, other = await at.asked(), await at.asked("Another's")
        mine, theirs = at.link(number), at.link(other)
        forged = [
            Links(bytes(32)).token(number, datetime.now(UTC)),
            mine[3:-4] + "AAAA",
            theirs[3:15] + mine[15:],
            "A" * 44,
            "%00" * 44,
            "..%2f..%2fetc%2fpasswd",
            "A" * 4000,
        ]
        for token in forged:
            page = await at.visitor().get(f"/t/{token}")
            assert page.status in {400, 404}, token
            assert "printer" not in page.body
            assert one_sentence(page)


@scene
async def test_an_answer_without_the_pages_token_or_cookie_counts_for_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number = await solved(at)
        link, visitor = at.link(number), at.visitor()
        page = await visitor.get(link)
        form = page.form("/verdict").fields
        stolen = {"form": form["form"], "solved": "yes"}
        assert (await visitor.post(f"{link}/verdict", {"solved": "yes"})).status == 403
        assert (await visitor.post(f"{link}/verdict", {"form": "0" * 64, "solved": "yes"})).status == 403
        assert (await at.visitor().post(f"{link}/verdict", stolen)).status == 403
        cross = await visitor.post(f"{link}/verdict", stolen, **{"Sec-Fetch-Site": "cross-site"})
        assert cross.status == 403
        other = at.link(await solved(at))
        await visitor.get(other)
        assert (await visitor.post(f"{other}/verdict", stolen)).status == 403
        assert await at.state(number) == "resolved"


@scene
async def test_a_refused_answer_gives_back_what_was_typed(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number = await at.asked()
        page = await at.visitor().post(f"{at.link(number)}/say", {"text": "I typed for an hour"})
        assert page.status == 403
        assert "I typed for an hour" in page.body


@scene
async def test_markup_in_any_text_is_shown_as_text(tmp_path: Path) -> None:
    staff = events.Staff(ATTACK[:120], ATTACK[:120], ATTACK[:120], ATTACK[:120])
    async with desk(tmp_path) as at:
        number = await at.asked(ATTACK, subject=ATTACK, requester=ATTACK[:120])
        now = datetime.now(UTC).replace(year=2090)
        await at.happens(
            number,
            events.Triaged(2, 2),
            events.Assigned(staff),
            events.Started(),
            events.NextStepSet(ATTACK, now),
            events.MessageAdded(ATTACK, attachments=(events.Attachment(ATTACK, ATTACK, 1, "a" * 64),)),
            events.ReadBack(ATTACK),
            events.QuestionAsked("a" * 32, ATTACK),
            events.InstructionGiven("b" * 32, (ATTACK, ATTACK)),
            events.QuoteMade("c" * 32, ATTACK, 1, "EUR", now),
            events.AppointmentMade("d" * 32, now, now.replace(year=2091), ATTACK),
        )
        shown = await at.shown(number)
        assert shown.status == 200
        assert shown.text.count("<script>alert('x')</script>") >= 10
        await at.happens(number, events.QuestionAnswered("a" * 32, ATTACK), events.Resolved(ATTACK))
        for page in (shown, await at.shown(number)):
            assert not {"script", "img"} & set(page.read.tags)


@scene
async def test_every_answer_tells_the_browser_to_do_no_more_than_show_it(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number = await at.asked()
        for path in ("/", at.link(number), "/nothing", "/t/x", "/style.css"):
            headers = (await at.visitor().get(path)).headers
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert "unsafe" not in headers["Content-Security-Policy"]
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert path == "/style.css" or headers["Cache-Control"] == "no-store"
            cookie = headers["Set-Cookie"] or "HttpOnly; SameSite=strict"
            assert "HttpOnly" in cookie
            assert "SameSite=strict" in cookie


@pytest.mark.parametrize("value", ["eva\r\nSet-Cookie: a=b", "eva\nLocation: //evil.example", "a\u0085b\u2028c"])
@scene
async def test_line_breaks_in_a_name_reach_no_header_and_no_line(tmp_path: Path, value: str) -> None:
    async with desk(tmp_path) as at:
        visitor = at.visitor()
        page = await visitor.get("/")
        page = await visitor.send(page, "/ask", name=value, mail="eva@firma.example", problem="Help")
        assert page.status == 200
        assert "evil" not in str(page.headers)
        (ticket,) = await at.store.unfinished()
        assert ticket.requester.isprintable()


@scene
async def test_more_than_may_be_sent_is_not_read(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number, visitor = await at.asked(), at.visitor()
        address = f"{at.link(number)}/say"
        told = await asyncio.to_thread(raw, at.port, f"POST {address}", "Content-Length: 99999999999")
        assert " 413 " in told
        file = b'--b\r\nContent-Disposition: form-data; name="file"; filename="zeros"\r\n\r\n' + bytes(guard.BODY_BYTES)
        unheard = b"%x\r\n" % len(file) + file + b"\r\n0\r\n\r\n"
        kind = "Transfer-Encoding: chunked\r\nContent-Type: multipart/form-data; boundary=b"
        assert " 413 " in await asyncio.to_thread(raw, at.port, f"POST {address}", kind, unheard)
        fields = {f"field{position}": "x" for position in range(200)}
        assert (await visitor.post(address, fields)).status == 400
        assert (await visitor.post(address, b"\xff\xfe%zz=&&&=;", **{"Content-Type": "nonsense"})).status == 403


def raw(port: int, what: str, headers: str, body: bytes = b"") -> str:
    """What comes back for bytes that no library would send."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it has heard enough
            line.sendall(f"{what} HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\n".encode() + body)
        try:
            return line.recv(65536).decode("latin-1")
        except ConnectionResetError:
            return ""


@scene
async def test_a_client_that_sends_nothing_is_hung_up_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "HEAD_S", 0.2)
    async with desk(tmp_path) as at:
        reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        await writer.drain()
        async with asyncio.timeout(5):
            assert await reader.read() == b""
        writer.close()
        assert (await at.visitor().get("/")).status == 200


@scene
async def test_a_client_that_does_not_finish_is_hung_up_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "REQUEST_S", 0.3)
    async with desk(tmp_path) as at:
        number = await at.asked()
        reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
        head = f"POST {at.link(number)}/say HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n"
        writer.write(head.encode() + b"Content-Type: application/x-www-form-urlencoded\r\n\r\ntext=a")
        await writer.drain()
        async with asyncio.timeout(5):
            assert await reader.read() == b""
        writer.close()


@scene
async def test_whoever_asks_too_fast_is_told_to_wait_and_others_are_not(tmp_path: Path) -> None:
    seconds = [0.0]
    async with desk(tmp_path, seconds=lambda: seconds[0]) as at:
        number, visitor = await at.asked(), at.visitor()
        page = await visitor.get(at.link(number))
        statuses = []
        for turn in range(24):
            mark = f"{turn:032x}"
            statuses.append((await visitor.send(page, "/say", text=f"{turn}", mark=mark)).status)
        assert statuses.count(200) == 20
        assert set(statuses[20:]) == {429}
        seconds[0] += 60
        assert (await visitor.send(page, "/say", text="Sorry", mark="f" * 32)).status == 200


@scene
async def test_other_ways_of_asking_get_a_sentence(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        visitor = Visitor(at.port)
        for method in ("PUT", "DELETE", "OPTIONS", "TRACE"):
            page = await asyncio.to_thread(visitor._ask, method, "/", b"", {})
            assert page.status == 405, method
            assert one_sentence(page)


def test_marks_piled_up_on_one_letter_hold_nobody_up() -> None:
    form = FormData([("problem", "e" + "\u0300\u0316" * 16_000)])
    began = time.thread_time()
    with pytest.raises(ValueError, match="longer than 4000"):
        forms.text(form, "problem", 4000)
    assert time.thread_time() - began < 0.1
    assert forms.text(FormData([("problem", " e\u0301\r\n" * 1000)]), "problem", 4000).startswith("\u00e9\n")


@scene
async def test_a_form_sent_with_the_number_of_a_mail_to_come_does_not_keep_the_mail_out(tmp_path: Path) -> None:
    mail = parse.read(b"From: x@evil.example\nMessage-ID: <chosen@evil.example>\nSubject: Fire\n\nIt burns")
    async with desk(tmp_path) as at:
        visitor = at.visitor()
        typed = {"name": "Eve", "mail": "eve@home.example", "problem": "x", "urgency": "2", "minutes": "10"}
        assert (await visitor.send(await visitor.get("/"), "/ask", mark=mail.mark, **typed)).status == 200
        incoming = Incoming(at.store, at.running.relay.counts, at.running.relay._seconds, lambda _ticket: None)
        assert await incoming.take(Kept(mail, (), ""), at.now()) is Outcome.TAKEN
        assert [ticket.problem for ticket in await at.store.unfinished()] == ["x", "It burns"]
