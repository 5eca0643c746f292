"""Phrases that several commands say. Pure; any thread."""

from pathlib import Path


def copied(*paths: Path) -> str:
    """The step that is needed only when the relay runs elsewhere."""
    return f"Copy {' and '.join(map(str, paths))} to the relay's machine, if that is another one."


def counted(number: int, noun: str) -> str:
    """`1 ticket`, `2 tickets`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
