"""P11, P27, P31: a price agreed first, going first for a fee without cheating anybody, and times agreed."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import Customer, Machine, User
from relay.store import By
from tests.relay.peopled import history, owned, peopled, sentence
from tests.relay.rig import Actor, given_consent, scene, session_on


async def quoted(console: Actor, number: int, within_min: int | None = None) -> str:
    key = secrets.token_hex(16)
    valid = datetime.now(UTC) + timedelta(days=1)
    made = await console.ask(envelope.MakeQuote, number, key, "On Sunday", 12_000, "EUR", valid, within_min)
    assert history(made, events.QuoteMade)[0].price_cents == 12_000
    return key


@scene
async def test_p11_a_price_counts_when_somebody_who_may_has_said_yes(tmp_path: Path) -> None:
    house = peopled(tmp_path / "relay", events.MachineSet(Machine("desktop", "Adam's", "adam")))
    async with house.relay() as relay:
        agent, jana, desktop = await relay.agent(), await relay.console("jana"), await relay.agent("desktop")
        adams = await owned(desktop, jana, "jana")
        assert (await jana.ask(envelope.ReadPeople, adams)).yes_by == ("Eva Králová",)
        key = await quoted(jana, adams)
        assert (await desktop.ask(envelope.ReadTicket, adams)).ticket.yes_by == ("Eva Králová",)
        assert "named for that" in sentence(await desktop.ask(envelope.AnswerQuote, adams, key, accepted=True))
        declined = await desktop.ask(envelope.AnswerQuote, adams, key, accepted=False, text="Too much")
        assert not history(declined, events.QuoteAnswered)[0].accepted
        number = await owned(agent, jana, "jana")
        key = await quoted(jana, number)
        assert (await agent.ask(envelope.ReadTicket, number)).ticket.yes_by is None
        assert "another computer" in sentence(await desktop.ask(envelope.AnswerQuote, number, key, accepted=True))
        yes = await agent.ask(envelope.AnswerQuote, number, key, accepted=True)
        assert history(yes, events.QuoteAnswered)[0].user == "eva"
        assert "already" in sentence(await agent.ask(envelope.AnswerQuote, number, key, accepted=False))


@scene
async def test_p11_a_machine_given_to_somebody_else_says_yes_to_nothing_in_the_old_users_name(tmp_path: Path) -> None:
    zed = User("zed", "Zed", "other", may_accept_quotes=True)
    more = (events.CustomerSet(Customer("other", "Other s.r.o.")), events.UserSet(zed))
    async with peopled(tmp_path / "relay", *more).relay() as relay:
        agent, jana = await relay.agent(), await relay.console("jana")
        number = await owned(agent, jana, "jana")
        key = await quoted(jana, number)
        for user in ("zed", "adam"):
            await relay.sets(events.MachineSet(Machine("laptop", "A laptop", user)))
            for message, facts in (
                (envelope.ReadTicket, ()),
                (envelope.AnswerQuote, (key, True)),
                (envelope.AddMessage, ("Hello",)),
                (envelope.GiveVerdict, (True,)),
                (envelope.CancelTicket, ()),
                (envelope.ReopenTicket, ()),
                (envelope.ProlongBudget, (60,)),
                (envelope.BeginFile, (secrets.token_hex(16), "a", "", 1)),
            ):
                assert "another computer" in sentence(await agent.ask(message, number, *facts))
            complaint = await agent.ask(envelope.Complain, secrets.token_hex(16), number, "Bad")
            assert "another computer" in sentence(complaint)
            assert (await agent.ask(envelope.ListMyTickets)).tickets == ()
            agent.said.clear()
            await jana.ask(envelope.AddMessage, number, "For Eva")
            await agent.ask(envelope.ReadAbout)
            assert not any(isinstance(said, envelope.TicketChanged) for said in agent.said)
        await relay.sets(events.MachineSet(Machine("laptop", "Eva's laptop", "eva")))
        yes = await agent.ask(envelope.AnswerQuote, number, key, accepted=True)
        assert history(yes, events.QuoteAnswered)[0].user == "eva"


@scene
async def test_p11_work_for_a_price_begins_once_the_customer_has_said_yes_and_its_minutes_run_from_then(
    tmp_path: Path,
) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana = await relay.agent(), await relay.console("jana")
        number = await owned(agent, jana, "jana")
        await jana.takes(number)
        key = await quoted(jana, number)
        assert "once he has said yes" in sentence(await jana.ask(envelope.RequestSession, number))
        assert not any(isinstance(said, envelope.SessionOffered) for said in agent.said)
        await agent.ask(envelope.AnswerQuote, number, key, accepted=True)
        agreed_at = datetime.now(UTC)
        ready = await jana.ask(envelope.RequestSession, number)
        ends = await relay.console("jana", ready.session), await relay.agent("laptop", ready.session)
        for end in reversed(ends):
            await end.paired()
        await agent.ask(envelope.ReportConsent, ready.session, given_consent(agent, jana, ready.session, number))
        await agent.ask(envelope.ReportEnd, ready.session, events.EndReason.USER_STOPPED)
        await jana.hears(envelope.SessionOver)
        read = await until_logged(jana, number)
        (entry,) = history(read, events.TimeLogged)
        assert agreed_at <= entry.begin


@scene
async def test_p11_a_no_or_an_offer_that_has_run_out_stands_in_nobodys_way(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana = await relay.agent(), await relay.console("jana")
        number = await owned(agent, jana, "jana")
        await jana.takes(number)
        key = await quoted(jana, number)
        await agent.ask(envelope.AnswerQuote, number, key, accepted=False)
        brief = datetime.now(UTC) + timedelta(seconds=1)
        await jana.ask(envelope.MakeQuote, number, secrets.token_hex(16), "At once", 500, "EUR", brief, None)
        assert isinstance(await jana.ask(envelope.RequestSession, number), envelope.RequestRefused)
        await relay.until(lambda: datetime.now(UTC) > brief)
        await quoted(jana, number, within_min=30)  # to go first is no work beyond the contract
        assert isinstance(await jana.ask(envelope.RequestSession, number), envelope.SessionReady)


@scene
async def test_p11_minutes_begun_while_a_price_waits_are_kept_and_not_charged(tmp_path: Path) -> None:
    """What the mail says: nothing is charged before the yes."""
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana = await relay.agent(), await relay.console("jana")
        number = await owned(agent, jana, "jana")
        await jana.takes(number)
        brief, minute = timedelta(milliseconds=1), timedelta(minutes=1)  # over before the next can begin

        async def charged(begin: datetime) -> bool:
            entry = secrets.token_hex(16)
            said = await jana.ask(
                envelope.LogTime, number, entry, begin, begin + brief, events.WorkKind.PHONE, "A call"
            )
            (logged,) = [event for event in history(said, events.TimeLogged) if event.entry == entry]
            fixed = (entry, begin, begin + brief, 0.001, events.WorkKind.PHONE, "It was longer", "On the phone", True)
            (*_, corrected) = history(await jana.ask(envelope.CorrectTime, number, *fixed), events.TimeCorrected)
            assert corrected.billed == logged.billed
            assert logged.worked_s == 0.001
            return bool(logged.billed)

        before = datetime.now(UTC)
        assert await charged(before - 10 * minute)
        key = await quoted(jana, number)
        assert await charged(before - 5 * minute), "the call in which the price was talked about"
        assert not await charged(datetime.now(UTC))
        await agent.ask(envelope.AnswerQuote, number, key, accepted=True)
        assert await charged(datetime.now(UTC))


async def until_logged(console: Actor, number: int) -> envelope.Ticket:
    """The ticket once its session's time stands in its history."""
    while True:
        read = await console.ask(envelope.ReadTicket, number)
        if history(read, events.TimeLogged):
            assert isinstance(read, envelope.Ticket)
            return read
        await console.hears(envelope.TicketChanged)


