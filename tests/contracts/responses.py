"""What every `ResponseLog` must do."""

from collections.abc import Awaitable, Callable

from cse_chat.domain.model.outcomes import Outcome, Status
from cse_chat.domain.ports.responses import ResponseLog
from tests.builders import a_record, a_request, an_outcome

ReadBack = Callable[[], Awaitable[list[tuple[Outcome, int]]]]


class ResponseLogContract:
    """Subclass in ``test_*.py`` and give ``responses`` and ``read_back`` (outcome, request offset)."""

    async def test_every_kind_of_outcome_is_kept_with_the_place_of_its_request(
        self, responses: ResponseLog, read_back: ReadBack
    ) -> None:
        statuses = (Status.ANSWERED, Status.FAILED, Status.EXPIRED, Status.CANCELLED)
        outcomes = [an_outcome(a_request(), status) for status in statuses]

        for place, outcome in enumerate(outcomes):
            await responses.append(outcome, request=a_record(offset=place))

        assert await read_back() == [(o, n) for n, o in enumerate(outcomes)]

    async def test_repeating_is_allowed(self, responses: ResponseLog, read_back: ReadBack) -> None:
        outcome = an_outcome(a_request())

        for _ in range(2):
            await responses.append(outcome, request=a_record())

        assert {found.correlation_id for found, _ in await read_back()} == {outcome.correlation_id}
