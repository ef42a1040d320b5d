"""The book of recipes: every dish has its row, and a full book is followed by another."""

import numpy as np

from genmusic.synthesis.readings import find_cook
from genmusic.synthesis.recipes import Cookbook


def dishes(count, patch="soft-lead"):
    return [(find_cook(patch), 30.0 + n / 4, 90) for n in range(count)]


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
        assert np.array_equal(pages["saws"][0][row], dish[0](*dish[1:]).settings)


def test_a_full_book_gives_way_and_what_was_read_from_it_stays():
    book, many = Cookbook(most=10), dishes(12)
    rows, pages = book.look_up(many[:10])
    read = pages["saws"][0][rows].copy()

    after = settings_of(book, many[11])

    assert np.array_equal(pages["saws"][0][rows], read)
    assert np.array_equal(after, many[11][0](*many[11][1:]).settings)
    assert book.look_up(many[11:])[0] == [0]


def test_kinds_of_instruments_have_pages_of_their_own():
    book = Cookbook()

    rows, pages = book.look_up([*dishes(1), *dishes(1, "choir")])

    assert rows == [0, 0]
    assert set(pages) == {"saws", "wavetables"}
