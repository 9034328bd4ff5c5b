"""Who follows, and how much is held for them."""

from cse_chat.domain.model.answers import Delta
from tests.contracts.recorded import utterances
from tests.memory import Memory
from tests.unit.use_cases.followers import SOON, running


async def test_whoever_hears_too_much_text_at_once_reads_the_rest() -> None:
    memory = Memory()
    request, claim = await running(memory)

    async with memory.events.follow(request.thread_id) as next_news:
        heard = []
        for number in range(1, 7):
            said = utterances(Delta("x" * 100_000), first=number, piece=number - 1)
            await memory.ledger.record(claim, said)
            if number in {2, 5, 6}:
                news = await next_news(SOON)
                heard.append((len(news.events), news.missed))

    assert heard == [(2, False), (0, True), (1, False)]
