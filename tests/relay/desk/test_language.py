"""What is refused is said in the language of whoever asked, where the register knows it."""

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import Machine, User
from tests.relay.rig import House, scene


@scene
async def test_a_refusal_is_in_the_language_of_the_user_and_of_the_desk(house: House) -> None:
    async with house.relay() as relay:
        eva = User("eva", "Eva", language="de")
        await relay.sets(events.UserSet(eva), events.MachineSet(Machine("laptop", "L", "eva")))
        agent, other, console = await relay.agent(), await relay.agent("desktop"), await relay.console()
        number = (await agent.asks_for_help()).ticket.number
        early = await agent.ask(envelope.GiveVerdict, number, solved=True)
        assert early.sentence == "Es gibt noch keine Lösung, die man annehmen könnte."
        assert (await other.ask(envelope.ReadTicket, number)).sentence == "This ticket belongs to another computer."
        assert (await console.ask(envelope.ReadTicket, 99)).sentence == "There is no ticket 99."
        await relay.sets(events.DeskSet(events.DeskSettings(language="de")))
        assert (await console.ask(envelope.ReadTicket, 99)).sentence == "Es gibt kein Ticket 99."


@scene
async def test_what_is_told_without_being_asked_for_is_in_the_language_the_agent_last_asked_in(house: House) -> None:
    async with house.relay() as relay:
        eva = User("eva", "Eva", language="de")
        await relay.sets(events.UserSet(eva), events.MachineSet(Machine("laptop", "L", "eva")))
        agent = await relay.agent()
        await agent.ask(envelope.ReadAbout, "en")
        early = await agent.ask(envelope.GiveVerdict, (await agent.asks_for_help()).ticket.number, solved=True)
        assert early.sentence == "There is no solution to accept yet."
