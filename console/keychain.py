"""The technician's private key in the operating system's keyring.

Blocks (the keyring may ask for its password), so never call it on the main thread. Distrusts the keyring's content.

Guarantees: a key is written to a keyring of the operating system or nowhere.
"""

import asyncio
import contextlib
import functools
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import keyring
from cryptography.hazmat.primitives.asymmetric import ec
from keyring.backend import KeyringBackend
from keyring.backends import chainer
from keyring.errors import KeyringError

from console.errors import KeyringUnavailable
from console.language import _
from protocol.trust import TrustError, key_from_pem, key_to_pem

P = ParamSpec("P")
T = TypeVar("T")

SERVICE = "athand technician"
_PRIORITY_OF_REAL_ONES = 1
"""Backends that keep secrets in a plain file announce themselves below this (keyring's documentation, "priority")."""


def keep(name: str, key: ec.EllipticCurvePrivateKey) -> None:
    """Keeps a key under a name. Raises KeyringUnavailable."""
    try:
        _backend().set_password(SERVICE, name, key_to_pem(key, None).decode("ascii"))
    except (KeyringError, OSError) as error:
        raise _locked() from error


def fetch(name: str) -> ec.EllipticCurvePrivateKey | None:
    """The key of that name, or None. Raises KeyringUnavailable."""
    try:
        pem = _backend().get_password(SERVICE, name)
    except (KeyringError, OSError) as error:
        raise _locked() from error
    if pem is None:
        return None
    try:
        return key_from_pem(pem.encode(), None)
    except TrustError:
        return None  # as good as none: the technician needs a new invitation either way


async def beside(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Makes one of the calls above on a thread of its own, beside the event loop.

    Unlike `asyncio.to_thread`'s, that thread does not keep the program from ending while the keyring waits for a
    password nobody types.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def work() -> None:
        try:
            result = call(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - raised again where it is awaited
            _tell(loop, done, functools.partial(done.set_exception, error))
        else:
            _tell(loop, done, functools.partial(done.set_result, result))

    threading.Thread(target=work, name="keyring", daemon=True).start()
    return await done


def _tell(loop: asyncio.AbstractEventLoop, done: "asyncio.Future[T]", tell: Callable[[], None]) -> None:
    # Nobody waits any more if the program ends meanwhile.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(lambda: None if done.done() else tell())


def _backend() -> KeyringBackend:
    backend = keyring.get_keyring()
    if isinstance(backend, chainer.ChainerBackend):
        backend = next(iter(backend.backends), backend)
    if backend.priority < _PRIORITY_OF_REAL_ONES:
        raise KeyringUnavailable(
            _(
                "There is no keyring on this computer to keep your key in; please install one "
                "(such as gnome-keyring or KeePassXC), unlock it, and start again."
            )
        )
    return backend


def _locked() -> KeyringUnavailable:
    return KeyringUnavailable(_("The keyring of this computer is locked; please unlock it and start again."))
