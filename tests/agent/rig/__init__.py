"""Everything around a worker and its guard, small but real: a display, a relay, the window process, a console.

screen     Xvfb alone, with hands and eyes
relay      one relay in a few lines: signs both ends in, forwards bytes, can cut the line
window     the window process without windows (a process of its own): the agent's real supervision, and a user who
           answers as told
console    the technician's end: the real tunnel, frames into a picture, messages as the test wants them
"""

from tests.agent.rig.console import ConsoleEnd
from tests.agent.rig.helped import Helped
from tests.agent.rig.relay import SmallRelay
from tests.agent.rig.screen import Screen
from tests.agent.rig.stage import CONTROL, SEE, Sharing, sharing
from tests.agent.rig.waiting import eventually

__all__ = ["CONTROL", "SEE", "ConsoleEnd", "Helped", "Screen", "Sharing", "SmallRelay", "eventually", "sharing"]
