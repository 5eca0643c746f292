"""demo/report.json: what was done, by whom, when, and how fast; written anew after each step, so that none is lost."""

import asyncio
import json
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from protocol.desk import events
from relay.store import EventStore
from tests.e2e.stopwatch import percentile


@dataclass
class Report:
    """The file, as it grows.

    Attributes:
        folder: where it and the pictures lie.
        kind: how the demo was given.
        facts: everything but the steps, by name.
    """

    folder: Path
    kind: str
    facts: dict[str, Any] = field(default_factory=dict)
    steps: list[dict[str, Any]] = field(default_factory=list)

    def step(self, who: str, what: str, pictures: list[Path]) -> None:
        """Note a step."""
        self.steps.append(
            {
                "at": _iso(datetime.now(UTC)),
                "who": who,
                "what": what,
                "pictures": [picture.name for picture in pictures],
            }
        )
        self.write()

    def put(self, **facts: Any) -> None:
        """Note facts."""
        self.facts.update(facts)
        self.write()

    def write(self) -> Path:
        """Write what is known so far, and return the file."""
        path = self.folder / "report.json"
        content = {
            "made_at": _iso(datetime.now(UTC)),
            "kind": self.kind,
            "machine": {"system": platform.platform(), "python": platform.python_version()},
            **self.facts,
            "steps": self.steps,
        }
        path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
        return path


def figures(values_ms: list[float]) -> dict[str, Any]:
    """Some measured milliseconds, with what is usual and what is bad among them."""
    return {
        "count": len(values_ms),
        "p50": round(percentile(values_ms, 0.5), 1),
        "p95": round(percentile(values_ms, 0.95), 1),
        "all": [round(value, 1) for value in values_ms],
    }


def read_desk(database: Path, number: int) -> dict[str, Any]:
    """What the store of a relay that was stopped knows of a ticket: itself, its history, its last session."""
    entries = asyncio.run(_entries(database, number))
    return {
        "ticket": _ticket(number, entries),
        "session": _session(entries),
        "history": [
            {"at": _iso(entry.at), "who": entry.actor_name or entry.actor.value, "what": _what(entry.event)}
            for entry in entries
        ],
    }


async def _entries(database: Path, number: int) -> list[events.Entry]:
    store = await EventStore.open(database)
    try:
        return [entry for _, entry in await store.history(number)]
    finally:
        await store.close()


def _ticket(number: int, entries: list[events.Entry]) -> dict[str, Any]:
    (opened,) = [entry.event for entry in entries if isinstance(entry.event, events.Opened)]
    return {
        "number": number,
        "requester": opened.requester,
        "computer": opened.device_label,
        "problem": opened.problem,
        "minutes_offered": opened.minutes,
        "diagnostics": [fact.label for fact in opened.diagnostics],
        "closed_by_the_requester": any(isinstance(entry.event, events.Accepted) for entry in entries),
    }


def _session(entries: list[events.Entry]) -> dict[str, Any]:
    session: dict[str, Any] = {}
    for entry in entries:
        match entry.event:
            case events.SessionConsented() as consented:
                session |= {
                    "technician": consented.staff.name,
                    "scopes": sorted(consented.scopes),
                    "start": _iso(entry.at),
                    "agreed_until": _iso(consented.end),
                }
            case events.SessionEnded() as ended:
                session |= {
                    "end": _iso(entry.at),
                    "ended_because": ended.reason.value,
                    "seconds": round(ended.worked_s, 1),
                    "minutes": round(ended.worked_s / 60, 2),
                }
            case events.SessionNoted() as noted:
                session["note"] = noted.text
    return session


def _what(event: events.Event) -> str:
    words = "".join(f" {char.lower()}" if char.isupper() else char for char in type(event).__name__).strip()
    detail = next((text for name in ("text", "next_step", "solution") if (text := getattr(event, name, ""))), "")
    return f"{words}: {detail}" if detail else words


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
