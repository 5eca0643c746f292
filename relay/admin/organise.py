"""`athand-admin init`: a new organisation, complete or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from protocol.trust import Authority, Organisation, Role, Tokens, key_to_pem
from protocol.trust.issue import issue_authority, issue_revocation_signer, issue_root
from protocol.trust.names import clean_text
from protocol.trust.organisation import check_relay_url
from relay.admin import files
from relay.admin.files import AdminError
from relay.admin.home import (
    OFFLINE_VARIABLE,
    REFRESH_EVERY,
    RELAY_VARIABLE,
    REVOCATION,
    ROOT,
    TECHNICIANS,
    Home,
    new_passphrase,
)
from relay.admin.register import Register

_MAX_CERTIFICATE_BYTES = 64 * 1024


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="The organisation's name, as users will read it when asked for consent.")
@click.option("--relay-url", required=True, help="Where agents and consoles find the relay: wss://help.example.org.")
@click.option(
    "--relay-tls-ca",
    type=click.Path(path_type=Path),
    help="PEM file of the authority of the relay's TLS certificate, if it is not a public one.",
)
def init(folder: Path, name: str, relay_url: str, relay_tls_ca: Path | None) -> None:
    """Make a new organisation in DIR.

    Makes two folders: DIR/offline with the root, the technicians' authority and the revocation key (encrypted; keep it
    off the network), and DIR/relay with what the relay is run with (copy it to the relay's machine).
    """
    name = clean_text(name, "organisation's name")
    check_relay_url(relay_url)
    tls_ca = _read_certificate(relay_tls_ca) if relay_tls_ca else None
    home = Home(folder)
    if home.offline.exists() or home.relay.path.exists():
        raise AdminError(f"There is an organisation in {folder} already; nothing was changed.")
    offline_passphrase = new_passphrase(OFFLINE_VARIABLE, "the offline keys")
    relay_passphrase = new_passphrase(RELAY_VARIABLE, "the relay's device key")
    if offline_passphrase == relay_passphrase:
        raise AdminError("The two passphrases must differ: the relay's is known to the relay's machine.")
    now = datetime.now(UTC)
    root = issue_root(name, now=now)
    organisation = Organisation(name, relay_url, root.certificate, tls_ca)
    organisation.check()
    with _all_or_nothing(home):
        _make(home, organisation, root, (offline_passphrase, relay_passphrase), now)
    _say_next(home, name, relay_url)


def _make(home: Home, organisation: Organisation, root: Authority, passphrases: tuple[str, str], now: datetime) -> None:
    offline_passphrase, relay_passphrase = passphrases
    signer = issue_revocation_signer(root, now=now)
    devices = issue_authority(root, Role.DEVICE, now=now)
    home.save_authority(ROOT, root, offline_passphrase)
    home.save_authority(TECHNICIANS, issue_authority(root, Role.TECHNICIAN, now=now), offline_passphrase)
    home.save_authority(REVOCATION, signer, offline_passphrase)
    files.write_new(home.relay.device_certificate_file, devices.certificate)
    files.write_new(home.relay.device_key_file, key_to_pem(devices.key, relay_passphrase))
    files.write_new(home.relay.tokens_file, Tokens().encode())
    files.write_new(home.relay.organisation_file, organisation.encode())
    files.write_new(home.offline / "organisation.json", organisation.encode())
    home.sign_list(Register(), signer, now)


@contextmanager
def _all_or_nothing(home: Home) -> Iterator[None]:
    """Take away what was made if not everything could be (disk full, say)."""
    home.path.mkdir(mode=files.FOLDER_MODE, parents=True, exist_ok=True)
    made = (home.offline, home.offline / "invitations", home.relay.path, home.relay.mailbox)
    try:
        for path in made:
            files.make_folder(path)
        yield
    except BaseException:
        shutil.rmtree(home.offline, ignore_errors=True)
        shutil.rmtree(home.relay.path, ignore_errors=True)
        raise


def _read_certificate(path: Path) -> bytes:
    try:
        return x509.load_pem_x509_certificate(files.read(path, _MAX_CERTIFICATE_BYTES)).public_bytes(Encoding.DER)
    except ValueError as error:
        raise AdminError(f"{path} is no PEM certificate.") from error


def _say_next(home: Home, name: str, relay_url: str) -> None:
    click.echo(f"Made the organisation {name} in {home.path}.")
    if relay_url.startswith("ws://"):
        click.echo("Note: ws:// is not encrypted; sessions are, but ticket texts are not. Use wss:// outside a test.")
    click.echo(
        f"""
Next:
  1. Invite a technician:   athand-admin invite --home {home.path} --name … --title … --phone …
  2. Make the agents' file: athand-admin bundle --home {home.path}
  3. Copy {home.relay.path} to the relay's machine, if that is another one, and start there:
     athand-relay --home {home.relay.path}
  4. {REFRESH_EVERY.capitalize()} by a timer: athand-admin refresh --home {home.path}
     Nobody accepts a revocation list older than 24 hours. Give the timer a passphrase of its own:
     athand-admin refresh-key --home {home.path}
Keep {home.offline} off the network, and a copy of it in a safe: without its keys you start anew."""
    )
