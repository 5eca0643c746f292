import asyncio
import threading

import keyring
import pytest
from keyring.backends.chainer import ChainerBackend
from keyring.backends.fail import Keyring as NoKeyring

from console import keychain
from console.errors import KeyringUnavailable
from protocol.trust import new_key
from tests.console.memory_keyring import MemoryKeyring


def test_a_key_that_is_kept_is_there_again() -> None:
    keyring.set_keyring(MemoryKeyring())
    key = new_key()
    keychain.keep("jana@Example", key)
    fetched = keychain.fetch("jana@Example")
    assert fetched is not None
    assert fetched.private_numbers() == key.private_numbers()
    assert keychain.fetch("somebody else") is None


def test_without_a_keyring_the_sentence_says_what_to_install() -> None:
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call]
    with pytest.raises(KeyringUnavailable, match="install one"):
        keychain.keep("jana", new_key())


def test_a_keyring_in_a_plain_file_gets_no_key() -> None:
    plain = MemoryKeyring()
    plain.priority = 0  # what a plaintext file of keyrings.alt says of itself, rounded
    keyring.set_keyring(plain)
    with pytest.raises(KeyringUnavailable, match="install one"):
        keychain.keep("jana", new_key())
    assert plain.secrets == {}


def test_among_several_keyrings_the_best_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    best = MemoryKeyring()
    chain = ChainerBackend()  # type: ignore[no-untyped-call]
    monkeypatch.setattr(ChainerBackend, "backends", [best, NoKeyring()])  # type: ignore[no-untyped-call]
    monkeypatch.setattr(ChainerBackend, "priority", 10)
    keyring.set_keyring(chain)
    keychain.keep("jana", new_key())
    assert len(best.secrets) == 1


def test_a_locked_keyring_is_a_sentence() -> None:
    keyring.set_keyring(MemoryKeyring(locked=True))
    with pytest.raises(KeyringUnavailable, match="unlock it"):
        keychain.fetch("jana")


def test_a_keyring_that_waits_for_ever_keeps_no_program_from_ending() -> None:
    for_ever = threading.Event()

    async def ask() -> None:
        async with asyncio.timeout(0.05):
            await keychain.beside(for_ever.wait)

    with pytest.raises(TimeoutError):
        asyncio.run(ask())
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "keyring")
    for_ever.set()


def test_what_goes_wrong_beside_is_raised_here() -> None:
    keyring.set_keyring(MemoryKeyring(locked=True))
    with pytest.raises(KeyringUnavailable, match="unlock it"):
        asyncio.run(keychain.beside(keychain.fetch, "jana"))


def test_what_is_no_key_is_as_good_as_none() -> None:
    ring = MemoryKeyring()
    keyring.set_keyring(ring)
    ring.secrets[keychain.SERVICE, "jana"] = "not a key"
    assert keychain.fetch("jana") is None
