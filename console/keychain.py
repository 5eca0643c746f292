"""The technician's private key in the operating system's keyring.

Blocks (the keyring may ask for its password), so never call it on the main thread. Distrusts the keyring's content.

Guarantees: a key is written to a keyring of the operating system or nowhere.
"""

import keyring
from cryptography.hazmat.primitives.asymmetric import ec
from keyring.backend import KeyringBackend
from keyring.backends import chainer
from keyring.errors import KeyringError

from console.errors import KeyringUnavailable
from console.language import _
from protocol.trust import TrustError, key_from_pem, key_to_pem

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
