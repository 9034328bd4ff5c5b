"""Who asks."""

from cse_chat.domain.model.ids import UserId

LOCAL_USER = UserId("local")


def asking_user() -> UserId:
    """Return who sent the request: without authentication, the one local user."""
    return LOCAL_USER
