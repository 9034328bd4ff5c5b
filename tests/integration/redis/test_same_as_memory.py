"""Any order of calls has the same results in Redis as in memory."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import pytest

from cse_chat.adapters.redis.events import RedisEventLog
from cse_chat.domain.errors import ChatError
from cse_chat.domain.model.answers import Delta
from cse_chat.domain.model.claims import Claim, EarlyAnswer, Tail
from cse_chat.domain.model.events import Cursor, Utterance
from cse_chat.domain.model.feedback import Feedback, Rating
from cse_chat.domain.model.history import Turn
from cse_chat.domain.model.ids import CorrelationId, ThreadId, UserId
from cse_chat.domain.model.outcomes import Durability, Status
from cse_chat.domain.model.questions import ChatRequest
from cse_chat.domain.model.threads import Conversation, StillOpen
from cse_chat.domain.ports.conversations import Conversations
from cse_chat.domain.ports.events import EventLog, EventRecorder
from cse_chat.domain.ports.feedback import FeedbackBox
from cse_chat.domain.ports.ledger import Claims, Ledger
from cse_chat.domain.ports.lineup import Lineup
from cse_chat.domain.ports.threads import History, Threads
from tests.builders import NOON, a_question, a_request, a_thread_id, an_outcome
from tests.contracts.recorded import STEP, told, utterances
from tests.integration.redis.stores import Stores
from tests.memory import LEASE, Memory

STEPS = 150
REMOVED = 0.04
KEPT = Durability.MEMORY
OUTCOMES = (Status.ANSWERED, Status.FAILED, Status.EXPIRED, Status.CANCELLED)


@dataclass
class Side:
    """One implementation, and the claims it gave; a token is its own, so a claim has a number."""

    ledger: Ledger
    claims: Claims
    threads: Threads
    history: History
    events: EventLog
    recorder: EventRecorder
    lineup: Lineup
    conversations: Conversations
    feedback: FeedbackBox
    marked: Callable[[], Awaitable[None]]
    given: list[Claim] = field(default_factory=list)

    async def claim(self, request: ChatRequest, early: EarlyAnswer | None = None) -> object:
        verdict = await self.claims.claim(request, KEPT, remembered=2, early=early)
        if not isinstance(verdict, Claim):
            return verdict
        self.given.append(verdict)
        return (verdict.attempt, verdict.spent, verdict.before)

    async def mark(self, correlation_id: CorrelationId, tail: Tail) -> None:
        await self.ledger.mark(correlation_id, tail)
        await self.marked()

    async def record(self, number: int, said: tuple[Utterance, ...]) -> None:
        await self.recorder.record(self.given[number], said)

    async def told(self, thread: ThreadId) -> object:
        """Everything but what each side makes up itself: epochs and the time."""
        found = await told(self.events, thread)
        for event in found:
            event["cursor"] = Cursor.parse(event["cursor"]).offset
            if event["type"] in {"started", "step", "delta", "artifact"}:
                del event["timestamp"]
        return found

    async def listed(self, user: UserId, after: int | None) -> object:
        """Everything but what each side makes up itself; a cursor by how many stand before it."""
        first = await self.conversations.newest(user, after=None, limit=after or 1)
        page = await self.conversations.newest(
            user, after=first.next if after is not None else None, limit=2
        )
        return [_plain(each) for each in page.conversations], page.next is None

    async def conversation(self, thread: ThreadId, user: UserId) -> object:
        found = await self.conversations.find(thread, user)
        return _plain(found) if found else None

    async def remove(self, thread: ThreadId, user: UserId) -> object:
        result = await self.conversations.remove(thread, user)
        return set(result.ids) if isinstance(result, StillOpen) else result

    async def find(self, correlation_id: CorrelationId) -> object:
        entries = await self.ledger.find([correlation_id])
        return [replace(entry, begins=None) for entry in entries.values()]

    async def before(self, request: ChatRequest) -> object:
        return list(await self.lineup.before(request))

    async def renew(self, numbers: list[int]) -> object:
        lost = await self.claims.renew([self.given[n] for n in numbers])
        return [n for n in numbers if self.given[n] in lost]


def _plain(found: Conversation) -> object:
    return (found.thread_id, found.title, found.turns, found.busy, found.cursor.offset)


Step = Callable[[Side], Awaitable[object]]


class Walk:
    """Draws calls about a few requests of a few threads, some of them another user's."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        threads = [a_thread_id() for _ in range(5)]
        requests = [
            a_request(a_question(user_id=chance.choice(["ann", "ann", "bob"]), thread_id=thread))
            for thread in threads
            for _ in range(4)
        ]
        stolen = chance.choice(requests).correlation_id
        self._threads = threads
        self._requests = [
            *requests,
            a_request(a_question(user_id="bob", thread_id=threads[0]), correlation_id=stolen),
        ]

    def step(self, given: int) -> tuple[str, Step]:
        """Return the next call, where *given* claims have been given."""
        draws = [self._request_step, self._request_step, self._thread_step]
        return self._chance.choice([*draws, self._claim_step] if given else draws)(given)

    def _request_step(self, given: int) -> tuple[str, Step]:
        request = self._chance.choice(self._requests)
        cid, asked = request.correlation_id, self._chance.choice([None, Turn.asking(request)])
        outcome = an_outcome(
            request, self._chance.choice(OUTCOMES), text=str(self._chance.random())
        )
        text = str(self._chance.random())
        early = EarlyAnswer(
            outcome=an_outcome(request, text=text), said=utterances(STEP, Delta(text))
        )
        tail = self._chance.choice([Tail.RESPONSE, Tail.DEAD_LETTER])
        user = UserId(self._chance.choice(["ann", "bob"]))
        feedback = Feedback(
            rating=self._chance.choice(list(Rating)), comment=outcome.thread_id, given_at=NOON
        )
        return self._chance.choice(
            [
                ("register", lambda side: side.ledger.register(request, KEPT)),
                ("claim", lambda side: side.claim(request)),
                ("claim", lambda side: side.claim(request)),
                ("claim early", lambda side: side.claim(request, early)),
                ("settle", lambda side: side.ledger.settle(outcome, asked=asked)),
                ("mark", lambda side: side.mark(cid, tail)),
                ("find", lambda side: side.find(cid)),
                ("reserve", lambda side: side.lineup.reserve(request)),
                ("give back", lambda side: side.lineup.give_back(request)),
                ("before", lambda side: side.before(request)),
                ("rate", lambda side: side.feedback.put(cid, user, feedback)),
            ]
        )

    def _claim_step(self, given: int) -> tuple[str, Step]:
        number = self._chance.choice([given - 1, self._chance.randrange(given)])
        spent = self._chance.choice([True, False])
        text = str(self._chance.random())
        first = self._chance.randint(1, 4)
        said = utterances(STEP, *map(Delta, text[:first]), first=first)

        async def settle(side: Side) -> object:
            claim = side.given[number]
            request = next(
                r
                for r in self._requests
                if (r.correlation_id, r.thread_id) == (claim.correlation_id, claim.thread_id)
            )
            outcome = an_outcome(request, text=text)
            return await side.ledger.settle(outcome, claim=claim, said=said)

        return self._chance.choice(
            [
                ("renew", lambda side: side.renew([number])),
                ("release", lambda side: side.claims.release(side.given[number], spent=spent)),
                ("settle the claim", settle),
                ("record", lambda side: side.record(number, said)),
            ]
        )

    def _thread_step(self, given: int) -> tuple[str, Step]:
        thread: ThreadId = self._chance.choice(self._threads)
        user, limit = UserId(self._chance.choice(["ann", "bob"])), self._chance.randint(1, 5)
        after = self._chance.choice([None, "0", "2", "7"])
        behind, title = self._chance.choice([None, 1, 2]), str(self._chance.random())
        if self._chance.random() < REMOVED:
            return ("remove", lambda side: side.remove(thread, user))
        return self._chance.choice(
            [
                ("own", lambda side: side.threads.own(thread, user)),
                ("owner", lambda side: side.threads.owner(thread)),
                ("told", lambda side: side.told(thread)),
                ("listed", lambda side: side.listed(user, behind)),
                ("conversation", lambda side: side.conversation(thread, user)),
                ("rename", lambda side: side.conversations.rename(thread, user, title)),
                ("page", lambda side: side.history.page(thread, after=after, limit=limit)),
            ]
        )


