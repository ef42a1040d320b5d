"""A server that is replaced while it plays: nobody is refused, and nobody waits for a start.

On SIGUSR2 a server starts its successor with its own command line, and lends it the socket on
which it listens. The successor gets ready while the music goes on. Then the old server drains and
ends; at the end of the line between them the successor looks at the disk and opens the door, so a
session is at one of them at a time. Who connects meanwhile waits in the queue of the socket.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from genmusic.errors import ServerError
from genmusic.server import journal

VARIABLE = "GENMUSIC_SUCCEEDS"  # the descriptors of the listening socket and of the line
SUPERVISOR = "NOTIFY_SOCKET"  # where systemd wants to be told who is the server
READY = b"r"


class Succession:
    """Starts a successor when asked to, one at a time; calls ``on_ready`` when it can take over."""

    def __init__(self, listener: socket.socket, on_ready: Callable[[], None]) -> None:
        self._listener = listener
        self._on_ready = on_ready
        self._successor: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None  # closed by the end of this process, if not before

    def begin(self) -> None:
        """Start the successor, unless there is one."""
        if self._successor is not None:
            return
        line, theirs = socket.socketpair()
        with theirs:
            try:
                self._successor = _start(self._listener.fileno(), theirs.fileno())
            except OSError as error:
                journal.write_failure("failed", error)
                line.close()
                return
        line.setblocking(False)
        self._line = line
        asyncio.get_running_loop().add_reader(line, self._hear, self._successor, line)

    def _hear(self, successor: subprocess.Popen[bytes], line: socket.socket) -> None:
        """The successor is ready, or has failed and told why."""
        asyncio.get_running_loop().remove_reader(line)
        if line.recv(1) == READY:
            journal.write("succeeded", pid=successor.pid)
            self._successor = None
            self._on_ready()
            return
        journal.write("successor_failed", pid=successor.pid)
        self.abandon()

    def abandon(self) -> None:
        """Do without a successor that is not ready."""
        if self._successor is not None and self._line is not None:
            self._line.close()
            self._successor.kill()
            self._successor.wait()
            self._successor = None


def _start(*descriptors: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, *sys.orig_argv[1:]],
        pass_fds=descriptors,
        env=os.environ | {VARIABLE: ",".join(map(str, descriptors))},
    )


@dataclass(frozen=True, slots=True)
class Inheritance:
    """What a successor has from the server before it."""

    listener: socket.socket
    line: socket.socket

    def take_over(self) -> None:
        """Say that all is ready, and wait until the server before has kept everything and ended."""
        with self.line, suppress(ConnectionError):
            self.line.sendall(READY)
            while self.line.recv(1):
                pass


def inheritance() -> Inheritance | None:
    """What this server inherits, if it succeeds another.

    Raises
    ------
    ServerError
        What the environment says is not open.
    """
    text = os.environ.pop(VARIABLE, None)
    if text is None:
        return None
    try:
        listener, line = (socket.socket(fileno=int(number)) for number in text.split(","))
    except (ValueError, OSError) as error:
        raise ServerError(
            f"{VARIABLE} is {text!r:.40}, which is no server's; start without it"
        ) from error
    for inherited in (listener, line):
        inherited.set_inheritable(False)
    return Inheritance(listener, line)


def tell_supervisor() -> None:
    """Tell systemd, if it has started this, that this process is the server, and ready."""
    address = os.environ.get(SUPERVISOR, "")
    if not address:
        return
    abstract = "\0" + address[1:] if address.startswith("@") else address
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.sendto(f"READY=1\nMAINPID={os.getpid()}".encode(), abstract)
