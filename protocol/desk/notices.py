"""What the desk said on a ticket by itself, so that it says nothing twice. A facet of its fold. Pure."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from protocol.desk import events
from protocol.desk.events import NoticeKind
from protocol.desk.growing import Growing
from protocol.desk.states import StepRefused

Said = tuple[NoticeKind, str, str]
"""Kind, to whom, about what."""


class Page(Struct, frozen=True):
    """A call to whoever is on duty."""

    staff: str
    step: int
    at: datetime
    acknowledged_by: str = ""


class Notices(Struct, frozen=True):
    """What was said.

    Attributes:
        said: when first.
        pages: number → the last step of each.
    """

    said: Growing[Said, datetime] = Growing()
    pages: dict[str, Page] = {}


Told = events.NoticeSent | events.Paged | events.PageAcknowledged


def follow(notices: Notices, event: Told, at: datetime) -> Notices:
    """The notices after one more event at an instant. Raises StepRefused for a page that is not open."""
    match event:
        case events.NoticeSent(kind=kind, to=to, about=about):
            said = (kind, to, about)
            return notices if said in notices.said else replace(notices, said=notices.said.grown(said, at))
        case events.Paged(page=page, staff=staff, step=step):
            return replace(notices, pages=notices.pages | {page: Page(staff, step, at)})
        case events.PageAcknowledged(page=page, staff=staff):
            called = notices.pages.get(page)
            if called is None or called.acknowledged_by:
                raise StepRefused("Somebody has taken this call already.")
            return replace(notices, pages=notices.pages | {page: replace(called, acknowledged_by=staff)})
