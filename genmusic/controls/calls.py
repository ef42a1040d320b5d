"""A call: a phrase that somebody has played, as the text that travels and stands in the log.

``r:960 60:480 62:480 64:960`` is a rest of a beat and three notes, one after the other: a pitch and
its length in ticks (960 to a quarter note), from the bar line before the phrase on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from genmusic.errors import ControlError

FEWEST, MOST_NOTES = 2, 32
MOST_TICKS = 8 * 4 * 960  # eight bars; what comes later is not heard
LONGEST_TEXT = 512
_TICKS = "[1-9][0-9]{0,3}"
_REST, _SOUND = f"r:{_TICKS} ", f"(12[0-7]|1[01][0-9]|[1-9]?[0-9]):{_TICKS}"
FORM = f"^({_REST})?{_SOUND}( ({_REST})?{_SOUND}){{{FEWEST - 1},{MOST_NOTES - 1}}}$"
_WHOLE = re.compile(FORM)


class CallNote(NamedTuple):
    """One note of a call."""

    pitch: int
    start_tick: int
    ticks: int


def read_call(text: str) -> tuple[CallNote, ...]:
    """The notes of a call.

    Raises
    ------
    ControlError
        It is not a phrase of one voice, of 2..32 notes.
    """
    if len(text) > LONGEST_TEXT or not _WHOLE.fullmatch(text):
        raise ControlError(
            f"call must be {FEWEST}..{MOST_NOTES} notes such as 60:480 r:240 62:480, "
            f"got {text!r:.60}",
            "call",
        )
    notes: list[CallNote] = []
    tick = 0
    for token in text.split(" "):
        name, _, length = token.partition(":")
        ticks = int(length)
        if name != "r" and (tick + ticks <= MOST_TICKS or not notes):
            notes.append(CallNote(int(name), tick, ticks))
        tick += ticks
    return tuple(notes)


def write_call(notes: Sequence[CallNote]) -> str:
    """The text that `read_call` reads; notes must follow one another."""
    words: list[str] = []
    tick = 0
    for note in notes:
        if note.start_tick > tick:
            words.append(f"r:{note.start_tick - tick}")
        words.append(f"{note.pitch}:{note.ticks}")
        tick = note.start_tick + note.ticks
    return " ".join(words)
