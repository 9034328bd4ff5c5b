"""Says what is wrong with a world in which everything should have come to its end."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator

from cse_chat.domain.model.claims import Entry, Tail
from cse_chat.domain.model.events import EventType
from cse_chat.domain.model.history import Role
from cse_chat.domain.model.outcomes import Status
from cse_chat.domain.model.questions import ChatRequest
from tests.faults.broker import HOLE
from tests.faults.world import EARLY, World

ALWAYS = frozenset({Tail.HISTORY, Tail.RESPONSE})


async def faults_of(world: World, *, most_executions: int = 1, most_early: int = 1) -> list[str]:
    """Return a sentence for each broken promise; none when all were kept.

    Args:
        world: All quiet: nothing is in hand any more, nobody is down.
        most_executions: Of an agent under a claim, for each request.
        most_early: How often the agent may be asked before it is claimed, for nothing; if one of
            these answers holds, nobody ran under a claim.
    """
    found = [*_lost_offsets(world), *order_of(world)]
    for request in world.accepted:
        early = world.early_executions_of(request)
        if (runs := world.executions_of(request) - early) > most_executions:
            found.append(f"{request.question.text}: {runs} executions")
        if early > (most_early if world.is_early else 0):
            found.append(f"{request.question.text}: {early} executions before it was claimed")
        entry = (await world.ledger.find([request.correlation_id])).get(request.correlation_id)
        if entry is None or entry.settlement is None:
            found.append(f"{request.question.text}: no outcome")
            continue
        found += [
            f"{request.question.text}: {fault}"
            for fault in (
                *_outcome(world, request, entry),
                *_early(world, request, entry, most_early),
                *[fault async for fault in _events(world, request, entry)],
                *_isolation(request, entry),
                *[fault async for fault in _history(world, request, entry)],
            )
        ]
    return found


def unfinished_below_commit(world: World) -> list[str]:
    """Return what is committed and not done: a crash now would lose it."""
    requests = {request.correlation_id.encode(): request for request in world.accepted}
    found = []
    for partition, position in world.broker.committed.items():
        for record in world.broker.records[partition]:
            request = requests.get(dict(record.headers).get("ce_id", b""))
            if request and record.offset < position and not _is_done(world, request):
                found.append(f"{request.question.text} is committed and not done")
    return found


def twice_at_once(world: World) -> list[str]:
    """Return the threads that two living agents work for."""
    threads = Counter(run.thread_id for run in world.running())
    return [f"{thread}: {count} agents at once" for thread, count in threads.items() if count > 1]


def _is_done(world: World, request: ChatRequest) -> bool:
    row = world.ledger._rows.get(request.correlation_id)
    return row is not None and row.outcome is not None and row.done >= _tail_of(row.outcome.status)


def _tail_of(status: Status) -> frozenset[Tail]:
    return ALWAYS | ({Tail.DEAD_LETTER} if status is Status.FAILED else set())


def _lost_offsets(world: World) -> Iterator[str]:
    yield from unfinished_below_commit(world)
    yield from (f"a commit went back: {step}" for step in world.broker.went_back)
    for partition, records in world.broker.records.items():
        read = [record for record in records if dict(record.headers).get("ce_id")]
        if read and world.broker.committed[partition] < read[-1].offset + 1:
            yield f"partition {partition}: committed {world.broker.committed[partition]} only"
        if records and world.broker.committed[partition] > records[-1].offset + HOLE:
            yield f"partition {partition}: committed beyond its end"


def order_of(world: World) -> Iterator[str]:
    """Yield the threads whose first executions were not in the order of the log."""
    for thread in {request.thread_id for request in world.accepted}:
        asked = [r.question.text for r in world.accepted if r.thread_id == thread]
        ran = dict.fromkeys(run.text for run in world.executions if run.thread_id == thread)
        if list(ran) != [text for text in asked if text in ran]:
            yield f"{thread}: executed {list(ran)}, asked {asked}"


def _outcome(world: World, request: ChatRequest, entry: Entry) -> Iterator[str]:
    assert entry.settlement is not None
    outcome, done = entry.settlement.outcome, entry.settlement.done
    if not done >= _tail_of(outcome.status):
        yield f"its tail is {sorted(done)}"
    told = [o for o, _ in world.responses.read() if o.correlation_id == request.correlation_id]
    if not told:
        yield "no response record"
    if any(other != outcome for other in told):
        yield "the response log tells of another outcome"
    letters = [
        letter
        for letter in world.dead_letters._letters
        if dict(letter.record.headers).get("ce_id") == request.correlation_id.encode()
    ]
    if bool(letters) is not (outcome.status is Status.FAILED):
        yield f"{len(letters)} dead letters, {outcome.status}"


def _early(world: World, request: ChatRequest, entry: Entry, most_early: int) -> Iterator[str]:
    assert entry.settlement is not None
    outcome = entry.settlement.outcome
    early, runs = world.early_executions_of(request), world.executions_of(request)
    if outcome.answer and outcome.answer.basis == EARLY:
        if not 1 <= early <= most_early or (runs, outcome.attempt) != (early, 1):
            yield f"answered early, in attempt {outcome.attempt} of {early} and {runs - early} runs"
        first = next(r for r in world.accepted if r.thread_id == request.thread_id)
        if request is not first:
            yield "answered early, although its thread had begun"
    elif outcome.answer and runs == early:
        yield "answered under a claim, and nobody ran"


async def _events(world: World, request: ChatRequest, entry: Entry) -> AsyncIterator[str]:
    assert entry.settlement is not None
    outcome = entry.settlement.outcome
    stretch = await world.events.since(request.thread_id, None, limit=10_000)
    if [event.cursor.offset for event in stretch.events] != list(range(1, len(stretch.events) + 1)):
        yield "its thread's events have holes"
    events = [event for event in stretch.events if event.correlation_id == request.correlation_id]
    types = [event.type for event in events]
    if types.count(EventType.ACCEPTED) != 1 or types[0] is not EventType.ACCEPTED:
        yield f"not accepted once, and first: {types}"
    ends = [event.type.value for event in events if event.type.is_outcome]
    if ends != [outcome.status.value] or not types[-1].is_outcome:
        yield f"not {outcome.status} once, and last: {types}"
    if outcome.answer:
        started = max((n for n, t in enumerate(types) if t is EventType.STARTED), default=-1)
        if types[started + 1 : -1] != [EventType.DELTA]:
            yield f"what was said is not what was answered: {types}"


def _isolation(request: ChatRequest, entry: Entry) -> Iterator[str]:
    assert entry.settlement is not None
    outcome = entry.settlement.outcome
    if (outcome.user_id, outcome.thread_id) != (request.user_id, request.thread_id):
        yield "another's outcome"
    if outcome.answer and outcome.answer.text != f"answer to {request.question.text}":
        yield f"answered {outcome.answer.text!r}"


async def _history(world: World, request: ChatRequest, entry: Entry) -> AsyncIterator[str]:
    assert entry.settlement is not None
    page = await world.history.page(request.thread_id, after=None, limit=10_000)
    turns = [turn for turn in page.turns if turn.correlation_id == request.correlation_id]
    if [turn.role for turn in turns] != [Role.USER, Role.AGENT]:
        yield f"its turns are {[turn.role for turn in turns]}"
    elif turns[0].content != request.question.text:
        yield "the user's turn is another's"
    elif turns[1].timestamp != entry.settlement.outcome.settled_at:
        yield "the agent's turn is of another outcome"
