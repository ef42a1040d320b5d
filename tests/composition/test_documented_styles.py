"""The styles that docs/rules.md writes down do what it says of them."""

import re
from pathlib import Path

import pytest
from composing import toy_model

from genmusic.composition.composer import Composer
from genmusic.controls.spec import defaults
from genmusic.mood.mapping import musical_parameters
from genmusic.names import PARTS
from genmusic.session.library import read_style
from genmusic.session.titles import title

TEXT = (Path(__file__).parents[2] / "docs" / "rules.md").read_text()


@pytest.fixture
def written(tmp_path):
    """A style of the documentation, and what it composes."""

    def write(name: str, bars: int = 60, **controls: object):
        shown = re.search(rf"^```toml\n# {name}\.toml\n(.*?)^```", TEXT, re.M | re.S)[1]
        path = tmp_path / f"{name}.toml"
        path.write_text(shown)
        style = read_style(path)
        writer, asked = Composer(3, style, toy_model()), defaults() | controls
        parameters = musical_parameters(asked, style)
        return style, [writer.compose_bar(parameters, style) for _ in range(bars)]

    return write


def test_the_rain_has_a_harp_is_slower_and_has_drums_only_in_a_storm(written):
    style, bars = written("rain")
    _, storm = written("rain", arousal=1.0, density=1.0)
    drums = PARTS.index("drums")

    assert style.parts["comp"].patch == "harp"
    assert 55 < bars[0].tempo_bpm < 75
    assert not any((bar.notes["part"] == drums).any() for bar in bars)
    assert any((bar.notes["part"] == drums).any() for bar in storm)


def test_the_waltz_is_in_three_with_a_middle_in_another_key(written):
    style, bars = written("waltz")
    middle = {bar.key for bar in bars if bar.section == "M"}

    assert {bar.metre for bar in bars} == {"3/4"}
    assert middle
    assert middle != {bar.key for bar in bars if bar.section == "A"}
    assert any("Waltz" in title(seed, 0, style.titles) for seed in range(60))
