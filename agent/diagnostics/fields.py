"""From a machine's numbers to the fields a user reads and sends. Pure but for the machine's answers."""

from importlib import metadata

from agent.diagnostics.machine import Battery, Machine, RecentErrors, ScreenFacts, Space, checked_name
from agent.words import _, ngettext
from protocol import limits
from protocol.diagnostics import DiagnosticField

_GIB = 1024**3
_SYSTEMS = {"xcb": "X11", "wayland": "Wayland", "windows": "Windows", "cocoa": "macOS"}
"""Qt's name for what windows are drawn with, and the one that stands in manuals."""
_HOUR_S, _DAY_S = 3600, 86400


def fields(machine: Machine, screens: ScreenFacts) -> tuple[DiagnosticField, ...]:
    """All of them, in the order they are shown. Takes up to two seconds; not for Qt's thread."""
    unknown = _("not known")
    busy, processors, processes = machine.busy_percent(), machine.processors(), machine.processes()
    windowing = checked_name(screens.windowing)
    rows: list[tuple[str, str, str | None]] = [
        ("os", _("System"), machine.system()),
        ("os.kernel", _("System core"), machine.kernel()),
        ("memory", _("Memory"), _space(machine.memory())),
        ("disk", _("Disk"), _space(machine.system_disk())),
        ("disk.home", _("Space for your files"), _space(machine.home_disk())),
        ("network", _("Network"), _networks(machine.networks_up())),
        ("errors", _("Recent errors"), _errors(machine.errors())),
        ("uptime", _("Running for"), _duration(machine.uptime_s())),
        ("load", _("How busy it is"), None if busy is None else _("{percent} %").format(percent=round(busy))),
        ("processors", _("Processors"), None if processors is None else str(processors)),
        ("programs", _("Programs running"), None if processes is None else str(processes)),
        ("screen", _("Screens"), _screens(screens)),
        ("screen.system", _("Shown by"), _SYSTEMS.get(windowing, windowing) or None),
        ("language", _("Language"), checked_name(screens.language) or None),
        ("battery", _("Battery"), _battery(machine.battery())),
        ("agent", _("This program"), f"athand {metadata.version('athand')}"),
    ]
    optional = {"disk.home", "battery", "screen.system"}  # not every machine has them
    return tuple(
        DiagnosticField(key, label, (value or unknown)[: limits.DIAGNOSTIC_CHARS])
        for key, label, value in rows
        if value or key not in optional
    )


def _space(space: Space | None) -> str | None:
    if space is None or space.total <= 0:
        return None
    return _("{free} GB free of {total} GB").format(free=_gib(space.free), total=_gib(space.total))


def _gib(count: int) -> str:
    value = count / _GIB
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"  # noqa: PLR2004 - two digits are what a person needs


def _networks(count: int | None) -> str | None:
    if count is None:
        return None
    if not count:
        return _("not connected")
    return ngettext("connected ({count} connection)", "connected ({count} connections)", count).format(count=count)


def _errors(errors: RecentErrors | None) -> str | None:
    if errors is None:
        return None
    parts = [f"{name} ({count})" for name, count in errors.counts]
    if errors.others:
        parts.append(_("others ({count})").format(count=errors.others))
    found = ", ".join(parts) or _("none")
    return _("{found} in the last {hours} hours").format(found=found, hours=errors.hours)


def _duration(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    if seconds < _HOUR_S:
        minutes = round(seconds / 60)
        return ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)
    if seconds < 2 * _DAY_S:
        hours = round(seconds / _HOUR_S)
        return ngettext("{count} hour", "{count} hours", hours).format(count=hours)
    days = round(seconds / _DAY_S)
    return ngettext("{count} day", "{count} days", days).format(count=days)


def _screens(facts: ScreenFacts) -> str | None:
    plain, enlarged = _("{width} by {height} dots"), _("{width} by {height} dots, enlarged to {scale} %")
    sizes = (
        (plain if scale == 100 else enlarged).format(width=width, height=height, scale=scale)  # noqa: PLR2004 - per cent
        for width, height, scale in facts.screens
    )
    return "; ".join(sizes) or None


def _battery(battery: Battery | None) -> str | None:
    if battery is None:
        return None
    return (
        _("{percent} %, charging").format(percent=battery.percent)
        if battery.plugged
        else _("{percent} %, not plugged in").format(percent=battery.percent)
    )
