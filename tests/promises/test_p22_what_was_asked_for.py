"""P22: the history says what a session was asked for, not only that it was, in everybody's window and on the page."""

import secrets
from pathlib import Path

import pytest

from agent.ui.story import story
from console.ui.happenings import happened
from protocol import envelope
from protocol.desk import events
from protocol.desk.events import Entry, decode, encode
from protocol.scopes import Scope
from tests.relay.peopled import LONG_AGO, history, owned, peopled
from tests.relay.rig import scene
from tests.relay.web.desk import desk

SEE, BOTH = frozenset({Scope.SEE}), frozenset({Scope.SEE, Scope.CONTROL})
MORE = " and use your mouse and keyboard."


@pytest.mark.parametrize(("scopes", "more"), [(BOTH, True), (SEE, False), (frozenset(), False)])
@scene
async def test_p22_who_asked_for_control_too_is_said_to_have_in_the_users_window_and_the_consoles(
    tmp_path: Path, scopes: frozenset[Scope], more: bool
) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana = await relay.agent(), await relay.console("jana")
        number = await owned(agent, jana, "jana")
        await jana.takes(number)
        assert isinstance(await jana.ask(envelope.RequestSession, number, scopes), envelope.SessionReady)
        hers = await agent.ask(envelope.ReadTicket, number)
        (asked,) = history(hers, events.SessionRequested)
        assert asked.scopes == scopes
        told = [words for _at, words in story(hers.history)]
        assert "Jana Nováková asked to see your screen" + (MORE if more else ".") in told
        read = await jana.ask(envelope.ReadTicket, number)
        (line,) = [line for line in read.history if isinstance(line.event, events.SessionRequested)]
        said = "Jana Nováková asked to see the screen"
        assert happened(line) == (f"{said} and use mouse and keyboard" if more else said)


@scene
async def test_p22_the_page_says_it_and_what_was_written_down_before_is_read_as_before(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number = await at.asked()
        jana = events.Staff("jana", "Jana Nováková", "Support engineer", "+420 123 456")
        old = events.SessionRequested(secrets.token_hex(16), jana)
        await at.happens(number, old, events.SessionEnded(old.session, events.EndReason.REFUSED, 0.0))
        page = (await at.shown(number)).text
        assert "asked to see the screen" in page
        assert "mouse and keyboard" not in page
        await at.happens(number, events.SessionRequested(secrets.token_hex(16), jana, BOTH))
        assert "asked to see the screen and use mouse and keyboard" in (await at.shown(number)).text


def test_p22_an_event_of_before_keeps_its_bytes() -> None:
    jana = events.Staff("jana", "Jana", "Engineer", "1")
    asked = events.SessionRequested("0" * 32, jana)
    entry = Entry(7, LONG_AGO, events.Actor.STAFF, "jana", "Jana", asked)
    assert b"scopes" not in encode(entry)
    assert decode(encode(entry)).event == asked
