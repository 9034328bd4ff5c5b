"""The JSON of what goes on record."""

import json

import pytest

from cse_chat.adapters.wire.audit import decode_audit_record, encode_audit_record
from cse_chat.domain.errors import MalformedRecordError
from cse_chat.domain.model.audit import AuditKind
from tests.contracts.audit import an_audit_record


def test_a_record_is_the_json_of_the_contract() -> None:
    record = an_audit_record(id="5", thread_id="t", correlation_id="c")

    assert json.loads(encode_audit_record(record)) == {
        "id": "5",
        "kind": "feedback",
        "thread_id": "t",
        "user_id": "ann",
        "correlation_id": "c",
        "timestamp": "2026-07-24T12:00:00Z",
        "details": {"rating": "down", "comment": "Wrong day.\n\u0d9a?"},
    }


def test_what_was_written_is_read() -> None:
    for record in (
        an_audit_record(),
        an_audit_record(kind=AuditKind.DELETED, correlation_id=None, details={}),
    ):
        assert decode_audit_record(encode_audit_record(record)) == record


@pytest.mark.parametrize("value", [b"", b"\xff", b"[]", b"{}", b'{"kind": "other"}', b"[" * 5_000])
def test_what_is_no_record_is_refused(value: bytes) -> None:
    with pytest.raises(MalformedRecordError):
        decode_audit_record(value)
