"""Seats that change places and go back in time: not a sample of anybody is changed."""

import numpy as np
import pytest

from genmusic.errors import StorageError
from genmusic.session.engine import Engine, Ensemble
from genmusic.session.library import open_library
from genmusic.session.log import POSITION, SKIP, Change
from genmusic.session.seat import Seat
from genmusic.session.stills import Still, freeze, thaw
from genmusic.session.strokes import STROKE
from genmusic.units import QUANTUM

BLOCK = 75 * QUANTUM  # 100 ms
LOG = (
    Change(21 * BLOCK, STROKE, "72 110"),
    Change(24 * BLOCK, STROKE, "76 90 piano"),
    Change(38 * BLOCK, STROKE, "76 0"),
    Change(40 * BLOCK, "space", 0.9),
    Change(45 * BLOCK, "style", "drive"),
    Change(46 * BLOCK, STROKE, "72 0"),
    Change(48 * BLOCK, STROKE, "60 100"),
    Change(50 * BLOCK, "tempo_bpm", 180.0),
)
TAIL = np.linspace(-1.0, 1.0, 1_920, dtype=np.float32).reshape(2, -1)
STYLES = sorted(open_library().styles)


@pytest.fixture(scope="module")
def library():
    return open_library()


def alone(library, seed, blocks, controls=None, log=()):
    out = np.empty((2, blocks * BLOCK), np.float32)
    Engine(library, seed, controls, log).render(out)
    return out


class Together:
    """An ensemble whose listeners' sound is kept."""

    def __init__(self, ensemble):
        self.ensemble = ensemble
        self.heard = {}

    def play(self, blocks):
        for _ in range(blocks):
            out = np.empty((len(self.ensemble.seats), 2, BLOCK), np.float32)
            self.ensemble.render(out)
            for seat, sound in zip(self.ensemble.seats, out, strict=True):
                self.heard.setdefault(seat.seed, []).append(sound)

    def of(self, seed):
        return np.concatenate(self.heard[seed], axis=1)


@pytest.mark.parametrize("style", STYLES[::3])
def test_who_joins_late_and_leaves_early_changes_no_sample(library, style):
    controls = {"style": style, "arousal": 0.6}
    room = Together(Ensemble.of(library, [1], controls))
    big = Together(Ensemble())
    big.heard = room.heard
    guests = [Seat(library, seed, controls) for seed in (2, 3)]
    room.play(23)
    (first,) = room.ensemble.seats
    big.ensemble.join(guests[0])
    big.play(17)
    room.ensemble.leave(first)
    big.ensemble.join(first)
    big.ensemble.join(guests[1])
    big.play(14)
    big.ensemble.leave(guests[0])
    big.play(20)

    for seed, blocks in ((1, 57), (2, 31), (3, 34)):
        assert np.array_equal(big.of(seed), alone(library, seed, blocks, controls))


def test_one_who_moves_often_through_changes_of_style_and_tempo_hears_the_same(library):
    seat, heard = Seat(library, 5, log=LOG), []
    for _ in range(60):
        room = Together(Ensemble(3))
        room.ensemble.join(seat)
        room.play(1)
        room.ensemble.leave(seat)
        heard.append(room.of(5))

    assert np.array_equal(np.concatenate(heard, axis=1), alone(library, 5, 60, log=LOG))


MADE = {
    7: ("tempo_bpm", 150.0),
    18: ("tune_low", 60.0),
    19: ("tune_high", 72.0),
    23: ("cue", "build"),
    31: ("tune_low", None),
    40: (SKIP, None),
    53: ("tempo_bpm", None),
    60: (POSITION, 37.0),
    66: ("style", "techno"),
}


def test_who_changes_something_in_company_is_promised_and_hears_the_same_as_alone(library):
    def make(seat, number):
        if number in MADE:
            return seat.make(*MADE[number])
        return seat.next_beat if number % 10 == 0 else None

    engine, room = Engine(library, 4, {"style": "drive"}), Together(Ensemble(3))
    for seed in (3, 4, 5):
        room.ensemble.join(Seat(library, seed, {"style": "drive"}))
    solo, promises = [], []
    for number in range(75):
        promises.append((make(engine.seat, number), make(room.ensemble.seats[1], number)))
        solo.append(np.empty((2, BLOCK), np.float32))
        engine.render(solo[-1])
        room.play(1)

    assert all(promised == kept for promised, kept in promises)
    assert np.array_equal(room.of(4), np.concatenate(solo, axis=1))


def play(seat, blocks):
    room = Together(Ensemble(1))
    room.ensemble.join(seat)
    room.play(blocks)
    room.ensemble.leave(seat)
    return room.of(seat.seed)


@pytest.mark.parametrize("at", [1, 30, 47])
def test_a_return_plays_the_same_again(library, at):
    seat = Seat(library, 5, log=LOG)
    play(seat, at)
    moment = seat.moment()
    first = play(seat, 25)
    seat.return_to(moment, [*seat.log[moment.changes :], *seat.ahead])

    assert np.array_equal(play(seat, 25), first)


def test_a_change_after_a_return_is_a_change_that_was_always_there(library):
    seat = Seat(library, 5)
    heard = [play(seat, 20)]
    moment = seat.moment()
    seat.set_controls({"valence": -1.0})
    play(seat, 30)
    seat.return_to(moment)
    heard.append(play(seat, 3))
    seat.set_controls({"arousal": 0.9, "key": "E", "brightness": 1.0})
    heard.append(play(seat, 40))

    log = [(change.frame, change.name) for change in seat.log]
    assert log == [(23 * BLOCK, name) for name in ("arousal", "key", "brightness")]
    assert np.array_equal(np.concatenate(heard, axis=1), alone(library, 5, 63, log=seat.log))


def test_a_moment_serves_more_than_once(library):
    seat = Seat(library, 5)
    play(seat, 20)
    moment = seat.moment()
    outcomes = []
    for _ in range(2):
        seat.set_controls({"brightness": 1.0, "melody.mute": True})
        outcomes.append(play(seat, 10))
        seat.return_to(moment)

    assert np.array_equal(*outcomes)


@pytest.mark.parametrize("style", STYLES)
def test_a_moment_outlives_its_process(library, style):
    seat = Seat(library, 5, {"style": style, "arousal": 0.5})
    play(seat, 40)
    seat.set_controls({"space": 0.9})
    play(seat, 1)  # while faders move
    data = freeze(Still(seat.moment(), TAIL, ()))
    heard = play(seat, 30)

    other = Seat(library, 5, {"style": style, "arousal": 0.5})
    still = thaw(data, library.styles)
    other.return_to(still.moment)

    assert np.array_equal(play(other, 30), heard)
    assert np.array_equal(still.tail, TAIL)
    assert len(data) < 600_000


@pytest.mark.parametrize("data", [b"", b"\x93\x01\x02", b"\x92\xa5Voice\x91\x00", b"\x91\xa2os"])
def test_damaged_bytes_are_refused(library, data):
    with pytest.raises(StorageError, match="cannot be read"):
        thaw(data, library.styles)
