"""Faults through the socket, from a machine that lies."""

import secrets

from protocol import envelope
from protocol.desk import events
from protocol.envelope import RefusalReason
from relay.desk.watching import FAULTS_PER_DEVICE
from tests.relay.desk.agreed import BOOK
from tests.relay.rig import House, scene


@scene
async def test_a_machine_that_is_broken_and_well_again_all_day_buries_nobody_in_notices(house: House) -> None:
    now = [0.0]
    async with house.relay(seconds=lambda: now[0]) as relay:
        await relay.sets(*BOOK)
        agent, heard = await relay.agent(), []
        for _ in range(100):
            now[0] += 2.0
            fault = secrets.token_hex(16)
            answer = await agent.ask(envelope.ReportFault, fault, "disk", "/", "97 %")
            heard.append(getattr(answer, "reason", None))
            await agent.ask(envelope.ReportRecovery, fault, "80 %")
        rate, at_once = FAULTS_PER_DEVICE
        assert heard[0] is None
        assert heard.count(RefusalReason.TOO_FAST) >= 100 - at_once - rate * now[0] - 1
        told = [said for said in (await relay.relay._store.book()).said if said[0] is events.NoticeKind.FAULT]
        assert 0 < len({about for _, _, about in told}) <= at_once + rate * now[0] + 1
        now[0] += 3600.0
        again = await agent.ask(envelope.ReportFault, secrets.token_hex(16), "disk", "/", "97 %")
        assert isinstance(again, envelope.Done)
