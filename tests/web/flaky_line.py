"""A line to the server that can be cut, as Wi-Fi does it."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

UPGRADE = b"upgrade: websocket"


class FlakyLine:
    """Passes bytes between browsers and a server until `cut` drops all that is open."""

    def __init__(self, server_port):
        self._server_port = server_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open = set()
        self._frozen = set()
        self._dead = False
        self._carried = []  # of each connection the sizes of what was asked and answered
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def carried_bytes(self):
        """What came back from the server, heads and all, but for what WebSockets carry."""
        files = (answered for asked, answered in tuple(self._carried) if asked and asked[0])
        return sum(map(sum, files))

    def cut(self):
        """Drop every connection at once; new ones are taken again."""
        for end in tuple(self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def freeze(self):
        """Let nothing pass on what is open, and tell nobody; new connections are well."""
        self._frozen |= self._open

    def hang_up(self):
        """Drop every connection, and new ones too until `mend`."""
        self._dead = True
        self.cut()

    def mend(self):
        """Take connections again."""
        self._dead = False

    def close(self):
        self._listener.close()
        self.cut()

    def _accept(self):
        with suppress(OSError):  # the listener was closed
            while True:
                near, _ = self._listener.accept()
                if self._dead:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self._server_port))
                self._open |= {near, far}
                asked, answered = [], []
                self._carried.append((asked, answered))
                for one, other, pieces in ((near, far, asked), (far, near, answered)):
                    way = (one, other, pieces)
                    threading.Thread(target=self._pass_on, args=way, daemon=True).start()

    def _pass_on(self, source, target, pieces):
        with suppress(OSError):
            while data := source.recv(65_536):
                pieces.append(len(data) if pieces or UPGRADE not in data.lower() else 0)
                if source not in self._frozen:
                    target.sendall(data)
        for end in (source, target):
            self._open.discard(end)
            end.close()
