"""How a ticket belongs to others. A facet of its fold. Pure."""

from msgspec import Struct
from msgspec.structs import replace

from protocol.desk import events
from protocol.desk.events import Relation
from protocol.desk.states import StepRefused

MAX_TAGS = 64


class Kinship(Struct, frozen=True):
    """Its kin.

    Attributes:
        merged_into: the ticket where it goes on; 0: it stands by itself.
        absorbed: those that go on here.
        links: what it has to do with.
    """

    merged_into: int = 0
    absorbed: tuple[int, ...] = ()
    links: tuple[tuple[int, Relation], ...] = ()
    tags: frozenset[str] = frozenset()


Related = (
    events.Linked
    | events.Unlinked
    | events.MergedInto
    | events.Absorbed
    | events.Unmerged
    | events.Released
    | events.Tagged
)


def follow(kinship: Kinship, event: Related) -> Kinship:  # noqa: PLR0911 - one line for each kind of event
    """The kinship after one more event. Raises StepRefused for what cannot be."""
    match event:
        case events.Linked(ticket=ticket, relation=relation):
            links = tuple(link for link in kinship.links if link != (ticket, relation))
            return replace(kinship, links=(*links, (ticket, relation)))
        case events.Unlinked(ticket=ticket, relation=relation):
            return replace(kinship, links=tuple(link for link in kinship.links if link != (ticket, relation)))
        case events.MergedInto(ticket=ticket):
            if kinship.merged_into:
                raise StepRefused("This ticket goes on in ticket {number} already.", number=kinship.merged_into)
            return replace(kinship, merged_into=ticket)
        case events.Unmerged():
            if not kinship.merged_into:
                raise StepRefused("This ticket is not merged into another one.")
            return replace(kinship, merged_into=0)
        case events.Absorbed(ticket=ticket):
            if kinship.merged_into:
                raise StepRefused(
                    "This ticket goes on in ticket {number}; merge into that one.", number=kinship.merged_into
                )
            return replace(kinship, absorbed=(*(n for n in kinship.absorbed if n != ticket), ticket))
        case events.Released(ticket=ticket):
            return replace(kinship, absorbed=tuple(n for n in kinship.absorbed if n != ticket))
        case events.Tagged(added=added, removed=removed):
            tags = (kinship.tags | set(added)) - set(removed)
            if len(tags) > MAX_TAGS:
                raise StepRefused("A ticket has at most {most} tags.", most=MAX_TAGS)
            return replace(kinship, tags=tags)
