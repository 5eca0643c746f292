"""Promise 23: a short version for those who don't like to read, each line with the events behind it."""

from protocol import envelope
from protocol.desk import events
from protocol.desk.terms import SummaryTopic
from tests.relay.rig import House, scene


@scene
async def test_p23_each_line_of_the_summary_names_the_events_behind_it(house: House) -> None:
    async with house.relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        await agent.asks_for_help("The printer is on fire.\nSince this morning, third floor.")
        await console.takes(1)
        await console.ask(envelope.AddMessage, 1, "Between us: it is the old one", internal=True)
        for who in (agent, console):
            whole = await who.ask(envelope.ReadTicket, 1)
            by_number = {line.number: line for line in whole.history}
            assert [line.topic for line in whole.summary] == [
                SummaryTopic.ASKED,
                SummaryTopic.URGENCY,
                SummaryTopic.HANDLER,
                SummaryTopic.NEXT_STEP,
                SummaryTopic.ESTIMATE,
            ]
            assert all(line.events and set(line.events) <= set(by_number) for line in whole.summary)
            lines = {line.topic: line for line in whole.summary}
            behind = {topic: [type(by_number[number].event) for number in line.events] for topic, line in lines.items()}
            assert behind == {
                SummaryTopic.ASKED: [events.Opened],
                SummaryTopic.URGENCY: [events.Triaged],
                SummaryTopic.HANDLER: [events.Assigned],
                SummaryTopic.NEXT_STEP: [events.NextStepSet],
                SummaryTopic.ESTIMATE: [events.EstimateSet],
            }
            assert lines[SummaryTopic.HANDLER].text == "Jana Nováková, Support engineer, +420 123 456"
            assert lines[SummaryTopic.NEXT_STEP].text == "I have a look"
            assert "old one" not in str(whole.summary)
        resolved = await console.ask(envelope.ResolveTicket, 1, "Put it out")
        assert {line.topic: line.text for line in resolved.summary}[SummaryTopic.SOLUTION] == "Put it out"
        closed = await agent.ask(envelope.GiveVerdict, 1, solved=True)
        assert SummaryTopic.NEXT_STEP not in {line.topic for line in closed.summary}
        assert {line.topic: line.text for line in closed.summary}[SummaryTopic.VERDICT] == "accepted"
