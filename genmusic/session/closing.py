"""Closing in time: how many bars of music, its ending included, there are in some seconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from genmusic.composition.composer import Composer
from genmusic.controls.spec import CONTROLS, Value, defaults
from genmusic.mood.mapping import musical_parameters
from genmusic.session.library import Library

FEWEST_BARS = 2
LONGER = 1.1  # a ritardando takes time, so music that ends has fewer bars than music that goes on


def bars_within(library: Library, seed: int, controls: Mapping[str, Value], seconds: float) -> int:
    """The most bars with which the music has come to its end after so many seconds.

    Controls are those of the start; at least `FEWEST_BARS`.
    """
    wanted = defaults() | dict(controls)
    most = int(CONTROLS["length_bars"].high)
    bars = min(most, int(_bars_of_stream(library, seed, wanted, seconds) * LONGER) + FEWEST_BARS)
    while bars > FEWEST_BARS and _seconds(library, seed, wanted, bars) > seconds:
        bars -= 1
    return bars


def _bars_of_stream(
    library: Library, seed: int, controls: Mapping[str, Value], seconds: float
) -> int:
    """Bars of music without an end that last so long."""
    bars, passed = 0, 0.0
    for length in _bar_seconds(library, seed, controls, 0):
        passed += length
        bars += 1
        if passed >= seconds:
            break
    return bars


def _seconds(library: Library, seed: int, controls: Mapping[str, Value], bars: int) -> float:
    """How long the music lasts that closes with a bar."""
    lengths = _bar_seconds(library, seed, controls, bars)
    return sum(length for length, _ in zip(lengths, range(bars), strict=False))


def _bar_seconds(
    library: Library, seed: int, controls: Mapping[str, Value], length_bars: int
) -> Iterator[float]:
    """The time of each bar, without end."""
    style = library.first_style(str(controls["style"]))
    composer = Composer(seed, style, library.models)
    fixed = controls["tempo_bpm"] is not None
    parameters = musical_parameters({**controls, "length_bars": length_bars}, style)
    while True:
        for bar in composer.pass_piece(parameters, style):
            tempo_bpm = parameters.tempo_bpm if fixed else bar.tempo_bpm
            pace = () if fixed else bar.pace
            yield sum(60.0 / (tempo_bpm * share) for share in pace or (1.0,) * bar.beats)
