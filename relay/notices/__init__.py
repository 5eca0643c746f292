"""What the desk says by itself: receipts, introductions, answers, reminders, warnings, calls.

told         `tell` (on a ticket) and `announce` (about none): events that queue a mail where there is an address
readers      who that is, where it goes, in which language
follow_up    what a requester is told by mail when something happens to his ticket
"""

from relay.notices.follow_up import follow_up
from relay.notices.readers import Reader, leads, reader, requester
from relay.notices.told import announce, tell

__all__ = ["Reader", "announce", "follow_up", "leads", "reader", "requester", "tell"]
