"""The options several commands have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from relay.admin.home import Home

_Command = TypeVar("_Command", bound=Callable[..., Any])


def home_option(command: _Command) -> _Command:
    """--home DIR: gives the command its Home."""
    return click.option(
        "--home",
        metavar="DIR",
        envvar="ATHAND_HOME",
        default=".",
        type=click.Path(path_type=Path),
        callback=lambda _context, _parameter, value: Home.find(value),
        help="The folder `athand-admin init` made; else $ATHAND_HOME, else the current one.",
    )(command)


def copied(*paths: Path) -> str:
    """The step that is needed only when the relay runs elsewhere."""
    return f"Copy {' and '.join(map(str, paths))} to the relay's machine, if that is another one."


def output_option(what: str) -> Callable[[_Command], _Command]:
    """--output FILE."""
    return click.option(
        "--output", metavar="FILE", type=click.Path(path_type=Path), help=f"Where to write {what}; must not exist yet."
    )
