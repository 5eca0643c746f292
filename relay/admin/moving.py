"""`export` and `import`: the way out, and in (relay.portable); and `report`: a customer's month."""

import contextlib
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click

from relay.admin.files import AdminError
from relay.admin.folder import RelayFolder
from relay.admin.home import RELAY_VARIABLE, ask_passphrase
from relay.admin.options import relay_option
from relay.admin.words import counted

_STDOUT = Path("-")


@click.command(name="export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--move", "moves", is_flag=True, help="Mails that wait are sent by whoever reads FILE; stop the relay.")
@relay_option
def export_history(home: RelayFolder, file: Path, *, moves: bool) -> None:
    """Write the whole history into FILE: signed JSON lines, also while the relay runs.

    Everything that ever happened is in it, with attachments; docs/export.md describes the lines. Mails that wait to be
    sent are in it, too: this relay goes on sending them, unless the desk moves (--move), with the relay stopped.
    """
    # Both need SQLAlchemy, which would slow every other command down.
    from relay.errors import StartRefused  # noqa: PLC0415
    from relay.portable.form import PortableError  # noqa: PLC0415
    from relay.store.database import lock_folder  # noqa: PLC0415

    if moves and file == _STDOUT:
        raise AdminError("A desk moves by a file: say where, instead of -.")
    try:
        with contextlib.ExitStack() as held:
            if moves:
                held.enter_context(lock_folder(home.path))
            _export(home, file, moves=moves)
    except PortableError as error:
        raise AdminError(str(error)) from error
    except StartRefused as refused:
        raise AdminError(f"{str(refused).rstrip('.')}; stop it before the desk moves.") from refused


def _export(home: RelayFolder, file: Path, *, moves: bool) -> None:
    """Raises PortableError."""
    from relay.portable import leaving  # noqa: PLC0415 - as above

    authority = home.device_authority(ask_passphrase(RELAY_VARIABLE, "the relay's device key")).authority
    name = home.organisation().name
    with _written(file) as out:
        seal = leaving.write(
            home.path / "athand.db",
            home.path / "files",
            out.write,
            organisation=name,
            authority=authority,
            now=datetime.now(UTC),
            moves=moves,
        )
        if moves:
            out.flush()
            os.fsync(out.fileno())
            leaving.hand_over(home.path / "athand.db")  # not before all of it is on the disk
    mails = ""
    if seal.waiting and moves:
        mails = f"{_mails(seal.waiting)} to be sent: by the relay that reads the file, and never from here any more.\n"
    elif seal.waiting:
        mails = (
            f"{_mails(seal.waiting)} to be sent: by this relay. If the desk moves, stop it, and export with --move.\n"
        )
    click.echo(
        f"Exported {counted(seal.events, 'event')} and {counted(seal.files, 'attachment')} of {name} to {file}.\n"
        f"{mails}\n"
        "Next: keep it somewhere safe; it holds what everybody wrote. To read it back into an empty folder:\n"
        f"  athand-admin import --home DIR {file}\n"
        "where DIR has the relay's other files (organisation.json, device-ca.*, revocations.crl …): docs/export.md.",
        err=file == _STDOUT,
    )


@click.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--send-waiting", "sends", is_flag=True, help="The relay it is from is gone: its mails are sent from here."
)
@relay_option
def import_history(home: RelayFolder, file: Path, *, sends: bool) -> None:
    """Make the relay's history of FILE, which `export` wrote; only where there is none yet.

    The file is checked whole: its signature, its chain, and that every event could have happened.
    """
    from relay.portable import arriving  # noqa: PLC0415 - as above
    from relay.portable.form import PortableError  # noqa: PLC0415

    try:
        with file.open("rb") as source:
            seal, sends = arriving.read(source, home.path, organisation=home.organisation(), sends=sends)
    except PortableError as error:
        raise AdminError(str(error)) from error
    mails = ""
    if seal.waiting and sends:
        mails = f"{_mails(seal.waiting)} to be sent, from here.\n"
    elif seal.waiting:
        mails = (
            f"{_mails(seal.waiting)} to be sent when this was exported: by the relay it is from, not from here. Should"
            " that one be gone for good, import into an empty folder with --send-waiting.\n"
        )
    click.echo(
        f"Read {counted(seal.events, 'event')} and {counted(seal.files, 'attachment')}.\n{mails}\n"
        f"Next: start the relay there: athand-relay --home {home.path}"
    )


def _mails(count: int) -> str:
    return f"{counted(count, 'mail')} {'waits' if count == 1 else 'wait'}"


@contextlib.contextmanager
def _written(file: Path) -> Iterator[BinaryIO]:
    """A file that is there whole and on the disk, or not at all."""
    if file == _STDOUT:
        yield sys.stdout.buffer
        return
    if file.exists():
        raise AdminError(f"{file} is there already; choose another name.")
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("xb") as out:
            part.chmod(0o600)
            yield out
            out.flush()
            os.fsync(out.fileno())
        part.rename(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
