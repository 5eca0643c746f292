"""What a user may send along with a request: facts about the machine, from an allow-list, in plain words (P9).

    machine   what is asked of an operating system: a small interface of numbers and checked names
    local     the answer of this one, through psutil (and the journal's count of errors on Linux)
    fields    numbers to words; nothing gets into a request that is not made here

Never: values of the environment, arguments of programs, window titles, paths, addresses, names of networks.
"""

from agent.diagnostics.fields import fields
from agent.diagnostics.local import LocalMachine
from agent.diagnostics.machine import Machine, ScreenFacts

__all__ = ["LocalMachine", "Machine", "ScreenFacts", "fields"]
