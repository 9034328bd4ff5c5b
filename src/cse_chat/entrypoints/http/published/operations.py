"""What the published document says of each route, beside what its handler and structs say."""

from collections.abc import Mapping
from typing import Final

from litestar.handlers import HTTPRouteHandler

from cse_chat.adapters.wire.responses import problem_title
from cse_chat.domain import errors
from cse_chat.entrypoints.http import problem_kinds
from cse_chat.entrypoints.http.asking import send_chat
from cse_chat.entrypoints.http.chat import ChatController
from cse_chat.entrypoints.http.errors import OUTCOMES
from cse_chat.entrypoints.http.health import HealthController
from cse_chat.entrypoints.http.metrics import read_metrics
from cse_chat.entrypoints.http.problems import FaultBody, problem_page
from cse_chat.entrypoints.http.published import examples, inputs
from cse_chat.entrypoints.http.published.following import FOLLOWED, FOLLOWING
from cse_chat.entrypoints.http.published.inputs import Json
from cse_chat.entrypoints.http.published.links import ON, READ_HISTORY, READING
from cse_chat.entrypoints.http.published.operation import Answer, Operation
from cse_chat.entrypoints.http.published.threads import THREADS

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
            links=ON,
        ),
        202: Answer(
            description="Accepted; the answer can be read at the `Location`.",
            examples={"accepted": examples.ACCEPTED},
            headers=("X-Correlation-Id", "Location", "Preference-Applied"),
            links={**ON, **FOLLOWED},
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
        problem_kinds.NOT_SUPPORTED,
        problem_kinds.CONTENT_TOO_LARGE,
        problem_kinds.UNSUPPORTED_MEDIA_TYPE,
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
            links={"ReadHistory": READ_HISTORY},
        ),
        202: Answer(
            description="No outcome yet; look again after `Retry-After` seconds.",
            examples={"running": examples.RUNNING},
            headers=("X-Correlation-Id", "Retry-After"),
            links={**ON, **FOLLOWED},
        ),
    },
    raises=READING,
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
            links={"ReadHistory": READ_HISTORY},
        ),
    },
    raises=(
        errors.NotFoundError,
        errors.CancelUnavailableError,
        errors.MalformedRecordError,
    ),
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
    problems=(problem_kinds.CONTENT_TOO_LARGE, problem_kinds.UNSUPPORTED_MEDIA_TYPE),
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
    _GIVE_FEEDBACK,
    *FOLLOWING,
    *THREADS,
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
                    for slug, kind in problem_kinds.KINDS.items()
                },
            )
        },
        raises=(errors.NotFoundError,),
    ),
)
