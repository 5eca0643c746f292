"""A console's network thread with a relay around it, and no windows."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import keyring

from console import keychain
from console.events import Event
from console.net.enrol import key_name
from console.net.thread import NetworkThread
from console.picture.canvas import Canvas
from console.state import Profile, StateDirectory
from tests.console.memory_keyring import MemoryKeyring
from tests.console.relay import FakeRelay
from tests.parties import Parties

E = TypeVar("E")


class Stand:
    """What the network thread said is in `events`."""

    def __init__(self, relay: FakeRelay, state: Path) -> None:
        self.relay, self.canvas = relay, Canvas()
        self.events: list[Event] = []
        self.woken = threading.Event()
        self.network = NetworkThread(state, self.events.append, relay=relay.url)

    def wait(self, what: Callable[[], E | None]) -> E:
        until = time.monotonic() + 15
        while not (found := what()):
            assert time.monotonic() < until, f"it never came; what came: {self.events}"
            time.sleep(0.005)
        return found

    def wait_for(self, kind: type[E]) -> E:
        return self.wait(lambda: next((e for e in self.events if isinstance(e, kind)), None))

    def wait_event(self, event: Event) -> None:
        self.wait(lambda: event in self.events)


def enrolled(parties: Parties, state: Path) -> None:
    """As if Jana had been approved on this machine."""
    keyring.set_keyring(MemoryKeyring())
    keychain.keep(key_name(parties.organisation, "jana"), parties.jana.key)
    StateDirectory(state).keep_profile(Profile(parties.organisation.encode(), "jana", parties.jana.chain))
