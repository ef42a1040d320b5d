"""Where the music is, as sequencers count it: quarter notes and sixteenths of a song."""

from __future__ import annotations

from typing import NamedTuple

from genmusic.score.events import Bar

SIXTEENTHS = 4  # in a beat
BEATS_UNKNOWN = 4  # of a bar before the first


class NextBeat(NamedTuple):
    """The beat whose tempo can still be chosen."""

    frame: int
    song_beat: int  # quarter notes of the song before it
    bar_beats: int  # quarter notes in its bar


class Song(NamedTuple):
    """From the first bar of a piece, on and on."""

    piece: int = 0  # with which the song begins
    beats: int = 0  # quarter notes before the newest bar
    opens_frame: int = 0  # what begins before it is not heard

    def after(self, bar: Bar | None, coming_piece: int) -> Song:
        """The song behind its newest bar; a piece that was asked for begins it anew."""
        if bar is None:
            return self
        is_new = bar.piece < self.piece == coming_piece
        return self._replace(beats=0 if is_new else self.beats + bar.beats)
