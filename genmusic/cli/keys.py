"""Keys pressed in the terminal, one at a time, without Enter."""

from __future__ import annotations

import os
import select
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager

ESCAPES = {"\x1b[A": "up", "\x1b[B": "down", "\x1b[C": "right", "\x1b[D": "left"}


class Keys:
    """Reads the keyboard; without one it only waits."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor

    def read(self, seconds: float) -> str:
        """The key pressed within some seconds, by its character or name; empty if none is."""
        readable = [] if self._descriptor is None else [self._descriptor]
        if not select.select(readable, [], [], seconds)[0]:
            return ""
        pressed = os.read(readable[0], 8).decode(errors="replace")
        if not pressed:
            self._descriptor = None  # the terminal is gone; the music need not be
        return ESCAPES.get(pressed, pressed[:1])


@contextmanager
def keyboard() -> Iterator[Keys]:
    """The terminal's keys while inside; its manners are restored afterwards."""
    if not sys.stdin.isatty():
        yield Keys(None)
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    tty.setcbreak(descriptor)
    try:
        yield Keys(descriptor)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
