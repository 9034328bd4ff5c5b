"""What the published document says of conversations."""

from typing import Final

from cse_chat.domain import errors
from cse_chat.entrypoints.http import problem_kinds
from cse_chat.entrypoints.http.parameters import MAX_PAGE, MAX_THREADS_PAGE
from cse_chat.entrypoints.http.problems import FaultBody
from cse_chat.entrypoints.http.published import examples, inputs
from cse_chat.entrypoints.http.published.links import READ_HISTORY_OF, READING
from cse_chat.entrypoints.http.published.operation import Answer, Operation
from cse_chat.entrypoints.http.threads import ThreadsController

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
    raises=READING,
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
            links={"ReadHistory": READ_HISTORY_OF},
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
    problems=(problem_kinds.CONTENT_TOO_LARGE, problem_kinds.UNSUPPORTED_MEDIA_TYPE),
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
    raises=READING,
    fault=FaultBody("/thread_id", "must be 1 to 128 characters out of A-Z a-z 0-9 _ -"),
)

THREADS: Final = (
    _READ_HISTORY_OPERATION,
    _LIST_THREADS,
    _READ_THREAD,
    _RENAME_THREAD,
    _DELETE_THREAD,
)
