"""Times as others write them."""

from datetime import UTC, datetime


def utc(time: datetime) -> datetime:
    """Return *time* in UTC, which one without a zone is meant to be in already.

    The original design leaves the zone out here and there.

    Raises:
        OverflowError: In UTC it is before the first year or after the last: it could be read, and
            never be written again.
    """
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
