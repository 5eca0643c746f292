"""A machine, or a ticket asked from it, that becomes somebody else's: the one's screen is not shown for the other."""

from msgspec.structs import replace

from protocol import envelope
from protocol.desk import events
from protocol.envelope import RefusalReason
from tests.relay.desk.agreed import BOOK
from tests.relay.rig import House, Running, given_consent, scene, session_on

BOB = events.UserSet(events.User("bob", "Bob", "firm"))
TO_BOB = events.MachineSet(events.Machine("laptop", "Laptop", "bob"))
NOT_HIS = "This computer is not the requester's, as far as is known; an administrator can say whose it is."


async def sessions_of(running: Running, number: int) -> list[str]:
    history = [entry.event for _, entry in await running.relay._store.history(number)]
    kinds = (events.SessionRequested, events.SessionConsented, events.SessionEnded)
    return [type(event).__name__ for event in history if isinstance(event, kinds)]


@scene
async def test_p05_whoever_has_the_machine_now_is_asked_for_no_session_on_his_predecessors_ticket(house: House) -> None:
    async with house.relay() as relay:
        await relay.sets(*BOOK, BOB)
        agent, console = await relay.agent(), await relay.console()
        number = (await agent.asks_for_help()).ticket.number
        await console.takes(number)
        await relay.sets(TO_BOB)
        refused = await console.ask(envelope.RequestSession, number)
        assert (refused.reason, refused.sentence) == (RefusalReason.FORBIDDEN, NOT_HIS)
        assert await sessions_of(relay, number) == []
        assert not [said for said in agent.said if isinstance(said, envelope.SessionOffered)]
        await relay.sets(replace(TO_BOB, machine=replace(TO_BOB.machine, user="eva")))
        assert isinstance(await console.ask(envelope.RequestSession, number), envelope.SessionReady)


@scene
async def test_p05_a_ticket_that_turned_out_to_be_anothers_opens_no_session_on_the_machine_it_was_asked_from(
    house: House,
) -> None:
    async with house.relay() as relay:
        await relay.sets(*BOOK, BOB)
        agent, console = await relay.agent(), await relay.console()
        number = (await agent.asks_for_help()).ticket.number
        await console.takes(number)
        await console.ask(envelope.SetRequester, number, "bob")
        assert (await console.ask(envelope.RequestSession, number)).sentence == NOT_HIS


@scene
async def test_p05_a_yes_that_comes_after_the_machine_became_anothers_counts_for_nothing_and_ends_the_session(
    house: House,
) -> None:
    async with house.relay() as relay:
        await relay.sets(*BOOK, BOB)
        agent, console = await relay.agent(), await relay.console()
        session, device_end, technician_end, number = await session_on(relay, agent, console)
        await relay.sets(TO_BOB)
        consent = given_consent(agent, console, session, number)
        refused = await agent.ask(envelope.ReportConsent, session, consent)
        assert refused.reason is RefusalReason.NOT_YOURS
        await device_end.closed()
        await technician_end.closed()
        await relay.relay._ends.written()
        assert await sessions_of(relay, number) == ["SessionRequested", "SessionEnded"]
