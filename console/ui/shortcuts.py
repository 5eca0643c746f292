"""Every shortcut of the console in one place; the help overlay shows exactly these. Pure."""

import dataclasses

from console.language import mark

HOST = "Ctrl+Alt+Shift+"
"""In a session every other key belongs to the helped side."""


@dataclasses.dataclass(frozen=True, slots=True)
class Shortcut:
    """A key sequence, as Qt writes it, and what it does."""

    keys: str
    does: str


HELP = Shortcut("F1", mark("Show all shortcuts"))
QUEUE = Shortcut("Alt+1", mark("Go to the queue"))
TICKET = Shortcut("Alt+2", mark("Go to the ticket's history"))
MESSAGE = Shortcut("Ctrl+M", mark("Write a message"))
ATTACH = Shortcut("Ctrl+O", mark("Add a file to the message"))
FILTER = Shortcut("Ctrl+F", mark("Filter the queue"))
SEARCH = Shortcut("Ctrl+Shift+F", mark("Search all tickets, also closed ones"))
SORT_AGAIN = Shortcut("F5", mark("Sort the queue again and drop what is closed"))
TAKE = Shortcut("Ctrl+T", mark("Take the ticket"))
CONNECT = Shortcut("Ctrl+K", mark("Connect to the user's screen"))
NEXT_STEP = Shortcut("Ctrl+N", mark("Set the next step"))
RESOLVE = Shortcut("Ctrl+R", mark("Propose a solution"))
HOLD = Shortcut("Ctrl+Shift+H", mark("Put the ticket on hold, or go on with it"))
ESTIMATE = Shortcut("Ctrl+E", mark("Say by when it is solved"))
TIME = Shortcut("Ctrl+Shift+Z", mark("Enter time: by phone, on site, on the way"))
TAGS = Shortcut("Ctrl+G", mark("Set the ticket's tags"))
MERGE = Shortcut("Ctrl+Shift+M", mark("Merge the ticket into another one, or undo that"))
LINK = Shortcut("Ctrl+L", mark("Link the ticket with another one"))
HAND_OVER = Shortcut("Ctrl+H", mark("Hand the ticket over, with its card"))
APPOINTMENT = Shortcut("Ctrl+D", mark("Make, move or end an appointment"))
QUOTE = Shortcut("Ctrl+P", mark("Name a price"))
COMPLAINT = Shortcut("Ctrl+Shift+C", mark("Write down a complaint about this ticket"))
ARTICLE = Shortcut("Ctrl+B", mark("Make an article of the ticket"))
INSERT = Shortcut("Ctrl+J", mark("Put the known article that fits best into the message"))
ASK = Shortcut("Ctrl+U", mark("Ask the user a question that has to be answered"))
DROP = Shortcut("Ctrl+Shift+D", mark("Drop a question that is open"))
UNDERSTOOD = Shortcut("Ctrl+Shift+U", mark("Say what you understood, and ask whether that is it"))
STEPS = Shortcut("Ctrl+Shift+S", mark("Give the user numbered steps"))
JUDGE = Shortcut("Ctrl+Shift+J", mark("Judge the ticket anew, without taking it"))
PRIORITY = Shortcut("Ctrl+Shift+P", mark("Set the priority by hand"))
LOSS = Shortcut("Ctrl+Shift+E", mark("Say what it costs in an hour"))
KIND = Shortcut("Ctrl+Shift+G", mark("Say of what kind the ticket is"))
CORRECT = Shortcut("Ctrl+Shift+X", mark("Correct a time entry"))
UNLINK = Shortcut("Ctrl+Shift+N", mark("Take back a link with another ticket"))
PROOF = Shortcut("Ctrl+Shift+K", mark("Keep a check that fails as proof"))
RUN_PROOFS = Shortcut("Ctrl+Shift+R", mark("Run the kept checks now"))
REQUESTER = Shortcut("Ctrl+Shift+W", mark("Say whose the ticket is"))
LINKS = Shortcut("Ctrl+Shift+Y", mark("End the links to the ticket's page"))
CALL = Shortcut("Ctrl+I", mark("Take a call"))
WEEK = Shortcut("Alt+3", mark("Show the week's appointments"))
STAFF = Shortcut("Alt+4", mark("Show who is there, and what there is to do"))
MACHINES = Shortcut("Alt+5", mark("Show what is wrong with machines"))
ACKNOWLEDGE = Shortcut("Ctrl+Shift+A", mark("Say that you have heard that you are called"))
TAKE_OFFER = Shortcut("Ctrl+Shift+T", mark("Take the ticket that is offered"))
LEAVE_OFFER = Shortcut("Ctrl+Shift+L", mark("Leave the ticket that is offered to others"))
SEND = Shortcut("Ctrl+Return", mark("Send what was written"))
CLOSE_NOTICE = Shortcut("Esc", mark("Close the yellow bar"))
QUIT = Shortcut("Ctrl+Q", mark("Quit"))

MAIN = (
    QUEUE,
    FILTER,
    SEARCH,
    SORT_AGAIN,
    TICKET,
    TAKE,
    CONNECT,
    NEXT_STEP,
    RESOLVE,
    HOLD,
    ESTIMATE,
    TIME,
    TAGS,
    MERGE,
    LINK,
    HAND_OVER,
    APPOINTMENT,
    QUOTE,
    COMPLAINT,
    ASK,
    DROP,
    UNDERSTOOD,
    STEPS,
    JUDGE,
    PRIORITY,
    LOSS,
    KIND,
    CORRECT,
    UNLINK,
    PROOF,
    RUN_PROOFS,
    REQUESTER,
    LINKS,
    ARTICLE,
    INSERT,
    CALL,
    TAKE_OFFER,
    LEAVE_OFFER,
    WEEK,
    STAFF,
    MACHINES,
    ACKNOWLEDGE,
    MESSAGE,
    ATTACH,
    SEND,
    CLOSE_NOTICE,
    HELP,
    QUIT,
)

CONTROL = Shortcut(HOST + "C", mark("Control or only view"))
MORE_TIME = Shortcut(HOST + "M", mark("Ask for more time, near its end"))
FIT = Shortcut(HOST + "Z", mark("Fit to the window or 1:1"))
FULL_SCREEN = Shortcut(HOST + "F", mark("Full screen"))
TYPING = Shortcut(HOST + "T", mark("Keys by symbol, by place, or as the layouts need it"))
FIGURES = Shortcut(HOST + "I", mark("Show how the picture travels"))
MONITOR = Shortcut(HOST + "S", mark("Show the user's next screen, or all of them"))
END = Shortcut(HOST + "Q", mark("End the session"))

SESSION = (CONTROL, MORE_TIME, FIT, FULL_SCREEN, TYPING, MONITOR, FIGURES, END)
