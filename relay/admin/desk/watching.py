"""`threshold`: from when on a figure of a machine is a fault, and when it is over (promise 34)."""

import math
import re

import click

from protocol.desk import events
from protocol.desk.events import Threshold
from relay.admin.desk import words
from relay.admin.desk.ledger import Ledger, ledger_option
from relay.admin.files import AdminError

CHECKS = {
    "cpu.percent": "how busy all processors together are",
    "memory.available_mb": "memory that programs can still have",
    "swap.used_percent": "swap in use",
    "disk.used_percent": "of each drive",
    "disk.free_mb": "of each drive",
    "battery.percent": "while it is not being charged",
}
"""As the agent knows them; a newer agent may know more."""
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"([0-9]{1,6})([smh])")


@click.command()
@click.argument("check", metavar="[CHECK]", required=False)
@click.option("--above", type=float, help="A fault is a figure above this;")
@click.option("--below", type=float, help="or one below this.")
@click.option("--clear", type=float, help="It is over on the other side of this; without it: at the limit itself.")
@click.option(
    "--for", "lasting", default="5m", show_default=True, help="It lasts so long before it counts: 90s, 5m, 1h."
)
@click.option("--ticket", is_flag=True, help="Opens a ticket by itself, with the check as its proof.")
@click.option("--customer", default="", help="On this customer's machines only; else on all.")
@click.option("--off", is_flag=True, help="Is watched no more.")
@ledger_option
@words.sentences
def threshold(  # noqa: PLR0913, PLR0917 - one for each option
    ledger: Ledger,
    check: str | None,
    above: float | None,
    below: float | None,
    clear: float | None,
    lasting: str,
    ticket: bool,
    customer: str,
    off: bool,
) -> None:
    """List what is watched on machines, or set one threshold. Users see in the window "About" what is watched."""
    book = ledger.read()
    if customer and customer not in book.register.customers:
        raise AdminError(f"There is no customer “{customer}”.")
    if check is not None:
        if check not in CHECKS:
            raise AdminError(f"“{check}” is no figure that agents read; there are: {', '.join(CHECKS)}.")
        others = [known for known in book.watch.thresholds.get(customer, ()) if known.check != check]
        if not off:
            limit, is_above = _limit(above, below)
            over = limit if clear is None else clear
            if not (math.isfinite(limit) and math.isfinite(over)):
                raise AdminError("A limit is a number that a figure can reach, such as 90.")
            if (over > limit) if is_above else (over < limit):
                side, back = ("above", "below") if is_above else ("below", "above")
                raise AdminError(
                    f"A fault {side} {limit:g} is over once it is {back} that; give --clear such a figure."
                )
            others.append(Threshold(check, limit, over, is_above, _seconds(lasting), ticket))
        click.echo(ledger.write(book, events.ThresholdsSet(tuple(others), customer)))
        book = ledger.read()
    if not any(book.watch.thresholds.values()):
        click.echo("Nothing is watched. For example: athand-admin threshold disk.used_percent --above 90 --clear 85")
    for whose, known in book.watch.thresholds.items():
        for one in known:
            side = "above" if one.above else "below"
            words.show(
                f"{one.check} {side} {one.limit:g}" + (f" on machines of {whose}" if whose else ""),
                ("for", _duration(one.for_s)),
                ("over at", f"{one.clear:g}"),
                ("ticket", "opens one" if one.ticket else ""),
            )


def _limit(above: float | None, below: float | None) -> tuple[float, bool]:
    """The limit, and whether a fault lies above it."""
    if above is not None and below is None:
        return above, True
    if below is not None and above is None:
        return below, False
    raise AdminError("Say either --above or --below, and where: --above 90.")


def _duration(seconds: float) -> str:
    """As one types it: in the largest unit that fits without a rest."""
    unit = next(unit for unit in ("h", "m", "s") if seconds % _UNITS[unit] == 0 or unit == "s")
    return f"{seconds / _UNITS[unit]:g}{unit}"


def _seconds(text: str) -> float:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise AdminError(f"“{text}” is no duration; write for example 90s, 5m or 1h.")
    return int(found[1]) * _UNITS[found[2]]