@scene
async def test_p27_quote_yes_new_target_and_whoever_is_displaced_is_told_the_new_time(tmp_path: Path) -> None:
    boss = User("boss", "Boss", may_accept_quotes=True)
    house = peopled(tmp_path / "relay", events.UserSet(boss), events.MachineSet(Machine("desktop", "Boss's", "boss")))
    async with house.relay() as relay:
        desktop, agent, jana = await relay.agent("desktop"), await relay.agent(), await relay.console("jana")
        under_contract = await owned(agent, jana, "jana")
        other = (await desktop.asks_for_help("I can wait")).ticket.number
        await jana.takes(other)
        number = (await desktop.asks_for_help("I cannot")).ticket.number
        await jana.takes(number)
        before = (await jana.ask(envelope.ReadTicket, other)).ticket.done_by
        promised = (await jana.ask(envelope.ReadTicket, under_contract)).ticket.done_by
        plan = await jana.ask(envelope.PlanFaster, number, 30)
        assert [(move.ticket, move.before) for move in plan.moves] == [(other, before)]
        key = await quoted(jana, number, within_min=30)
        yes = await desktop.ask(envelope.AnswerQuote, number, key, accepted=True)
        chain = [events.QuoteMade, events.QuoteAnswered, events.EstimateSet, events.MovedAhead]
        assert [kind for line in yes.history if (kind := type(line.event)) in chain][-4:] == chain
        left = yes.ticket.done_by - datetime.now(UTC)
        assert timedelta(minutes=29) < left <= timedelta(minutes=30)
        told = await desktop.hears(envelope.TicketChanged, lambda c: c.ticket.number == other and c.ticket.revision > 7)
        (displaced,) = history(await jana.ask(envelope.ReadTicket, other), events.Displaced)
        assert displaced.by == number
        assert told.ticket.done_by == displaced.done_by == before + timedelta(hours=1)
        assert (await jana.ask(envelope.ReadTicket, under_contract)).ticket.done_by == promised


