"""`verify`: goes through the relay's whole history and says whether anything in it was changed (promise 22).

An exported one likewise, and whether this organisation's relay signed it.
"""

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from protocol.desk.chain import Head
from protocol.trust import Organisation
from relay.admin.files import AdminError
from relay.admin.home import Home
from relay.admin.options import folder_option, relay_folder
from relay.admin.words import counted

if TYPE_CHECKING:
    from relay.store.verify import Report

TAMPERED = 1
_SQLITE = b"SQLite format 3\0"
_ANCHOR = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


class Anchor(click.ParamType[Head]):
    """NUMBER:LINK, as an earlier `verify` printed it."""

    name = "anchor"

    def convert(self, value: str | Head, param: click.Parameter | None, ctx: click.Context | None) -> Head:
        """See click."""
        if isinstance(value, Head):
            return value
        match = _ANCHOR.fullmatch(value)
        if match is None:
            self.fail("An anchor is NUMBER:LINK, as an earlier verify printed it", param, ctx)
        return Head(int(match[1]), bytes.fromhex(match[2]))


@click.command()
@click.argument("database", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@click.option("--anchor", "anchors", multiple=True, type=Anchor(), metavar="NUMBER:LINK", help="Must be on the chain.")
@folder_option
def verify(home: Path, database: Path | None, anchors: tuple[Head, ...]) -> int:
    """Check the chain of all events, from the first to the last; also while the relay runs.

    FILE is the relay's athand.db, or what `athand-admin export` wrote; without it, the athand.db in DIR/relay. Of an
    export the signature is checked, too, with the organisation in DIR; it needs room in the temporary folder.

    Prints where the chain stands. Keep that line elsewhere and give it as --anchor next time: then a cut at the end
    shows, too. Exit code 1 says that something was changed.
    """
    # Opening the database needs SQLAlchemy, which would slow every other command down.
    from relay.store import verify as check  # noqa: PLC0415

    path = database or Home.find(home).relay.path / "athand.db"
    if not path.is_file():
        raise AdminError(
            f"{path} is not there; the relay makes it when it first starts. If it runs on another machine, "
            "run there, in its folder: athand-admin verify athand.db"
        )
    if _is_export(path):
        return _verify_export(path, relay_folder(home).organisation(), anchors)
    return _said(check(path, anchors), path)


def _is_export(path: Path) -> bool:
    with path.open("rb") as file:
        begin = file.read(len(_SQLITE))
    return begin != _SQLITE and begin.startswith(b"{")


def _verify_export(path: Path, organisation: Organisation, anchors: tuple[Head, ...]) -> int:
    """As `import` does, into a folder that is thrown away."""
    from relay.portable import arriving  # noqa: PLC0415 - as above
    from relay.portable.form import PortableError  # noqa: PLC0415
    from relay.store import verify as check  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="athand-verify-") as name:
        folder = Path(name)
        try:
            with path.open("rb") as source:
                arriving.read(source, folder, organisation=organisation)
        except PortableError as error:
            click.echo(f"The export in {path} does not hold: {error}", err=True)
            return TAMPERED
        report = check(folder / "athand.db", anchors, lists=False)
    if report.fault is None:
        click.echo(f"The export was signed in the organisation {organisation.name}, and nothing in it was changed.")
    return _said(report, path)


def _said(report: "Report", path: Path) -> int:
    standing = f"{report.head.number}:{report.head.link.hex()}"
    if report.fault is not None:
        click.echo(f"The history in {path} was changed: {report.fault}.", err=True)
        click.echo(f"It holds up to {standing}.", err=True)
        if report.ticket is not None:
            click.echo(f"The event is filed under ticket {report.ticket}.", err=True)
        return TAMPERED
    click.echo(f"The history holds: {counted(report.head.number, 'event')}, {counted(report.tickets, 'ticket')}.")
    if report.uncompared:
        names = ", ".join(report.uncompared)
        click.echo(f"Not compared, as another version of the program made them: {names}. A relay makes them anew.")
    click.echo(f"\nNext: keep this line elsewhere, for --anchor: {standing}")
    return 0
