"""Time on campus. Flows ask here, never the system clock, so that a run can be repeated for any day."""

from datetime import date, datetime

from common.settings import settings

__all__ = ["now", "today"]


def now() -> datetime:
    """This moment, in the campus time zone (``CAMPUS_TIMEZONE``)."""
    return datetime.now(settings().zone)


def today() -> date:
    """The campus's calendar day, whatever the zone of the machine; ``CAMPUS_TODAY`` overrides it."""
    return settings().today or now().date()
