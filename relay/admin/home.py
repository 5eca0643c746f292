"""One organisation's two folders: `offline` (kept off the network) and `relay` (what the relay is run with).

Guarantees that private keys lie encrypted, and that the register is saved before anything it speaks of is handed out.
Distrusts: the folder (moved, damaged, of another organisation).
"""

import contextlib
import getpass
import os
import warnings
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from protocol.trust import Authority, Invitation, Organisation, TrustError, key_from_pem, key_to_pem, sign_revocations
from relay.admin import files
from relay.admin.files import AdminError
from relay.admin.folder import RelayFolder
from relay.admin.register import Register

OFFLINE_VARIABLE = "ATHAND_PASSPHRASE"
RELAY_VARIABLE = "ATHAND_RELAY_PASSPHRASE"
REFRESH_VARIABLE = "ATHAND_REFRESH_PASSPHRASE"
REFRESH_EVERY = "every 6 hours"
"""A list holds for 24: once a day it would run out between two runs, and one that fails would close the desk."""
MIN_PASSPHRASE_CHARACTERS = 8
MAX_PASSPHRASE_BYTES = 1023  # OpenSSL's own bound for the passphrase of a key file

ROOT = "root"
TECHNICIANS = "technicians"
REVOCATION = "revocation"
_MAX_KEY_BYTES = 16 * 1024


class Home:
    """The folder that `athand-admin init` made.

    Attributes:
        path: The folder.
        offline: What only the admin has.
        relay: What the relay is run with.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offline = path / "offline"
        self.relay = RelayFolder(path / "relay")
        self._register_file = self.offline / "register.json"
        self._refresh_key_file = self.offline / "refresh.key"

    @classmethod
    def find(cls, path: Path) -> "Home":
        """The organisation in `path`. Raises AdminError when there is none."""
        home = cls(path)
        if not home._register_file.exists():
            raise AdminError(
                f"There is no organisation in {path}; say --home DIR, or make one with: athand-admin init DIR"
            )
        return home

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """While the register is read, changed and saved."""
        with files.locked(self.offline / ".lock"):
            yield

    def organisation(self) -> Organisation:
        """From the offline folder: the relay's copy may have been tampered with."""
        return Organisation.decode(files.read(self.offline / "organisation.json", Organisation.MAX_BYTES))

    def register(self) -> Register:
        """The register as it is."""
        return Register.decode(files.read(self._register_file, Register.MAX_BYTES))

    def save_register(self, register: Register) -> None:
        """The register as it shall be."""
        files.write(self._register_file, register.encode())

    def save_authority(self, name: str, authority: Authority, passphrase: str) -> None:
        """Keep an offline authority, its key encrypted."""
        files.write_new(self.offline / f"{name}.crt", authority.certificate)
        files.write_new(self.offline / f"{name}.key", key_to_pem(authority.key, passphrase))

    def authority(self, name: str, passphrase: str) -> Authority:
        """An offline authority. Raises TrustError for the wrong passphrase."""
        certificate = files.read(self.offline / f"{name}.crt", _MAX_KEY_BYTES)
        return Authority(
            certificate, key_from_pem(files.read(self.offline / f"{name}.key", _MAX_KEY_BYTES), passphrase)
        )

    def keep_refresh_key(self, signer: Authority, passphrase: str) -> None:
        """Keep the revocation signer's key once more, under a passphrase that opens nothing else."""
        files.write(self._refresh_key_file, key_to_pem(signer.key, passphrase))

    def refresh_signer(self, passphrase: str) -> Authority:
        """The revocation signer by its own passphrase. Raises AdminError when there is no such key; TrustError."""
        try:
            key = files.read(self._refresh_key_file, _MAX_KEY_BYTES)
        except FileNotFoundError as error:
            raise AdminError("There is no key for refreshing alone yet; make it: athand-admin refresh-key") from error
        certificate = files.read(self.offline / f"{REVOCATION}.crt", _MAX_KEY_BYTES)
        return Authority(certificate, key_from_pem(key, passphrase))

    def _invitation_file(self, identifier: str) -> Path:
        return self.offline / "invitations" / f"{identifier}.json"

    def save_invitation(self, invitation: Invitation) -> None:
        """Keep the admin's copy: the only other place where its secret lies."""
        files.write_new(self._invitation_file(invitation.identifier), invitation.encode())

    def invitation(self, identifier: str) -> Invitation | None:
        """An invitation that has not been used, or None."""
        try:
            return Invitation.decode(files.read(self._invitation_file(identifier), Invitation.MAX_BYTES))
        except FileNotFoundError:
            return None

    def close_invitation(self, identifier: str) -> None:
        """Single use: what remains is the register's entry."""
        self._invitation_file(identifier).unlink(missing_ok=True)
        tokens = self.relay.tokens()
        still_open = tuple(item for item in tokens.invitations if item.identifier != identifier)
        if still_open != tokens.invitations:
            files.write(self.relay.tokens_file, type(tokens)(tokens.tokens, still_open).encode())

    def sign_list(self, register: Register, signer: Authority, now: datetime) -> Register:
        """Sign the next revocation list and put it into the relay's folder; gives the register as saved.

        Raises TrustError when it cannot be signed; then the register stays as it was.
        """
        register = register.next_list(now)
        serials = [int(item.serial, 16) for item in register.revoked]
        encoded = sign_revocations(signer, number=register.list_number, serials=serials, now=now)
        self.save_register(register)
        files.write(self.relay.revocations_file, encoded)
        return register


def ask_passphrase(variable: str, what: str) -> str:
    """The passphrase of something that exists: from the environment, else typed unseen."""
    passphrase = os.environ.get(variable) or _typed(variable, f"Passphrase for {what}", twice=False)
    _check_text(passphrase, what)
    return passphrase


def new_passphrase(variable: str, what: str) -> str:
    """A passphrase for something new: from the environment, else typed unseen, twice. Raises AdminError when weak."""
    passphrase = os.environ.get(variable) or _typed(variable, f"New passphrase for {what}", twice=True)
    _check_text(passphrase, what)
    if len(passphrase) < MIN_PASSPHRASE_CHARACTERS:
        raise AdminError(f"The passphrase for {what} needs at least {MIN_PASSPHRASE_CHARACTERS} characters.")
    if len(passphrase.encode()) > MAX_PASSPHRASE_BYTES:
        raise AdminError(f"The passphrase for {what} is longer than {MAX_PASSPHRASE_BYTES} bytes.")
    return passphrase


def _typed(variable: str, prompt: str, *, twice: bool) -> str:
    """Typed on a terminal, unseen; never from a pipe with the echo left on."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return str(click.prompt(prompt, hide_input=True, confirmation_prompt=twice, err=True))
    except getpass.GetPassWarning as error:
        raise AdminError(f"There is no terminal to type the passphrase on; set {variable} instead.") from error


def _check_text(passphrase: str, what: str) -> None:
    """A variable's stray bytes arrive as surrogates, which no key can be encrypted with."""
    try:
        passphrase.encode()
    except UnicodeEncodeError as error:
        raise AdminError(f"The passphrase for {what} is not text in UTF-8.") from error


def said(error: TrustError | AdminError | OSError) -> str:
    """One sentence for the admin."""
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}."
    return str(error)
