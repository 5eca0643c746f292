"""P5: help from afar, bound to a ticket, with consent; start and end stand in the history."""

import re
from pathlib import Path

import pytest

from protocol import envelope
from protocol.connection import ConnectionFailed
from tests.relay.rig import House, scene
from tests.stage.scene import Scene


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "relay")


@scene
async def test_p05_a_session_without_a_ticket_is_refused(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        refused = await console.ask(envelope.RequestSession, 4711)
        assert isinstance(refused, envelope.RequestRefused)
        assert "4711" in refused.sentence or "ticket" in refused.sentence.casefold()
        number = (await agent.asks_for_help()).ticket.number
        assert isinstance(await console.ask(envelope.RequestSession, number), envelope.RequestRefused), "not taken yet"
        assert not any(isinstance(said, envelope.SessionOffered) for said in agent.said)


@scene
async def test_p05_a_made_up_session_gets_no_line(house: House) -> None:
    async with house.relay() as relay:
        await relay.agent()
        with pytest.raises(ConnectionFailed, match="no such session"):
            await relay.console(session="5" * 32)


def test_p05_nothing_is_seen_before_the_user_agrees_and_all_of_it_stands_in_the_history(at_the_desk: Scene) -> None:
    user, technician = at_the_desk.user, at_the_desk.technician
    number = user.ask_for_help("Please have a look")
    assert not technician.open(number).button("Connect").enabled
    technician.take(number)
    session = technician.connect(number)
    user.question()
    session.wait_text("The user is being asked.")
    assert not session.control("picture", ["filler"], "The user's screen").exists, "no picture before the yes"
    user.refuse()
    session.wait_text("The user did not agree.")
    session.button("Close").press()
    technician.connect(number)
    user.allow()
    at_the_desk.wait_same_picture(number)
    technician.end(number)
    technician.write_note(number, "Had a look.")
    for line in (
        "Tina Tech asked to see the screen and use mouse and keyboard",
        "No session. The user did not agree.",
        re.compile(r"Allowed Tina Tech: see, until ([A-Z][a-z]{2} \d{1,2} [A-Z][a-z]{2}, )?\d\d:\d\d"),
        re.compile(r"Session over after (\d+ minutes?|less than a minute)\. The technician ended it\."),
    ):
        technician.history.wait_text(line)
    page = user.request(number)
    page.wait_text("Tina Tech asked to see your screen and use your mouse and keyboard.")
    page.wait_text("You said no. Nobody saw your screen.")
    page.wait_text(re.compile("You allowed Tina Tech to see your screen"))
    page.wait_text(re.compile(r"Tina Tech saw your screen for (less than a minute|\d+ minutes?)\."))
