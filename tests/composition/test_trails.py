"""What a part remembers of its last notes."""

from dataclasses import replace

import numpy as np
from desk import NO_TRAIL, chord, follow, new_desk, run, task, ways

from genmusic.composition.copying import Limit, copy_rule, nothing_to_copy
from genmusic.composition.lessons import Sequences
from genmusic.composition.trails import pack, trails_of, unpack
from kernels import accompaniment
from kernels.chords import SCALE
from kernels.trails import LONGEST

BAR = 3840
ROWS = [(0, 960, 60, 0), (960, 960, 62, 0)]


def after(trail, rows, begins=(-1, -1)):
    return follow(trail, rows, nothing_to_copy(), begins=begins).trail


def rest(trail):
    """The trail of a part after a bar in which it plays nothing."""
    trails, nobody = trails_of({"melody": trail}), task(accompaniment.SETTLE_BASS, "drums")
    run(new_desk(), nothing_to_copy(), ways("melody", 48, 84), nobody, chord(), trails)
    return trails.of(0)


def rule_against(pitches, notes):
    wait = np.full(len(pitches), 480)
    columns = {"pitch": np.array(pitches), "wait": wait}
    lines = Sequences(np.array([len(pitches)]), np.zeros(1, int), {}, columns)
    return copy_rule([lines], Limit(notes, 99))


def test_notes_move_away_from_the_coming_bar_line():
    trail = after(after(NO_TRAIL, ROWS, (0, -1)), [(480, 480, 64, 0)])

    assert trail.tolist() == [[2 * BAR, 60, 1], [2 * BAR - 960, 62, 0], [BAR - 480, 64, 0]]


def test_only_the_last_notes_stay():
    rows = [(240 * number, 240, 60 + number, 0) for number in range(16)]

    assert after(NO_TRAIL, rows)[:, 1].tolist() == list(range(76 - LONGEST, 76))


def test_a_long_rest_does_not_make_a_part_forget():
    trail = after(NO_TRAIL, ROWS)
    for _ in range(100):
        trail = rest(trail)

    assert trail[:, 1].tolist() == [60, 62]
    assert unpack(pack(trail)).tolist() == trail.tolist()


def test_a_trail_survives_packing():
    trail = after(NO_TRAIL, ROWS, (-1, 960))

    assert unpack(pack(trail)).tolist() == trail.tolist()


def test_of_chords_the_highest_notes_are_followed_whatever_their_order():
    rows = [(960, 960, 65, 0), (0, 960, 60, 0), (0, 960, 67, 0), (960, 960, 59, 0), (0, 480, 64, 0)]

    assert after(NO_TRAIL, rows).tolist() == [[BAR, 67, 0], [BAR - 960, 65, 0]]


def test_a_note_that_would_complete_a_run_of_a_work_gets_the_nearest_other_tone_of_its_chord():
    before = after(NO_TRAIL, [(2880, 480, 60, 0), (3360, 480, 62, 0)])
    rows = [(0, 480, 61, 0), (480, 480, 65, 0), (480, 480, 50, 0), (960, 480, 67, 0)]

    settled = follow(before, rows, rule_against([0, 2, 1, 5, 7, 3], 4))

    assert settled.rows == [*rows[:3], (960, 480, 64, 0)]
    assert settled.trail[:, 1].tolist() == [60, 62, 61, 65, 64]


def test_a_note_that_nothing_in_its_range_can_replace_is_left_out():
    before = after(NO_TRAIL, [(2880, 480, 60, 0), (3360, 480, 62, 0)])
    rows = [(0, 480, 61, 0), (480, 480, 65, 0), (960, 480, 67, 0)]
    bare = chord()
    bare[0, SCALE] = sum(1 << tone for tone in (0, 4, 7))

    settled = follow(before, rows, rule_against([0, 2, 1, 5, 7, 3], 4), bare, (65, 67))

    assert settled.rows == rows[:2]
    assert len(settled.trail) == 4


def test_a_note_is_not_repeated_until_every_way_on_would_be_a_copy():
    pulse = [(240 * number, 240, 60, 0) for number in range(16)]
    known = rule_against([0] * 12 + [5], 12)
    known = replace(known, rhythm=known.rhythm._replace(most_alike=7))

    pitches = [row[2] for row in follow(NO_TRAIL, pulse, known).rows]

    assert len(pitches) == len(pulse)
    assert all(len(set(pitches[n : n + 8])) > 1 for n in range(len(pitches) - 7))


def test_a_note_without_another_tone_of_its_chord_takes_one_of_the_scale():
    before = after(NO_TRAIL, [(2880, 480, 60, 0), (3360, 480, 62, 0)])
    rows = [(0, 480, 61, 0), (480, 480, 65, 0), (960, 480, 67, 0)]

    settled = follow(before, rows, rule_against([0, 2, 1, 5, 7, 3], 4), span=(65, 69))

    assert settled.rows[:2] == rows[:2]
    assert settled.rows[2][2] in (65, 66, 68, 69)


def test_a_bar_that_copies_nothing_stays_as_it_is():
    rows = [(0, 480, 61, 0), (480, 480, 65, 0), (960, 480, 66, 0)]

    assert follow(NO_TRAIL, rows, rule_against([0, 4, 5, 7], 2)).rows != rows
    assert follow(NO_TRAIL, rows, rule_against([0, 4, 6, 7], 2)).rows == rows
