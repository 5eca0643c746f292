"""P2, P3, P13, P14: handed over with its card, to whoever is there and knows more, and the requester is told."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import AbsenceSet, Assigned, HandlersBarred, NoticeSent, Staff
from relay.store import THE_DESK
from tests.relay.peopled import CARD, administer, away, history, owned, peopled, sentence
from tests.relay.rig import scene


@scene
async def test_p02_reassigning_without_the_card_is_refused_and_says_what_is_missing(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana, petr = await relay.agent(), await relay.console("jana"), await relay.console("petr")
        number = await owned(agent, jana, "jana")
        await jana.takes(number)
        assert "Hand over" in sentence(await petr.takes(number))
        for missing, words in (("tried", "tried"), ("known", "known"), ("next_step", "next step")):
            said = sentence(await jana.ask(envelope.HandOver, number, "petr", **(CARD | {missing: " "})))
            assert words in said
        handed = await jana.ask(envelope.HandOver, number, "petr", **CARD)
        assert handed.ticket.owner.identifier == "petr"
        assert handed.ticket.next_step == "Change the driver"
        (card,) = history(handed, events.HandedOver)
        assert (card.tried, card.known) == (CARD["tried"], CARD["known"])


@scene
async def test_p14_the_requester_is_told_name_title_and_phone_of_the_new_handler(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana = await relay.agent(), await relay.console("jana")
        number = await owned(agent, jana, "jana")
        await jana.takes(number)
        await jana.ask(envelope.HandOver, number, "petr", **CARD)
        told = await agent.hears(
            envelope.TicketChanged, lambda c: c.ticket.owner is not None and c.ticket.owner.identifier == "petr"
        )
        owner = told.ticket.owner
        assert owner is not None
        assert (owner.name, owner.title, owner.phone) == ("Petr Dvořák", "Support engineer", "+420 123 456")


@scene
async def test_p13_to_a_lower_skill_only_with_a_reason(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana = await relay.agent(), await relay.console("jana")
        number = await owned(agent, jana, "jana")
        await jana.takes(number)
        assert "knows less of excel" in sentence(
            await jana.ask(envelope.HandOver, number, "petr", **CARD, skill="Excel")
        )
        handed = await jana.ask(envelope.HandOver, number, "petr", **CARD, skill="excel", reason="I leave at noon")
        assert history(handed, events.HandedOver)[0].reason == "I leave at noon"
        back = await jana.ask(envelope.HandOver, number, "jana", **CARD, skill="excel")  # to more, without a reason
        assert back.ticket.owner.identifier == "jana"


@scene
async def test_p13_whoever_names_no_skill_needs_a_reason_for_somebody_who_knows_more_of_nothing(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana = await relay.agent(), await relay.console("jana")
        number = await owned(agent, jana, "jana")
        await jana.takes(number)
        refused = await jana.ask(envelope.HandOver, number, "olga", **CARD)
        assert "Olga Malá knows less of excel (2) than who has it now (3)" in sentence(refused)
        handed = await jana.ask(envelope.HandOver, number, "petr", **CARD)  # who knows more of networks
        assert handed.ticket.owner.identifier == "petr"
        handed = await jana.ask(envelope.HandOver, number, "olga", **CARD, reason="Petr has the flu")
        assert history(handed, events.HandedOver)[-1].reason == "Petr has the flu"


@scene
async def test_p03_marked_absent_nothing_open_is_without_an_owner(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana, petr = await relay.agent(), await relay.console("jana"), await relay.console("petr")
        numbers = [await owned(agent, jana, "jana") for _ in range(3)]
        await jana.takes(numbers[0])
        answer = await away(petr, "jana", reason="in hospital")
        assert isinstance(answer, envelope.Absent), answer
        assert [(number, staff.identifier) for number, staff in answer.moved] == [(n, "petr") for n in numbers]
        for view in (await petr.ask(envelope.ListQueue)).tickets:
            assert view.owner is not None
            assert view.owner.identifier == "petr"
        card = history(await petr.ask(envelope.ReadTicket, numbers[0]), events.HandedOver)[0]
        assert card.reason == "Jana Nováková is away."  # why, is her own matter
        (told,) = history(await agent.ask(envelope.ReadTicket, numbers[0]), events.HandedOver)
        assert (told.to.identifier, told.reason, told.known) == ("petr", "", "…")
        assert card.next_step == "I have a look"
        late = await owned(agent, petr, "petr")  # P4: the contact is away
        assert late


@scene
async def test_p03_the_last_one_cannot_leave_and_nothing_is_half_done(tmp_path: Path) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, jana = await relay.agent(), await relay.console("jana")
        number = await owned(agent, jana, "jana")
        await away(jana, "olga")
        await away(jana, "petr")
        assert "stay" in sentence(await away(jana, "jana"))
        view = (await jana.ask(envelope.ReadTicket, number)).ticket
        assert view.owner is not None
        assert view.owner.identifier == "jana"


@scene
async def test_p03_an_absence_planned_ahead_moves_everything_when_it_begins(tmp_path: Path) -> None:
    house = peopled(tmp_path / "relay")
    async with house.relay() as relay:
        agent, jana = await relay.agent(), await relay.console("jana")
        number = await owned(agent, jana, "jana")
        soon = datetime.now(UTC) + timedelta(seconds=1)
        answer = await away(jana, "jana", begin=soon)
        assert answer.moved == ()
        await jana.hears(
            envelope.TicketChanged,
            lambda c: c.ticket.number == number and c.ticket.owner is not None and c.ticket.owner.identifier == "petr",
        )
        begin = datetime.now(UTC)
        administer(house, AbsenceSet("b" * 32, "petr", begin, begin + timedelta(days=1)))  # and by the administrator
        await jana.hears(
            envelope.TicketChanged,
            lambda c: c.ticket.number == number and c.ticket.owner is not None and c.ticket.owner.identifier == "olga",
        )


@scene
async def test_p03_what_nobody_may_take_over_is_told_to_the_lead_once_and_the_rest_goes_on(tmp_path: Path) -> None:
    house = peopled(tmp_path / "relay")
    async with house.relay() as relay:
        agent, jana = await relay.agent(), await relay.console("jana")
        number = await owned(agent, jana, "jana")
        barred = HandlersBarred(("jana", "olga"), 0)
        petr = Staff("petr", "Petr Dvořák", "Support engineer", "+420 123 456")
        await relay.relay._store.change(
            number, lambda _: (barred, Assigned(petr)), THE_DESK, datetime.now(UTC)
        )  # as a complaint about both of them would be
        begin = datetime.now(UTC) - timedelta(seconds=1)
        administer(house, AbsenceSet("c" * 32, "petr", begin, begin + timedelta(days=1)))
        await relay.until(lambda: relay.relay.counts["nobody_may_take_over"] == 1)
        for _ in range(2):
            await owned(agent, jana, "jana")
        whole = await jana.ask(envelope.ReadTicket, number)
        assert whole.ticket.owner.identifier == "petr"
        told = [notice for notice in history(whole, NoticeSent) if notice.about == "left by petr"]
        assert [notice.to for notice in told] == ["olga"]
