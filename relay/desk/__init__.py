"""The desk: what each request does, and who may ask for it.

    service      takes a request to its function
    requesters   what an agent may ask: about its own device's tickets only
    staff        what a console may ask: about every ticket
    views        tickets and histories as they are shown, within what one message may hold
    room         what the functions share: the store, the switchboard, whoever is signed in, the clocks

Who somebody is comes from the certificate the socket was signed in with (promises 14, 45), never from a message.
Everything not allowed here is refused with its reason and one sentence.
"""

from relay.desk.room import Audience, Room
from relay.desk.service import Desk

__all__ = ["Audience", "Desk", "Room"]
