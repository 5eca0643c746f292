"""What a requester writes, over lines that break."""

from pathlib import Path

from protocol import envelope
from protocol.desk import events
from protocol.desk.ticket import MARKS
from protocol.limits import UNSENT_MESSAGES
from tests.relay.rig import House, scene


def written(ticket: envelope.Ticket) -> list[str]:
    return [line.event.text for line in ticket.history if isinstance(line.event, events.MessageAdded)]


@scene
async def test_a_message_sent_again_after_a_cut_is_written_down_once(tmp_path: Path) -> None:
    async with House(tmp_path / "relay").relay() as relay:
        agent = await relay.agent()
        number = (await agent.asks_for_help()).ticket.number
        await agent.ask(envelope.AddMessage, number, "It smokes", mark="a" * 32)
        await agent.leave()
        agent = await relay.agent()
        again = await agent.ask(envelope.AddMessage, number, "It smokes", mark="a" * 32)
        assert written(again) == ["It smokes"]
        other = await agent.ask(envelope.AddMessage, number, "It smokes", mark="b" * 32)
        assert written(other) == ["It smokes", "It smokes"]  # said twice


def test_the_desk_remembers_as_many_marks_as_an_agent_may_have_on_the_way() -> None:
    assert MARKS >= UNSENT_MESSAGES
