"""What the agent's window process, a session's worker and its guard say to each other over inherited socket pairs.

Guarantees: typed messages, whole and bounded, or `PipeError`; whoever sends never waits for a receiver that is frozen.
Codec (`encode`, `Reader`) on any thread; `Pipe` on the one that uses it; `AsyncPipe` on its event loop. Distrusts the
other process only as far as a bug would reach: a worker takes what a stranger sends, so what comes from it is checked.

Three processes, three pairs, made by `agent.launch`::

    window process ──(ToWorker / FromWorker)── worker
          └────────(ToGuard / FromGuard)────── guard ──(life line: one byte a second)── worker

Layout of a message, numbers little-endian: length u32, then so many bytes of msgpack.

A session as the window process sees it::

    → worker  Begin                 everything the session needs; private things travel here, never in argv or env
    ← worker  ConsentAsked          the tunnel stands, the technician is verified and asks; show the question
    → worker  QuestionShown(True)   … while it is on the screen: remote input is not injected
    → worker  AnswerConsent         the signed consent, or why not (a refusal of the first question ends the session)
    ← worker  Sharing               the first picture has left
    ← worker  ConsentAsked          the technician asks for more; the same again, a refusal changes nothing
    ← worker  LineInterrupted       a question that is open is withdrawn; LineRestored, or Ended within a minute
    → worker  Prolong               the user gives more time, unasked; signed like any other consent
    → worker  BannersShown          whenever that changes
    → worker  TakeBack / Stop
    ← worker  Ended                 always the last; then the pipe ends. A pipe that ends without it: EndReason.FAULT

Both ways a `Heartbeat` every `limits.HEARTBEAT_S`; silence for `limits.HEARTBEAT_LOST_S` ends the session.

    messages  what they say
    pipes     codec and pipes
"""

from agent.ipc.messages import (
    LIFE_BEAT,
    LIFE_HOT_KEY,
    MAX_BANNERS,
    AnswerConsent,
    BannersShown,
    Begin,
    ConsentAsked,
    Ended,
    FromGuard,
    FromWorker,
    Heartbeat,
    HotKeyPressed,
    InputDropped,
    LineInterrupted,
    LineRestored,
    Message,
    Prolong,
    QuestionShown,
    Secured,
    Sharing,
    Stop,
    StopGuard,
    TakeBack,
    Technician,
    ToGuard,
    ToWorker,
    Watch,
    Watching,
    WindowNumber,
    WorkerDied,
)
from agent.ipc.pipes import MAX_MESSAGE_BYTES, MAX_UNSENT_BYTES, AsyncPipe, Pipe, PipeError, PipeGone, Reader, encode

__all__ = [
    "LIFE_BEAT",
    "LIFE_HOT_KEY",
    "MAX_BANNERS",
    "MAX_MESSAGE_BYTES",
    "MAX_UNSENT_BYTES",
    "AnswerConsent",
    "AsyncPipe",
    "BannersShown",
    "Begin",
    "ConsentAsked",
    "Ended",
    "FromGuard",
    "FromWorker",
    "Heartbeat",
    "HotKeyPressed",
    "InputDropped",
    "LineInterrupted",
    "LineRestored",
    "Message",
    "Pipe",
    "PipeError",
    "PipeGone",
    "Prolong",
    "QuestionShown",
    "Reader",
    "Secured",
    "Sharing",
    "Stop",
    "StopGuard",
    "TakeBack",
    "Technician",
    "ToGuard",
    "ToWorker",
    "Watch",
    "Watching",
    "WindowNumber",
    "WorkerDied",
    "encode",
]
