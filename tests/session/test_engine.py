"""The engine: a piece is a function of seed, controls and log, in any blocks and any company."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genmusic.errors import ControlError, UnknownNameError
from genmusic.mixing.stems import STEMS
from genmusic.session.engine import Change, Engine, Ensemble
from genmusic.session.library import open_library
from genmusic.session.seat import Seat
from genmusic.units import QUANTUM, SAMPLE_RATE

FRAMES = 150 * 15 * QUANTUM  # 3 s


@pytest.fixture(scope="module")
def library():
    return open_library()


def render(engine, frames=FRAMES, block=9_600):
    out = np.empty((2, frames), np.float32)
    for start in range(0, frames, block):
        piece = np.empty((2, min(block, frames - start)), np.float32)
        engine.render(piece)
        out[:, start : start + block] = piece
    return out


@settings(max_examples=6, deadline=None)
@given(block=st.integers(1, 400).map(lambda quanta: quanta * QUANTUM))
def test_blocks_of_any_length_give_the_same_samples(library, block):
    whole = render(Engine(library, 7), block=FRAMES)

    assert np.array_equal(whole, render(Engine(library, 7), block=block))


def test_company_changes_no_sample(library):
    together = np.empty((16, 2, FRAMES), np.float32)

    Ensemble.of(library, range(16)).render(together)

    for seed in (0, 7, 15):
        assert np.array_equal(together[seed], render(Engine(library, seed)))


@pytest.mark.parametrize("style", ["techno", "synthwave"])
def test_bars_that_begin_in_the_hop_of_the_last_beat_sound_the_same_in_company(library, style):
    controls = {"style": style, "tempo_bpm": 190.0, "arousal": 0.6}  # beats are shorter than a hop
    room, alone = Ensemble.of(library, range(3), controls), Engine(library, 1, controls)

    for _ in range(40):
        together = np.empty((3, 2, 300 * QUANTUM), np.float32)
        room.render(together)
        assert np.array_equal(together[1], render(alone, 300 * QUANTUM, block=50 * QUANTUM))


def test_company_is_not_played_ahead_of_a_change_of_its_log(library):
    log = [
        Change(1_100 * QUANTUM, "tempo_bpm", 150.0),  # in the middle of a hop; a beat begins in it
        Change(1_407 * QUANTUM, "brightness", 1.0),
        Change(1_407 * QUANTUM, "skip", None),
    ]
    seats = [Seat(library, 3, {"tempo_bpm": 190.0}, log[:count]) for count in range(4)]
    room, together = Ensemble(4), np.empty((4, 2, FRAMES), np.float32)
    for seat in seats:
        room.join(seat)

    room.render(together)

    for count, sound in enumerate(together):
        engine = Engine(library, 3, {"tempo_bpm": 190.0}, log[:count])
        assert np.array_equal(sound, render(engine, block=7 * QUANTUM))


def test_an_echo_that_still_fades_in_when_the_next_is_known_is_the_same_in_company(library):
    controls = {"style": "synthwave", "tempo_bpm": 165.0}  # the second beat begins at quantum 272
    room, alone = Ensemble.of(library, [3, 4], controls), Engine(library, 4, controls)

    for quanta, tempo in ((100, 200.0), (200, 180.0), (300, 160.0), (300, None), (300, 190.0)):
        together = np.empty((2, 2, quanta * QUANTUM), np.float32)
        room.render(together)
        assert np.array_equal(together[1], render(alone, quanta * QUANTUM, block=10 * QUANTUM))
        for seat in (*room.seats, alone):
            seat.set_controls({"tempo_bpm": tempo})


def test_another_seed_or_mood_is_another_piece(library):
    pieces = [
        render(Engine(library, seed, controls), 5 * FRAMES)
        for seed, controls in ((1, {}), (2, {}), (1, {"valence": 0.9}), (1, {"style": "drive"}))
    ]

    hashes = {piece.tobytes() for piece in pieces}

    assert len(hashes) == len(pieces)


def test_a_log_replays_what_was_played_live(library):
    live = Engine(library, 5)
    heard = [render(live, 70 * QUANTUM)]
    for changes in ({"arousal": 0.8, "key": "D"}, {"brightness": 0.9}, {"melody.mute": True}):
        live.set_controls(changes)
        heard.append(render(live, 333 * QUANTUM))
    live.skip()
    heard.append(render(live, 2_000 * QUANTUM))

    again = Engine(library, 5, log=live.log)

    played = np.concatenate(heard, axis=1)
    assert np.array_equal(played, render(again, played.shape[1], block=played.shape[1]))
    assert again.log == live.log


def test_a_continuous_change_is_heard_from_its_frame_on(library):
    plain, changed = Engine(library, 3), Engine(library, 3)
    before = 500 * QUANTUM
    assert np.array_equal(render(plain, before), render(changed, before))

    frames = changed.set_controls({"arousal": 1.0, "brightness": 1.0})

    assert frames == {"arousal": before, "brightness": before}
    a, b = render(plain, before), render(changed, before)
    differs = np.flatnonzero((a != b).any(axis=0))
    assert differs[0] < 4 * QUANTUM  # the limiter's quantum, and a ramp that starts at nothing


def test_a_musical_change_is_promised_for_the_next_bar_and_kept(library):
    engine = Engine(library, 3)
    render(engine, 500 * QUANTUM)
    bars = engine.take_bars()

    promised = engine.set_controls({"density": 1.0})["density"]

    render(engine, 8 * SAMPLE_RATE)
    assert promised == bars[-1].end_frame
    assert promised in [bar.start_frame for bar in engine.take_bars()]


def test_a_tempo_lands_on_the_next_beat(library):
    engine = Engine(library, 3)
    render(engine, 500 * QUANTUM)
    old = engine.take_bars()[-1]

    promised = engine.set_controls({"tempo_bpm": 150.0})["tempo_bpm"]

    render(engine, 6 * SAMPLE_RATE)
    timed = engine.take_bars()
    assert (promised - old.start_frame) % round(60 * SAMPLE_RATE / old.tempo_bpm) == 0
    assert timed[-1].tempo_bpm == 150.0
    assert timed[-1].end_frame - timed[-1].start_frame == 4 * 19_200


def test_a_new_style_is_adopted_at_a_section_with_its_own_patches(library):
    engine = Engine(library, 3, {"tempo_bpm": 200.0})
    render(engine, SAMPLE_RATE)

    promised = engine.set_controls({"style": "drive"})["style"]

    render(engine, 60 * SAMPLE_RATE // QUANTUM * QUANTUM)
    first = next(bar for bar in engine.take_bars() if bar.bar.style == "drive")
    assert first.start_frame == promised


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"valence": 1.4}, ControlError, r"valence must be in -1\.\.1, got 1\.4"),
        ({"loudness": 1}, ControlError, "no control named 'loudness'"),
        ({"key": "H"}, ControlError, "key must be one of C, Db"),
        ({"melody.mute": "yes"}, ControlError, r"melody\.mute must be true or false"),
        ({"arousal": 0.5, "style": "polka"}, UnknownNameError, "no style 'polka'.*evening"),
        ({"arousal": float("nan")}, ControlError, "arousal must be in"),
    ],
)
def test_a_wrong_change_is_refused_and_nothing_is_changed(library, changes, error, words):
    engine = Engine(library, 3)

    with pytest.raises(error, match=words):
        engine.set_controls(changes)

    assert engine.log == []
    assert engine.controls() == Engine(library, 3).controls()


def test_soloing_a_part_silences_the_others(library):
    engine = Engine(library, 3, {f"{part}.mute": True for part in ("melody", "comp", "pad")})
    quiet = Engine(library, 3, {"bass.solo": True, "drums.mute": True, "bass.mute": True})

    assert render(engine).any()
    assert np.abs(render(quiet)).max() < 1e-15  # the reverb's whisper against denormals


def test_a_checkpoint_is_small_and_json_able(library):
    engine = Engine(library, 3)
    render(engine, 20 * SAMPLE_RATE // QUANTUM * QUANTUM)

    state = json.dumps(engine.checkpoint())

    assert len(state) <= 1024
    assert json.loads(state)["frame"] <= engine.rendered_end


def test_the_master_never_exceeds_its_ceiling(library):
    loud = Engine(library, 3, {"style": "drive", "arousal": 1.0, "density": 1.0, "brightness": 1.0})

    sound = render(loud, 12 * SAMPLE_RATE // QUANTUM * QUANTUM)

    assert np.isfinite(sound).all()
    assert 0.5 < np.abs(sound).max() <= 10 ** (-1.4 / 20) * 1.0001  # float rounding of the gain


def test_changes_logged_for_one_frame_are_made_in_their_order(library):
    log = [Change(640, "density", 0.1), Change(640, "density", 0.9), Change(64, "valence", 0.5)]

    engine = Engine(library, 3, log=log)
    render(engine, 20 * QUANTUM)

    assert engine.controls()["density"] == 0.9
    assert [change.frame for change in engine.log] == [64, 640, 640]


def test_a_change_of_style_does_not_depend_on_blocks(library):
    def play(block):
        engine = Engine(library, 3, {"tempo_bpm": 200.0})
        render(engine, SAMPLE_RATE, block)
        engine.set_controls({"style": "drive"})
        sound = render(engine, 40 * SAMPLE_RATE // QUANTUM * QUANTUM, block)
        return sound, {timed.bar.style for timed in engine.take_bars()}

    (one, styles), (other, _) = play(9_600), play(7 * QUANTUM)

    assert styles == {"evening", "drive"}
    assert np.array_equal(one, other)


def notes_of(engine, bars):
    """The next bars as plain values."""
    timed = []
    while len(timed) < bars:
        render(engine, SAMPLE_RATE)
        timed += engine.take_bars()
    return [(bar.bar.index, bar.start_frame, bar.bar.notes.tolist()) for bar in timed[:bars]]


CHANGES = (
    Change(64 * 1_000, "arousal", 0.7),
    Change(64 * 9_000, "style", "drive"),
    Change(64 * 20_000, "skip", None),
    Change(64 * 30_000, "tempo_bpm", 133.0),
)


@pytest.mark.parametrize("seconds", [3, 31, 70])
def test_a_restored_engine_plays_the_same_notes_from_its_bar_on(library, seconds):
    played = Engine(library, 3, log=CHANGES)
    render(played, seconds * SAMPLE_RATE)
    checkpoint = json.loads(json.dumps(played.checkpoint()))
    newest = played.take_bars()[-1].bar.index

    restored = Engine(library, 3, log=CHANGES)
    restored.restore(checkpoint)

    bars = notes_of(restored, 4)
    assert bars[0][0] == newest
    assert [bar for bar in bars if bar[0] > newest] == notes_of(played, 3)
    assert restored.controls() == played.controls()


def test_skipping_ahead_composes_what_would_have_been_heard(library):
    heard, skipped = Engine(library, 3, log=CHANGES), Engine(library, 3, log=CHANGES)
    render(heard, 40 * SAMPLE_RATE)

    skipped.skip_to(40 * SAMPLE_RATE)

    assert skipped.rendered_end == heard.rendered_end == 40 * SAMPLE_RATE
    heard.take_bars(), skipped.take_bars()
    assert notes_of(skipped, 3) == notes_of(heard, 3)


def last_second(engine, seconds):
    """Sound and stems of the last of some seconds."""
    out = np.empty((2, SAMPLE_RATE), np.float32)
    stems = np.empty((len(STEMS), 2, SAMPLE_RATE), np.float32)
    for _ in range(seconds):
        engine.render(out, stems)
    return out, stems


def level_db(sound):
    return 10 * np.log10(np.square(sound.astype(float)).mean())


def test_after_a_skip_the_sound_grows_to_be_the_same(library):
    heard, skipped = (Engine(library, 3, {"style": "drive"}, keeps_stems=True) for _ in range(2))
    last_second(heard, 20)
    skipped.skip_to(20 * SAMPLE_RATE)

    (full, stems), (fresh, fresh_stems) = last_second(heard, 18), last_second(skipped, 18)

    # Reverb and echo of what began earlier have died away by then: -60 dB in 2 to 3 s. A last step
    # of the echo's 16 bits may go on for some rounds more, in a few frames of each second.
    assert np.abs(stems).max() > 0.1
    assert np.abs(stems - fresh_stems).max() < 1e-6
    # The leveller cannot have heard what was skipped.
    assert abs(level_db(full) - level_db(fresh)) < 1.5


def test_a_restored_engine_goes_on_as_loud_as_it_was(library):
    # A style at some distance from -16 LUFS gives the leveller something to learn.
    controls = {"style": "drive", "bass.mute": True, "drums.mute": True}
    heard = Engine(library, 3, controls)
    render(heard, 40 * SAMPLE_RATE)
    restored = Engine(library, 3, controls)
    restored.restore(json.loads(json.dumps(heard.checkpoint())))
    begin = restored.rendered_end

    render(restored, 4 * SAMPLE_RATE)
    render(heard, begin + 4 * SAMPLE_RATE - heard.rendered_end)

    levels = [level_db(render(engine, 2 * SAMPLE_RATE)) for engine in (heard, restored)]
    assert levels[1] == pytest.approx(levels[0], abs=0.15)
