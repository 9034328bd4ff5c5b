"""Tokens of claims whose reply got lost are kept for whoever claims the same again."""

from cse_chat.adapters.redis.left_claims import UnsureTokens
from cse_chat.domain.model.ids import ClaimToken, CorrelationId


def test_a_token_is_given_once() -> None:
    tokens = UnsureTokens()
    tokens.keep(CorrelationId("a"), ClaimToken("1"))

    assert tokens.pop(CorrelationId("a")) == "1"
    assert tokens.pop(CorrelationId("a")) is None


def test_of_too_many_the_oldest_is_forgotten() -> None:
    tokens = UnsureTokens(most=2)
    for name in "abc":
        tokens.keep(CorrelationId(name), ClaimToken(name))

    assert [tokens.pop(CorrelationId(name)) for name in "abc"] == [None, "b", "c"]
