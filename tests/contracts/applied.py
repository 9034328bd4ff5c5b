"""What every `AppliedMarks` must do, and `Claims` beside it."""

from cse_chat.domain.model.claims import Claim, Incomplete
from cse_chat.domain.model.outcomes import Durability
from cse_chat.domain.ports.applied import AppliedMarks
from cse_chat.domain.ports.ledger import Claims, Ledger
from tests.builders import a_request, an_outcome


class AppliedMarksContract:
    """Subclass in ``test_*.py``: ``marks``, and the ``claims`` and ``ledger`` they belong to."""

    async def test_nobody_has_vouched_for_a_new_ledger(self, marks: AppliedMarks) -> None:
        found = await marks.read([3, 4])

        assert set(found) == {3, 4}
        assert not any(mark.is_complete for mark in found.values())
        assert list(await marks.refresh([3, 4])) == [3, 4]

    async def test_reading_and_refreshing_vouch_for_nothing(self, marks: AppliedMarks) -> None:
        before = await marks.read([3])

        await marks.refresh([3])

        assert await marks.read([3]) == before

    async def test_what_is_complete_stays_so_and_says_nothing_of_others(
        self, marks: AppliedMarks
    ) -> None:
        run_id = (await marks.read([3]))[3].run_id

        await marks.complete([3], run_id)

        found = await marks.read([3, 4])
        assert (found[3].is_complete, found[4].is_complete) == (True, False)
        assert list(await marks.refresh([3, 4])) == [4]

    async def test_what_was_applied_to_another_run_is_not_complete(
        self, marks: AppliedMarks
    ) -> None:
        await marks.complete([3], "another-run")

        assert not (await marks.read([3]))[3].is_complete

    async def test_nothing_is_claimed_before_the_ledger_is_complete(
        self, marks: AppliedMarks, claims: Claims, ledger: Ledger
    ) -> None:
        request = a_request()

        assert await claims.claim(request, Durability.MEMORY, partition=3) == Incomplete()
        assert await ledger.find([request.correlation_id]) == {}

        await marks.complete([3], (await marks.read([3]))[3].run_id)
        assert isinstance(await claims.claim(request, Durability.MEMORY, partition=3), Claim)

    async def test_what_is_settled_is_not_taken_for_all(
        self, marks: AppliedMarks, claims: Claims, ledger: Ledger
    ) -> None:
        """Else its tail would be finished, and the next request of the thread run, too early."""
        request = a_request()
        await ledger.settle(an_outcome(request))

        assert await claims.claim(request, Durability.MEMORY, partition=3) == Incomplete()
