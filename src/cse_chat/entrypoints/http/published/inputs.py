"""What a caller sends, as the published document describes it: parameters, headers, the body."""

from typing import Any, Final

from cse_chat.domain.model.feedback import MAX_COMMENT_CHARS, Rating
from cse_chat.domain.model.questions import (
    MAX_MESSAGE_CHARS,
    MAX_METADATA_CHARS,
    MAX_METADATA_ENTRIES,
    IfBusy,
)
from cse_chat.domain.model.threads import MAX_TITLE_CHARS
from cse_chat.entrypoints.http import problem_kinds
from cse_chat.entrypoints.http.parameters import (
    DEFAULT_PAGE,
    DEFAULT_THREADS_PAGE,
    MAX_PAGE,
    MAX_THREADS_PAGE,
)
from cse_chat.entrypoints.http.published import examples

Json = dict[str, Any]

# NUL ends strings in some stores. Blank is what Python strips; `\s` alone is not, in any dialect.
_NO_NUL: Final = r"^[^\x00]*$"
_NOT_BLANK: Final = r"^[^\x00]*[^\x00\s\x1c-\x1f\x85][^\x00]*$"
_THREAD_ID_SCHEMA: Final[Json] = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,128}$"}
_METADATA_TEXT: Final[Json] = {
    "type": "string",
    "maxLength": MAX_METADATA_CHARS,
    "pattern": _NO_NUL,
}

QUESTION: Final[Json] = {
    "title": "Question",
    "description": "What is asked; other fields are refused.",
    "type": "object",
    "properties": {
        "message": {
            "description": "The question. White space around it is left out, and not counted.",
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_MESSAGE_CHARS,
            "pattern": _NOT_BLANK,
        },
        "thread_id": {
            "description": "The conversation to go on with; absent, a new one begins.",
            **_THREAD_ID_SCHEMA,
        },
        "metadata": {
            "description": "About the client; kept with the question.",
            "type": "object",
            "maxProperties": MAX_METADATA_ENTRIES,
            "propertyNames": _METADATA_TEXT,
            "additionalProperties": _METADATA_TEXT,
        },
        "if_busy": {
            "description": "What to do while earlier questions of the thread are unanswered:"
            " `enqueue`: wait for them; `reject`: ask nothing (409 `thread-busy`); `interrupt`:"
            " cancel them. It goes by the questions that are registered, and by those that this"
            " process was asked.",
            "type": "string",
            "enum": list(map(str, IfBusy)),
            "default": str(IfBusy.ENQUEUE),
        },
    },
    "required": ["message"],
    "additionalProperties": False,
}


def _parameter(where: str, name: str, description: str, schema: Json, **example: object) -> Json:
    return {
        "name": name,
        "in": where,
        "required": where == "path",
        "description": description,
        "schema": schema,
        **example,
    }


_SECONDS_SCHEMA: Final[Json] = {"type": "string", "pattern": r"^[0-9]{1,9}(\.[0-9]{1,6})?$"}

