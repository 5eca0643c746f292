"""Somebody with an agent and a mail address: written to while his machine is off, and not about what he has seen."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from email.message import EmailMessage

import pytest

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import ByMail, Machine, User
from protocol.trust import Role
from relay.mail import post
from relay.mail.outgoing import Outbox
from relay.mail.settings import MailSettings
from relay.store.mail_tables import SEEN_WITHIN
from tests.relay.mail.post_office import text_of
from tests.relay.rig import Actor, House, Running, scene
from tests.relay.web.test_link_in_mail import SERVER, Taken

SOON, LATER = SEEN_WITHIN / 2, SEEN_WITHIN * 2


class Office:
    """A relay whose mail ends here, and Eva's ticket from her own machine, which Jana has taken."""

    def __init__(self, running: Running, console: Actor, number: int, taken: Taken) -> None:
        self.running, self.console, self.number, self._taken = running, console, number, taken

    async def says(self, text: str) -> None:
        answer = await self.console.ask(envelope.AddMessage, self.number, text)
        assert isinstance(answer, envelope.Ticket), answer

    async def leaves(self, agent: Actor) -> None:
        await agent.leave()
        await self.running.until(lambda: self.running.relay.clients.count(Role.DEVICE) == 0)

    async def sent(self, after: timedelta) -> Sequence[EmailMessage]:
        """What has gone out so long after now."""
        relay = self.running.relay
        settings = MailSettings("help@desk.example", SERVER, SERVER)
        outbox = Outbox(
            relay._store, settings, relay.counts, lambda: relay._clock() + after, seen=relay.clients.has_shown
        )
        await outbox.send_due()
        return self._taken.mails


@asynccontextmanager
async def office(
    house: House, monkeypatch: pytest.MonkeyPatch, by_mail: ByMail = ByMail.AWAY
) -> AsyncIterator[tuple[Office, Actor]]:
    taken = Taken()
    monkeypatch.setattr(post, "connected", taken.connected)
    async with house.relay() as running:
        eva = User("eva", "Eva", mails=("eva@firma.example",), by_mail=by_mail)
        desk = events.DeskSettings("Help", "help@desk.example")
        await running.sets(events.DeskSet(desk), events.UserSet(eva), events.MachineSet(Machine("laptop", "L", "eva")))
        agent, console = await running.agent(), await running.console()
        number = (await agent.asks_for_help()).ticket.number
        await console.takes(number)
        yield Office(running, console, number, taken), agent


@scene
async def test_what_is_said_while_his_machine_is_off_reaches_him_by_mail(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with office(house, monkeypatch) as (at, agent):
        await at.says("Seen in the window")
        await at.leaves(agent)
        await at.says("We come tomorrow")
        assert not await at.sent(SOON), "he may be back any minute"
        (mail,) = await at.sent(LATER)
        assert mail["To"].addresses[0].addr_spec == "eva@firma.example"
        assert "We come tomorrow" in text_of(mail)
        assert len(await at.sent(LATER)) == 1


@scene
async def test_who_has_been_at_his_machine_in_between_is_not_told_again_by_mail(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with office(house, monkeypatch) as (at, agent):
        await at.leaves(agent)
        await at.says("We come tomorrow")
        await at.leaves(await at.running.agent())
        assert not await at.sent(LATER)
        assert at.running.relay.counts["mail_seen_already"] == 1


@pytest.mark.parametrize(("by_mail", "count"), [(ByMail.ALWAYS, 3), (ByMail.NEVER, 0)])
def test_who_wants_mail_always_or_never_gets_it_so(
    house: House, monkeypatch: pytest.MonkeyPatch, by_mail: ByMail, count: int
) -> None:
    @scene
    async def play() -> None:
        async with office(house, monkeypatch, by_mail) as (at, agent):
            await at.says("While he is there")
            await at.leaves(agent)
            await at.says("While he is away")
            assert len(await at.sent(LATER)) == count, "the introduction, and both"

    play()
