from time import process_time

from genmusic.composition.composer import Composer
from genmusic.controls.spec import defaults
from genmusic.session.conductor import Conductor
from genmusic.session.library import open_library
from genmusic.units import SAMPLE_RATE


def play_until(conductor, frame: int, style) -> None:
    """Beat the time up to a frame."""
    while conductor.next_beat_frame < frame:
        conductor.begin_beat(style)


def conducted(library, bars: int, **controls: object):
    """A conductor at the start, the bars it will have announced, and its promises on the way."""
    values = defaults() | controls
    style = library.first_style(str(values["style"]))
    conductor = Conductor(3, Composer(3, style, library.models), values)
    timed, promises = {}, []
    while len(timed) < bars:
        conductor.begin_beat(style)
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


def conductor_of(library, style):
    return Conductor(3, Composer(3, style, library.models), defaults())


def test_pieces_that_are_left_out_change_nothing_that_follows():
    library = open_library()
    style = library.first_style("evening")
    heard, skipped = conductor_of(library, style), conductor_of(library, style)
    for conductor in (heard, skipped):
        play_until(conductor, 100_000, style)
    play_until(heard, 400 * SAMPLE_RATE, style)
    skipped.pass_pieces(400 * SAMPLE_RATE, style)
    play_until(skipped, 400 * SAMPLE_RATE, style)

    heard_bars = {each.bar.index: each for each in heard.take_bars()}
    newest = skipped.take_bars()[-1]
    twin = heard_bars[newest.bar.index]
    assert skipped.checkpoint() == heard.checkpoint()
    assert (newest.start_frame, newest.title) == (twin.start_frame, twin.title)
    assert newest.bar.notes.tobytes() == twin.bar.notes.tobytes()


def test_bar_five_hundred_is_reached_in_no_time():
    library = open_library()
    style = library.first_style("evening")
    play_until(conductor_of(library, style), 60 * SAMPLE_RATE, style)
    conductor, frame = conductor_of(library, style), 1_700 * SAMPLE_RATE
    began = process_time()
    conductor.pass_pieces(frame, style)
    play_until(conductor, frame, style)

    assert conductor.take_bars()[-1].bar.index >= 500
    assert process_time() - began < 0.15  # 0.05 s is the aim of the benchmark


def test_the_last_bar_of_a_piece_bears_its_title():
    timed, _ = conducted(open_library(), 70)
    titles = {}
    for each in timed.values():
        titles.setdefault(each.bar.piece, set()).add(each.title)

    assert all(len(names) == 1 for names in titles.values())
    assert len(titles) > 1
