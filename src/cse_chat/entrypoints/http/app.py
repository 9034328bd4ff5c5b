"""The gateway: Litestar over the container."""

from typing import Any

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide

from cse_chat.entrypoints.container import Container
from cse_chat.entrypoints.http.access_log import AccessLog
from cse_chat.entrypoints.http.asking import send_chat
from cse_chat.entrypoints.http.bodies import MAX_BODY_BYTES
from cse_chat.entrypoints.http.channels.page import (
    asyncapi_file,
    asyncapi_page,
    asyncapi_page_library,
    asyncapi_page_start,
)
from cse_chat.entrypoints.http.chat import ChatController, ChatService
from cse_chat.entrypoints.http.errors import HANDLERS
from cse_chat.entrypoints.http.events import EventsController, Following
from cse_chat.entrypoints.http.exchanges import Envelope
from cse_chat.entrypoints.http.health import HealthController
from cse_chat.entrypoints.http.metrics import read_metrics
from cse_chat.entrypoints.http.page import index, page_file, read_page
from cse_chat.entrypoints.http.problems import problem_page
from cse_chat.entrypoints.http.schema import (
    schema_document,
    schema_page,
    schema_page_file,
    schema_page_library,
)
from cse_chat.entrypoints.http.sockets.handshakes import (
    chat_socket,
    telling_where_no_socket_is,
)
from cse_chat.entrypoints.http.sockets.service import SocketService
from cse_chat.entrypoints.http.streams import Streaming
from cse_chat.entrypoints.http.threads import ThreadsController
from cse_chat.entrypoints.metrics.exposition import Metrics
from cse_chat.entrypoints.metrics.families.process import HTTP_RESPONSES
from cse_chat.entrypoints.processes import Process, embedded

App = Litestar
"""What is served; the framework's own name is known only here."""


def create_app(container: Container, process: Process | None = None) -> Litestar:
    """Return the ASGI app over *container*.

    Args:
        container: What the routes call is built by it.
        process: Opens and closes with the app; by default `processes.embedded`.
    """
    process = process or embedded(container)
    chat = ChatService(
        send_chat=container.counted_asking(),
        read_answer=container.read_answer(),
        cancel_chat=container.cancel_chat(),
        readiness=container.readiness(),
        new_thread_id=container.new_thread_id(),
        longest_wait=container.settings().http.wait,
    )
    sockets = SocketService(
        send_chat=container.counted_asking(),
        cancel_chat=container.cancel_chat(),
        follow_thread=container.follow_thread(),
        threads=container.threads(),
        sockets=container.sockets(),
        now=container.now(),
        limits=container.socket_limits(),
    )
    app = Litestar(
        route_handlers=[
            send_chat,
            chat_socket,
            ChatController,
            ThreadsController,
            EventsController,
            HealthController,
            read_metrics,
            index,
            page_file,
            problem_page,
            schema_page,
            schema_document,
            schema_page_file,
            schema_page_library,
            asyncapi_page,
            asyncapi_file,
            asyncapi_page_start,
            asyncapi_page_library,
        ],
        # For `send_chat` and `chat_socket`, which get no dependencies.
        state=State({"chat": chat, "sockets": sockets}),
        dependencies={
            "chat": _constant(chat),
            "following": _constant(_following(container)),
            "read_history": _constant(container.read_history()),
            "conversations": _constant(container.conversations()),
            "read_thread": _constant(container.read_thread()),
            "rename_thread": _constant(container.rename_thread()),
            "delete_thread": _constant(container.delete_thread()),
            "give_feedback": _constant(container.give_feedback()),
            "readiness": _constant(container.readiness()),
            "metrics": _constant(process.metrics),
            "page": _constant(read_page()),
        },
        exception_handlers=HANDLERS,
        lifespan=[lambda _: process.opened()],
        request_max_body_size=MAX_BODY_BYTES,
        openapi_config=None,  # `schema` serves a document of our own (ADR 0012)
        logging_config=None,  # the default hangs a handler onto the root logger
    )
    _watch(app, process.metrics)
    return app


def _following(container: Container) -> Following:
    return Following(
        thread=container.follow_thread(),
        request=container.follow_request(),
        streaming=Streaming(
            tally=container.streams(),
            readiness=container.readiness(),
            now=container.now(),
            pause=container.pause(),
        ),
        longest_wait=container.settings().http.wait,
    )


def create_health_app(process: Process) -> Litestar:
    """Return an ASGI app that only tells how *process* is, which opens and closes with it."""
    app = Litestar(
        route_handlers=[HealthController, read_metrics],
        dependencies={
            "readiness": _constant(process.readiness),
            "metrics": _constant(process.metrics),
        },
        exception_handlers=HANDLERS,
        lifespan=[lambda _: process.opened()],
        request_max_body_size=MAX_BODY_BYTES,
        openapi_config=None,
        logging_config=None,
    )
    _watch(app, process.metrics)
    return app


def _watch(app: Litestar, metrics: Metrics) -> None:
    # Middleware runs behind the routing only; these see what no route takes as well.
    log = AccessLog(telling_where_no_socket_is(app.asgi_handler))
    app.asgi_handler = Envelope(log)
    metrics.exports(HTTP_RESPONSES, log.responses)


def _constant(value: object) -> Provide:
    def provide() -> Any:  # noqa: ANN401 -- Litestar checks nothing here: SkipValidation says so
        return value

    return Provide(provide, sync_to_thread=False)
