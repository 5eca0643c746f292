"""The options several commands have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from relay.admin.home import Home

_Command = TypeVar("_Command", bound=Callable[..., Any])


def home_option(command: _Command) -> _Command:
    """--home DIR: gives the command its Home."""
    return _home_option(lambda _context, _parameter, value: Home.find(value))(command)


def folder_option(command: _Command) -> _Command:
    """--home DIR: gives the command the path, looked at or not."""
    return _home_option(None)(command)


def _home_option(
    callback: Callable[[click.Context, click.Parameter, Path], Home] | None,
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
