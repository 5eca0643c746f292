"""A thousand marked values go through a session: none of them is anywhere at the relay. Without the tunnel, all are."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from websockets.asyncio.client import connect

from agent.worker.regions.actions import Budget, SendExactly, Way
from agent.worker.regions.encoder import RegionEncoder
from agent.worker.regions.planner import Planner
from protocol import envelope
from protocol.session import messages, picture
from protocol.session.framing import Kind, pack
from protocol.session.messages import FromConsole
from protocol.session.picture import Rect
from protocol.trust import Role
from tests.hostile import canaries
from tests.hostile.canaries import Canaries, Search
from tests.hostile.stand import KeysSeen, Line, Stand, stand
from tests.relay.rig import Actor, scene

REMARK = "I look at the printer, 5f0c7a91d3e84b26"
PROBLEM = b"The printer is on fire"
"""What the relay may know, since it keeps the tickets: that it is found shows that the search finds."""
_TYPED_A_SECOND = 1800
"""Characters; the worker takes 2,000 inputs a second."""


def everything_at_the_relay(on: Stand) -> dict[str, list[bytes]]:
    return {
        "memory": canaries.memory_of(on.relay.process.pid),
        "files": canaries.files_below(on.house.path),
        "log": [on.relay.log.read_bytes()],
        "traffic": [b"".join(on.hop.raw), *on.hop.raw],
    }


@pytest.mark.timeout(300)
@scene
async def test_p38_no_pixel_text_or_key_of_a_session_is_anywhere_at_the_relay(tmp_path: Path) -> None:
    async with stand(tmp_path) as on:
        marked = canaries.make(1, on.screen.width)
        ours = on.house.ours
        search = Search(
            dict(marked.values)
            | {"remark": REMARK.encode()}
            | {f"key of {who}": _secret(one) for who, one in (("jana", ours.jana), ("laptop", ours.laptop))}
        )
        keys = KeysSeen(on.screen.name)
        looks = []
        async with on.session(remark=REMARK) as line:
            async for _ in _play(on, line, marked):
                looks.append(everything_at_the_relay(on))  # noqa: PERF401 - each at its moment
        looks.append(everything_at_the_relay(on))
        assert {code for code, _ in keys.new()} >= {key.evdev for key in marked.keys}
        keys.close()
        asked = [one.question.remark for one in line.told if hasattr(one, "question")]
        assert asked == [REMARK]
        for look in looks:
            for place, heap in look.items():
                assert search.names_found(heap) == set(), place
            for place in ("memory", "files"):
                assert any(PROBLEM in one for one in look[place]), place


def _secret(identity: object) -> bytes:
    number: int = identity.key.private_numbers().private_value  # type: ignore[attr-defined]
    return number.to_bytes(32, "big")


async def _play(on: Stand, line: Line, marked: Canaries) -> AsyncIterator[None]:
    """Shows, types and presses them; gives the moment behind each of the three."""
    assert await line.until(lambda: line.running and line.picture().size > 0)
    rows = marked.block.shape[0]
    on.screen.noise(0, 40, marked.block)
    assert await line.until(lambda: np.array_equal(line.picture()[40 : 40 + rows], marked.block[..., :3]))
    with line.canvas.lock:  # byte for byte what is looked for, the fourth byte of each pixel too
        assert line.canvas.pixels[40 : 40 + rows].tobytes() == marked.block.tobytes()
    yield
    line.send(*marked.keys)
    await asyncio.sleep(0.2)
    yield
    for at in range(0, len(marked.typed), 10):
        batch = marked.typed[at : at + 10]
        line.send(*batch)
        await asyncio.sleep(sum(len(one.text) for one in batch) / _TYPED_A_SECOND)
    assert line.running
    yield


@pytest.mark.timeout(300)
@scene
async def test_p38_without_the_tunnel_all_of_them_are_found(tmp_path: Path) -> None:
    """The control: the same bytes over the same relay, from ends without a tunnel, of which there are none but here."""
    async with stand(tmp_path) as on:
        marked = canaries.make(2, on.screen.width)
        search = Search(marked.values)
        names = set(marked.values)
        ready = await on.console.ask(envelope.RequestSession, on.ticket)
        await on.agent.hears(envelope.SessionOffered)
        async with (
            _end(on, Role.TECHNICIAN, ready.session) as technician,
            _end(on, Role.DEVICE, ready.session) as agent,
        ):
            await technician.paired()
            await agent.paired()
            both: tuple[FromConsole, ...] = (*marked.keys, *marked.typed)
            typed = [_plain(Kind.TYPED, messages.encode(message)) for message in both]
            in_memory = search.names_found(await _carried_at_once(on, technician, typed))
            in_memory |= search.names_found(await _carried_at_once(on, agent, [_plain(Kind.FRAME, _frame(marked))]))
        assert search.names_found(everything_at_the_relay(on)["traffic"]) == names
        assert in_memory == names, f"{len(in_memory)} of {len(names)}"


async def _carried_at_once(on: Stand, end: Actor, sent: list[bytes]) -> list[bytes]:
    """The relay's memory behind messages that it got all at once: one by one, each is overwritten by the next."""
    relay = on.relay.process
    relay.send_signal(signal.SIGSTOP)
    for message in sent:
        await end.socket.send(message)
    await asyncio.sleep(0.3)
    relay.send_signal(signal.SIGCONT)
    await asyncio.sleep(0.3)
    return canaries.memory_of(relay.pid)


def _frame(marked: Canaries) -> bytes:
    """The picture's canaries, packed by the worker's own encoder."""
    height, width = marked.block.shape[:2]
    planner, encoder = Planner(width, height, films=False), RegionEncoder()
    encoder.restart(width, height)
    planner.begin_anew(marked.block.view(np.uint32)[..., 0], Budget(0.0), 0.0)
    frame = encoder.encode([SendExactly(Rect(0, 0, width, height), Way.RAW)], planner)
    return b"".join(picture.encode(frame))


@asynccontextmanager
async def _end(on: Stand, role: Role, session: str) -> AsyncIterator[Actor]:
    """An end of a session without a tunnel."""
    ours = on.house.ours
    url = f"{on.hop.url}/session"
    socket = await connect(url, compression=None, proxy=None, max_size=2**22, ping_interval=None, close_timeout=0.2)
    end = Actor(on.agent.running, role, ours.jana if role is Role.TECHNICIAN else ours.laptop, socket, session)
    try:
        await end.sign_in()
        yield end
    finally:
        await end.leave()


def _plain(kind: Kind, body: bytes) -> bytes:
    return b"".join(bytes(part) for part in pack(kind, body))
