"""The options several commands have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from relay.admin.files import AdminError
from relay.admin.folder import RelayFolder
from relay.admin.home import Home

_Command = TypeVar("_Command", bound=Callable[..., Any])


def home_option(command: _Command) -> _Command:
    """--home DIR: gives the command its Home."""
    return _home_option(lambda _context, _parameter, value: Home.find(value))(command)


def folder_option(command: _Command) -> _Command:
    """--home DIR: gives the command the path, looked at or not."""
    return _home_option(None)(command)


def relay_option(command: _Command) -> _Command:
    """--home DIR: gives the command the RelayFolder: DIR/relay, or DIR itself on the relay's own machine."""
    return _home_option(lambda _context, _parameter, value: relay_folder(value))(command)


def relay_folder(path: Path) -> RelayFolder:
    """`path`/relay, or `path` itself. Raises AdminError."""
    for candidate in (path / "relay", path):
        folder = RelayFolder(candidate)
        if folder.organisation_file.exists():
            return folder
    raise AdminError(f"There is no relay's folder in {path}; say --home DIR, as for athand-relay or athand-admin init.")


def _home_option(
    callback: Callable[[click.Context, click.Parameter, Path], Home | RelayFolder] | None,
) -> Callable[[_Command], _Command]:
    return click.option(
        "--home",
        metavar="DIR",
        envvar="ATHAND_HOME",
        default=".",
        type=click.Path(path_type=Path),
        callback=callback,
        help="The folder `athand-admin init` made; else $ATHAND_HOME, else the current one.",
    )


def output_option(what: str) -> Callable[[_Command], _Command]:
    """--output FILE."""
    return click.option(
        "--output", metavar="FILE", type=click.Path(path_type=Path), help=f"Where to write {what}; must not exist yet."
    )
