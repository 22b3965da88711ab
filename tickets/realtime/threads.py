"""The threads in which streams ask the database: few, and they stay, with their connections."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="streams")


async def in_thread[*A, T](look: Callable[[*A], T], *args: *A) -> T:
    """What `look(*args)` returns, which may block."""
    return await asyncio.get_running_loop().run_in_executor(_threads, look, *args)
