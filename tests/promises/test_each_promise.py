"""Each of the forty-five promises has a test that bears its number, and docs/promises.md names tests that there are."""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
TABLE = TESTS.parent / "docs" / "promises.md"
PROMISES = range(1, 46)
INVARIANTS = range(1, 13)
"""Of the desk; docs/desk.md has them."""
_ROW = re.compile(r"^\| P(\d+) \|", re.MULTILINE)
_NUMBERS = re.compile(r"test((?:_p\d\d)+)_")


def names() -> set[str]:
    """Of all test functions."""
    return {
        node.name
        for path in TESTS.rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


def numbers(name: str) -> set[int]:
    """The promises that a test says it proves."""
    found = _NUMBERS.match(name)
    return {int(number) for number in found[1].split("_p")[1:]} if found else set()


def rows() -> dict[int, str]:
    """Of the table, by promise."""
    lines = TABLE.read_text().splitlines()
    return {int(found[1]): line for line in lines if (found := _ROW.match(line))}


def test_each_promise_has_a_test_with_its_number() -> None:
    proved = set().union(*map(numbers, names()))
    assert proved == set(PROMISES)


def test_the_table_has_each_promise_once_and_names_tests_of_its_number_that_there_are() -> None:
    known = names()
    assert list(rows()) == list(PROMISES)
    for promise, row in rows().items():
        named = re.findall(r"`(test_\w+)`", row)
        assert named, f"P{promise} names no test"
        assert set(named) <= known, set(named) - known
        assert all(promise in numbers(name) for name in named), row


def test_each_invariant_of_the_desk_has_a_property_with_its_number_that_the_docs_name() -> None:
    proved = {
        int(number): name
        for name in names()
        if (found := re.match(r"test_invariants?_(\d+)(?:_and_(\d+))?_", name))
        for number in found.groups()
        if number
    }
    assert set(proved) == set(INVARIANTS)
    said = (TABLE.parent / "desk.md").read_text()
    for number, name in proved.items():
        assert re.search(rf"^\| {number} \| .*`{name}`", said, re.MULTILINE), name


def test_the_table_names_modules_that_there_are() -> None:
    for promise, row in rows().items():
        places = re.findall(r"`([a-z_/]+(?:\.py|/))`", row)
        assert places, f"P{promise} is kept nowhere"
        assert all((TESTS.parent / place).exists() for place in places), places
