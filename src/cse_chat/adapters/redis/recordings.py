"""What an attempt says, recorded as it comes."""

from collections.abc import Sequence

from cse_chat.adapters.redis import names
from cse_chat.adapters.redis.calls import Argument
from cse_chat.adapters.redis.connection import RedisConnection
from cse_chat.adapters.redis.request_scripts import RequestScripts, step
from cse_chat.adapters.redis.scripts.loading import script
from cse_chat.adapters.wire.events import said_tail
from cse_chat.domain.errors import ClaimLostError
from cse_chat.domain.model.claims import Claim
from cse_chat.domain.model.events import Utterance
from cse_chat.domain.model.outcomes import Outcome

# What was recorded is told once: a server that died in between would leave it untold.
_RECORD = script("record", "clock", "positions", tells_first=True)
_RECORD_ANEW = step("record_anew")
_OF_ANOTHER_RUN = -1


class Recordings:
    """Records by a script that does only that; it takes half of what the others would.

    Args:
        connection: Opened before it is used.
        scripts: For a thread whose positions are those of another run of the server.
    """

    def __init__(self, connection: RedisConnection, scripts: RequestScripts) -> None:
        self._connection = connection
        self._scripts = scripts

    async def record(self, claim: Claim, said: Sequence[Utterance]) -> None:
        """See `EventRecorder.record`."""
        keys = (
            names.request(claim.correlation_id),
            names.meta(claim.thread_id),
            names.events(claim.thread_id),
            names.stream(claim.thread_id),
        )
        spoken = numbered(claim, said)
        is_kept = await self._connection.run(_RECORD, keys, claim.token, *spoken)
        if is_kept == _OF_ANOTHER_RUN:
            is_kept = await self._scripts.run_claimed(_RECORD_ANEW, claim, *spoken)
        if not is_kept:
            raise ClaimLostError(claim.correlation_id)


def numbered(attempt: Claim | Outcome, said: Sequence[Utterance]) -> tuple[Argument, ...]:
    """Return the number of the first of *said*, and the tails of all their events."""
    first = said[0].number if said else 0
    return (first, *(said_tail(attempt, utterance) for utterance in said))
