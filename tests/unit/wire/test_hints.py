import json
from datetime import timedelta

import pytest

from cse_chat.adapters.wire.hints import decode_hint, encode_hint
from cse_chat.adapters.wire.requests import decode_request, encode_request
from cse_chat.domain.errors import MalformedRecordError
from tests.builders import NOON, a_record, a_request


def test_it_says_the_same_as_the_record_that_follows() -> None:
    request = a_request(deadline=timedelta(seconds=3, microseconds=1_234))
    encoded = encode_request(request)
    record = a_record(encoded.value)
    delivered = decode_request(
        type(record)(
            log="test",
            partition=0,
            offset=0,
            timestamp=NOON,
            key=encoded.key,
            value=encoded.value,
            headers=encoded.headers,
        ),
        default_deadline=timedelta(0),
    )

    hinted, reply_to = decode_hint(encode_hint(request, reply_to="gateway-1"))

    assert (hinted, reply_to) == (delivered, "gateway-1")


@pytest.mark.parametrize(
    "fault",
    [
        {"request": {}},
        {"deadline": None},
        {"deadline": 10**30},
        {"reply_to": 7},
    ],
    ids=["request", "no-deadline", "far-deadline", "address"],
)
def test_what_is_no_hint_is_refused(fault: dict[str, object]) -> None:
    good = json.loads(encode_hint(a_request(), reply_to="g"))

    with pytest.raises(MalformedRecordError, match="no hint"):
        decode_hint(json.dumps({**good, **fault}).encode())


@pytest.mark.parametrize("rubbish", [b"", b"\xff", b"[]", b"[" * 5_000])
def test_rubbish_is_refused(rubbish: bytes) -> None:
    with pytest.raises(MalformedRecordError, match="no hint"):
        decode_hint(rubbish)