REQUEST_ID: Final = _parameter(
    "header",
    "X-Request-Id",
    "Names this exchange in the log, in the response and in a problem; 1 to 128 of A-Z a-z 0-9"
    " . _ -. Anything else is replaced by a name of ours.",
    {"type": "string"},
)
PREFER: Final = _parameter(
    "header",
    "Prefer",
    "RFC 7240. `respond-async`: do not wait for the answer, or only for `wait=N` seconds; `wait=N`"
    " alone: wait that long and not longer. What is not understood is ignored.",
    {"type": "string"},
    example="respond-async, wait=10",
)
CORRELATION_ID: Final = _parameter(
    "path",
    "correlation_id",
    "Names the request: a UUID with hyphens, in lower case.",
    {
        "type": "string",
        "format": "uuid",
        "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
    },
    example=examples.CORRELATION_ID,
)
THREAD_ID: Final = _parameter(
    "path", "thread_id", "Names the conversation.", _THREAD_ID_SCHEMA, example=examples.THREAD_ID
)
WAIT: Final = _parameter(
    "query",
    "wait",
    "Seconds to wait while there is no outcome; more than the service's own limit is that limit.",
    _SECONDS_SCHEMA,
    example="10",
)
LIMIT: Final = _parameter(
    "query",
    "limit",
    "The most turns that a page has.",
    {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": DEFAULT_PAGE},
)
AFTER: Final = _parameter(
    "query",
    "after",
    "The `next` of the page before; absent, the history begins. Do not make one of your own: what"
    " it looks like may change.",
    {"type": "string", "pattern": "^[0-9]{1,15}$"},
)
CURSOR: Final[Json] = {"type": "string", "pattern": "^[0-9a-f]{16}-(0|[1-9][0-9]{0,14})$"}
AFTER_EVENT: Final = _parameter(
    "query",
    "after",
    "The `cursor` of the last event you know, or `next` of the look before; absent, it begins with"
    " the oldest that is kept.",
    CURSOR,
    example=examples.CURSOR,
)
LAST_EVENT_ID: Final = _parameter(
    "header",
    "Last-Event-ID",
    "The same, as clients of server-sent events send it when they come back; it counts before"
    " `after`. Empty is none.",
    {"type": "string", "pattern": "^([0-9a-f]{16}-(0|[1-9][0-9]{0,14}))?$"},
    example=examples.CURSOR,
)
WAIT_FOR_EVENTS: Final = _parameter(
    "query",
    "wait",
    "For JSON: seconds to wait while there is nothing behind the cursor; more than the service's own"
    " limit is that limit.",
    _SECONDS_SCHEMA,
    example="1",
)
THREADS_LIMIT: Final = _parameter(
    "query",
    "limit",
    "The most conversations that a page has.",
    {
        "type": "integer",
        "minimum": 1,
        "maximum": MAX_THREADS_PAGE,
        "default": DEFAULT_THREADS_PAGE,
    },
)
THREADS_AFTER: Final = _parameter(
    "query",
    "after",
    "The `next` of the page before; absent, the list begins. Do not make one of your own: what it"
    " looks like may change.",
    {"type": "string", "pattern": "^[0-9]{1,16}$"},
)
SLUG: Final = _parameter(
    "path",
    "slug",
    "The last part of a problem's `type`.",
    {"type": "string", "enum": list(problem_kinds.KINDS)},
    example=problem_kinds.REPLY_TIMEOUT.slug,
)

BODY: Final[Json] = {
    "description": "JSON in UTF-8, at most 64 KiB.",
    "required": True,
    "content": {
        "application/json": {
            "schema": {"$ref": "#/components/schemas/Question"},
            "examples": {
                "new": {
                    "summary": "In a new conversation",
                    "value": {"message": examples.QUESTION},
                },
                "follow-up": {
                    "summary": "In the same conversation",
                    "value": {
                        "message": "And over five years?",
                        "thread_id": examples.THREAD_ID,
                        "metadata": {"client_type": "web", "session_id": "session_xyz"},
                        "if_busy": "enqueue",
                    },
                },
                "instead": {
                    "summary": "Instead of what was asked before in it",
                    "value": {
                        "message": "No, over ten years.",
                        "thread_id": examples.THREAD_ID,
                        "if_busy": "interrupt",
                    },
                },
            },
        }
    },
}

_ONE_LINE: Final = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*[^\s\x00-\x1f\x7f-\x9f\u2028\u2029][^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"

TITLE_BODY: Final[Json] = {
    "description": "JSON in UTF-8, at most 64 KiB.",
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "properties": {
                    "title": {
                        "description": "One line. White space around it is left out, and not"
                        " counted.",
                        "type": "string",
                        "minLength": 1,
                        "maxLength": MAX_TITLE_CHARS,
                        "pattern": _ONE_LINE,
                    }
                },
                "required": ["title"],
                "additionalProperties": False,
            },
            "examples": {"banks": {"summary": "A shorter one", "value": {"title": "Banks"}}},
        }
    },
}
FEEDBACK_BODY: Final[Json] = {
    "description": "JSON in UTF-8, at most 64 KiB.",
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "properties": {
                    "rating": {"type": "string", "enum": list(Rating)},
                    "comment": {
                        "description": "In your own words.",
                        "type": "string",
                        "maxLength": MAX_COMMENT_CHARS,
                        "pattern": _NO_NUL,
                        "default": "",
                    },
                },
                "required": ["rating"],
                "additionalProperties": False,
            },
            "examples": {
                "up": {"summary": "It helped", "value": {"rating": "up"}},
                "down": {
                    "summary": "It did not",
                    "value": {"rating": "down", "comment": "I asked for last week."},
                },
            },
        }
    },
}
