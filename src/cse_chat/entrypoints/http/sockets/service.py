"""What sockets call."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from cse_chat.domain.ports.threads import Threads
from cse_chat.domain.use_cases.cancel_chat import CancelChat
from cse_chat.domain.use_cases.follow_thread import FollowThread
from cse_chat.entrypoints.metrics.asking import Ask as SendChat
from cse_chat.entrypoints.sockets import SocketLimits, Sockets


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketService:
    """What sockets call."""

    send_chat: SendChat
    cancel_chat: CancelChat
    follow_thread: FollowThread
    threads: Threads
    sockets: Sockets
    now: Callable[[], datetime]
    limits: SocketLimits = field(default_factory=SocketLimits)
