"""What the server and the shared rules refuse with is read in the technician's language."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import protocol
import relay
from agent import refusals as of_agent
from agent import words
from console import language, refusals
from protocol.trust import Bundle, Invitation, TrustError

SAID_IN = (
    *(Path(protocol.__file__).parent / name for name in ("signin.py", "trust")),
    *(Path(relay.__file__).parent / name for name in ("sockets/greeting.py", "admin/folder.py", "sessions")),
)


@pytest.fixture(autouse=True)
def _english_afterwards() -> Iterator[None]:
    yield
    language.choose("en")
    words.use("en")


def sentences() -> set[str]:
    files = (file for place in SAID_IN for file in (place.rglob("*.py") if place.is_dir() else [place]))
    trees = (ast.parse(file.read_text()) for file in files)
    return {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_what_is_known_by_heart_is_what_they_say() -> None:
    assert (refusals.KNOWN | of_agent.KNOWN) - sentences() == set()
    for what, of_files in (("invitation", refusals.OF_FILES), ("bundle", of_agent.OF_FILES)):
        kept = Invitation if what == "invitation" else Bundle
        for content in (b"?", b" " * (kept.MAX_BYTES + 1)):
            with pytest.raises(TrustError) as refused:
                kept.decode(content)
            assert str(refused.value) in of_files


def test_a_refusal_is_read_in_ones_own_language_and_another_one_as_it_came() -> None:
    language.choose("de")
    assert refusals.said("The invitation has expired.") == "Die Einladung ist abgelaufen."
    assert all(refusals.said(sentence) != sentence for sentence in refusals.KNOWN)
    assert refusals.said("The printer is on fire.") == "The printer is on fire."
    assert refusals.said("") == ""


def test_a_user_reads_why_a_computer_is_not_taken_in_too() -> None:
    words.use("de")
    assert of_agent.said("This device has been revoked.") == "Dieses Gerät wurde ausgeschlossen."
    assert all(of_agent.said(sentence) != sentence for sentence in of_agent.KNOWN | of_agent.OF_FILES)
    assert of_agent.said("") == ""
