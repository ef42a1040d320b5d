"""Keys that a player holds while the music goes on."""

from __future__ import annotations

from collections.abc import Mapping

from genmusic.names import PARTS
from genmusic.rules import PartRules
from genmusic.session.rack import Rack
from genmusic.session.strokes import PART, Stroke
from genmusic.synthesis.orchestra import UNTIL_RELEASED, PlayedNote

PLAYED = PARTS.index(PART)


class Keys:
    """The notes of one listener's keys, which sound until they are let go."""

    __slots__ = ("held",)

    def __init__(self, held: Mapping[int, PlayedNote]) -> None:
        self.held = dict(held)
        """By pitch."""

    def strike(self, stroke: Stroke, rules: PartRules, frame: int, place: tuple[Rack, int]) -> None:
        """Play a key from a frame on until it is let go, or let it go."""
        rack, number = place
        if stroke.pitch in self.held:
            rack.let_go(number, self.held.pop(stroke.pitch), frame)
        if stroke.velocity:
            patch = stroke.patch or rules.patch
            of_key = (stroke.pitch, stroke.velocity, rules.pan)
            note = PlayedNote(frame, UNTIL_RELEASED, PLAYED, patch, *of_key)
            self.held[stroke.pitch] = note
            rack.play(number, note)
