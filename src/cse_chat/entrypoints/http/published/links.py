"""How the published document goes on from one answer to another operation."""

from typing import Final

from cse_chat.domain import errors
from cse_chat.entrypoints.http.published.inputs import Json

READING: Final = (errors.NotFoundError, errors.TransportError, errors.MalformedRecordError)

READ_ANSWER: Final[Json] = {
    "operationId": "ReadAnswer",
    "description": "Read it again, or how it ended.",
    "parameters": {"correlation_id": "$response.body#/correlation_id"},
}
READ_HISTORY: Final[Json] = {
    "operationId": "ReadHistory",
    "description": "Read the conversation.",
    "parameters": {"thread_id": "$response.body#/thread_id"},
}
CANCEL: Final[Json] = {
    "operationId": "CancelChat",
    "description": "Cancel it.",
    "parameters": {"correlation_id": "$response.body#/correlation_id"},
}
READ_HISTORY_OF: Final[Json] = {
    **READ_HISTORY,
    "parameters": {"thread_id": "$response.body#/id"},
}
READ_THREAD_OF: Final[Json] = {
    "operationId": "ReadThread",
    "description": "See how the conversation stands.",
    "parameters": {"thread_id": "$response.body#/thread_id"},
}
ON: Final = {
    "ReadAnswer": READ_ANSWER,
    "ReadHistory": READ_HISTORY,
    "ReadThread": READ_THREAD_OF,
    "CancelChat": CANCEL,
}
