"""Times as people type them into forms: local, without a zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from responder.kernel.refusals import Invalid


def typed(field: str, written: str, zone: ZoneInfo) -> datetime | None:
    """A form's time, aware; without a zone of its own it is local. None where it is blank. Raises Invalid, which names
    the field."""
    written = written.strip()
    if not written:
        return None
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        raise Invalid(field=field, problem="time") from None
    return found.replace(tzinfo=zone) if found.tzinfo is None else found
