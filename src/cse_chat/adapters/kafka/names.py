"""Topics, group and headers: the names that others know us by, each written once."""

from typing import Final

REQUESTS: Final = "chat.requests"
RESPONSES: Final = "chat.responses"
DEAD_LETTERS: Final = "chat.requests.dlq"
AUDIT: Final = "chat.audit"
GROUP: Final = "nl-agent-group"

REPLY_TO: Final = "ce_replyto"
CORRELATION_ID: Final = "ce_correlationid"
USER_ID: Final = "ce_userid"
SETTLED: Final = "ce_settled"
REQUEST_OFFSET: Final = "ce_requestoffset"
DURABILITY: Final = "ce_durability"
ATTEMPT: Final = "ce_attempt"
REPLAY_COUNT: Final = "x-replay-count"
