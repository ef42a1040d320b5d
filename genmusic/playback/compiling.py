"""Compiling the callbacks: done before a device waits for them, and kept for the next start."""

from __future__ import annotations

import importlib
from typing import Any


def compiled_callback(*, with_keys: bool) -> Any:  # noqa: ANN401 - numba's, untyped
    """The callback that plays a ring, and the keys of a live instrument if it has them.

    The first time of all this takes as long as compiling every instrument; then, a second or two.
    """
    module = "key_callback" if with_keys else "callback"
    return importlib.import_module(f"genmusic.playback.{module}").play_ring
