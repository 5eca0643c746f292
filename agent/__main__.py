"""The command `athand-agent`: starts the agent, or brings up the one that runs already."""

import faulthandler
import logging
import os
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
import platformdirs
import structlog

from agent import enrolled, words
from agent.errors import AgentError
from agent.place import Place
from agent.refusals import said
from agent.words import _
from protocol.desk.events import EndReason
from protocol.trust import Bundle, TrustError

DEFAULT_HOT_KEY = "ctrl+alt+End"
"""Not Pause, which many laptops lack."""
_LAST_S = 30.0
"""From the end of the windows to that of the process, whatever hangs meanwhile: a disk, a thread, a library. Where
everything stood is then on the standard error."""
_HOT_KEY = re.compile(r"((ctrl|alt|shift|super)\+){1,4}[A-Za-z0-9_]{1,40}")


class CommandError(click.ClickException):
    """Wrong use, or something that has to be put right first: one sentence, exit code 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        """To standard error."""
        del file
        click.echo(f"athand-agent: {self.format_message()}", err=True)


def _hot_key(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if not _HOT_KEY.fullmatch(value):
        raise click.BadParameter(_("{value} is not like ctrl+alt+End").format(value=repr(value)))
    return value


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--bundle", type=click.Path(path_type=Path), help="The file from your administrator; needed once.")
@click.option("--relay", metavar="URL", help="Reach the relay here instead of at the address in the bundle.")
@click.option(
    "--state", type=click.Path(path_type=Path), help="Where to keep the certificate and what is not sent yet."
)
@click.option(
    "--hot-key", default=DEFAULT_HOT_KEY, show_default=True, callback=_hot_key, help="Ends a session at once."
)
@click.option("--language", type=click.Choice(words.LANGUAGES), help="Instead of the system's.")
@click.option("--verbose", is_flag=True, help="Log more.")
@click.version_option(package_name="athand")
def agent_command(  # noqa: PLR0913 - click's way: one argument for each option
    bundle: Path | None, relay: str | None, state: Path | None, hot_key: str, language: str | None, *, verbose: bool
) -> int:
    """The helped side of athand: lives in the tray and brings help when it is asked for.

    Start it once with --bundle and the file your administrator gave you; from then on without.
    """
    words.use(language)
    _log_to_stderr(verbose=verbose)
    try:
        place = Place(state or platformdirs.user_state_path("athand-agent"))
        standing = _standing(place, bundle, relay)
    except (AgentError, TrustError) as error:
        raise CommandError(said(str(error))) from error
    return _run(place, standing, hot_key)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the agent until it ends. Gives the exit code: 0, or 2 and one sentence."""
    words.use()  # the system's, for what is wrong with the command itself
    try:
        result = agent_command.main(args=arguments, prog_name="athand-agent", standalone_mode=False)
    except CommandError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        sentence = " ".join(error.format_message().rstrip(".").split())
        # The reason is click's, in English.
        told = _("{reason}. See: {command} --help").format(reason=sentence, command="athand-agent")
        click.echo(f"athand-agent: {told}", err=True)
        return CommandError.exit_code
    except click.Abort:
        return CommandError.exit_code
    return result if isinstance(result, int) else 0


def _standing(place: Place, bundle_file: Path | None, relay: str | None) -> enrolled.Standing:
    standing = enrolled.load(place)
    if bundle_file is not None:
        try:
            content = bundle_file.read_bytes()
        except OSError as error:
            unread = _("the bundle {file} cannot be read: {why}").format(file=bundle_file, why=error.strerror)
            raise CommandError(unread) from error
        standing = enrolled.apply(place, Bundle.decode(content), standing, datetime.now(UTC))
    if standing is None:
        raise CommandError(_("this computer has no organisation yet; start it once with --bundle FILE"))
    return enrolled.reached_at(standing, relay) if relay else standing


def _run(place: Place, standing: enrolled.Standing, hot_key: str) -> int:
    _check_display()
    # Qt only now: --help and wrong use need no display.
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415

    from agent.app import Agent  # noqa: PLC0415
    from agent.cycles import Cycles  # noqa: PLC0415
    from agent.signals import EndSignals  # noqa: PLC0415
    from agent.single import Single  # noqa: PLC0415
    from agent.ui import theme, toolkit_words  # noqa: PLC0415

    sys.setswitchinterval(0.0005)  # a busy Python thread must not hold up Qt's for 5 ms
    app = QApplication(sys.argv[:1])
    app.setApplicationName("athand")
    app.setDesktopFileName("athand-agent")
    app.setQuitOnLastWindowClosed(False)
    single = Single(place)
    if not single.take():
        click.echo(f"athand-agent: {_('it runs already; its window comes up')}")
        return 0
    toolkit_words.speak(app, words.language())
    theme.put_on(app)
    cycles = Cycles()
    try:
        agent = Agent(place, standing, single, hot_key=hot_key)
    except AgentError as error:
        raise CommandError(str(error)) from error
    ends = EndSignals()
    ends.came.connect(lambda _number: agent.leave(EndReason.USER_LOGGED_OFF))
    agent.start()
    try:
        return app.exec()
    finally:
        if sys.stderr is not None:
            faulthandler.dump_traceback_later(_LAST_S, exit=True)  # needs no thread that still moves
        agent.stop()
        ends.give_up()
        cycles.give_up()


def _check_display() -> None:
    """Qt would end the program without a word of its own; the picture, too, is had from X alone."""
    if sys.platform != "linux" or not os.environ.get("QT_QPA_PLATFORM", "xcb").startswith(("xcb", "wayland")):
        return
    from agent.x11.connection import Connection, DisplayLost  # noqa: PLC0415 - there is none but on Linux

    name = os.environ.get("DISPLAY")
    if not name:
        raise CommandError(_("there is no display to show its window on: DISPLAY is not set"))
    try:
        Connection(name).close()
    except DisplayLost as error:
        raise CommandError(_("the display {name} cannot be reached").format(name=name)) from error


def _log_to_stderr(*, verbose: bool) -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,  # without the variables' values: they are the user's
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


if __name__ == "__main__":
    sys.exit(main())
