"""`athand-relay`: starts the relay, says where it listens, and stops on SIGTERM or Ctrl+C.

Wrong use, or a folder it cannot run with, gets one sentence and exit code 2.
"""

import asyncio
import contextlib
import faulthandler
import ipaddress
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import click

from relay.admin.files import AdminError, read_passphrase
from relay.errors import StartRefused
from relay.log import make_log
from relay.server import VERSION, Relay, Settings
from relay.web.sites import WebSettings

try:
    import resource
except ImportError:  # Windows; there is no such limit
    resource = None  # type: ignore[assignment]

try:
    from uvloop import new_event_loop
except ImportError:  # Windows; asyncio's own loop does
    from asyncio import new_event_loop  # type: ignore[assignment]  # the same, wider

ORGANISATION_FILE = "organisation.json"
PASSPHRASE = "ATHAND_RELAY_PASSPHRASE"  # noqa: S105 - the variable's name

WRONG_USE = 2
LAST_S = 30.0
"""From the signal to the end, whatever hangs: a disk, a thread, a library. What was promised to anybody is on the disk
before it is promised, so nothing is lost; where everything stood is then on the standard error, and the exit code 1."""


def _address(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    try:
        return None if value is None else str(ipaddress.ip_address(value))
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is no address like 127.0.0.1") from error


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home", type=click.Path(path_type=Path), required=True, help="The folder `athand-admin init` made: DIR/relay."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8443, show_default=True, help="0 takes a free one and prints it."
)
@click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path),
    help=f"Holds the passphrase of the device authority's key; else {PASSPHRASE}, else it is asked for.",
)
@click.option(
    "--proxy",
    callback=_address,
    help="Address of the TLS proxy in front of the relay, whose X-Forwarded-For is believed.",
)
@click.option("--web-host", default="127.0.0.1", show_default=True, help="The address that the web pages listen on.")
@click.option("--web-port", type=click.IntRange(0, 65535), help="Serve the requesters' page on this port.")
@click.option("--staff-port", type=click.IntRange(0, 65535), help="Serve the wall-board and the reports on this port.")
@click.version_option(VERSION, prog_name="athand-relay")
def relay(  # noqa: PLR0913, PLR0917 - one for each option
    home: Path,
    host: str,
    port: int,
    passphrase_file: Path | None,
    proxy: str | None,
    web_host: str,
    web_port: int | None,
    staff_port: int | None,
) -> None:
    """Run the relay: the server that agents and consoles meet at.

    It keeps the tickets and carries sessions it cannot open. Put a TLS proxy in front of it where it is reached
    from outside.
    """
    _check_home(home)
    web = WebSettings(web_host, web_port, staff_port, proxy)
    settings = Settings(home, host, port, _passphrase(passphrase_file), proxy, web)
    _allow_many_sockets()
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(_run(settings))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the relay until it is stopped. Gives the exit code: 0, or 2 and one sentence."""
    try:
        relay.main(args=arguments, prog_name="athand-relay", standalone_mode=False)
    except click.ClickException as error:
        return _fail(f"{error.format_message().rstrip('.')}. See: athand-relay --help")
    except (StartRefused, click.Abort) as error:
        return _fail(str(error) or "Stopped before the start.")
    return 0


def _fail(sentence: str) -> int:
    click.echo(f"athand-relay: {' '.join(sentence.split())}", err=True)
    return WRONG_USE


def _check_home(home: Path) -> None:
    """Before anybody has to type a passphrase for a folder that is none."""
    if not home.is_dir():
        raise StartRefused(f"There is no folder {home}; `athand-admin init` makes one.")
    if not (home / ORGANISATION_FILE).exists() and (home / "relay" / ORGANISATION_FILE).exists():
        raise StartRefused(f"{home} is the administrator's folder; did you mean {home / 'relay'}?")


def _passphrase(file: Path | None) -> str:
    if file is None:
        passphrase = os.environ.get(PASSPHRASE, "")
        if not passphrase and sys.stdin.isatty():
            passphrase = str(click.prompt("Passphrase for the relay's device key", hide_input=True, err=True))
        if not passphrase:
            raise StartRefused(f"The device authority's passphrase is missing: set {PASSPHRASE} or --passphrase-file.")
        return passphrase
    try:
        return read_passphrase(file)
    except AdminError as error:
        raise StartRefused(str(error)) from error


def _allow_many_sockets() -> None:
    """As many as the system's administrator allows; the usual first limit of 1,024 is one desk's worth of agents."""
    if resource is not None:
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        with contextlib.suppress(ValueError, OSError):  # some systems say "unlimited" and mean less
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _run(settings: Settings) -> None:
    running = Relay(settings, make_log())
    stopping = asyncio.Event()
    with _Signals(stopping):
        await running.start()
        click.echo(f"athand-relay listens on {settings.host} port {running.port}")
        if running.sites.port is not None:
            click.echo(f"The requesters' page is on {settings.web.host} port {running.sites.port}")
        if running.sites.staff_port is not None:
            click.echo(f"The pages for staff are on {settings.web.host} port {running.sites.staff_port}")
        sys.stdout.flush()
        await stopping.wait()
        if sys.stderr is not None:
            faulthandler.dump_traceback_later(LAST_S, exit=True)  # needs neither the loop nor Python itself
        await running.stop()


class _Signals:
    """SIGTERM and SIGINT set an event, instead of ending the process in the middle of something."""

    def __init__(self, stopping: asyncio.Event) -> None:
        self._stopping = stopping

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            try:
                loop.add_signal_handler(number, self._stopping.set)
            except NotImplementedError:  # Windows
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(self._stopping.set))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Nothing to undo: the process ends."""


if __name__ == "__main__":
    sys.exit(main())
