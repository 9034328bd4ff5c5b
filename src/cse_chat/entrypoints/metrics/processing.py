"""How long deliveries take, by how they end."""

import time
from collections.abc import Awaitable, Callable

from cse_chat.adapters.durations import UP_TO_AN_ANSWER, Durations
from cse_chat.domain.model.deliveries import Delivery
from cse_chat.domain.use_cases.process_request import Progress
from cse_chat.entrypoints.metrics.labels import FINISHED, INTERRUPTED

Process = Callable[[Delivery, Progress], Awaitable[None]]


class ProcessingTimes:
    """Times one call for each delivery; that of a delivery that is tried again, each time."""

    def __init__(self, *, monotonic: Callable[[], float] = time.perf_counter) -> None:
        self._monotonic = monotonic
        self.seconds = {outcome: Durations(UP_TO_AN_ANSWER) for outcome in (*FINISHED, INTERRUPTED)}

    def around(self, process: Process) -> Process:
        """Return *process*, timed."""

        async def timed(delivery: Delivery, progress: Progress) -> None:
            began = self._monotonic()
            ended = INTERRUPTED
            try:
                await process(delivery, progress)
                ended = progress.ended
            finally:
                self.seconds[ended].observe(self._monotonic() - began)

        return timed
