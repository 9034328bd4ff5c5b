"""What the published document says of each route, beside what its handler and structs say."""

from collections.abc import Mapping
from typing import Final

from litestar.handlers import HTTPRouteHandler

from cse_chat.adapters.wire.responses import problem_title
from cse_chat.domain import errors
from cse_chat.entrypoints.http import problems
from cse_chat.entrypoints.http.asking import send_chat
from cse_chat.entrypoints.http.chat import ChatController
from cse_chat.entrypoints.http.errors import OUTCOMES
from cse_chat.entrypoints.http.health import HealthController
from cse_chat.entrypoints.http.metrics import read_metrics
from cse_chat.entrypoints.http.parameters import MAX_PAGE, MAX_THREADS_PAGE
from cse_chat.entrypoints.http.problems import FaultBody, problem_page
from cse_chat.entrypoints.http.published import examples, inputs
from cse_chat.entrypoints.http.published.following import FOLLOWED, FOLLOWING
from cse_chat.entrypoints.http.published.inputs import Json
from cse_chat.entrypoints.http.published.operation import Answer, Operation
from cse_chat.entrypoints.http.threads import ThreadsController

_READING: Final = (errors.NotFoundError, errors.TransportError, errors.MalformedRecordError)

_READ_ANSWER: Final[Json] = {
    "operationId": "ReadAnswer",
    "description": "Read it again, or how it ended.",
    "parameters": {"correlation_id": "$response.body#/correlation_id"},
}
_READ_HISTORY: Final[Json] = {
    "operationId": "ReadHistory",
    "description": "Read the conversation.",
    "parameters": {"thread_id": "$response.body#/thread_id"},
}
_CANCEL: Final[Json] = {
    "operationId": "CancelChat",
    "description": "Cancel it.",
    "parameters": {"correlation_id": "$response.body#/correlation_id"},
}
_READ_HISTORY_OF: Final[Json] = {
    **_READ_HISTORY,
    "parameters": {"thread_id": "$response.body#/id"},
}
_READ_THREAD_OF: Final[Json] = {
    "operationId": "ReadThread",
    "description": "See how the conversation stands.",
    "parameters": {"thread_id": "$response.body#/thread_id"},
}
_ON: Final = {
    "ReadAnswer": _READ_ANSWER,
    "ReadHistory": _READ_HISTORY,
    "ReadThread": _READ_THREAD_OF,
    "CancelChat": _CANCEL,
}

_SEND_CHAT: Final = Operation(
    handler=send_chat,
    tag="chat",
    description="The answer comes on this connection if it comes within the wait (30 s, setting;"
    " `Prefer: wait=N` lowers it). Else the request is named, and its answer can be read at the"
    " `Location`. Hanging up changes nothing about the answer. `Idempotency-Key` is not offered"
    " yet (`not-supported`).",
    parameters=(inputs.PREFER,),
    body=inputs.BODY,
    answers={
        200: Answer(
            description="The answer.",
            examples={"answered": examples.ANSWER},
            headers=("X-Correlation-Id",),
            links=_ON,
        ),
        202: Answer(
            description="Accepted; the answer can be read at the `Location`.",
            examples={"accepted": examples.ACCEPTED},
            headers=("X-Correlation-Id", "Location", "Preference-Applied"),
            links={**_ON, **FOLLOWED},
        ),
    },
    raises=(
        errors.NotFoundError,
        errors.ThreadBusyError,
        errors.OverloadedError,
        errors.NotAcceptedError,
        errors.AcceptanceUnknownError,
        errors.TransportError,
        errors.MalformedRecordError,
        errors.ReplyTimeoutError,
    ),
    problems=(
        problems.NOT_SUPPORTED,
        problems.CONTENT_TOO_LARGE,
        problems.UNSUPPORTED_MEDIA_TYPE,
        *OUTCOMES,
    ),
    fault=FaultBody("/message", "must not be blank"),
)

