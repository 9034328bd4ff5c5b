"""Says which promises were broken, once everything is quiet again."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.integration.faults.cluster import Run
from tests.integration.faults.load import ANSWERED, Asked, Clients

USER = "local"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a request stood when it was read at the end.

    Attributes:
        status: Of the reading; 0 when nobody answered.
        body: Empty unless *status* is 200.
    """

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)


async def faults_of(
    clients: Clients, runs: Sequence[Run], *, seconds: float, most_executions: int = 1
) -> list[str]:
    """Return a sentence for each broken promise; none when all were kept.

    Args:
        clients: Who asked; the first gateway is asked how it ended.
        runs: What the agents wrote down.
        seconds: How long the last outcome may take from now on.
        most_executions: Of an agent, for each question.
    """
    accepted = [asked for asked in clients.asked if asked.is_accepted]
    ended = {}
    for asked in accepted:
        response = await clients.end_of(asked, seconds=seconds)
        body = response.json() if response.status_code == ANSWERED else {}
        ended[asked.correlation_id] = Ended(response.status_code, body)
    histories = {each.thread_id: await clients.history(each.thread_id) for each in accepted}
    return broken_promises(
        clients.asked, ended, histories=histories, runs=runs, most_executions=most_executions
    )


def broken_promises(
    everything: Sequence[Asked],
    ended: Mapping[str, Ended],
    *,
    histories: Mapping[str, Sequence[Mapping[str, Any]]],
    runs: Sequence[Run],
    most_executions: int,
) -> list[str]:
    """Return a sentence for each broken promise; none when all were kept.

    Args:
        everything: What was asked, in the order of asking, and what its clients were told.
        ended: How each accepted request stood at the end, by its id.
        histories: The turns of each thread with an accepted request.
        runs: What the agents wrote down, in the order of time.
        most_executions: Of an agent, for each question.
    """
    accepted = [asked for asked in everything if asked.is_accepted]
    return [
        *(
            f"{asked.text}: {fault}"
            for asked in accepted
            for fault in outcome(asked, ended.get(asked.correlation_id, Ended(0)))
        ),
        *turns(accepted, histories),
        *executions(runs, most=most_executions),
        *order(accepted, runs),
    ]


def outcome(asked: Asked, ended: Ended) -> Iterator[str]:
    """Yield what is wrong with how an accepted request ended."""
    if ended.status != ANSWERED:
        yield f"accepted with {asked.status}, and reading it gives {ended.status}"
        return
    body = ended.body
    if asked.status == ANSWERED and body != asked.body:
        yield "it was told otherwise before"
    if "response" in body and body["response"] != f"answer to {asked.text}, of {USER}":
        yield f"answered {body['response']!r}"
    if body["thread_id"] != asked.thread_id:
        yield "of another thread"


def turns(
    accepted: Sequence[Asked], histories: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Iterator[str]:
    """Yield which turns are missing, or there more than once."""
    for thread_id in dict.fromkeys(asked.thread_id for asked in accepted):
        found = Counter(
            (turn["correlation_id"], turn["role"]) for turn in histories.get(thread_id, ())
        )
        yield from (
            f"{thread_id}: {count} turns of {turn}" for turn, count in found.items() if count > 1
        )
        yield from (
            f"{thread_id}: no {role} turn of {asked.correlation_id}"
            for asked in accepted
            if asked.thread_id == thread_id
            for role in ("user", "agent")
            if (asked.correlation_id, role) not in found
        )


def executions(runs: Sequence[Run], *, most: int) -> Iterator[str]:
    """Yield the questions an agent was run for too often."""
    counts = Counter(run.text for run in runs if run.what == "start")
    return (f"{text}: {count} executions" for text, count in counts.items() if count > most)


def order(accepted: Sequence[Asked], runs: Sequence[Run]) -> Iterator[str]:
    """Yield the threads whose first executions were not in the order of asking.

    Only what was accepted before the next was asked has an order.
    """
    for thread_id in dict.fromkeys(each.thread_id for each in accepted):
        texts = [each.text for each in accepted if each.thread_id == thread_id]
        ran = dict.fromkeys(
            run.text for run in runs if run.thread_id == thread_id and run.what == "start"
        )
        done = [text for text in ran if text in texts]
        if done != [text for text in texts if text in ran]:
            yield f"{thread_id}: executed {done}, asked {texts}"
