"""What is said of the connection without a server."""

from datetime import timedelta

import pytest
from redis.exceptions import AuthenticationError, OutOfMemoryError, ResponseError

from cse_chat.adapters.redis.connection import RedisConnection, info, retry
from cse_chat.adapters.redis.errors import kind_of, translated
from cse_chat.adapters.redis.scripts.loading import script
from cse_chat.domain.errors import TransportError

SECRET = "redis://ann:pass-word@127.0.0.1:1/0"  # noqa: S105 - nobody's


def test_connecting_is_tried_as_often_as_is_said_here() -> None:
    """The clients' own numbers are ten in one place and none in another."""
    assert retry().get_retries() == 2


async def test_no_password_is_in_its_name() -> None:
    async with RedisConnection(SECRET, answered_by=timedelta(seconds=1)) as connection:
        assert "pass-word" not in repr(connection)


def test_of_an_error_only_its_kind_is_told() -> None:
    assert kind_of(ResponseError("READONLY You can't write to ann's thread")) == "READONLY"
    assert kind_of(ResponseError("unknown command 'ann'")) == "ResponseError"
    assert kind_of(OutOfMemoryError("command not allowed")) == "OutOfMemoryError"
    assert kind_of(AuthenticationError("")) == "AuthenticationError"
    assert kind_of(TimeoutError()) == "TimeoutError"


def test_info_is_read_as_text_or_bytes() -> None:
    text = "# Server\r\nredis_version:8.2.3\r\nos:Linux 6:1\r\n"

    assert info(text) == info(text.encode()) == {"redis_version": "8.2.3", "os": "Linux 6:1"}


def test_a_script_is_named_by_the_digest_of_all_its_parts() -> None:
    alone, behind = script("own"), script("own", "request")

    assert alone is script("own")
    assert alone.digest != behind.digest
    assert behind.text.endswith(alone.text.rsplit("-- ", 1)[-1])


def test_what_a_client_raises_is_ours_at_the_edge() -> None:
    with pytest.raises(TransportError) as caught, translated():
        raise ResponseError("READONLY You can't write against a read only replica.")

    assert isinstance(caught.value.__cause__, ResponseError)
