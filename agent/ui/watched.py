"""What this computer tells the help desk by itself, in plain words (promise 34). Pure but for the language.

Distrusts the relay, which says what is watched: what it names and this program does not know is shown as a name.
"""

from collections.abc import Iterable

from agent.ui import plain
from agent.words import _
from protocol.desk.events import Threshold


def sentences(thresholds: Iterable[Threshold]) -> list[str]:
    """One for each figure: from when on the help desk is told."""
    return [_sentence(one).format(value=_value(one), name=plain.one_line(one.check)) for one in thresholds]


def _value(one: Threshold) -> str:
    unit = "%" if one.check.endswith("percent") else "MB" if one.check.endswith("_mb") else ""
    return f"{one.limit:g}\u00a0{unit}".rstrip()


def _sentence(one: Threshold) -> str:
    known = {
        ("cpu.percent", True): _("The processor is more than {value} busy."),
        ("memory.available_mb", False): _("Less than {value} of memory is left."),
        ("swap.used_percent", True): _("More than {value} of the spare memory on the drive is in use."),
        ("disk.used_percent", True): _("A drive is more than {value} full."),
        ("disk.free_mb", False): _("Less than {value} is free on a drive."),
        ("battery.percent", False): _("The battery has less than {value}."),
    }
    other = _("{name} is above {value}.") if one.above else _("{name} is below {value}.")
    return known.get((one.check, one.above), other)
