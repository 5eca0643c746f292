"""P16: what the desk names as the next step by itself is read by each in his own language, old history too."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent import words as agent_words
from agent.ui import standing
from console import language
from console.ui import happenings, ticket_facts
from console.ui.dialogs import NextStepDialog
from protocol import envelope
from protocol.desk import events, own_steps
from protocol.desk.events import User
from relay import words as relay_words
from relay.store import THE_DESK
from tests.relay.peopled import history, owned, peopled
from tests.relay.rig import scene
from tests.relay.web.desk import desk, register

GERMAN = "Wir sehen uns Ihre Anfrage an und melden uns bei Ihnen."
EVA = events.UserSet(User("eva", "Eva", "firma", ("eva@firma.example",), language="de"))


@pytest.fixture(autouse=True)
def _in_english_afterwards() -> Any:
    yield
    agent_words.use("en")
    language.choose("en")


@scene
async def test_p16_the_desks_own_step_is_read_in_the_readers_language_whoever_asked(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay", EVA).relay() as relay:
        agent, jana = await relay.agent(), await relay.console("jana")
        number = await owned(agent, jana, "jana")
        hers = (await agent.ask(envelope.ReadTicket, number)).ticket
        theirs = await jana.ask(envelope.ReadTicket, number)
        assert hers.next_step == GERMAN, "as an older agent shows it"
        (step,) = [line for line in theirs.history if isinstance(line.event, events.NextStepSet)]
        assert step.event.next_step == own_steps.ANSWER
        for tongue, said in (("en", own_steps.ANSWER), ("de", GERMAN)):
            agent_words.use(tongue)
            language.choose(tongue)
            assert said in standing.next_step(hers)
            assert said in ticket_facts.step(theirs.ticket)
            assert said in happenings.happened(step)


@scene
async def test_p16_the_page_says_it_in_the_requesters_language(tmp_path: Path) -> None:
    async with desk(tmp_path, *register(), EVA) as at:
        page = await at.shown(await at.asked())
        assert page.text.count(GERMAN) == 2, "above, and in the history"
        assert own_steps.ANSWER not in page.text


@scene
async def test_p16_what_was_written_down_in_the_requesters_language_is_read_in_each_readers_too(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana = await relay.agent(), await relay.console("jana")
        number = await owned(agent, jana, "jana")
        old = events.NextStepSet(GERMAN, datetime.now(UTC) + timedelta(hours=1))
        await relay.relay._store.change(number, lambda _: (old,), THE_DESK, datetime.now(UTC))
        hers = (await agent.ask(envelope.ReadTicket, number)).ticket
        theirs = await jana.ask(envelope.ReadTicket, number)
        assert own_steps.ANSWER in standing.next_step(hers)
        assert own_steps.ANSWER in ticket_facts.step(theirs.ticket)
        assert history(theirs, events.NextStepSet)[-1] == old


@pytest.mark.usefixtures("qapp")
@scene
async def test_p16_a_step_that_the_technician_leaves_as_it_is_stays_the_desks_own(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana = await relay.agent(), await relay.console("jana")
        number = await owned(agent, jana, "jana")
        language.choose("de")
        dialog = NextStepDialog((await jana.ask(envelope.ReadTicket, number)).ticket)
        assert dialog._step.text == GERMAN
        assert dialog.next_step == own_steps.ANSWER
        dialog._step.setPlainText("Ich komme vorbei")
        assert dialog.next_step == "Ich komme vorbei"


@pytest.mark.parametrize("tongue", relay_words.LANGUAGES)
def test_p16_whatever_the_server_writes_of_its_own_steps_is_known_again(tongue: str) -> None:
    translate = relay_words.words(tongue)
    for step in own_steps.OWN:
        assert own_steps.own(relay_words.step_in_words(step, translate)) == step
    assert relay_words.step_in_words("Wir sehen uns", translate) == "Wir sehen uns"
