"""docs/music-quality.md speaks of every shipped style, and what it says is what was promised."""

import re
from pathlib import Path

import pytest

from genmusic.composition.quality.figures import NAMES
from genmusic.composition.quality.report import (
    LEAST_OVERLAP,
    LEAST_RESPONSE,
    MOST_PARALLELS,
    MOST_SURPRISE,
)
from genmusic.names import FIGURES
from genmusic.rules import load_style, shipped_styles

TEXT = (Path(__file__).parent.parent / "docs" / "music-quality.md").read_text()
STYLES = [load_style(path) for path in shipped_styles().values()]

every_style = pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)


def cells(style) -> list[str]:
    """The row of a style in the table of all."""
    return re.search(rf"^\| {re.escape(style.title)} \| (.*) \|$", TEXT, re.M)[1].split(" | ")


def figures(style) -> dict[str, list[str]]:
    """The rows of its own section: ours, the range, whether that is usual, the overlap."""
    section = TEXT.split(f"\n## {style.title}\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in section.splitlines()]
    named = {row[0]: row[1:] for row in rows if len(row) == 5}
    return {key: named[words] for key, words in NAMES.items() if words in named}


@every_style
def test_a_style_has_its_section_with_the_figures(style):
    assert len(figures(style)) >= len(NAMES) - 1


@every_style
def test_a_style_follows_the_mood_and_repeats_nobody(style):
    *_, response, shared, returned = cells(style)

    assert float(response.split()[0]) >= LEAST_RESPONSE
    assert shared == "0"
    assert returned.startswith("0 of ")


@every_style
def test_a_style_is_like_the_works_but_where_it_says_it_is_not(style):
    unusual = {key for key, (_, _, usual, _) in figures(style).items() if usual != "yes"}
    apart = {key for key, row in figures(style).items() if row[3] and float(row[3]) < LEAST_OVERLAP}

    assert cells(style)[0] == style.model.beside
    assert unusual | apart <= set(style.model.unlike)


@every_style
def test_a_style_is_neither_dull_nor_random_and_without_parallels(style):
    _beside, _usual, _overlaps, surprise, parallels, *_ = cells(style)

    assert abs(float(surprise.split()[0])) <= MOST_SURPRISE
    assert float(parallels.rstrip("%")) / 100.0 <= MOST_PARALLELS


def test_a_style_can_name_every_figure_that_is_measured():
    assert tuple(NAMES) == FIGURES
