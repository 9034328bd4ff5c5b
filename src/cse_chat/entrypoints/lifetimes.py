"""Opening and closing what the container built."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager


@asynccontextmanager
async def opened(parts: Iterable[object]) -> AsyncGenerator[None]:
    """Enter the parts that own something, in order; leave in reverse.

    If one fails to open, those already open are closed before the error escapes.
    """
    async with AsyncExitStack() as stack:
        for part in parts:
            if isinstance(part, AbstractAsyncContextManager):
                await stack.enter_async_context(part)
        yield
