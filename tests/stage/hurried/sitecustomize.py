"""Whoever has this folder on PYTHONPATH does not wait as long: Python imports it by itself at its start (see site).

The programs are the real ones; but a line that is cut is given up after seconds, and a user's minutes are short.
"""

import sys
from datetime import timedelta

from protocol import limits

limits.RESUME_S = 3.0
MINUTE_S = 5.0


def _shorter(*, minutes: float) -> timedelta:
    return timedelta(seconds=MINUTE_S * minutes)


if any(argument == "agent" or argument.endswith("athand-agent") for argument in sys.orig_argv):
    from agent import agreement

    vars(agreement)["timedelta"] = _shorter
