"""What every ledger, and whoever records what an attempt says, must leave in the `EventLog`."""

import pytest

from cse_chat.domain.errors import ClaimLostError
from cse_chat.domain.model.answers import Delta
from cse_chat.domain.model.artifacts import Column, Table
from cse_chat.domain.model.ids import UserId
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.ports.events import EventLog, EventRecorder
from cse_chat.domain.ports.ledger import Claims, Ledger
from cse_chat.domain.ports.threads import Threads
from tests.builders import a_question, a_request, a_thread_id, an_outcome
from tests.contracts.claims import RunOut
from tests.contracts.recorded import STEP, claimed, text, told, utterances

TABLE = Table(title="Movers", columns=(Column(name="symbol", label="Symbol"),), rows=(("JKH",),))


class RecordingContract:
    """Subclass: ``events``, ``recorder``, ``ledger``, ``claims``, ``threads``, ``leases_run_out``."""

    async def test_what_is_registered_was_accepted(self, ledger: Ledger, events: EventLog) -> None:
        request = a_request(a_question("Why?"))

        for _ in range(2):  # once, however often
            await ledger.register(request, Durability.MEMORY)

        [accepted] = await told(events, request.thread_id)
        assert accepted.pop("timestamp").endswith("Z")
        assert accepted == {
            "type": "accepted",
            "cursor": accepted["cursor"],
            "thread_id": request.thread_id,
            "correlation_id": request.correlation_id,
            "attempt": 0,
            "message": "Why?",
            "queue_position": 0,
        }

    async def test_who_is_accepted_learns_how_many_are_ahead(
        self, ledger: Ledger, events: EventLog
    ) -> None:
        thread = a_thread_id()
        requests = [a_request(a_question(thread_id=thread)) for _ in range(3)]
        for request in requests:
            await ledger.register(request, Durability.MEMORY)
        await ledger.settle(an_outcome(requests[0]))

        await ledger.register(a_request(a_question(thread_id=thread)), Durability.MEMORY)

        found = await told(events, thread)
        assert [e["queue_position"] for e in found if e["type"] == "accepted"] == [0, 1, 2, 2]

    async def test_each_attempt_says_that_it_started(
        self, claims: Claims, events: EventLog
    ) -> None:
        request = a_request()
        first = await claimed(claims, request)
        await claims.release(first, spent=True)
        await claimed(claims, request)

        found = await told(events, request.thread_id)
        assert [e["type"] for e in found] == ["accepted", "started", "started"]
        assert [e["attempt"] for e in found] == [0, 1, 2]
        assert all(e["timestamp"].endswith("Z") for e in found)

    async def test_who_waits_for_a_thread_has_not_started(
        self, claims: Claims, events: EventLog
    ) -> None:
        thread = a_thread_id()
        await claimed(claims, a_request(a_question(thread_id=thread)))

        await claims.claim(a_request(a_question(thread_id=thread)), Durability.MEMORY)

        found = await told(events, thread)
        assert [e["type"] for e in found] == ["accepted", "started", "accepted"]

    async def test_what_an_attempt_says_stands_in_its_order(
        self, claims: Claims, recorder: EventRecorder, events: EventLog
    ) -> None:
        claim = await claimed(claims, a_request())

        await recorder.record(claim, utterances(STEP, Delta("Ab")))
        await recorder.record(claim, utterances(Delta("cd"), TABLE, first=3, piece=1))

        _, _, step, one, other, table = await told(events, claim.thread_id)
        for event in (step, one, other, table):
            assert (event["thread_id"], event["correlation_id"], event["attempt"]) == (
                claim.thread_id,
                claim.correlation_id,
                1,
            )
        assert (step["type"], step["name"], step["label"], step["status"], step["detail"]) == (
            "step",
            "movers",
            "Look for movers",
            "done",
            "3 found",
        )
        assert [(d["response"], d["chunk_index"]) for d in (one, other)] == [("Ab", 0), ("cd", 1)]
        assert (one["type"], one["streaming"], one["is_final"]) == ("delta", True, False)
        assert (table["type"], table["artifact"]["rows"]) == ("artifact", [["JKH"]])

    async def test_what_is_recorded_already_is_not_again(
        self, claims: Claims, recorder: EventRecorder, events: EventLog
    ) -> None:
        """Whoever got no confirmation repeats, with more behind it."""
        claim = await claimed(claims, a_request())
        await recorder.record(claim, utterances(Delta("a"), Delta("b")))

        await recorder.record(claim, utterances(Delta("a"), Delta("b"), Delta("c")))

        assert await text(events, claim.thread_id) == "abc"

    async def test_settling_records_the_rest_and_the_outcome(
        self, ledger: Ledger, claims: Claims, recorder: EventRecorder, events: EventLog
    ) -> None:
        request = a_request()
        claim = await claimed(claims, request)
        said = utterances(Delta("JKH "), Delta("rose "), Delta("3%"))
        await recorder.record(claim, said[:2])

        await ledger.settle(an_outcome(request), claim=claim, said=said[1:])

        found = await told(events, request.thread_id)
        assert [e["type"] for e in found] == ["accepted", "started", *["delta"] * 3, "answered"]
        assert await text(events, request.thread_id) == "JKH rose 3%" == found[-1]["response"]
        assert (found[-1]["attempt"], found[-1]["is_final"]) == (1, True)
        assert found[-1]["metadata"]["model_used"] == "test"

    async def test_the_first_settlement_is_the_only_outcome(
        self, ledger: Ledger, events: EventLog
    ) -> None:
        request = a_request()
        await ledger.register(request, Durability.MEMORY)

        await ledger.settle(an_outcome(request, Status.CANCELLED, text="Enough."))
        await ledger.settle(an_outcome(request))

        *_, last = found = await told(events, request.thread_id)
        assert [e["type"] for e in found] == ["accepted", "cancelled"]
        assert (last["is_final"], last["problem"]["detail"]) == (True, "Enough.")

    async def test_nothing_is_said_behind_an_outcome(
        self, ledger: Ledger, claims: Claims, recorder: EventRecorder, events: EventLog
    ) -> None:
        request = a_request()
        claim = await claimed(claims, request)
        await ledger.settle(an_outcome(request, Status.CANCELLED))

        with pytest.raises(ClaimLostError):
            await recorder.record(claim, utterances(Delta("too late")))
        await ledger.settle(an_outcome(request), claim=claim, said=utterances(Delta("too late")))

        assert await text(events, request.thread_id) == ""

    async def test_an_attempt_that_is_fenced_off_says_nothing_more(
        self, claims: Claims, recorder: EventRecorder, events: EventLog, leases_run_out: RunOut
    ) -> None:
        request = a_request()
        old = await claimed(claims, request)
        await leases_run_out()
        new = await claimed(claims, request)

        with pytest.raises(ClaimLostError):
            await recorder.record(old, utterances(Delta("zombie")))
        await recorder.record(new, utterances(Delta("alive")))

        *_, last = await told(events, request.thread_id)
        assert (last["response"], last["attempt"]) == ("alive", 2)

    async def test_nothing_of_another_users_request_is_told_in_a_thread(
        self, ledger: Ledger, threads: Threads, events: EventLog
    ) -> None:
        thread = a_thread_id()
        await threads.own(thread, UserId("ann"))
        foreign = a_request(a_question(user_id="bob", thread_id=thread))

        await ledger.settle(an_outcome(foreign, Status.FAILED))

        assert await told(events, thread) == []
