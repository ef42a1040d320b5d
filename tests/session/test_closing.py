"""Music that is asked to end within some seconds does so, with its last bar."""

import pytest

from genmusic import cli
from genmusic.composition.composer import Composer
from genmusic.controls.spec import defaults
from genmusic.mood.mapping import musical_parameters
from genmusic.session.closing import FEWEST_BARS, bars_within
from genmusic.session.library import open_library


@pytest.mark.parametrize("style", ["evening", "folk", "techno"])
@pytest.mark.parametrize("seconds", [20.0, 90.0, 400.0])
def test_the_last_bar_comes_to_rest_just_in_time(style, seconds):
    library, controls = open_library(), defaults() | {"style": style}
    bars = bars_within(library, 5, controls, seconds)

    composer = Composer(5, library.style(style), library.models)
    asked = musical_parameters(controls | {"length_bars": bars}, library.style(style))
    music = [composer.compose_bar(asked, library.style(style)) for _ in range(bars)]
    lasts = sum(
        60.0 / (bar.tempo_bpm * pace) for bar in music for pace in bar.pace or (1.0,) * bar.beats
    )

    assert music[-1].ends_piece
    assert seconds - 10.0 < lasts <= seconds


def test_there_is_hardly_music_in_no_time():
    assert bars_within(open_library(), 5, defaults(), 0.1) == FEWEST_BARS


def test_render_ends_in_the_time_that_is_asked_for(tmp_path, capsys):
    arguments = ["--style", "techno", "--seconds", "9", "--ending"]

    assert cli.main(["render", str(tmp_path / "a.mid"), *arguments]) == 0
    assert 4.0 < float(capsys.readouterr().out.partition(" s in")[0].rpartition(" ")[2]) <= 9.0
