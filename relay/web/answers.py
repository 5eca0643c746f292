"""What each form on the requester's page does: from what was typed to events. Pure.

Guarantees that an answer counts once, and only while it is asked for; whatever a form says beyond that is refused with
a sentence in the reader's language. Nothing here closes a ticket but the requester's own yes (promise 18).
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from starlette.datastructures import FormData

from protocol import limits
from protocol.desk import events
from protocol.desk.events import Attachment, Channel, TicketKind
from protocol.desk.states import StepRefused, TicketState
from protocol.desk.ticket import Ticket
from relay.web import forms
from relay.web.forms import FormRefused
from relay.web.view import View

Translate = Callable[[str], str]
YES, NO = "yes", "no"


class Answer(Struct, frozen=True):
    """What was sent.

    Attributes:
        view: the page as it stood when the form came;
        files: what came with it, kept already.
    """

    form: FormData
    view: View
    files: tuple[Attachment, ...]
    _: Translate

    def text(self, name: str = "text") -> str:
        """What was typed. Raises FormRefused when it is too long."""
        try:
            return forms.text(self.form, name, limits.NOTE_CHARS)
        except ValueError:
            raise FormRefused(
                self._("That is longer than {count} characters. Please shorten it, or send it as a file.").format(
                    count=limits.NOTE_CHARS
                )
            ) from None

    def chosen(self, name: str) -> bool:
        """Yes or no. Raises FormRefused when neither was chosen."""
        value = self.form.get(name)
        if value not in {YES, NO}:
            raise FormRefused(self._("Please choose one of the two answers."))
        return value == YES

    def key(self, name: str = "key") -> str:
        """The number of what is answered. Raises FormRefused."""
        try:
            return forms.mark(self.form, name)
        except ValueError:
            raise FormRefused(self._("Please use the buttons on the page.")) from None

    def stars(self) -> int | None:
        """Of five; None: no rating. Raises FormRefused."""
        try:
            return forms.number(self.form, "stars", 1, 5)
        except ValueError:
            raise FormRefused(self._("Please choose between one and five stars.")) from None


Decide = Callable[[Ticket], Sequence[events.Event]]
"""From the ticket as it is now to what happens; raises StepRefused."""


def say(answer: Answer) -> Decide:
    """A message, perhaps with files; the same one sent twice is taken down once."""
    text, mark = answer.text(), answer.key("mark")
    if not text and not answer.files:
        raise FormRefused(answer._("Please write something first."))
    message = events.MessageAdded(text, channel=Channel.WEB, mark=mark, attachments=answer.files)
    return lambda ticket: () if mark in ticket.marks else (message,)


def give_verdict(answer: Answer) -> Decide:
    """Solved, or not; with or without a rating, with or without words."""
    solved, text, stars = answer.chosen("solved"), answer.text(), answer.stars()
    rated = (events.Rated(stars, text if solved else ""),) if stars else ()
    if not solved:
        return lambda _ticket: (*rated, events.NotSolved(text))
    said = (events.MessageAdded(text, channel=Channel.WEB),) if text and not stars else ()
    return lambda _ticket: (events.Accepted(), *rated, *said)


def rate(answer: Answer) -> Decide:
    """A rating for a solution that has none yet."""
    stars, text = answer.stars(), answer.text()
    if stars is None:
        raise FormRefused(answer._("Please choose between one and five stars."))
    if not answer.view.to_rate:
        raise StepRefused("There is no solution without a rating.")
    return lambda _ticket: (events.Rated(stars, text),)


def cancel(answer: Answer) -> Decide:
    """No help is needed any more."""
    del answer
    return lambda _ticket: (events.Cancelled(),)


def reopen(answer: Answer) -> Decide:
    """It was not solved for good."""
    text = answer.text()
    if not answer.view.can_reopen:
        raise StepRefused("It is too long ago.")
    return lambda _ticket: (events.Reopened(text),)


def answer_question(answer: Answer) -> Decide:
    """What staff have to know."""
    key, text = answer.key(), answer.text()
    if not text:
        raise FormRefused(answer._("Please write something first."))
    return lambda _ticket: (events.QuestionAnswered(key, text),)


def answer_understood(answer: Answer) -> Decide:
    """Whether what was understood is right."""
    right, text = answer.chosen("right"), answer.text()
    return lambda _ticket: (events.ReadBackAnswered(right, text),)


def answer_steps(answer: Answer) -> Decide:
    """Done, or "do it for me"."""
    key, done = answer.key(), answer.chosen("done")
    return lambda _ticket: (events.InstructionAnswered(key, done),)


def close_links(answer: Answer) -> Decide:
    """The requester's own way to take all links to his page back."""
    del answer
    return lambda _ticket: (events.LinksRevoked(),)


ANSWERS: Mapping[str, Callable[[Answer], Decide]] = {
    "say": say,
    "verdict": give_verdict,
    "rate": rate,
    "cancel": cancel,
    "reopen": reopen,
    "question": answer_question,
    "understood": answer_understood,
    "steps": answer_steps,
    "links": close_links,
}
"""The last part of a form's address → what it does; what concerns more than the ticket: see `quote`, `advice`."""


def quote(answer: Answer, user: str) -> events.QuoteAnswered:
    """The customer's yes or no to a price, by a user of the register. Raises FormRefused."""
    key, accepted, text = answer.key(), answer.chosen("accepted"), answer.text()
    if not answer.view.may_buy:
        raise FormRefused(answer._("An offer is answered by whoever may order, with the link from our mail."))
    return events.QuoteAnswered(key, accepted, text, user)


def advice(answer: Answer) -> events.RecommendationAnswered:
    """The customer's yes or no to a recommendation. Raises FormRefused."""
    return events.RecommendationAnswered(answer.key(), answer.chosen("accepted"), answer.text())


def complaint(answer: Answer) -> tuple[str, str]:
    """Its number and its words; about a complaint there is none. Raises FormRefused, StepRefused."""
    mark, text = answer.key("mark"), answer.text()
    if not text:
        raise FormRefused(answer._("Please write something first."))
    if not answer.view.can_complain:
        raise StepRefused("There is nothing here to complain about any more.")
    return forms.request_of(mark), text


def thanks(action: str, ticket: Ticket, _: Translate) -> str:  # noqa: PLR0911 - one line for each
    """What stands above the page after an answer; empty for an unknown one."""
    match action:
        case "say":
            return _("Your message is with us.")
        case "verdict" | "rate" if ticket.state is TicketState.CLOSED:
            return _("Thank you. It is closed, because you said so.")
        case "verdict" | "reopen" if ticket.is_open:
            return _("Thank you for telling us. We go on with it.")
        case "cancel" if ticket.state is TicketState.CANCELLED:
            return _("You took your request back. Nothing more is done.")
        case "question" | "understood" | "steps" | "quote" | "advice":
            return _("Thank you for your answer.")
        case "complain" if ticket.kind is TicketKind.COMPLAINT:
            return _(
                "Thank you for telling us. Your complaint goes to somebody who had nothing to do with your request."
            )
        case "asked":
            return _("We have your request. Keep the address of this page: it brings you back here.")
        case _:
            return ""
