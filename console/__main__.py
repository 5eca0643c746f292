"""``athand-console``: the technician's program.

Wrong use, or a machine it cannot run on, gets one sentence and exit code 2.
"""

import faulthandler
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import platformdirs
import structlog
from PySide6.QtCore import QLocale, QTimer
from PySide6.QtWidgets import QApplication

from console import display, language
from console.app import Console, read_invitation_file
from console.cycles import Cycles
from console.errors import AddressRefused, ConsoleError
from console.language import _
from console.net.dial import host_of
from console.single import Single
from console.ui import theme, toolkit_words

_WRONG_USE = 2
_SWITCH_INTERVAL_S = 0.0005
"""How long a busy thread may hold the interpreter while another waits: the default of 5 ms is a visible delay."""

_LAST_S = 30.0
"""From the end of the windows to that of the process, whatever hangs meanwhile: a disk, a thread, a library. Where
everything stood is then on the standard error."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--invitation",
    type=click.Path(path_type=Path),
    help="The .invitation file your administrator sent you; needed once.",
)
@click.option("--relay", metavar="URL", help="The server's address, if it is another one from here (wss://…).")
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to keep what has to be remembered (certificates, no keys).",
)
@click.option("--language", "chosen", type=click.Choice(language.known()), help="Instead of the system's.")
@click.version_option(package_name="athand")
def console(invitation: Path | None, relay: str | None, state: Path | None, chosen: str | None) -> None:
    """See the queue of people who need help, take a ticket, and help on their screen.

    The first start needs an invitation from your administrator; later starts need nothing. F1 shows all shortcuts.
    """
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,  # without the variables' values: an invitation's secret among them
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    spoken = language.choose(chosen)
    content = _check(invitation, relay)
    display.check()
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    app = QApplication(["athand-console"])
    app.setApplicationName("athand-console")
    app.setDesktopFileName("athand-console")
    QLocale.setDefault(QLocale(spoken))
    toolkit_words.speak(app, spoken)
    theme.apply(app)
    app.setQuitOnLastWindowClosed(False)
    place = state or platformdirs.user_state_path("athand-console", appauthor=False)
    single = Single(place)
    if not single.take():
        click.echo(f"athand-console: {_('it runs already; its window comes up')}")
        return
    cycles = Cycles()
    program = Console(place, relay=relay)
    single.asked_to_show.connect(program.window.come_up)
    program.finished.connect(app.quit)
    _quit_on_signals(program)
    program.start(content)
    try:
        app.exec()
    finally:  # the display may have gone: then nobody closed the window, and threads would outlive what they tell
        if sys.stderr is not None:
            faulthandler.dump_traceback_later(_LAST_S, exit=True)  # needs no thread that still moves
        program.stop()
        single.give_up()
        cycles.give_up()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the console until it is closed. Gives the exit code: 0, or 2 and one sentence."""
    language.choose(None)  # the system's, for what is wrong with the command itself
    try:
        console.main(args=arguments, prog_name="athand-console", standalone_mode=False)
    except click.ClickException as error:
        sentence = " ".join(error.format_message().rstrip(".").split())
        # The reason is click's, in English, unless it is one of ours.
        told = _("{reason}. See: {command} --help").format(reason=sentence, command="athand-console")
        click.echo(f"athand-console: {told}", err=True)
        return _WRONG_USE
    except ConsoleError as error:
        click.echo(f"athand-console: {error}", err=True)
        return _WRONG_USE
    except click.Abort:
        return _WRONG_USE
    return 0


def _check(invitation: Path | None, relay: str | None) -> bytes | None:
    """What can be wrong on the command line is said there, in one sentence."""
    try:
        if relay is not None:
            host_of(relay)
        return None if invitation is None else read_invitation_file(invitation)
    except OSError as error:
        unread = _("The invitation {file} cannot be read: {why}").format(file=invitation, why=error.strerror)
        raise click.UsageError(unread) from error
    except (AddressRefused, ValueError) as error:
        raise click.UsageError(str(error)) from error


def _quit_on_signals(program: Console) -> None:
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if (number := getattr(signal, name, None)) is not None:  # Windows has no SIGHUP
            # In the loop: before it runs there is nothing to quit yet, and the window is only about to be shown.
            signal.signal(number, lambda *_: QTimer.singleShot(0, program.leave_now))
    # Python runs its handlers between byte codes only; Qt's loop has none while it waits.
    tick = QTimer(program)
    tick.timeout.connect(lambda: None)
    tick.start(500)


if __name__ == "__main__":
    sys.exit(main())
