"""What every `FeedbackBox` must do."""

from dataclasses import replace

import pytest

from cse_chat.domain.errors import NotAnsweredError, NotFoundError
from cse_chat.domain.model.feedback import Feedback, Rating
from cse_chat.domain.model.ids import CorrelationId, UserId
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.ports.feedback import FeedbackBox
from cse_chat.domain.ports.ledger import Ledger
from tests.builders import NOON, a_correlation_id, a_question, a_request, an_outcome

ANN, BOB = UserId("ann"), UserId("bob")
GOOD = Feedback(rating=Rating.UP, comment="", given_at=NOON)
BAD = Feedback(rating=Rating.DOWN, comment="Wrong day.\n\u0d9a?", given_at=NOON)


class FeedbackContract:
    """Subclass in ``test_*.py`` and give ``feedback`` and the ``ledger`` of what it is about."""

    async def test_it_is_kept_with_the_answer_and_the_last_one_holds(
        self, feedback: FeedbackBox, ledger: Ledger
    ) -> None:
        request = a_request()
        cid = request.correlation_id
        await ledger.settle(an_outcome(request))
        before = (await ledger.find([cid]))[cid]
        assert before.feedback is None

        for given in (GOOD, BAD):
            assert await feedback.put(cid, ANN, given) == request.thread_id
            after = (await ledger.find([cid]))[cid]
            assert after == replace(before, feedback=given)

    async def test_without_an_answer_it_is_refused(
        self, feedback: FeedbackBox, ledger: Ledger
    ) -> None:
        open_one, failed = a_request(), a_request()
        await ledger.register(open_one, Durability.MEMORY)
        await ledger.settle(an_outcome(failed, Status.FAILED))

        for request in (open_one, failed):
            with pytest.raises(NotAnsweredError):
                await feedback.put(request.correlation_id, ANN, GOOD)
            assert await _feedback_of(ledger, request.correlation_id) is None

    async def test_of_what_is_unknown_or_anothers_nothing_is_said(
        self, feedback: FeedbackBox, ledger: Ledger
    ) -> None:
        answered = a_request(a_question(user_id="ann"))
        await ledger.settle(an_outcome(answered))

        for cid, user in ((answered.correlation_id, BOB), (a_correlation_id(), ANN)):
            with pytest.raises(NotFoundError):
                await feedback.put(cid, user, GOOD)

        assert await _feedback_of(ledger, answered.correlation_id) is None


async def _feedback_of(ledger: Ledger, correlation_id: CorrelationId) -> Feedback | None:
    return (await ledger.find([correlation_id]))[correlation_id].feedback
