"""Service levels as people write them on a command line. Pure.

    P1 first=15min next=1h update=4h solve=8h          in the contract's hours
    P2 first=30min@24/7 solve=2h30min@weekend          in others: a calendar's identifier, or day and night

Guarantees that `parse_level` reads back what `level_text` wrote.
"""

import re

from protocol.desk.contract import PRIORITIES, ContractError, ServiceLevel, Target

DAY_AND_NIGHT = "24/7"
_WORDS = {"first": "first_response", "next": "next_response", "update": "next_update", "solve": "resolution"}
_TARGET = re.compile(r"(first|next|update|solve)=(?:([0-9]{1,5})h)?(?:([0-9]{1,6})min)?(?:@(\S{1,120}))?")
_MAX_MIN = 366 * 24 * 60


def parse_level(text: str, hours: str) -> tuple[int, ServiceLevel]:
    """The priority, 1 to 5, and its targets; `hours` is the calendar of those that name none ("": day and night).

    Raises ContractError.
    """
    name, *parts = text.replace(",", " ").replace(":", " ").split() or [""]
    if name not in {f"P{priority}" for priority in range(1, PRIORITIES + 1)}:
        raise ContractError(f"“{text}” names no priority; write for example P1 first=15min solve=8h.")
    targets: dict[str, Target] = {}
    for part in parts:
        found = _TARGET.fullmatch(part)
        minutes = 0 if found is None else int(found[2] or 0) * 60 + int(found[3] or 0)
        if found is None or not 0 < minutes <= _MAX_MIN:
            raise ContractError(f"“{part}” is no target; write for example first=15min, solve=8h or next=1h@24/7.")
        if _WORDS[found[1]] in targets:
            raise ContractError(f"“{found[1]}” stands twice in “{text}”.")
        calendar = found[4] or hours
        targets[_WORDS[found[1]]] = Target(minutes, "" if calendar == DAY_AND_NIGHT else calendar)
    return int(name[1:]), ServiceLevel(**targets)


def level_text(priority: int, level: ServiceLevel, hours: str) -> str:
    """A priority's targets in the notation that `parse_level` reads."""
    words = [f"P{priority}"]
    for word, name in _WORDS.items():
        target: Target | None = getattr(level, name)
        if target is not None:
            where = "" if target.calendar == hours else f"@{target.calendar or DAY_AND_NIGHT}"
            words.append(f"{word}={duration_text(target.minutes)}{where}")
    return " ".join(words)


def duration_text(minutes: int) -> str:
    """Minutes as ``15min``, ``8h`` or ``2h30min``."""
    whole, rest = divmod(minutes, 60)
    return (f"{whole}h" if whole else "") + (f"{rest}min" if rest or not whole else "")
