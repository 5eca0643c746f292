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
@relay_option
def export_history(home: RelayFolder, file: Path) -> None:
    """Write the whole history into FILE: signed JSON lines, also while the relay runs.

    Everything that ever happened is in it, with attachments; docs/export.md describes the lines.
    """
    # Both need SQLAlchemy, which would slow every other command down.
    from relay.portable import leaving  # noqa: PLC0415
    from relay.portable.form import PortableError  # noqa: PLC0415

    authority = home.device_authority(ask_passphrase(RELAY_VARIABLE, "the relay's device key")).authority
    name = home.organisation().name
    try:
        with _written(file) as out:
            seal = leaving.write(
                home.path / "athand.db",
                home.path / "files",
                out.write,
                organisation=name,
                authority=authority,
                now=datetime.now(UTC),
            )
    except PortableError as error:
        raise AdminError(str(error)) from error
    click.echo(
        f"Exported {counted(seal.events, 'event')} and {counted(seal.files, 'attachment')} of {name} to {file}.\n\n"
        "Next: keep it somewhere safe; it holds what everybody wrote. To read it back into an empty folder:\n"
        f"  athand-admin import --home DIR {file}\n"
        "where DIR has the relay's other files (organisation.json, device-ca.*, revocations.crl …): docs/export.md.",
        err=file == _STDOUT,
    )


@click.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@relay_option
def import_history(home: RelayFolder, file: Path) -> None:
    """Make the relay's history of FILE, which `export` wrote; only where there is none yet.

    The file is checked whole: its signature, its chain, and that every event could have happened.
    """
    from relay.portable import arriving  # noqa: PLC0415 - as above
    from relay.portable.form import PortableError  # noqa: PLC0415

    try:
        with file.open("rb") as source:
            seal = arriving.read(source, home.path, organisation=home.organisation())
    except PortableError as error:
        raise AdminError(str(error)) from error
    click.echo(
        f"Read {counted(seal.events, 'event')} and {counted(seal.files, 'attachment')}.\n\n"
        f"Next: start the relay there: athand-relay --home {home.path}"
    )


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
