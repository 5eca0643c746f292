"""The relay ends when it is told to, whatever its mail servers do meanwhile."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from relay.mail import settings as mail_settings
from relay.mail.outgoing import Outbox
from relay.mail.settings import MailSettings, Security, Server
from tests.relay.process import relay_process
from tests.relay.rig import House, scene

LETTER_S = 1.0
"""Well below any bound on a single answer's silence."""
END_S = 15.0


@contextlib.contextmanager
def dripping() -> Iterator[tuple[int, threading.Event]]:
    """A mail server whose greeting never ends, a letter at a time: its port, and whether anybody has called."""
    over, called = threading.Event(), threading.Event()

    def greet(listener: socket.socket) -> None:
        guests = []
        while not over.wait(LETTER_S):
            with contextlib.suppress(BlockingIOError):
                guests.append(listener.accept()[0])
                called.set()
            for guest in guests:
                with contextlib.suppress(OSError):
                    guest.send(b"*")
        for guest in guests:
            guest.close()

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.setblocking(False)
        thread = threading.Thread(target=greet, args=(listener,))
        thread.start()
        try:
            yield listener.getsockname()[1], called
        finally:
            over.set()
            thread.join()


def test_a_mail_server_that_never_comes_to_an_end_does_not_keep_the_relay_from_ending(
    house: House, tmp_path: Path
) -> None:
    with dripping() as (port, called):
        server = Server("127.0.0.1", port, Security.NONE, "help", "secret")
        mail_settings.write(house.path, MailSettings("help@desk.example", server, server))
        with relay_process(house, tmp_path / "relay.log") as relay:
            assert called.wait(10)
            told_s = time.monotonic()
            assert relay.terminate() == 0
            assert time.monotonic() - told_s < END_S
            assert relay.logged()[-1]["event"] == "stopped"


@scene
async def test_a_call_to_end_that_was_lost_on_its_way_is_heard_the_next_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, lost = asyncio.Event(), asyncio.Event()

    async def waiting(_outbox: Outbox) -> int:
        begun.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if lost.is_set():
                raise
            lost.set()
        return 0

    monkeypatch.setattr(Outbox, "waiting", waiting)
    server = Server("127.0.0.1", 1, Security.NONE, "help", "secret")
    mail_settings.write(house.path, MailSettings("help@desk.example", server, server))
    async with house.relay() as relay:
        await begun.wait()
        async with asyncio.timeout(10):
            await relay.relay.stop()
    assert lost.is_set()
