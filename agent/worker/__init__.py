"""A session's worker: one process, one session. It holds the tunnel, the gate, the eyes and the hands.

    session    the loop's thread: messages, and the order of things (`course`, pure)
    show       the picture: capture, flow and wire together
    wire       the tunnel, over the line there is now; who may come back after a cut (`comeback`, pure)
    flow       how much of the picture may be under way (pure)
    capture    the screen, on a thread of its own
    input      keys and mouse

Nothing is captured and no way to press a key is opened before the consent was checked here. What comes out of the
tunnel is a stranger's, whoever the certificate names.
"""