@scene
async def test_p31_an_appointment_is_made_moved_and_ended_and_nobody_has_two_at_once(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana = await relay.agent(), await relay.console("jana")
        one, two = await owned(agent, jana, "jana"), await owned(agent, jana, "jana")
        at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
        hour, key = timedelta(hours=1), secrets.token_hex(16)
        await jana.ask(envelope.MakeAppointment, one, key, at, at + hour, "On the phone")
        clash = (two, secrets.token_hex(16), at + hour / 2, at + 2 * hour, "At your desk")
        assert f"ticket {one} then" in sentence(await jana.ask(envelope.MakeAppointment, *clash))
        await jana.ask(envelope.MakeAppointment, one, key, at + 3 * hour, at + 4 * hour, "On the phone")
        assert isinstance(await jana.ask(envelope.MakeAppointment, *clash), envelope.Ticket)
        week = (await jana.ask(envelope.ListAppointments, at - hour, at + timedelta(days=7))).appointments
        assert [(line.ticket, line.begin) for line in week] == [(two, at + hour / 2), (one, at + 3 * hour)]
        ended = await jana.ask(envelope.EndAppointment, one, key, events.AppointmentOutcome.KEPT)
        assert history(ended, events.AppointmentOver)
        assert "over already" in sentence(
            await jana.ask(envelope.EndAppointment, one, key, events.AppointmentOutcome.MISSED)
        )
        past = datetime.now(UTC) - hour
        wrong = await jana.ask(envelope.MakeAppointment, one, secrets.token_hex(16), past, past + hour / 2, "x")
        assert "ahead" in sentence(wrong)
        assert len((await jana.ask(envelope.ListAppointments, at - hour, at + timedelta(days=7))).appointments) == 1


@scene
async def test_p11_a_price_named_while_the_user_is_asked_is_answered_before_anybody_looks(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana = await relay.agent(), await relay.console("jana")
        session, _, _, number = await session_on(relay, agent, jana)
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        price = (number, secrets.token_hex(16), "A new disk", 5000, "EUR", tomorrow)
        assert isinstance(await jana.ask(envelope.MakeQuote, *price), envelope.Ticket)
        allowed = given_consent(agent, jana, session, number)
        assert "offer" in sentence(await agent.ask(envelope.ReportConsent, session, allowed))
        assert (await jana.hears(envelope.SessionOver)).session == session
        assert not history(await agent.ask(envelope.ReadTicket, number), events.SessionConsented)


@scene
async def test_p31_two_who_make_one_for_him_at_the_same_moment_are_not_both_told_he_is_free(
    tmp_path: Path,
) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana, petr = await relay.agent(), await relay.console("jana"), await relay.console("petr")
        both = [(jana, await owned(agent, jana, "jana")), (petr, await owned(agent, jana, "jana"))]
        begin = datetime.now(UTC) + timedelta(days=1)
        slot = (begin, begin + timedelta(hours=1), "On the phone")
        asked = [who.ask(envelope.MakeAppointment, number, secrets.token_hex(16), *slot) for who, number in both]
        answers = await asyncio.gather(*asked)
        assert sorted(type(answer).__name__ for answer in answers) == ["RequestRefused", "Ticket"]


@scene
async def test_p27_a_yes_by_another_way_moves_the_ticket_ahead_within_a_second(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana = await relay.agent(), await relay.console("jana")
        number = await owned(agent, jana, "jana")
        key = await quoted(jana, number, within_min=30)
        said = events.QuoteAnswered(key, accepted=True)  # as the page or a mail writes it
        by = By(events.Actor.REQUESTER, "", "Eva")
        await relay.relay._store.change(number, lambda _: (said,), by, datetime.now(UTC))
        soon = datetime.now(UTC) + timedelta(hours=1)
        await jana.hears(
            envelope.TicketChanged,
            lambda c: c.ticket.number == number and c.ticket.done_by is not None and c.ticket.done_by < soon,
        )
        assert history(await jana.ask(envelope.ReadTicket, number), events.MovedAhead)
