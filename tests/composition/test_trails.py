"""What a part remembers of its last notes."""

from genmusic.composition.trails import LONGEST, follow, pack, unpack

BAR = 3840
ROWS = [(0, 960, 60, 0), (960, 960, 62, 0)]


def test_notes_move_away_from_the_coming_bar_line():
    trail = follow(follow((), ROWS, BAR, (0,)), [(480, 480, 64, 0)], BAR)

    assert trail == ((2 * BAR, 60, True), (2 * BAR - 960, 62, False), (BAR - 480, 64, False))


def test_only_the_last_notes_stay():
    rows = [(240 * number, 240, 60 + number, 0) for number in range(16)]

    assert [pitch for _, pitch, _ in follow((), rows, BAR)] == list(range(76 - LONGEST, 76))


def test_a_long_rest_does_not_make_a_part_forget():
    trail = follow((), ROWS, BAR)
    for _ in range(100):
        trail = follow(trail, (), BAR)

    assert [pitch for _, pitch, _ in trail] == [60, 62]
    assert unpack(pack(trail)) == trail


def test_a_trail_survives_packing():
    trail = follow((), ROWS, BAR, (960,))

    assert unpack(pack(trail)) == trail
