"""Why a socket ends: the codes a client can go by."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Closing:
    """How a socket is closed.

    Attributes:
        code: RFC 6455's below 4000, ours above; an HTTP status is in it where one fits.
        reason: What to do, in words; at most 123 bytes.
        is_theirs: Whether the client closed it, or is gone: then nobody need be told.
    """

    code: int
    reason: str = ""
    is_theirs: bool = False


GOING_AWAY: Final = Closing(1012, "the service restarts here; resume at once, elsewhere")
BROKEN: Final = Closing(1011, "something went wrong on our side; resume")
NO_FRAME: Final = Closing(4400, "not a frame: send JSON objects as text")
NOT_YOURS: Final = Closing(4404, "there is no such thread, or it is not yours")
IDLE: Final = Closing(4408, "nothing was said for long; resume when there is something")
TOO_LARGE: Final = Closing(4413, "a frame is at most 64 KiB")
TOO_FAST: Final = Closing(4429, "too many frames; wait a little, then resume")
TOO_SLOW: Final = Closing(4503, "what is sent is not taken; resume")
