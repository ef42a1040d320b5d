"""From moments to places in the music that the device plays."""

from __future__ import annotations

from bisect import bisect_right

from genmusic.midi.place import Place
from genmusic.playback.frame_clock import NS, FrameClock
from genmusic.playback.player import Player
from genmusic.session.timed import TimedBar
from genmusic.units import SAMPLE_RATE, TICKS_PER_BEAT


class Places:
    """Tells what is heard at a time, as a place in its bar.

    Parameters
    ----------
    player
        Whose bars are heard.
    heard
        When its frames are.
    """

    def __init__(self, player: Player, heard: FrameClock) -> None:
        self._player, self._heard = player, heard

    def __call__(self, time_ns: int) -> Place | None:
        """The place at a time of the monotonic clock; None while the device stands."""
        if not self._heard.is_set:
            return None
        frame = self._heard.frame_at(time_ns)
        bar = self._player.bar_at(frame)
        return None if bar is None else place_in(bar, frame)


def place_in(timed: TimedBar, frame: int) -> Place:
    """The place of a frame in a bar, or beyond it at the pace of its last beat."""
    begins = timed.beat_frames
    number = max(0, bisect_right(begins, frame) - 1)
    end = begins[number + 1] if number + 1 < len(begins) else timed.end_frame
    frames_per_tick = (end - begins[number]) / TICKS_PER_BEAT
    return Place(
        timed.bar.index,
        number * TICKS_PER_BEAT + (frame - begins[number]) / frames_per_tick,
        timed.bar.beats * TICKS_PER_BEAT,
        frames_per_tick * NS / SAMPLE_RATE,
    )
