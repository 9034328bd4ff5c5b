"""Times as the scripts take them."""

from datetime import datetime, timedelta


def milliseconds(duration: timedelta) -> int:
    """Return *duration* in whole milliseconds."""
    return round(duration.total_seconds() * 1000)


def epoch_ms(time: datetime) -> int:
    """Return *time* in whole milliseconds since 1970."""
    return round(time.timestamp() * 1000)
