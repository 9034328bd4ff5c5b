"""The printed result of a question set."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from tests.questions.scoring import Result


def report(results: Sequence[Result], *, floor: int) -> str:
    """Return results by intent, then every failure with question, answer and failed checks."""
    return "\n".join((*_by_intent(results), *_failures(results), *_total(results, floor))) + "\n"


def _by_intent(results: Sequence[Result]) -> Iterator[str]:
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        groups[result.question.intent].append(result)
    for intent, group in sorted(groups.items()):
        yield f"{intent:26} {_passed(group)}/{len(group)}"


def _failures(results: Sequence[Result]) -> Iterator[str]:
    for result in results:
        if not result.failed:
            continue
        yield ""
        yield f"{result.question.id} ({result.question.intent}) failed {'; '.join(result.failed)}"
        for turn, answer in zip(result.question.turns, result.answers, strict=True):
            yield f"  > {turn}"
            yield from (f"    {line}" for line in answer.splitlines())
        yield f"  expects: {result.question.expects}"


def _total(results: Sequence[Result], floor: int) -> Iterator[str]:
    yield ""
    yield f"{_passed(results)} of {len(results)} questions passed; the floor is {floor}."


def _passed(results: Sequence[Result]) -> int:
    return sum(not result.failed for result in results)
