"""The command line of `athand-admin`: every mistake ends in one sentence and exit code 2, never in a traceback."""

import io
import sys
from collections.abc import Sequence
from importlib import metadata

import click

from protocol.trust import TrustError
from relay.admin.checking import verify
from relay.admin.desk.duty import absence, rota, schedule, stand_in
from relay.admin.desk.parties import customer, machine, user
from relay.admin.desk.setting import desk, staff_profile
from relay.admin.desk.terms import calendar, contract
from relay.admin.desk.watching import threshold
from relay.admin.desk.whose import requester
from relay.admin.devices import bundle
from relay.admin.files import AdminError
from relay.admin.home import said
from relay.admin.moving import export_history, import_history
from relay.admin.organise import init
from relay.admin.people import approve, invite, staff
from relay.admin.post import mail
from relay.admin.reporting import report
from relay.admin.revoking import refresh, refresh_key, revoke
from relay.admin.web import web_link

WRONG_USE = 2
_AFTER = "athand-admin staff --home DIR"


def _version() -> str:
    try:
        return metadata.version("athand")
    except metadata.PackageNotFoundError:  # run from a source tree that is not installed
        return "unknown"


@click.group(no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(_version(), prog_name="athand-admin")
def admin() -> None:
    """Make and keep an organisation: who may help, which devices may be helped, who is no longer trusted.

    Works on local files only. Passphrases are asked for, or taken from ATHAND_PASSPHRASE (offline keys),
    ATHAND_RELAY_PASSPHRASE (the relay's device key) and ATHAND_REFRESH_PASSPHRASE (the list of revocations, if that has
    its own).
    """


for command in (
    init,
    invite,
    approve,
    bundle,
    staff,
    revoke,
    refresh,
    refresh_key,
    verify,
    export_history,
    import_history,
):
    admin.add_command(command)
for command in (
    desk,
    staff_profile,
    calendar,
    contract,
    customer,
    user,
    machine,
    requester,
    rota,
    stand_in,
    absence,
    schedule,
    threshold,
    report,
    mail,
):
    admin.add_command(command)
admin.add_command(web_link)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Gives the exit code: 0; 1 for a history that was changed; 2 and a sentence for a mistake."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names in every script, on terminals of every kind
    try:
        result = admin.main(args=arguments, prog_name="athand-admin", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return WRONG_USE
    except click.UsageError as error:
        return _fail(f"{_mistake(error)} See: {_command_path(error)} --help")
    except click.ClickException as error:
        return _fail(error.format_message())
    except click.Abort:
        return _fail("Stopped before the end.")
    except (TrustError, AdminError, OSError) as error:
        return _fail(said(error))
    return result if isinstance(result, int) else 0


def _mistake(error: click.UsageError) -> str:
    """A whole sentence: some of click's end with a question mark, some with nothing."""
    if isinstance(error, click.NoSuchOption) and error.ctx and isinstance(error.ctx.command, click.Group):
        return f"There is no option {error.option_name} before a command; options come after it: {_AFTER}."
    said = error.format_message()
    return said if said.endswith(("?", "!")) else f"{said.rstrip('.')}."


def _command_path(error: click.UsageError) -> str:
    return error.ctx.command_path if error.ctx else "athand-admin"


def _fail(sentence: str) -> int:
    click.echo(f"athand-admin: {' '.join(sentence.split())}", err=True)
    return WRONG_USE


if __name__ == "__main__":
    sys.exit(main())
