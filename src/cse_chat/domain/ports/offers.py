"""Where an early answer waits until its request is accepted."""

from typing import Protocol

from cse_chat.domain.model.claims import EarlyAnswer
from cse_chat.domain.model.deliveries import Hint


class Offers(Protocol):
    """Has an answer and the word that its request is accepted meet: who comes second settles it.

    It is settled as `Claims.claim` does with an early answer, in one step with what stands in the
    history and is told; where that would leave a claim, the request is registered at most. Until both
    have come nobody can read anything of it, and after some seconds the one that came is forgotten.
    Neither call waits, and where one fails, nothing is said: the request is processed when it is
    delivered. Contract: ``tests/contracts/offers.py``.
    """

    def offer(self, hint: Hint, early: EarlyAnswer) -> None:
        """Have *early* settle what was hinted at, once its log has taken it."""
        ...

    def accept(self, hint: Hint) -> None:
        """Say that the log has taken what was hinted at."""
        ...
