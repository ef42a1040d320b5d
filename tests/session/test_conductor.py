from genmusic.composition.composer import Composer
from genmusic.controls.spec import defaults
from genmusic.session.conductor import Conductor
from genmusic.session.library import open_library


def conducted(library, bars: int, **controls: object):
    """A conductor at the start, the bars it will have announced, and its promises on the way."""
    values = defaults() | controls
    style = library.first_style(str(values["style"]))
    conductor = Conductor(3, Composer(3, style, library.model), values)
    timed, promises = {}, []
    while len(timed) < bars:
        for _ in conductor.play_until(conductor.next_beat_frame + 1, style):
            pass
        timed |= {each.bar.index: each for each in conductor.take_bars()}
        promises += [
            (landing, max(timed), conductor.landing_frame(landing, conductor.next_beat_frame - 1))
            for landing in ("bar", "phrase")
        ]
    return timed, promises


def test_promised_bar_lines_are_kept_while_a_piece_slackens():
    timed, promises = conducted(open_library(), 56, length_bars=48)
    first = {
        "bar": lambda index: index + 1,
        "phrase": lambda index: next(n for n in timed if n > index and not timed[n].bar.phrase_bar),
    }

    assert any(timed[index].bar.pace for _, index, _ in promises)
    for landing, index, frame in promises:
        if index < 48:
            assert frame == timed[first[landing](index)].start_frame


def test_a_set_tempo_is_kept_to_the_end():
    timed, _ = conducted(open_library(), 24, length_bars=24, tempo_bpm=120.0)

    lengths = {each.end_frame - each.start_frame for each in timed.values()}
    assert len(lengths) == 1
