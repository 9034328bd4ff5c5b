"""A gateway process in the world of the faults."""

from contextlib import suppress
from datetime import timedelta

from cse_chat.domain.model.questions import IfBusy, Question
from cse_chat.domain.ports.requests import RequestLog
from cse_chat.domain.use_cases.cancel_chat import CancelChat
from cse_chat.domain.use_cases.record_history import RecordHistory
from cse_chat.domain.use_cases.send_chat import Receipt, SendChat
from cse_chat.domain.use_cases.take_place import TakePlace
from tests.builders import a_correlation_id
from tests.faults.failpoints import KilledError, Process
from tests.faults.world import DEADLINE, World


class Gateway:
    """A gateway process: accepts questions and waits for their outcomes.

    Where there are no *requests*, what it accepts is kept by the broker at once.
    """

    def __init__(
        self, world: World, *, kill_at: int | None = None, requests: RequestLog | None = None
    ) -> None:
        self.world = world
        self.process = Process(kill_at)
        reach = self.process.reaching
        ledger = reach(world.ledger)
        self.cancel_chat = CancelChat(
            ledger=ledger, record_history=RecordHistory(ledger=ledger), now=world.now
        )
        self.send_chat = SendChat(
            threads=reach(world.threads),
            requests=reach(requests or world.broker),
            hints=reach(world.hints),
            offers=reach(world.offers),
            replies=world.replies,
            ledger=ledger,
            record_history=RecordHistory(ledger=ledger),
            take_place=TakePlace(
                ledger=ledger,
                lineup=reach(world.lineup),
                cancel_chat=self.cancel_chat,
                now=world.now,
            ),
            new_id=a_correlation_id,
            now=world.now,
            deadline=DEADLINE,
        )

    async def ask(
        self, question: Question, *, wait: timedelta, if_busy: IfBusy = IfBusy.ENQUEUE
    ) -> Receipt | None:
        """Return the receipt; ``None`` if the process dies over it."""
        with suppress(KilledError):
            return await self.send_chat(question, wait=wait, if_busy=if_busy)
        return None
