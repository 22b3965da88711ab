"""The network between a browser and the server, which a test can cut in every way that it breaks."""

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit


class Cable:
    """Carries bytes between a port of its own and the server, until something is done to it."""

    def __init__(self, site: str) -> None:
        self._server = urlsplit(site)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.site = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self._flows = threading.Event()
        self._flows.set()
        self._is_cut = False
        self._is_plugged = True
        self._answers = True
        self._last_words = b""

    def hang(self) -> None:
        """Keep everything back without a word."""
        self._flows.clear()

    def unplug(self) -> None:
        """End every connection, and every new one at once."""
        self._is_plugged = False

    def lose_answers(self, *, after: bytes = b"") -> None:
        """What the browser sends arrives; what the server says does not, once this was sent."""
        self._last_words = after
        self._answers = bool(after)

    def mend(self) -> None:
        self._is_plugged = self._answers = True
        self._last_words = b""
        self._flows.set()

    def cut(self) -> None:
        self._is_cut = True
        self._flows.set()
        self._door.close()

    def run(self) -> None:
        while not self._is_cut:
            try:
                browser, _address = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=[browser], daemon=True).start()

    def _carry(self, browser: socket.socket) -> None:
        self._flows.wait()
        if not self._is_plugged:
            browser.close()
            return
        server = socket.create_connection((self._server.hostname or "", self._server.port or 0))
        other = {browser: server, server: browser}
        with browser, server, selectors.DefaultSelector() as ready:
            for each in other:
                ready.register(each, selectors.EVENT_READ)
            while not self._is_cut and self._is_plugged:
                for key, _mask in ready.select(0.1):
                    self._flows.wait()
                    end: socket.socket = key.fileobj  # type: ignore[assignment]
                    try:
                        data = end.recv(65536)
                        if self._last_words and self._last_words in data:
                            self._answers = False
                        if end is browser or self._answers:
                            other[end].sendall(data)
                    except OSError:
                        return
                    if not data:
                        return


@contextmanager
def cable(site: str) -> Iterator[Cable]:
    line = Cable(site)
    threading.Thread(target=line.run, daemon=True).start()
    yield line
    line.cut()