_READ_ANSWER_OPERATION: Final = Operation(
    handler=ChatController.read,
    under=ChatController.path,
    tag="chat",
    description="An outcome can be read for 24 hours (setting).",
    parameters=(inputs.CORRELATION_ID, inputs.WAIT),
    answers={
        200: Answer(
            description="How it ended: the answer, or why there is none.",
            schema={
                "anyOf": [
                    {"$ref": "#/components/schemas/ChatResponse"},
                    {"$ref": "#/components/schemas/RatedResponse"},
                    {"$ref": "#/components/schemas/UnansweredResponse"},
                ]
            },
            examples={
                "answered": examples.ANSWER,
                "rated": examples.RATED,
                "failed": examples.UNANSWERED,
            },
            headers=("X-Correlation-Id",),
            links={"ReadHistory": _READ_HISTORY},
        ),
        202: Answer(
            description="No outcome yet; look again after `Retry-After` seconds.",
            examples={"running": examples.RUNNING},
            headers=("X-Correlation-Id", "Retry-After"),
            links={**_ON, **FOLLOWED},
        ),
    },
    raises=_READING,
    fault=FaultBody("/wait", "must be a number of seconds, such as 10 or 0.5"),
)

_CANCEL_CHAT: Final = Operation(
    handler=ChatController.cancel,
    under=ChatController.path,
    tag="chat",
    description="It holds once it is told, wherever the question is: waiting, or with an agent,"
    " which is stopped. Who waits for the answer is told `cancelled` at once. An outcome that was"
    " first stays, and is what is told; so cancelling twice tells the same twice.",
    parameters=(inputs.CORRELATION_ID,),
    answers={
        200: Answer(
            description="How it ended: cancelled, or as it had ended before.",
            examples={
                "cancelled": examples.CANCELLED,
                "answered": examples.ANSWER,
                "failed": examples.UNANSWERED,
            },
            headers=("X-Correlation-Id",),
            links={"ReadHistory": _READ_HISTORY},
        ),
    },
    raises=(
        errors.NotFoundError,
        errors.CancelUnavailableError,
        errors.MalformedRecordError,
    ),
)

_READ_HISTORY_OPERATION: Final = Operation(
    handler=ThreadsController.messages,
    under=ThreadsController.path,
    tag="threads",
    description="Oldest first. An agent's turn without an answer has `status` and `problem`.",
    parameters=(inputs.THREAD_ID, inputs.LIMIT, inputs.AFTER),
    answers={
        200: Answer(
            description="A page of the history.",
            examples={
                "answered": examples.MESSAGES,
                "without an answer": examples.MESSAGES_WITHOUT_ANSWER,
            },
            links={
                "NextPage": {
                    "operationId": "ReadHistory",
                    "description": "The following page, unless `next` is null.",
                    "parameters": {
                        "thread_id": "$request.path.thread_id",
                        "after": "$response.body#/next",
                    },
                }
            },
        ),
    },
    raises=_READING,
    fault=FaultBody("/limit", f"must be a whole number from 1 to {MAX_PAGE:,}"),
)

_LIST_THREADS: Final = Operation(
    handler=ThreadsController.newest,
    under=ThreadsController.path,
    tag="threads",
    description="Last used first. A conversation is listed for as long as its history is kept: 24"
    " hours since the last turn (setting).",
    parameters=(inputs.THREADS_LIMIT, inputs.THREADS_AFTER),
    answers={
        200: Answer(
            description="A page of your conversations.",
            examples={"two": examples.THREADS},
            links={
                "NextPage": {
                    "operationId": "ListThreads",
                    "description": "The following page, unless `next` is null.",
                    "parameters": {"after": "$response.body#/next"},
                }
            },
        )
    },
    raises=(errors.TransportError,),
    fault=FaultBody("/limit", f"must be a whole number from 1 to {MAX_THREADS_PAGE:,}"),
)
_READ_THREAD: Final = Operation(
    handler=ThreadsController.read,
    under=ThreadsController.path,
    tag="threads",
    description="Read this first, then the messages, then follow the events after `cursor`, and"
    " nothing is missed: turns and events have the same correlation id.",
    parameters=(inputs.THREAD_ID,),
    answers={
        200: Answer(
            description="How it stands.",
            examples={"idle": examples.THREAD},
            links={"ReadHistory": _READ_HISTORY_OF},
        )
    },
    raises=(errors.NotFoundError, errors.TransportError),
    fault=FaultBody("/thread_id", "must be 1 to 128 characters out of A-Z a-z 0-9 _ -"),
)
_RENAME_THREAD: Final = Operation(
    handler=ThreadsController.rename,
    under=ThreadsController.path,
    tag="threads",
    description="It stays where it is in the list: that is no use of it.",
    parameters=(inputs.THREAD_ID,),
    body=inputs.TITLE_BODY,
    answers={200: Answer(description="How it stands now.", examples={"renamed": examples.THREAD})},
    raises=(errors.NotFoundError, errors.TransportError),
    problems=(problems.CONTENT_TOO_LARGE, problems.UNSUPPORTED_MEDIA_TYPE),
    fault=FaultBody("/title", "must be one line without control characters"),
)
_DELETE_THREAD: Final = Operation(
    handler=ThreadsController.delete,
    under=ThreadsController.path,
    tag="threads",
    description="For good: open questions are cancelled; history, events and answers go; the id"
    " cannot be used again for 30 days. Who follows the conversation is told what was cancelled, and"
    " the stream ends. After a 503 send it again: it finishes what was begun. What is deleted"
    " already is 404.",
    parameters=(inputs.THREAD_ID,),
    answers={200: Answer(description="What was deleted.", examples={"deleted": examples.DELETED})},
    raises=_READING,
    fault=FaultBody("/thread_id", "must be 1 to 128 characters out of A-Z a-z 0-9 _ -"),
)
_GIVE_FEEDBACK: Final = Operation(
    handler=ChatController.rate,
    under=ChatController.path,
    tag="chat",
    description="It is kept with the answer, and read with it; said again, it replaces what was said"
    " before.",
    parameters=(inputs.CORRELATION_ID,),
    body=inputs.FEEDBACK_BODY,
    answers={
        200: Answer(
            description="What is kept.",
            examples={"down": examples.FEEDBACK},
            headers=("X-Correlation-Id",),
        )
    },
    raises=(errors.NotFoundError, errors.NotAnsweredError, errors.TransportError),
    problems=(problems.CONTENT_TOO_LARGE, problems.UNSUPPORTED_MEDIA_TYPE),
    fault=FaultBody("/rating", "must be one of up, down"),
)

