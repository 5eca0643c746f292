"""P35 by mail: whoever a fault concerns is told, and told again when it is over: two mails, whatever is repeated."""

import secrets

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import Machine, Threshold
from tests.promises.test_p20_one_address_for_everything import desk, house, servers
from tests.relay.mail.post_office import PEOPLE, post_office, text_of
from tests.relay.mail.servers import MailServers
from tests.relay.rig import House, scene

__all__ = ["desk", "house", "servers"]

WATCHED = (
    *PEOPLE,
    events.ThresholdsSet((Threshold("disk.used_percent", limit=90, clear=85, for_s=0),)),
    events.MachineSet(Machine("laptop", "Eva's laptop", "eva")),
)


@scene
async def test_p35_whoever_is_concerned_gets_two_mails_the_fault_and_its_end(
    house: House, servers: MailServers, desk: str
) -> None:
    async with post_office(house, servers, desk, WATCHED) as office:
        agent = await office.running.agent()
        fault = secrets.token_hex(16)
        for _ in range(3):  # sent again after a cut, and by a program that forgot that it had told it
            await agent.ask(envelope.ReportFault, fault, "disk.used_percent", "/", "95 % used")
        told = (await office.gets("jana@firm.example", 1))[-1]
        assert told["Subject"] == "Something is wrong: Eva's laptop: disk.used_percent / 95 % used"
        for _ in range(2):
            await agent.ask(envelope.ReportRecovery, fault, "80 % used")
        over = (await office.gets("jana@firm.example", 2))[-1]
        assert "What was wrong is over." in text_of(over)
        assert "80 % used" in text_of(over)
        # Whoever else was told of the fault was told of its end, and nobody anything else.
        said = (await office.running.relay._store.book()).said
        kinds: dict[str, list[str]] = {}
        for kind, to, _ in sorted(said):
            kinds.setdefault(to, []).append(kind)
        assert set(map(tuple, kinds.values())) == {("fault", "recovery")}
        assert office.running.relay.counts["mail_sent"] <= len(said)
        assert len(await office.gets("jana@firm.example", 2)) == 2
