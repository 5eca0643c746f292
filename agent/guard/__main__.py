"""`python -m agent.guard`: started by the window process, never by hand. See `agent.launch`."""

import argparse
import os
import signal
import socket
import sys

from agent.guard.release import release_on
from agent.guard.second import Second
from agent.guard.watch import Guard
from agent.ipc import Pipe, ToGuard
from agent.x11.connection import DisplayLost


def main() -> int:
    """Exit code 0 when the session ended in order, 1 when the display could not be reached."""
    parser = argparse.ArgumentParser(
        prog="agent.guard", description="Part of the athand agent; not to be started by hand."
    )
    parser.add_argument("--ipc-fd", type=int, help="socket to the window process")
    parser.add_argument("--life-fd", type=int, help="socket to the worker")
    parser.add_argument("--release", action="store_true", help="let go of every key and button, and exit")
    parser.add_argument("--display", help="X display, by default the environment's")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if options.release:
        try:
            release_on(options.display)
        except DisplayLost:
            return 1
        return 0
    if options.ipc_fd is None or options.life_fd is None:
        parser.error("the agent starts this program; there is nothing to start by hand")
    second = Second(options.ipc_fd, options.life_fd)
    pipe: Pipe[ToGuard] = Pipe(socket.socket(fileno=options.ipc_fd), ToGuard)
    life = socket.socket(fileno=options.life_fd)
    ended, told = os.pipe()
    os.set_blocking(told, False)
    signal.signal(signal.SIGTERM, lambda *_: os.write(told, b"\0"))
    signal.signal(signal.SIGHUP, lambda *_: os.write(told, b"\0"))
    return Guard(pipe, life, ended, second).run()


if __name__ == "__main__":
    sys.exit(main())
