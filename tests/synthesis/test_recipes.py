"""The book of recipes: every dish has its row, and a full book is followed by another."""

from collections import defaultdict

import numpy as np
import pytest

from genmusic.synthesis.patches import patches_of_kinds
from genmusic.synthesis.pools import KINDS
from genmusic.synthesis.readings import find_cook
from genmusic.synthesis.recipes import Cookbook
from kernels.readings import VELOCITIES

LOUDNESS = defaultdict(lambda: "level", fm="level_1")


def dishes(count, patch="soft-lead"):
    return [(find_cook(patch), 30.0 + n / 4) for n in range(count)]


def settings_of(book, dish):
    (row,), pages = book.look_up([dish])
    return pages[dish[0].kind][0][row]


def test_a_dish_is_cooked_once():
    book, dish = Cookbook(), dishes(1)[0]

    rows = [book.look_up([dish, dish])[0] for _ in range(2)]

    assert rows == [[0, 0], [0, 0]]


def test_every_dish_has_the_settings_that_were_cooked():
    book, many = Cookbook(), dishes(200)

    rows, pages = book.look_up(many)

    for dish, row in zip(many, rows, strict=True):
        assert np.array_equal(pages["saws"][0][row], dish[0](dish[1]).settings)


def test_a_full_book_gives_way_and_what_was_read_from_it_stays():
    book, many = Cookbook(most=10), dishes(12)
    rows, pages = book.look_up(many[:10])
    read = pages["saws"][0][rows].copy()

    after = settings_of(book, many[11])

    assert np.array_equal(pages["saws"][0][rows], read)
    assert np.array_equal(after, many[11][0](many[11][1]).settings)
    assert book.look_up(many[11:])[0] == [0]


def test_kinds_of_instruments_have_pages_of_their_own():
    book = Cookbook()

    rows, pages = book.look_up([*dishes(1), *dishes(1, "organ")])

    assert rows == [0, 0]
    assert set(pages) == {"saws", "wavetables"}


@pytest.mark.parametrize("patch", patches_of_kinds().values())
def test_a_harder_touch_is_louder_and_the_book_tells_a_kernel_which_settings_are_touched(patch):
    cook = find_cook(patch)

    (row,), pages = Cookbook().look_up([(cook, 60.0)])

    settings, _, touched, touches, lives = pages[cook.kind]
    names = [KINDS[cook.kind].module.SETTINGS[place] for place in touched]
    assert len(touches) == len(lives) == len(settings) * VELOCITIES
    gains = touches[row * VELOCITIES : (row + 1) * VELOCITIES, names.index(LOUDNESS[cook.kind])]
    assert gains[0] == 0.0
    assert (np.diff(gains) > 0.0).all()
    assert not settings[row, touched].any()  # nothing is said twice
