"""The figures of this machine, read by psutil: numbers only, and where drives are mounted.

Each check has a stable name; what cannot be read on a machine is left out there. Blocking, some milliseconds; a drive
that hangs may take its time: call it in a thread of its own.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Protocol

import psutil

_MB = 1024 * 1024
MAX_TARGETS = 32
"""Drives looked at; a machine with more mounts than that is a server with a watch of its own."""


class Figure(NamedTuple):
    """One of them.

    Attributes:
        check: its name;
        target: what of the machine, such as ``/home``; empty: all of it.
        value: in the unit its name says;
        shown: as a person reads it.
    """

    check: str
    target: str
    value: float
    shown: str


class Figures(Protocol):
    """A machine's."""

    def read(self, checks: Iterable[str]) -> list[Figure]:
        """Those of these checks that there are. Never raises."""
        ...


class LocalFigures:
    """This machine's."""

    def __init__(self) -> None:
        psutil.cpu_percent()  # it measures from one call to the next
        self._readers: dict[str, Callable[[str], Iterator[Figure]]] = {
            "cpu.percent": _processor,
            "memory.available_mb": _memory,
            "swap.used_percent": _swap,
            "disk.used_percent": _drives,
            "disk.free_mb": _drives,
            "battery.percent": _battery,
        }

    @property
    def known(self) -> frozenset[str]:
        """The checks that this program can do."""
        return frozenset(self._readers)

    def read(self, checks: Iterable[str]) -> list[Figure]:
        """See Figures."""
        found: list[Figure] = []
        for check in dict.fromkeys(checks):
            reader = self._readers.get(check)
            if reader is not None:
                found += _readable(reader, check)
        return found


def _readable(reader: Callable[[str], Iterator[Figure]], check: str) -> list[Figure]:
    try:
        return [figure for figure in reader(check) if math.isfinite(figure.value)]
    except (OSError, RuntimeError, AttributeError, psutil.Error):  # not on this system, or not for this user
        return []


def _processor(check: str) -> Iterator[Figure]:
    percent = psutil.cpu_percent()
    yield Figure(check, "", percent, f"{percent:.0f} %")


def _memory(check: str) -> Iterator[Figure]:
    memory = psutil.virtual_memory()
    yield Figure(check, "", memory.available / _MB, f"{memory.available // _MB} MB of {memory.total // _MB} MB")


def _swap(check: str) -> Iterator[Figure]:
    swap = psutil.swap_memory()
    if swap.total:
        yield Figure(check, "", swap.percent, f"{swap.percent:.0f} %")


def _drives(check: str) -> Iterator[Figure]:
    for part in psutil.disk_partitions(all=False)[:MAX_TARGETS]:
        if "ro" in part.opts.split(","):
            continue  # full by nature, as a CD or a snap is
        try:
            usage = psutil.disk_usage(part.mountpoint)
        except OSError:
            continue
        shown = f"{usage.percent:.0f} % used, {usage.free // _MB} MB free"
        value = usage.percent if check == "disk.used_percent" else usage.free / _MB
        yield Figure(check, part.mountpoint[:255], value, shown)


def _battery(check: str) -> Iterator[Figure]:
    battery = psutil.sensors_battery()
    if battery is not None and not battery.power_plugged:
        yield Figure(check, "", battery.percent, f"{battery.percent:.0f} %")
