"""What every event is: a frozen struct with its class's name as its tag. Pure."""

from msgspec import Struct


class EventBase(Struct, frozen=True, tag=True, forbid_unknown_fields=True, omit_defaults=True):
    """Of every event. Defaults are left out, so that an event keeps its bytes when its kind gets another field."""
