"""Threads behind the routes, as a client asks in them and reads them."""

from typing import Any

from httpx import AsyncClient, Response

ASYNC = {"Prefer": "respond-async"}
JSON = {"Content-Type": "application/json"}


async def asked(
    client: AsyncClient, message: str = "Top stocks?", *, thread: str = "t", **headers: str
) -> Response:
    return await client.post(
        "/api/chat", json={"message": message, "thread_id": thread}, headers=headers
    )


async def is_known(client: AsyncClient, thread: str) -> bool:
    return (await client.get(f"/api/threads/{thread}")).status_code == 200


async def threads_of(client: AsyncClient, **query: str) -> list[Any]:
    response = await client.get("/api/threads", params=query)
    assert response.status_code == 200
    return list(response.json()["threads"])
