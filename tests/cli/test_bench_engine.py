"""What `genmusic bench engine` says of composing."""

from types import SimpleNamespace

from genmusic.cli.bench import engine_figures
from genmusic.composition.chance import draw_once

BARS = [0.1] * 60 + [0.2] * 40


def test_a_bar_that_was_disturbed_in_two_passes_of_five_counts_as_it_is_undisturbed(monkeypatch):
    disturbed = [1.0] * len(BARS)
    passes = iter([BARS, disturbed, BARS, disturbed, BARS])
    monkeypatch.setattr(engine_figures, "_pass_ms", lambda _library: next(passes))

    figures = {f.name: f for f in engine_figures._composing(SimpleNamespace())}

    assert figures["composing a bar, median of 100 bars"].value == 0.1
    told = figures["composing a bar, p99 of 100 bars, each the median of 5 passes"]
    assert (told.value, told.goal) == (0.2, 0.3)


def test_a_pass_remembers_nothing_of_the_one_before():
    draw_once(1, "pickup", 0)

    engine_figures._forget(())

    assert draw_once.cache_info().currsize == 0