_STATE: Final[Json] = {
    "title": "State",
    "description": "The state of the process, and details that may grow.",
    "type": "object",
    "properties": {"status": {"enum": ["starting", "ready", "not reading", "draining"]}},
    "required": ["status"],
}


def _state(description: str, status: str) -> Answer:
    details = {
        "agent": "analyst",
        "requests": {"transport": "memory", "unfinished": 0},
        "replies": {"transport": "memory"},
    }
    return Answer(
        description=description, schema=_STATE, examples={status: {"status": status, **details}}
    )


def _health(
    handler: HTTPRouteHandler, description: str, answers: Mapping[int, Answer]
) -> Operation:
    return Operation(
        handler=handler,
        under=HealthController.path,
        tag="health",
        description=description,
        answers=answers,
    )


OPERATIONS: Final = (
    _SEND_CHAT,
    _READ_ANSWER_OPERATION,
    _CANCEL_CHAT,
    _READ_HISTORY_OPERATION,
    *FOLLOWING,
    _GIVE_FEEDBACK,
    _LIST_THREADS,
    _READ_THREAD,
    _RENAME_THREAD,
    _DELETE_THREAD,
    _health(
        HealthController.live,
        "For whoever restarts a process that hangs.",
        {
            200: Answer(
                description="It answers.",
                schema={
                    "type": "object",
                    "properties": {"status": {"const": "live"}},
                    "required": ["status"],
                },
                examples={"live": {"status": "live"}},
            )
        },
    ),
    _health(
        HealthController.ready,
        "For whoever sends questions to one of several processes.",
        {200: _state("It takes questions.", "ready"), 503: _state("Not now.", "draining")},
    ),
    _health(
        HealthController.startup,
        "For whoever waits for the start before it looks at the rest.",
        {200: _state("It has started.", "ready"), 503: _state("Not yet.", "starting")},
    ),
    Operation(
        handler=read_metrics,
        tag="health",
        description="For Prometheus; OpenMetrics where `Accept` names it. It answers while the"
        " process drains, and while Kafka and Redis are away. No label holds a user, a thread or an"
        " id.",
        answers={
            200: Answer(
                description="What it counts.",
                media_type="text/plain",
                schema={"type": "string"},
                examples={
                    "in flight": "# HELP chat_inflight_requests Accepted questions whose sender"
                    " waits here.\n# TYPE chat_inflight_requests gauge\nchat_inflight_requests 2.0\n"
                },
            )
        },
    ),
    Operation(
        handler=problem_page,
        tag="problems",
        description="Where the `type` of every problem leads to.",
        parameters=(inputs.SLUG,),
        answers={
            200: Answer(
                description="What it means and what to do, for people.",
                media_type="text/plain",
                schema={"type": "string"},
                examples={
                    slug: f"{problem_title(slug)} ({kind.status})\n\n{kind.detail}\n"
                    for slug, kind in problems.KINDS.items()
                },
            )
        },
        raises=(errors.NotFoundError,),
    ),
)
