"""Ends of sessions that the disk does not take: kept, in their order, until it does. The desk is played."""

import asyncio
import io
from typing import Any, cast

from protocol.desk.events import EndReason, Staff
from protocol.envelope import RefusalReason
from relay.counts import Counts
from relay.desk import Desk
from relay.ends import Ends
from relay.errors import Refused, StoreFault
from relay.log import make_log
from relay.sessions import LiveSession, Over
from tests.relay.rig import scene

JANA = Staff("jana", "Jana", "Engineer", "1")
OVER = Over(EndReason.USER_STOPPED, 60.0)


class PlayedDesk:
    """Its disk is full until somebody makes room; one session it wants nothing of."""

    def __init__(self) -> None:
        self.full = True
        self.written: list[str] = []

    async def session_over(self, session: LiveSession[Any], over: Over) -> None:
        await self.note_end(session.ticket, session.identifier, over)

    async def note_end(self, _number: int, session: str, _over: Over) -> None:
        await asyncio.sleep(0)
        if self.full:
            raise StoreFault("The disk is full.")
        if session == "refused":
            raise Refused(RefusalReason.NOT_NOW, "It has ended already.")
        self.written.append(session)


def ends_of(desk: PlayedDesk) -> tuple[Ends, Counts]:
    log = make_log(io.StringIO())
    counts = Counts(log, lambda: 0.0)
    return Ends(lambda: cast(Desk, desk), counts, log), counts


def session(identifier: str) -> LiveSession[Any]:
    return LiveSession(identifier, 1, "laptop", JANA, bytes(32), 0.0)


@scene
async def test_an_end_that_the_disk_does_not_take_is_kept_through_as_many_tries_as_it_needs() -> None:
    desk = PlayedDesk()
    ends, counts = ends_of(desk)
    for name in ("one", "refused", "two"):
        ends.over(session(name), OVER)
    await ends.written()
    assert counts["store_fault"] == 3
    for _ in range(3):
        await ends.write_again()
    assert desk.written == []
    desk.full = False
    for _ in range(2):
        await ends.write_again()
    assert sorted(desk.written) == ["one", "two"], "each once, and one that is refused keeps no other from its turn"
    assert counts["session_end_refused"] == 1


@scene
async def test_an_end_is_written_at_once_where_there_is_room() -> None:
    desk = PlayedDesk()
    desk.full = False
    ends, counts = ends_of(desk)
    ends.over(session("one"), OVER)
    await ends.written()
    await ends.write_again()
    assert (desk.written, counts["store_fault"]) == (["one"], 0)
