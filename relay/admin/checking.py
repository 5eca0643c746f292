"""`verify`: goes through the relay's whole history and says whether anything in it was changed (promise 22)."""

import re
from pathlib import Path

import click

from protocol.desk.chain import Head
from relay.admin.files import AdminError
from relay.admin.home import Home
from relay.admin.options import folder_option
from relay.admin.words import counted

TAMPERED = 1
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
@click.argument("database", metavar="[DATABASE]", required=False, type=click.Path(path_type=Path))
@click.option("--anchor", "anchors", multiple=True, type=Anchor(), metavar="NUMBER:LINK", help="Must be on the chain.")
@folder_option
def verify(home: Path, database: Path | None, anchors: tuple[Head, ...]) -> int:
    """Check the chain of all events, from the first to the last; also while the relay runs.

    DATABASE is the relay's athand.db; without it, the one in DIR/relay.

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
    report = check(path, anchors)
    standing = f"{report.head.number}:{report.head.link.hex()}"
    if report.fault is not None:
        click.echo(f"The history in {path} was changed: {report.fault}.", err=True)
        click.echo(f"It holds up to {standing}.", err=True)
        if report.ticket is not None:
            click.echo(f"The event is filed under ticket {report.ticket}.", err=True)
        return TAMPERED
    click.echo(f"The history holds: {counted(report.head.number, 'event')}, {counted(report.tickets, 'ticket')}.")
    click.echo(f"\nNext: keep this line elsewhere, for --anchor: {standing}")
    return 0
