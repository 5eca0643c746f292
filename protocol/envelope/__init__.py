"""What agents and consoles say to the relay on ``/control``, and hear from it. Pure; distrusts every byte.

JSON text messages, strict, sizes bounded. A request bears `ref`, any number the client likes; the answer bears it
again. What the relay says by itself (`TicketChanged`, `SessionOffered`, `SessionOver`) has none. Nothing in here is
part of a session's picture, keys or chat: those run inside the tunnel.

One module for each subject; each names what of it an agent may say, what a console may, and what the relay does.
"""

import msgspec

from protocol.envelope import (
    about,
    appointments,
    duty,
    edits,
    faces,
    files,
    kin,
    knowledge,
    people,
    sessions,
    talk,
    tickets,
    watching,
    worktime,
)
from protocol.envelope.about import About, AdviceView, AnswerAdvice, AnswerOffer, OfferView, ReadAbout
from protocol.envelope.appointments import (
    AppointmentLine,
    Appointments,
    EndAppointment,
    ListAppointments,
    MakeAppointment,
)
from protocol.envelope.base import (
    Done,
    EnvelopeError,
    MessageBase,
    Minutes,
    Ref,
    RefusalReason,
    RequestRefused,
    TicketNumber,
)
from protocol.envelope.duty import AcknowledgePage
from protocol.envelope.edits import (
    EndLinks,
    HoldTicket,
    JudgeTicket,
    OverridePriority,
    ResumeTicket,
    SetEstimate,
    SetKind,
    SetRequester,
    StateLoss,
)
from protocol.envelope.faces import Face, FaceFound, FaceKept, GetFace, SetFace
from protocol.envelope.files import BeginFile, FilePart, GetPart, PartTaken, PutPart
from protocol.envelope.kin import LinkTickets, MergeTicket, TagTicket, UnmergeTicket
from protocol.envelope.knowledge import PublishArticle, SuggestArticles, Suggestions
from protocol.envelope.people import (
    AbsenceLine,
    Absent,
    AnswerQuote,
    Caller,
    Callers,
    Colleague,
    Complain,
    DeclineOffer,
    EndAbsence,
    FindCaller,
    Forecasts,
    HandOver,
    ListStaff,
    MachineLine,
    MakeQuote,
    People,
    Plan,
    PlanFaster,
    PlannedMove,
    ReadPeople,
    SetAbsence,
    StaffList,
    TakeCall,
    TicketLine,
    WorkOffered,
)
from protocol.envelope.sessions import (
    AddSessionFigures,
    AddSessionNote,
    ReportConsent,
    ReportEnd,
    RequestSession,
    SessionOffered,
    SessionOver,
    SessionReady,
    SessionView,
)
from protocol.envelope.talk import (
    AnswerInstruction,
    AnswerOpenQuestion,
    AnswerUnderstood,
    AskRequester,
    DropQuestion,
    GiveInstruction,
    RateSolution,
    SayUnderstood,
)
from protocol.envelope.tickets import (
    AddMessage,
    CancelTicket,
    ClockView,
    GiveVerdict,
    HistoryLine,
    ListMyTickets,
    ListQueue,
    OpenTicket,
    ProlongBudget,
    QueueSort,
    ReadTicket,
    ReopenTicket,
    ResolveTicket,
    SetNextStep,
    SummaryLine,
    TakeTicket,
    Ticket,
    TicketChanged,
    Tickets,
    TicketView,
    Witness,
)
from protocol.envelope.versions import can_read, spoken
from protocol.envelope.watching import (
    ClusterView,
    Faults,
    FaultView,
    KeepCheck,
    KnownFault,
    ListFaults,
    OpenProblem,
    ReadWatch,
    ReportCheck,
    ReportFault,
    ReportRecovery,
    RunCheck,
    RunProofs,
    Watch,
    WatchChanged,
)
from protocol.envelope.worktime import CorrectTime, LogTime

FromAgent = (
    tickets.FromAgent
    | sessions.FromAgent
    | talk.FromAgent
    | people.FromAgent
    | watching.FromAgent
    | about.FromAgent
    | knowledge.FromAgent
    | files.FromAgent
    | faces.FromAgent
)
FromConsole = (
    tickets.FromConsole
    | sessions.FromConsole
    | talk.FromConsole
    | people.FromConsole
    | appointments.FromConsole
    | watching.FromConsole
    | knowledge.FromConsole
    | edits.FromConsole
    | kin.FromConsole
    | worktime.FromConsole
    | duty.FromConsole
    | files.FromConsole
    | faces.FromConsole
)
ToClient = (
    RequestRefused
    | Done
    | tickets.ToClient
    | sessions.ToClient
    | people.ToClient
    | appointments.ToClient
    | watching.ToClient
    | about.ToClient
    | knowledge.ToClient
    | files.ToClient
    | faces.ToClient
)

