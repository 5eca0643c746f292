"""Pictures are asked for by their hash; what comes is held against it."""

import hashlib
from typing import Any

from agent import messages
from agent.net.asked import Asked
from agent.net.faces import MAX_WANTED, FacesAsked
from protocol import envelope
from tests.conftest import Logs

PICTURE = b"a picture"
HASH = hashlib.sha256(PICTURE).hexdigest()
WANTED = messages.FetchFace(HASH)


class Line:
    """What was said while it was up, and what the windows were told."""

    def __init__(self) -> None:
        self.up = True
        self.said: list[str] = []
        self.told: list[messages.Happened] = []
        self.asked = Asked(self._send)
        self.faces = FacesAsked(self.asked, self.told.append)

    def _send(self, message: Any) -> bool:
        if self.up:
            assert isinstance(message, envelope.GetFace)
            self.said.append(message.sha256)
        return self.up


def test_one_is_asked_for_once_and_told_when_it_comes() -> None:
    line = Line()
    line.faces.fetch(WANTED)
    line.faces.fetch(WANTED)
    assert line.said == [HASH]
    line.faces.came(WANTED, envelope.FaceFound(1, PICTURE))
    assert line.told == [messages.FaceFetched(HASH, PICTURE)]


def test_what_is_not_what_its_hash_says_is_never_shown(logs: Logs) -> None:
    logs.expect("face dropped")
    line = Line()
    line.faces.fetch(WANTED)
    line.faces.came(WANTED, envelope.FaceFound(1, b"somebody else's"))
    assert line.told == []


def test_one_that_is_wanted_without_a_line_is_asked_for_when_there_is_one() -> None:
    line = Line()
    line.up = False
    line.faces.fetch(WANTED)
    assert line.said == []
    line.up = True
    line.faces.signed_in()
    assert line.said == [HASH]


def test_one_that_is_nobodys_any_more_is_not_asked_for_again_by_itself() -> None:
    line = Line()
    line.faces.fetch(WANTED)
    line.faces.refused(WANTED)
    line.faces.signed_in()
    assert line.said == [HASH]


def test_a_relay_that_names_pictures_without_end_is_asked_for_so_many(logs: Logs) -> None:
    logs.expect("face dropped")
    line = Line()
    for number in range(MAX_WANTED + 5):
        line.faces.fetch(messages.FetchFace(f"{number:064x}"))
    assert len(line.said) == MAX_WANTED
