"""Every bound on what a peer may send, wait for or hold, in one place.

The figures for sign-in, message sizes and buffers are starting points from the project's threat model; a change here
is a change of what a hostile peer can make us hold. Sizes are in bytes, times in seconds.
"""

PROTOCOL_VERSION = 2
"""Grows whenever a relay may say what clients before cannot read, or read what they do not say (envelope.versions)."""
OLDEST_VERSION = 1
"""What programs of today still speak, so that a relay is updated first and its clients in their own time."""

# --- sockets
HANDSHAKE_S = 5.0
"""From TCP accept to the end of the websocket upgrade."""
SIGN_IN_S = 10.0
"""From the upgrade to a verified signature; also the bound for a session's TLS handshake."""
SIGN_IN_BYTES = 16 * 1024
"""The one message before sign-in. A chain of two P-256 certificates with names in base64 takes about 3 KiB; the
model's 4 KiB leaves no room for long names in scripts that take 4 bytes a letter."""
CONTROL_BYTES = 64 * 1024
"""One control message from a client."""
REPLY_BYTES = 1024 * 1024
"""One control message from the relay (a queue of tickets)."""
SESSION_BYTES = 1024 * 1024
"""One message of a session as the relay forwards it."""
PING_S = 20.0
"""Keep-alive of control sockets, and of the clients' own."""
SESSION_PING_S = 5.0
"""Keep-alive of a session's sockets by the relay, which drops one after twice that: the other end has to know."""
STALL_S = 30.0
"""A receiver that takes nothing for so long is closed."""
PAIRING_S = 30.0
"""How long the first end of a session waits at the relay for the other."""
BUFFERED_BYTES = 1024 * 1024
"""What the relay holds for a slow receiver before it stops reading the sender."""

# --- sign-in attempts and traffic: token buckets (a second, burst)
SIGN_INS_PER_ADDRESS = (5.0, 60.0)
"""By IPv4 address or IPv6 /64: an office of 50 agents behind one address comes back within its burst."""
SIGN_INS_IN_ALL = (200.0, 1000.0)
REQUESTS_PER_IDENTITY = (20.0, 100.0)
"""Control messages of one signed-in client."""
SESSIONS_PER_DEVICE = 1
CONSENTS_PER_SESSION = 32
"""The first, and each time more is asked for."""
OPEN_TICKETS_PER_DEVICE = 20
"""More would be a fault or an attack; people add to the one they have."""
UNSENT_MESSAGES = 100
"""What an agent keeps of messages that the relay has not taken yet."""
WRITES_PER_DEVICE = (0.5, 40.0)
"""What fills the relay's disk. People write slower; what queued up during a day offline fits the burst."""
FILE_BYTES_PER_SENDER = (150 * 1024 * 1024 / 3600, 150.0 * 1024 * 1024)
"""Bytes a second, and at once, of files that one device or technician sends: 150 MB an hour, as on the page."""
PENDING_ENROLMENTS = 100
HALF_OPEN_SOCKETS = 4096
"""Sockets that have not signed in yet; beyond it new ones are refused at once."""
HALF_OPEN_PER_ADDRESS = 64
"""Of these, from one IPv4 address or IPv6 /64: one address cannot keep the others out. As many as may sign in at once
(SIGN_INS_PER_ADDRESS), and a few."""
LEAVING_SOCKETS = 1024
"""Strangers that were hung up on and have yet to hear why; beyond it they are cut off at once."""

# --- clocks
CLOCK_SKEW_S = 300.0
"""A peer's clock that is further off gets a sentence about its clock, not about its certificate."""
REVOCATIONS_MAX_AGE_S = 24 * 3600.0
REVOCATIONS_BYTES = 640 * 1024
"""The signed list of 16,000 certificates; in base64 it fits into one message of REPLY_BYTES."""

# --- consent and session
CONSENT_ANSWER_S = 60.0
"""No answer within a minute means no."""
CONSENT_MAX_S = 8 * 3600.0
MAX_MINUTES = 480
HEARTBEAT_S = 1.0
"""Between the agent's window process and a session's worker and guard."""
HEARTBEAT_LOST_S = 5.0
"""A window process silent for so long shows no banner that can be trusted: the session ends."""
HELD_BEAT_S = 0.3
"""While the technician holds a key or button down, the console says something at least so often, inside the tunnel."""
HELD_LOST_S = 1.2
"""Heard nothing in there for so long, a round trip besides: what is down is let go. Else a relay that withholds the end
of a keystroke could make it repeat for as long as it likes."""

# --- inside the tunnel
MESSAGE_BYTES = 64 * 1024
"""A typed message."""
FRAME_BYTES = 128 * 1024 * 1024
"""A picture message: 5120x2880 raw BGRX plus headers, rounded up. Nothing is held before the length is checked."""
FRAME_MAX_SIDE, FRAME_MAX_PIXELS = 16384, FRAME_BYTES // 4
FRAME_MAX_RECTS = 4096
PADDING_BYTES = 64
"""Messages are padded to a multiple: the sizes of compressed keystroke echoes give away typing."""
RESUME_S = 60.0
"""So long an interrupted session waits for both ends' lines; then it was lost."""
RESUME_BEAT_S, RESUME_SILENT_S = 2.0, 10.0
"""While a session runs, each end asks the relay for a sign of life so often; after so long the line counts as cut."""
REDIAL_S = (1.0, 1.0, 4.0)
"""How long an attempt to come back may take, in turn: a cable that was plugged in again is noticed within a second, and
the third attempt is for long ways."""
REDIAL_PAUSE_S = 0.25
"""Between two attempts: what `SIGN_INS_PER_ADDRESS` gives to one address alone."""
INPUT_PER_S = (2000.0, 4000.0)
"""Input messages from a technician: far above a 1,000 Hz mouse, far below what would starve the helped side."""

# --- texts a person writes
PROBLEM_CHARS = 4000
NOTE_CHARS = 4000
ALTERNATIVES = 4
"""Named with a solution: more are no help to choose."""
ALTERNATIVE_CHARS = 400
NAME_CHARS = 120
DIAGNOSTIC_FIELDS = 40
DIAGNOSTIC_CHARS = 400
"""A field's value; longer ones are cut where they are collected, never here."""
