import pytest

from genmusic.rules import TitleRules, load_style, shipped_styles
from genmusic.session.titles import title

WORDS = {name: load_style(path).titles for name, path in shipped_styles().items()}


def test_a_piece_keeps_its_title():
    assert title(7, 0, TitleRules()) == title(7, 0, TitleRules())


def test_a_style_has_words_of_its_own():
    words = TitleRules(things=("Ships", "Ships"), places=("Moon", "Moon"), relations=("to", "to"))

    assert "Ships to the Moon" in {title(seed, 0, words) for seed in range(20)}


@pytest.mark.parametrize("style", WORDS)
def test_the_next_piece_and_the_next_listener_have_other_titles(style):
    titles = {title(seed, piece, WORDS[style]) for seed in range(20) for piece in range(20)}

    assert len(titles) > 300


@pytest.mark.parametrize("style", WORDS)
def test_titles_are_short_enough_for_a_phone(style):
    longest = max((title(seed, 0, WORDS[style]) for seed in range(2_000)), key=len)

    assert len(longest) <= 36, longest


def test_both_shapes_of_title_occur():
    of_relation = sum(" the " in title(seed, 0, TitleRules()) for seed in range(300))

    assert 195 < of_relation < 255
