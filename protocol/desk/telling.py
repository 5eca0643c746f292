"""What a requester is told of what happens to his ticket: the one place that decides it, for every way. Pure.

Guarantees that no reason that staff give each other, nothing that went to one of them, and no housekeeping of the desk
leaves it; an event that is named nowhere here is not told.
"""

from msgspec.structs import replace

from protocol.desk import events

_LEFT_OUT = "…"
"""Where a card must say something."""
TOLD = frozenset(
    {
        events.Opened,
        events.LossStated,
        events.Assigned,
        events.Started,
        events.OnHold,
        events.Resumed,
        events.EstimateSet,
        events.NextStepSet,
        events.RequesterSet,
        events.Resolved,
        events.Accepted,
        events.NotSolved,
        events.Cancelled,
        events.Reopened,
        events.WentDormant,
        events.ReadBack,
        events.ReadBackAnswered,
        events.QuestionAsked,
        events.QuestionAnswered,
        events.InstructionGiven,
        events.InstructionAnswered,
        events.Rated,
        events.SessionRequested,
        events.SessionConsented,
        events.SessionEnded,
        events.SessionNoted,
        events.TimeLogged,
        events.TimeCorrected,
        events.AppointmentMade,
        events.AppointmentOver,
        events.QuoteMade,
        events.QuoteAnswered,
        events.Displaced,
        events.BudgetProlonged,
        events.Linked,
        events.Unlinked,
        events.Absorbed,
        events.Unmerged,
        events.Released,
        events.CheckKept,
        events.CheckRan,
        events.ProblemNamed,
        events.ArticleUsed,
    }
)
"""As they are."""
AMONG_STAFF = frozenset(
    {
        events.TicketOffered,
        events.OfferDeclined,
        events.HandlersBarred,
        events.Tagged,
        events.Paged,
        events.PageAcknowledged,
        events.NoticeSent,
        events.MailBounced,
        events.WaitForecast,
        events.SessionMeasured,
    }
)
"""Not at all."""
IN_PART = frozenset(
    {
        events.MessageAdded,
        events.Triaged,
        events.PriorityOverridden,
        events.KindSet,
        events.LinksRevoked,
        events.HandedOver,
        events.MergedInto,
        events.MovedAhead,
    }
)
"""Without what staff wrote for each other."""


def told_to_requester(event: events.Event) -> events.Event | None:  # noqa: PLR0911 - a line for each kind of event
    """The event as the requester of its ticket may read it; None: it is not for him."""
    if type(event) in TOLD:
        return event
    match event:
        case events.MessageAdded(internal=internal):
            return None if internal else event
        case events.Triaged() | events.KindSet() | events.LinksRevoked() | events.MergedInto():
            return replace(event, reason="")
        case events.PriorityOverridden():
            return replace(event, reason=_LEFT_OUT)
        case events.HandedOver():
            # The next step stays: it is shown to him anyway (promise 16).
            return replace(event, tried=_LEFT_OUT, known=_LEFT_OUT, skill="", reason="")
        case events.MovedAhead():
            return replace(event, displaced=())
        case _:
            return None
