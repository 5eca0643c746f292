"""What can be said in each version, as lines that a person can compare: a field each, with its type.

`python -m tests.protocol.wording` writes down the version of today, while that has not been released yet.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from protocol import envelope, limits
from protocol.envelope.versions import FIELDS, KINDS, VALUES

KEPT = Path(__file__).with_name("spoken")


def kept(version: int) -> list[str]:
    """What that version's programs can read and say."""
    return (KEPT / f"{version}.txt").read_text("utf-8").splitlines()


def wording(version: int) -> list[str]:
    """The same of what today's programs say to those of `version`."""
    found: dict[type, list[str]] = {}
    for whole in (envelope.ToClient, envelope.FromAgent, envelope.FromConsole):
        for one in msgspec.inspect.multi_type_info(_members(whole)):
            _text(one, version, found)
    return sorted(line for lines in found.values() for line in lines)


def _members(union: Any) -> list[Any]:
    return [one for one in union.__args__ if KINDS.get(one, 0) <= limits.PROTOCOL_VERSION]


def _text(  # noqa: PLR0911 - one for each kind of type
    of: Any, version: int, found: dict[type, list[str]]
) -> str:
    match of:
        case inspect.StructType(cls=cls):
            if cls not in found and KINDS.get(cls, 0) <= version:
                found[cls] = []
                found[cls] += _lines(of, version, found)
            return cls.__name__
        case inspect.EnumType(cls=cls):
            values = ", ".join(
                sorted(str(one.value) for one in cls if VALUES.get(cls, {}).get(one.value, 0) <= version)
            )
            return f"{cls.__name__}({values})"
        case inspect.UnionType(types=types):
            return " | ".join(sorted(_text(one, version, found) for one in types if _was_there(one, version)))
        case inspect.VarTupleType(item_type=item):
            return f"[{_text(item, version, found)}]{_bounds(of)}"
        case inspect.DictType(key_type=key, value_type=value):
            return f"{{{_text(key, version, found)}: {_text(value, version, found)}}}{_bounds(of)}"
        case inspect.NoneType():
            return "null"
        case _:
            return f"{type(of).__name__.removesuffix('Type').lower()}{_bounds(of)}"


def _was_there(of: Any, version: int) -> bool:
    return not isinstance(of, inspect.StructType) or KINDS.get(of.cls, 0) <= version


def _lines(of: inspect.StructType, version: int, found: dict[type, list[str]]) -> Iterator[str]:
    later = FIELDS.get(of.cls, {})
    yield f"{of.cls.__name__}: {of.tag or None}, {'strict' if of.forbid_unknown_fields else 'lenient'}"
    for field in of.fields:
        if later.get(field.name, 0) <= version:
            must = "!" if field.required else ""
            yield f"{of.cls.__name__}.{field.encode_name}{must}: {_text(field.type, version, found)}"


def _bounds(of: Any) -> str:
    said = {name: getattr(of, name) for name in of.__struct_fields__}
    return str({n: v for n, v in said.items() if v is not None and not isinstance(v, inspect.Type)} or "")


if __name__ == "__main__":
    newest = KEPT / f"{limits.PROTOCOL_VERSION}.txt"
    newest.write_text("\n".join(wording(limits.PROTOCOL_VERSION)) + "\n", "utf-8")
