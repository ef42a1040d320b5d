"""docs/music-quality.md speaks of every shipped style, and what it says is what was promised."""

import re
from pathlib import Path

import pytest

from genmusic.composition.quality.figures import NAMES
from genmusic.composition.quality.report import LEAST_RESPONSE, MOST_PARALLELS
from genmusic.rules import load_style, shipped_styles

TEXT = (Path(__file__).parent.parent / "docs" / "music-quality.md").read_text()
TITLES = [load_style(path).title for path in shipped_styles().values()]


def cells(title: str) -> list[str]:
    """The row of a style in the table of all."""
    return re.search(rf"^\| {re.escape(title)} \| (.*) \|$", TEXT, re.M)[1].split(" | ")


@pytest.mark.parametrize("title", TITLES)
def test_a_style_has_its_section_with_the_figures(title):
    section = TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]

    assert sum(f"| {name} |" in section for name in NAMES.values()) >= len(NAMES) - 1


@pytest.mark.parametrize("title", TITLES)
def test_a_style_follows_the_mood_and_repeats_nobody(title):
    *_, response, shared, returned = cells(title)

    assert float(response.split()[0]) >= LEAST_RESPONSE
    assert shared == "0"
    assert returned.startswith("0 of ")


@pytest.mark.parametrize("title", TITLES)
def test_a_style_is_music_of_its_kind_without_parallels(title):
    usual, _overlaps, _surprise, parallels, *_ = cells(title)
    found, compared = map(int, usual.split(" of "))

    assert found >= compared - 2
    assert float(parallels.rstrip("%")) / 100.0 <= MOST_PARALLELS
