from types import SimpleNamespace
from typing import Any, cast, get_args

from protocol import envelope
from relay.desk import Desk


def test_every_request_of_an_agent_or_console_is_handled_and_nothing_else() -> None:
    nothing = cast("Any", SimpleNamespace())
    desk = Desk(nothing, nothing)
    of_agents, of_consoles = desk.handled
    assert of_agents == set(get_args(envelope.FromAgent))
    assert of_consoles == set(get_args(envelope.FromConsole))
