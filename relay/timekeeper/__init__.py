"""What happens because time has passed: reminders, warnings, calls, tickets on schedule.

    due         what is to be said on a ticket now; pure
    schedules   which tickets come again and again; pure
    keeper      looks at all of it a few times a minute, and writes it down

Nothing here counts: what is due follows from the events, the book and the time, so a relay that was off for a day says
what is due once, and never twice.
"""

from relay.timekeeper.keeper import Keeper

__all__ = ["Keeper"]
