"""The server between agents and consoles: it knows who and when, keeps the desk, and carries sessions it cannot open.

    __main__    the command `athand-relay`
    server      puts the parts together; start, housekeeping, clean stop
    sockets     one socket each: the door, signing in, control, session, enrolment
    sessions    the switchboard: which two sockets belong together, and when a session is over
    desk        tickets: one function for each request, with its rights
    store       the events on disk, their chain, and its check
    trusted     whom the relay believes now: organisation and revocation list
    counts      every refusal and drop, by name
    admin       the administrator's command (another program)

Everything runs on one asyncio loop in one thread; only disk work leaves it. Every peer is distrusted, also one that
signed in: an agent sees its own tickets, staff see the desk, nobody makes the relay hold more than protocol.limits.
"""
