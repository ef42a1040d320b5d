"""Looking: what is known of each note of a tune before its pitch, and how views code it."""

from __future__ import annotations

from kernels._jit import fragment, kernel
from kernels._types import Longs

# Columns of a tune: index of its mode; semitones above some tonic; ticks; ticks; ticks from the bar
# line; ticks of a beat; 1 where a phrase begins; 1 where one is known to end; notes of its line
# that come before it.
MODE, PITCH, START, DURATION, POSITION, BEAT, BEGINS, ENDS, REACH = range(9)
COLUMNS = 9

# Features of a note.
OF_MODE, OF_END, OF_METRIC, OF_POSITION, OF_DURATION, OF_WAITING, OF_NOTE, OF_PLACE = range(8)
FEATURES = 8

MOST_NOTE, MOST_PLACE = 4, 32
# Upper ends of the classes of durations, in twelfths of a beat: a triplet of sixteenths, a
# sixteenth, a triplet, an eighth, dotted, a beat, dotted, two beats, three, longer.
DURATION_ENDS = (2, 3, 4, 6, 9, 12, 18, 24, 36)
TWELFTHS = 12


@fragment
def _duration_class(ticks: int, beat: int) -> int:
    """How many classes end before a duration, which is 0 or more, rounded to twelfths of a beat.

    Divided by nothing: that takes longer than all the rest.
    """
    twice, number = 2 * ticks * TWELFTHS + beat, 0
    for end in DURATION_ENDS:
        number += 1 if twice >= (end + 1) * 2 * beat else 0
    return number


@fragment
def _metric(position: int, beat: int) -> int:
    """0 on the downbeat, 1 on another beat, 2 off the beat."""
    if position == 0:
        return 0
    return 1 if position % beat == 0 else 2


@fragment
def _asked(names: Longs, mask: int) -> int:
    """The features that the views of a mask ask for, a bit each."""
    asked = 0
    for view in range(names.shape[0]):
        for kind in range(names.shape[1] if mask >> view & 1 else 0):
            for name in names[view, kind]:
                asked |= 1 << name if name >= 0 else 0
    return asked


@fragment
def _read(tune: Longs, note: int, anchor: int, asked: int, features: Longs) -> None:
    """The features of a note, whose phrase begins at another; places only for those who ask."""
    beat, start, position = tune[note, BEAT], tune[note, START], tune[note, POSITION]
    wait = max(start - tune[note - 1, START], 0) if note > 0 else 0  # 0 after another tune
    features[OF_MODE] = tune[note, MODE]
    features[OF_END] = tune[note, ENDS]
    features[OF_METRIC] = _metric(position, beat)
    if asked >> OF_POSITION & 1:
        features[OF_POSITION] = min(position * 4 // beat, MOST_PLACE - 1)
    features[OF_DURATION] = _duration_class(tune[note, DURATION], beat)
    features[OF_WAITING] = _duration_class(wait, beat)
    features[OF_NOTE] = min(note - anchor, MOST_NOTE - 1)
    if asked >> OF_PLACE & 1:
        features[OF_PLACE] = min((start - tune[anchor, START]) * 2 // beat, MOST_PLACE - 1)


@fragment
def _code(names: Longs, sizes: Longs, features: Longs) -> int:
    """Features as one number; the names end at the first below 0."""
    code = 0
    for name in names:
        if name < 0:
            break
        code = code * sizes[name] + features[name]
    return code


@kernel
def look(
    tune: Longs,
    names: Longs,
    sizes: Longs,
    lowest: int,
    first: int,
    listening: int,
    features: Longs,
    pitches: Longs,
    anchors: Longs,
    reach: Longs,
    conditions: Longs,
    links: Longs,
) -> None:
    """See a tune as the views do.

    Parameters
    ----------
    tune : (notes, COLUMNS) int64
        Notes of several tunes in a row; the first of each begins a phrase.
    names : (views, 2, most) int64
        The features of the condition and of the link of each view, -1 from where they end.
    sizes : (FEATURES,) int64, >= 1
        How many values each feature takes.
    lowest : int
        The pitch that counts as 0.
    first, listening : int
        Notes before the first are seen by the views of this mask alone, a bit each.
    features : (FEATURES,) int64, scratch
    pitches, anchors, reach : (notes,) int64, written in full
        As in `viewpoints.Line`.
    conditions, links : (views, notes) int64, written as far as notes are seen
    """
    anchor, of_all, of_listening = 0, _asked(names, -1), _asked(names, listening)
    for note in range(tune.shape[0]):
        if tune[note, BEGINS] > 0:
            anchor = note
        pitches[note] = tune[note, PITCH] - lowest
        anchors[note] = anchor
        reach[note] = tune[note, REACH]
        _read(tune, note, anchor, of_listening if note < first else of_all, features)
        for view in range(names.shape[0]):
            if note < first and not listening >> view & 1:
                continue
            conditions[view, note] = _code(names[view, 0], sizes, features)
            links[view, note] = _code(names[view, 1], sizes, features)