_encoder = msgspec.json.Encoder()
_from_agent: msgspec.json.Decoder[FromAgent] = msgspec.json.Decoder(FromAgent)
_from_console: msgspec.json.Decoder[FromConsole] = msgspec.json.Decoder(FromConsole)
_to_client: msgspec.json.Decoder[ToClient] = msgspec.json.Decoder(ToClient)


def encode(message: FromAgent | FromConsole | ToClient) -> str:
    """As JSON text."""
    return _encoder.encode(message).decode()


def decode_from_agent(text: str | bytes) -> FromAgent:
    """Raises EnvelopeError for anything an agent may not say."""
    try:
        return _from_agent.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise EnvelopeError(f"not a message of an agent: {error}") from error


def decode_from_console(text: str | bytes) -> FromConsole:
    """Raises EnvelopeError for anything a console may not say."""
    try:
        return _from_console.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise EnvelopeError(f"not a message of a console: {error}") from error


def decode_to_client(text: str | bytes) -> ToClient:
    """Raises EnvelopeError for anything a relay does not say."""
    try:
        return _to_client.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise EnvelopeError(f"not a message of a relay: {error}") from error


__all__ = [
    "About",
    "AbsenceLine",
    "Absent",
    "AcknowledgePage",
    "AddMessage",
    "AddSessionFigures",
    "AddSessionNote",
    "AdviceView",
    "AnswerAdvice",
    "AnswerInstruction",
    "AnswerOffer",
    "AnswerOpenQuestion",
    "AnswerQuote",
    "AnswerUnderstood",
    "AppointmentLine",
    "Appointments",
    "AskRequester",
    "BeginFile",
    "Caller",
    "Callers",
    "CancelTicket",
    "ClockView",
    "ClusterView",
    "Colleague",
    "Complain",
    "CorrectTime",
    "DeclineOffer",
    "Done",
    "DropQuestion",
    "EndAbsence",
    "EndAppointment",
    "EndLinks",
    "EnvelopeError",
    "Face",
    "FaceFound",
    "FaceKept",
    "FaultView",
    "Faults",
    "FilePart",
    "FindCaller",
    "Forecasts",
    "FromAgent",
    "FromConsole",
    "GetFace",
    "GetPart",
    "GiveInstruction",
    "GiveVerdict",
    "HandOver",
    "HistoryLine",
    "HoldTicket",
    "JudgeTicket",
    "KeepCheck",
    "KnownFault",
    "LinkTickets",
    "ListAppointments",
    "ListFaults",
    "ListMyTickets",
    "ListQueue",
    "ListStaff",
    "LogTime",
    "MachineLine",
    "MakeAppointment",
    "MakeQuote",
    "MergeTicket",
    "MessageBase",
    "Minutes",
    "OfferView",
    "OpenProblem",
    "OpenTicket",
    "OverridePriority",
    "PartTaken",
    "People",
    "Plan",
    "PlanFaster",
    "PlannedMove",
    "ProlongBudget",
    "PublishArticle",
    "PutPart",
    "QueueSort",
    "RateSolution",
    "ReadAbout",
    "ReadPeople",
    "ReadTicket",
    "ReadWatch",
    "Ref",
    "RefusalReason",
    "ReopenTicket",
    "ReportCheck",
    "ReportConsent",
    "ReportEnd",
    "ReportFault",
    "ReportRecovery",
    "RequestRefused",
    "RequestSession",
    "ResolveTicket",
    "ResumeTicket",
    "RunCheck",
    "RunProofs",
    "SayUnderstood",
    "SessionOffered",
    "SessionOver",
    "SessionReady",
    "SessionView",
    "SetAbsence",
    "SetEstimate",
    "SetFace",
    "SetKind",
    "SetNextStep",
    "SetRequester",
    "StaffList",
    "StateLoss",
    "SuggestArticles",
    "Suggestions",
    "SummaryLine",
    "TagTicket",
    "TakeCall",
    "TakeTicket",
    "Ticket",
    "TicketChanged",
    "TicketLine",
    "TicketNumber",
    "TicketView",
    "Tickets",
    "ToClient",
    "UnmergeTicket",
    "Watch",
    "WatchChanged",
    "Witness",
    "WorkOffered",
    "can_read",
    "decode_from_agent",
    "decode_from_console",
    "decode_to_client",
    "encode",
    "spoken",
]
