import asyncio
import socket
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ipc import (
    MAX_MESSAGE_BYTES,
    MAX_UNSENT_BYTES,
    AnswerConsent,
    AsyncPipe,
    Begin,
    ConsentAsked,
    Ended,
    FromWorker,
    Heartbeat,
    InputDropped,
    Pipe,
    PipeError,
    PipeGone,
    Reader,
    Sharing,
    Stop,
    TakeBack,
    Technician,
    ToWorker,
    encode,
)
from protocol.desk.events import EndReason
from protocol.scopes import Scope

SEE = frozenset({Scope.SEE})
JANA = Technician("jana", "Jana", "Engineer", "+420 1", "Example", SEE, b"leaf")
TO_WORKER: list[ToWorker] = [
    Begin("1" * 32, 7, b"organisation", (b"leaf", b"ca"), b"key", b"list", b"sha", ":0"),
    AnswerConsent(consent=b"signed"),
    TakeBack(SEE),
    Stop(EndReason.USER_STOPPED),
    Heartbeat(),
]
FROM_WORKER: list[FromWorker] = [
    ConsentAsked(JANA, b"b" * 32, 7, SEE, 30, "please", again=True),
    Sharing(datetime(2026, 11, 2, tzinfo=UTC)),
    InputDropped("too_fast", 3),
    Ended(EndReason.TIME_OVER, "Over."),
]


@given(st.lists(st.integers(1, 40), max_size=60))
def test_messages_arrive_as_they_were_sent_however_the_bytes_are_cut(cuts: list[int]) -> None:
    stream = b"".join(encode(message) for message in TO_WORKER)
    reader: Reader[ToWorker] = Reader(ToWorker)
    got: list[ToWorker] = []
    for cut in [*cuts, len(stream)]:
        got += reader.receive_data(stream[:cut])
        stream = stream[cut:]
    assert got == TO_WORKER


@given(st.binary(max_size=200))
def test_any_bytes_give_messages_or_a_pipe_error(data: bytes) -> None:
    reader: Reader[ToWorker] = Reader(ToWorker)
    with suppress(PipeError):
        list(reader.receive_data(data))


def test_a_length_beyond_the_bound_is_refused_before_its_bytes_are_kept() -> None:
    reader: Reader[ToWorker] = Reader(ToWorker)
    with pytest.raises(PipeError, match="bytes in a pipe"):
        list(reader.receive_data((MAX_MESSAGE_BYTES + 1).to_bytes(4, "little")))
    with pytest.raises(PipeError, match="too large"):
        encode(AnswerConsent(consent=bytes(MAX_MESSAGE_BYTES)))


def test_a_message_of_the_other_direction_is_refused() -> None:
    reader: Reader[ToWorker] = Reader(ToWorker)
    with pytest.raises(PipeError, match="not a message"):
        list(reader.receive_data(encode(FROM_WORKER[0])))


def test_the_two_kinds_of_ends_understand_each_other() -> None:
    async def scene() -> list[ToWorker]:
        near, far = socket.socketpair()
        plain: Pipe[FromWorker] = Pipe(near, FromWorker)
        looped: AsyncPipe[ToWorker] = await AsyncPipe.open(far, ToWorker)
        for message in TO_WORKER:
            plain.send(message)
        for answer in FROM_WORKER:
            looped.send(answer)
        got = []
        async for one in looped.messages():
            got.append(one)
            if len(got) == len(TO_WORKER):
                break
        await asyncio.sleep(0.05)
        assert plain.receive() == FROM_WORKER
        plain.close()
        looped.close()
        return got

    assert asyncio.run(scene()) == TO_WORKER


def test_an_end_that_does_not_read_never_keeps_the_other_waiting() -> None:
    near, far = socket.socketpair()
    pipe: Pipe[ToWorker] = Pipe(near, ToWorker)
    large = AnswerConsent(consent=bytes(16 * 1024))
    while pipe.unsent_bytes < MAX_UNSENT_BYTES - 32 * 1024:
        pipe.send(large)
    waiting = pipe.unsent_bytes
    pipe.send(Heartbeat())
    assert pipe.unsent_bytes == waiting
    pipe.send(large)
    with pytest.raises(PipeError, match="does not read"):
        pipe.send(AnswerConsent(consent=bytes(64 * 1024)))
    pipe.close()
    far.close()


def test_an_end_that_is_gone_is_noticed_after_its_last_words() -> None:
    near, far = socket.socketpair()
    pipe: Pipe[FromWorker] = Pipe(near, FromWorker)
    far.sendall(encode(FROM_WORKER[-1]))
    far.close()
    assert pipe.wait(1.0) == [FROM_WORKER[-1]]
    with pytest.raises(PipeError, match="gone"):
        pipe.receive()
    with pytest.raises(PipeError, match="gone"):
        pipe.send(Heartbeat())
    pipe.close()


def test_the_last_words_of_an_end_that_is_gone_are_heard_also_after_something_was_sent_to_it() -> None:
    async def scene() -> list[FromWorker]:
        near, far = socket.socketpair()
        looped: AsyncPipe[FromWorker] = await AsyncPipe.open(near, FromWorker)
        far.sendall(encode(FROM_WORKER[-1]))
        far.close()
        for _ in range(2):
            with pytest.raises(PipeGone, match="gone"):
                looped.send(Heartbeat())
        got = [message async for message in looped.messages()]
        looped.close()
        return got

    assert asyncio.run(scene()) == [FROM_WORKER[-1]]


def test_a_message_larger_than_a_socket_takes_at_once_arrives_whole_and_in_its_order() -> None:
    async def scene() -> list[ToWorker]:
        near, far = socket.socketpair()
        near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        looped: AsyncPipe[FromWorker] = await AsyncPipe.open(near, FromWorker)
        reads: AsyncPipe[ToWorker] = await AsyncPipe.open(far, ToWorker)
        sent = [AnswerConsent(consent=bytes([n]) * 16 * 1024) for n in range(3)]
        for message in sent:
            looped.send(message)
        got = []
        async for one in reads.messages():
            got.append(one)
            if len(got) == len(sent):
                break
        looped.close()
        reads.close()
        assert got == sent
        return got

    assert len(asyncio.run(scene())) == 3