@pytest.mark.parametrize("seed", range(20))
async def test_a_walk_through_both_has_the_same_results(stores: Stores, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    memory = Memory(cap=1_000_000)
    sides = (
        Side(
            memory.ledger,
            memory.ledger,
            memory.threads,
            memory.history,
            memory.events,
            memory.ledger,
            memory.lineup,
            memory.conversations,
            memory.ledger,
            _marked_at_once,
        ),
        Side(
            stores.ledger,
            stores.ledger,
            stores.threads,
            stores.history,
            RedisEventLog(stores.connection, gateway_id="g1"),
            stores.ledger,
            stores.lineup,
            stores.conversations,
            stores.feedback,
            stores.ledger.marks.written,
        ),
    )
    walk = Walk(chance)
    walked: list[str] = []
    for _ in range(STEPS):
        if chance.random() < 0.1:
            memory.clock.advance(LEASE)
            await stores.leases_run_out()
            await stores.places_run_out()
            walked.append("leases run out")
        name, step = walk.step(len(sides[0].given))

        results = [await _result(step, side) for side in sides]

        walked.append(f"{name}: {results}")
        assert results[0] == results[1], "\n".join(walked[-12:])


async def _marked_at_once() -> None:
    """In memory a mark takes effect when it is made."""


async def _result(step: Step, side: Side) -> object:
    try:
        return await step(side)
    except ChatError as error:
        return type(error)
