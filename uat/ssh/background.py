"""An event loop in a thread of its own, behind plain blocking calls."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError
from typing import Any, TypeVar

from uat.errors import UnreachableError

_T = TypeVar("_T")
_STOP_SECONDS = 5.0


class BackgroundLoop:
    """Runs coroutines for callers in any thread; stopped once, by whoever started it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="ssh", daemon=True)
        self._lock = threading.Lock()
        self._is_open = True
        self._thread.start()

    def call(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run a coroutine in the loop and wait for its result; interrupting the wait ends it.

        :raises UnreachableError: the loop is stopped.
        """
        with self._lock:
            if not self._is_open:
                work.close()
                raise UnreachableError("the connection is closed")
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except CancelledError:
            raise UnreachableError("the connection was closed") from None
        except BaseException:
            future.cancel()
            raise

    def stop(self, last: Coroutine[Any, Any, None]) -> None:
        """Run a last coroutine, end whatever still runs, and free the loop; a second call does nothing."""
        with self._lock:
            if not self._is_open:
                last.close()
                return
            self._is_open = False
        asyncio.run_coroutine_threadsafe(self._end(last), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self, last: Coroutine[Any, Any, None]) -> None:
        ending = asyncio.ensure_future(last)
        await asyncio.wait([ending], timeout=_STOP_SECONDS)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._loop.shutdown_default_executor()
