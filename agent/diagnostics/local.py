"""This computer's answers, through psutil. Any thread but Qt's: it waits up to two seconds in all.

Guarantees: reads no environment but for none at all, no arguments of any process, no file of the user's. What is free
text on this system (its name, programs' names in the journal) passes `checked_name` first.
"""

import collections
import getpass
import json
import os
import platform
import pwd
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil
import structlog

from agent.diagnostics.machine import Battery, RecentErrors, Space, checked_name

_ERROR_HOURS = 24
_ERRORS_READ = 500
_ERRORS_NAMED = 5
_JOURNAL_S = 1.5
_BUSY_OVER_S = 0.3

_log = structlog.get_logger()
T = TypeVar("T")


def _known(read: Callable[[], T]) -> T | None:
    """What `read` gives, or None if this system cannot tell: a missing fact never stands in the way of help."""
    try:
        return read()
    except (psutil.Error, OSError, ValueError, KeyError, AttributeError, NotImplementedError, RuntimeError) as error:
        _log.info("fact not known", why=type(error).__name__)
        return None


class LocalMachine:
    """The machine this runs on; see `machine.Machine`."""

    def system(self) -> str | None:
        """From os-release on Linux, else the platform's own words."""
        return _known(self._system)

    def _system(self) -> str | None:
        try:
            name = platform.freedesktop_os_release().get("PRETTY_NAME", "")
        except OSError:
            name = f"{platform.system()} {platform.release()}"
        return checked_name(name) or checked_name(platform.system()) or None

    def kernel(self) -> str | None:
        """As `uname -r`."""
        return _known(lambda: checked_name(platform.release()) or None)

    def memory(self) -> Space | None:
        """Free is what programs can get without swapping."""

        def read() -> Space:
            memory = psutil.virtual_memory()
            return Space(memory.available, memory.total)

        return _known(read)

    def system_disk(self) -> Space | None:
        """The root's."""
        return _known(lambda: _space(Path(Path.cwd().anchor or "/")))

    def home_disk(self) -> Space | None:
        """The home's; the path itself goes nowhere."""

        def read() -> Space | None:
            home = Path(pwd.getpwuid(os.getuid()).pw_dir)
            same = home.stat().st_dev == Path("/").stat().st_dev
            return None if same else _space(home)

        return _known(read)

    def networks_up(self) -> int | None:
        """Counts; names and addresses stay here."""

        def read() -> int:
            stats = psutil.net_if_stats()
            return sum(1 for name, stat in stats.items() if stat.isup and "loopback" not in stat.flags and name != "lo")

        return _known(read)

    def errors(self) -> RecentErrors | None:
        """From the journal: priority "err" and worse of the last day, names of programs only."""
        return _known(_journal)

    def uptime_s(self) -> float | None:
        """By the clock."""
        return _known(lambda: max(0.0, time.time() - psutil.boot_time()))

    def busy_percent(self) -> float | None:
        """Over 0.3 s."""
        return _known(lambda: float(psutil.cpu_percent(interval=_BUSY_OVER_S)))

    def processors(self) -> int | None:
        """Logical ones."""
        return _known(psutil.cpu_count)

    def processes(self) -> int | None:
        """A count; no names."""
        return _known(lambda: len(psutil.pids()))

    def battery(self) -> Battery | None:
        """The first one."""

        def read() -> Battery | None:
            sensors = psutil.sensors_battery()
            return Battery(round(sensors.percent), bool(sensors.power_plugged)) if sensors else None

        return _known(read)


def own_names() -> frozenset[str]:
    """Words that say who the user is: login name, full name's parts, home directory's name."""
    names = {Path.home().name}
    try:
        entry = pwd.getpwuid(os.getuid())
        names |= {getpass.getuser(), entry.pw_name, Path(entry.pw_dir).name, *entry.pw_gecos.split(",")[0].split()}
    except (KeyError, OSError):
        _log.info("user's name is not known")
    return frozenset(name for name in names if len(name) > 1)


def full_name() -> str:
    """What the user is called: the full name if the system knows it, else the login name."""
    try:
        entry = pwd.getpwuid(os.getuid())
    except KeyError:
        return ""
    return entry.pw_gecos.split(",")[0].strip() or entry.pw_name


def _space(path: Path) -> Space:
    usage = shutil.disk_usage(path)
    return Space(usage.free, usage.total)


def _journal() -> RecentErrors | None:
    command = shutil.which("journalctl")
    if command is None:
        return None
    done = subprocess.run(
        [
            command,
            "--quiet",
            "--output=json",
            "--output-fields=SYSLOG_IDENTIFIER",
            "--priority=err",
            f"--since=-{_ERROR_HOURS}h",
            f"--lines={_ERRORS_READ}",
        ],
        capture_output=True,
        timeout=_JOURNAL_S,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        return None
    return count_errors(done.stdout.decode(errors="replace").splitlines(), forbidden=own_names())


def count_errors(lines: list[str], *, forbidden: frozenset[str]) -> RecentErrors:
    """Counts the journal's lines (JSON) by program. A name that may say more than a program's name is only counted."""
    counts: collections.Counter[str] = collections.Counter()
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        name = entry.get("SYSLOG_IDENTIFIER") if isinstance(entry, dict) else None
        counts[_program(name, forbidden) if isinstance(name, str) else ""] += 1
    others = counts.pop("", 0)
    named = counts.most_common(_ERRORS_NAMED)
    others += sum(counts.values()) - sum(count for _, count in named)
    return RecentErrors(_ERROR_HOURS, tuple(named), others)


def _program(name: str, forbidden: frozenset[str]) -> str:
    """A program's name if one is installed under it; anybody may write anything into the journal."""
    checked = checked_name(name, forbidden=forbidden)
    if not checked or " " in checked or "/" in checked:
        return ""
    return checked if checked == "kernel" or shutil.which(checked, path=_SYSTEM_PATH) else ""


_SYSTEM_PATH = "/usr/bin:/usr/sbin:/bin:/sbin:/usr/lib/systemd:/usr/libexec"
"""Not the user's PATH: a program there might be named after a secret."""
