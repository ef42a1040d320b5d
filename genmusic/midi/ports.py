"""MIDI ports of this machine, found by number, name or a part of it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import mido

from genmusic.errors import DeviceError

BACKENDS = ("mido.backends.rtmidi", "mido.backends.rtmidi/UNIX_JACK")
"""The system's own MIDI first, then JACK's: a machine may have either."""


def open_backend() -> Any:  # noqa: ANN401 - mido is untyped
    """The first MIDI system that answers.

    Raises
    ------
    DeviceError
        python-rtmidi is missing, or there is neither ALSA's sequencer nor a JACK server.
    """
    for name in BACKENDS:
        backend = mido.Backend(name)
        try:
            with _hushed():
                backend.get_input_names()
        except ImportError as error:
            raise DeviceError(
                "python-rtmidi is not installed; run: pip install 'genmusic[midi]'"
            ) from error
        except Exception as error:
            reason = error
            continue
        return backend
    raise DeviceError(
        f"there is no MIDI system ({str(reason).split(chr(10))[0]:.120}); "
        "load snd-seq (sudo modprobe snd-seq) or start JACK"
    )


def find_port(names: Sequence[str], wanted: str) -> str:
    """The port that a number, a name or a part of a name means.

    Raises
    ------
    DeviceError
        None or several match; the message lists the ports.
    """
    known = "; ".join(f"{number} {name}" for number, name in enumerate(names)) or "none at all"
    matching = [name for name in names if wanted.lower() in name.lower()]
    if wanted in names:
        matching = [wanted]
    elif wanted.isdecimal():
        matching = list(names[int(wanted) : int(wanted) + 1])
    if len(matching) == 1:
        return matching[0]
    how_many = "several MIDI ports match" if matching else "no MIDI port matches"
    raise DeviceError(f"{how_many} {wanted!r:.60}; there are: {known}")


@contextmanager
def _hushed() -> Iterator[None]:
    """Keep ALSA and JACK from writing to standard error what we say better."""
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
