"""Hooks: the example of docs/rules.md installed and played, and hooks that go wrong."""

import re
import sys
import textwrap
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from types import MappingProxyType

import pytest
from composing import parameters, style, toy_model

from genmusic.composition import hooks
from genmusic.composition.composer import Composer
from genmusic.errors import RuleError
from genmusic.names import PARTS
from genmusic.rules import HOOK_LAYERS
from genmusic.session.library import read_style

TEXT = (Path(__file__).parents[2] / "docs" / "rules.md").read_text()
BASS = PARTS.index("bass")


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a package with hooks, as pip would, and forget it afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(module: str, source: str, **layers: str) -> None:
        (tmp_path / f"{module}.py").write_text(textwrap.dedent(source))
        about = tmp_path / f"{module}-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        groups = "".join(
            f"[genmusic.{layer}]\n{name} = {module}:{name}\n" for layer, name in layers.items()
        )
        (about / "entry_points.txt").write_text(groups)
        _forget()

    _forget()
    yield write
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]
    _forget()


def _forget():
    hooks._entries.cache_clear()
    hooks._load.cache_clear()
    hooks._failures.clear()


def hooked(**layers: str):
    return replace(style("drive"), hooks=MappingProxyType(layers))


def compose(chosen, bars=24, seed=3):
    writer = Composer(seed, chosen, toy_model())
    return [writer.compose_bar(parameters("drive"), chosen) for _ in range(bars)]


def rows(bars, part=BASS):
    return [
        bar.notes[bar.notes["part"] == part][["written_tick", "pitch"]].tolist() for bar in bars
    ]


def test_the_example_of_the_documentation_lifts_the_bass(install, tmp_path):
    source = re.search(r"^```python\n# octaves.py\n(.*?)^```", TEXT, re.M | re.S)[1]
    asked = re.search(r"^```toml\n# tall.toml, with hooks\n(.*?)^```", TEXT, re.M | re.S)[1]
    install("octaves", source, bass="octaves")
    (tmp_path / "tall.toml").write_text(asked)

    tall = read_style(tmp_path / "tall.toml")
    plain, lifted = rows(compose(style("drive"))), rows(compose(tall))

    moved = [
        after[1] - before[1]
        for bar, other in zip(plain, lifted, strict=True)
        for before, after in zip(bar, other, strict=True)
    ]
    assert set(moved) == {0, 12}
    assert lifted == rows(compose(tall))  # the same again


def test_a_hook_that_is_not_installed_is_a_fault_of_the_style(tmp_path):
    path = tmp_path / "tall.toml"
    path.write_text('title = "Tall"\nextends = "drive"\n[hooks]\nbass = "octaves"\n')

    with pytest.raises(RuleError, match=r"tall.toml:4: hooks.bass: there is no hook 'octaves'"):
        read_style(path)


BROKEN = {
    "raises": "def broken(moment, value, random): return 1 // 0",
    "returns nothing": "def broken(moment, value, random): return None",
    "leaves the keyboard": "def broken(moment, value, random): return [(0, 960, 200, 0)]",
    "leaves the bar": "def broken(moment, value, random): return [(99999, 960, 60, 0)]",
    "is not there": "nothing = 1",
}


@pytest.mark.parametrize("source", BROKEN.values(), ids=list(BROKEN))
def test_a_hook_that_fails_never_stops_the_music_and_is_told(install, caplog, source):
    install("wrong", source, bass="broken")

    bars = compose(hooked(bass="broken"))

    assert rows(bars) == rows(compose(style("drive")))
    told = [record.message for record in caplog.records]
    assert told[0].startswith("the hook broken of bass failed (")
    assert len(told) <= 6  # ever fewer: after 1, 2, 4, 8 failures


def test_what_a_hook_gets_cannot_be_changed(install, caplog):
    install(
        "meddling",
        """
        def meddling(moment, value, random):
            moment.bar = 0
        """,
        bass="meddling",
    )

    compose(hooked(bass="meddling"), bars=8)

    assert FrozenInstanceError.__name__ in caplog.text


EVERY = {
    "form": "return ('A', 'B', 'A')",
    "harmony": "return [(moment.bar_ticks // 480, 3)] * moment.phrase_bars",
    "arrangement": "return {'bass', 'melody', 'comp', 'pad', 'drums'}",
    "rhythm": "return (0, 960, 1920)",
    "melody": "return [(0, 960, 60, 0)]",
    "counter": "return value",
    "comp": "return [(0, 960, 61, 0)]",
    "pad": "return [(0, 960, 62, 0)]",
    "bass": "return [(0, 960, 40, 0)]",
    "drums": "return [(0, 120, 36, 1)]",
    "performance": "return [replace(note, velocity=99) for note in value]",
}


def test_every_layer_can_be_changed(install, caplog):
    assert set(EVERY) == set(HOOK_LAYERS)
    source = "from dataclasses import replace\n" + "".join(
        f"def my_{layer}(moment, value, random):\n    {body}\n" for layer, body in EVERY.items()
    )
    install("every", source, **{layer: f"my_{layer}" for layer in EVERY})

    bars = compose(hooked(**{layer: f"my_{layer}" for layer in EVERY}), bars=12)

    assert not caplog.records
    assert {bar.section for bar in bars} <= {"A", "B"}
    assert {pitch for bar in bars for pitch in bar.notes["pitch"].tolist()} <= {36, 40, 60, 61, 62}
    assert {velocity for bar in bars for velocity in bar.notes["velocity"].tolist()} == {99}


def test_a_rhythm_of_ones_own_is_what_the_melody_plays(install, caplog):
    install("steady", "def steady(moment, value, random): return (0, 960, 1920)", rhythm="steady")

    bars = compose(hooked(rhythm="steady"), bars=24)
    melodies = rows(bars, PARTS.index("melody"))

    assert not caplog.records
    assert {tuple(tick for tick, _ in bar) for bar in melodies if bar} == {(0, 960, 1920)}
