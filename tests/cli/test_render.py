import json
import os
import subprocess
import sys

import av
import mido
import numpy as np
import pytest

from genmusic import cli
from genmusic.seeding import DEFAULT_SEED
from genmusic.session.engine import Engine
from genmusic.session.library import open_library


@pytest.fixture
def render(tmp_path, capsys, monkeypatch):
    """Run the command in an empty folder: its status, figures and error."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        status = cli.main(["render", *map(str, arguments), "--json"])
        shown = capsys.readouterr()
        return status, json.loads(shown.out) if shown.out else {}, shown.err

    return run


def frames_in(path):
    with av.open(path) as container:
        return sum(frame.samples for frame in container.decode(audio=0))


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".opus", ".mp3"])
def test_every_audio_format_holds_all_frames(render, suffix):
    status, figures, _ = render(f"a{suffix}", "--seconds", 2)

    assert status == 0
    assert frames_in(f"a{suffix}") == figures["frames"] == 96_000


def test_the_figures_are_those_of_the_contract(render):
    _, figures, _ = render("a.wav", "--seconds", 2)

    assert list(figures) == [
        "seconds", "frames", "realtime_factor", "sha256", "bars", "tempo_bpm", "key",
    ]  # fmt: skip
    assert figures["seconds"] == 2.0
    assert figures["bars"] == 1


def test_the_same_seed_gives_the_same_samples_whatever_the_format(render):
    hashes = {render(f"{n}.{s}", "--seconds", 3)[1]["sha256"] for n, s in ((1, "wav"), (2, "mid"))}

    assert len(hashes) == 1


@pytest.mark.parametrize("other", [("--seed", 8), ("--style", "drive"), ("--arousal", 0.9)])
def test_another_seed_style_or_mood_gives_another_piece(render, other):
    first = render("a.wav", "--seconds", 3)[1]

    second = render("b.wav", "--seconds", 3, *other)[1]

    assert second["sha256"] != first["sha256"]


def test_the_defaults_are_those_of_a_new_session(render):
    render("a.wav", "--seconds", 1)

    block = np.empty((2, 48_000), np.float32)
    Engine(open_library(), DEFAULT_SEED).render(block)

    with av.open("a.wav") as container:
        samples = [frame.to_ndarray() for frame in container.decode(audio=0)]
    heard = np.concatenate(samples, axis=1).reshape(-1, 2).T / 256 / 8388607
    assert np.abs(heard - block).max() <= 0.5 / 8388607


def test_bars_end_with_a_bar_line(render):
    _, figures, _ = render("a.mid", "--bars", 3, "--set", "tempo_bpm=120")

    assert figures["bars"] == 3
    assert figures["frames"] == 3 * 4 * 24_000  # bars, beats, frames of a beat: whole quanta
    assert figures["tempo_bpm"] == 120.0


def test_a_midi_file_lasts_as_long_as_its_bars_sound(render):
    _, figures, _ = render("a.mid", "--bars", 4)

    # The tempo in the file is a whole number of microseconds for each beat.
    assert mido.MidiFile("a.mid").length == pytest.approx(figures["seconds"], abs=0.01)


def test_a_scenario_is_rendered_to_its_end_with_its_chords(render):
    render("song.mid", "--seed", 5, "--bars", 6)

    _, figures, _ = render("again.mid", "--seed", 9, "--scenario", "song.mid")

    chords = [
        [m.text for m in mido.MidiFile(name).tracks[0] if m.type == "text"]
        for name in ("song.mid", "again.mid")
    ]
    assert figures["bars"] == 6
    assert len(chords[1]) > 3
    assert {text.partition("/")[0] for text in chords[1]} & set(chords[0])


def test_automation_is_the_log_of_a_live_session(render, tmp_path):
    changes = [(0.5, "space", 0.9), (1.0, "melody.level_db", -20.0), (1.0, "arousal", 0.7),
               (1.5, "tempo_bpm", 140.0), (2.2, "brightness", 0.1)]  # fmt: skip
    lines = [json.dumps({"at_seconds": at, "set": {name: value}}) for at, name, value in changes]
    tmp_path.joinpath("changes.jsonl").write_text("\n".join(lines))

    _, figures, _ = render("a.mid", "--seconds", 4, "--automation", "changes.jsonl")

    assert figures["sha256"] == live_hash(changes, 4)


def live_hash(changes, seconds):
    """Hash of an engine whose controls are moved while it plays."""
    import hashlib

    engine = Engine(open_library(), DEFAULT_SEED)
    digest = hashlib.sha256()
    for at, name, value in [*changes, (seconds, None, None)]:
        block = np.empty((2, -(-round(at * 48_000) // 64) * 64 - engine.rendered_end), np.float32)
        engine.render(block)
        digest.update(block.T.tobytes())
        if name:
            engine.set_controls({name: value})
    return digest.hexdigest()


def test_a_style_of_ones_own_composes(render, tmp_path):
    tmp_path.joinpath("rain.toml").write_text(
        'title = "Rain"\nextends = "evening"\nmix.echo_beats = 1.5'
    )

    status, figures, _ = render("a.mid", "--seconds", 1, "--style", "rain.toml")

    assert status == 0
    assert figures["frames"] == 48_000


def test_an_unknown_patch_is_named_with_its_file_line_and_key(render, tmp_path):
    tmp_path.joinpath("rain.toml").write_text(
        'title = "Rain"\nextends = "evening"\n[parts.melody]\npatch = "kazoo"'
    )

    status, _, error = render("a.mid", "--style", "rain.toml")

    assert status == 1
    assert error.startswith("genmusic: rain.toml:4: parts.melody.patch: there is no patch 'kazoo'")


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["a.wav", "--style", "polka"], 1, "there is no style 'polka'; known: "),
        (["a.wav", "--valence", "1.5"], 2, "valence must be in -1..1, got 1.5"),
        (["a.wav", "--set", "density=2"], 2, "density must be in 0..1, got 2"),
        (["a.wav", "--set", "volume=2"], 2, "there is no control named volume"),
        (["a.wav", "--set", "drums.mute=perhaps"], 2, "drums.mute must be true or false"),
        (["a.wav", "--seconds", "-1"], 2, "must be a number of seconds in 0.01..86400, got -1"),
        (["a.wav", "--seconds", "nan"], 2, "must be a number of seconds in 0.01..86400, got nan"),
        (["a.wav", "--bars", "0"], 2, "must be a whole number in 1..100000, got 0"),
        (["a.wav", "--seed", "x"], 2, "must be a whole number in 0..9007199254740991, got x"),
        (["a.ogg"], 1, "no format has the suffix '.ogg'; use .wav, .flac, .opus, .mp3, .mid"),
        (["gone/a.wav"], 1, "no such file or directory; create the folder first"),
        (["gone/a.mid"], 1, "no such file or directory; create the folder first"),
        (["a.wav", "--automation", "gone.jsonl"], 1, "gone.jsonl: cannot be read"),
        (["a.wav", "--automation", "bad.jsonl"], 1, "bad.jsonl:2: valence must be in -1..1, got 3"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(render, tmp_path, arguments, status, sentence):
    lines = [{"at_seconds": 1, "set": {"valence": value}} for value in (1, 3)]
    tmp_path.joinpath("bad.jsonl").write_text("\n".join(map(json.dumps, lines)))

    got, _, error = render(*arguments)

    assert got == status
    assert sentence in error
    assert error.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["bad.jsonl"]


def test_without_json_a_sentence_says_what_was_written(tmp_path, capsys):
    cli.main(["render", str(tmp_path / "a.mid"), "--seconds", "1"])

    shown = capsys.readouterr().out
    assert "a.mid: " in shown
    assert "times real time" in shown


@pytest.mark.parametrize(
    "cpu", [{}, {"NUMBA_CPU_NAME": "x86-64-v3", "NUMBA_CPU_FEATURES": ""}], ids=["native", "v3"]
)
def test_the_hash_is_the_same_on_every_kind_of_processor(render, tmp_path, cpu):
    here = render("a.mid", "--seed", 7, "--seconds", 10)[1]["sha256"]
    command = [sys.executable, "-m", "genmusic", "render", "b.mid", "--seed", "7"]

    shown = subprocess.run(
        [*command, "--seconds", "10", "--json"],
        env={**os.environ, **cpu}, capture_output=True, check=True, timeout=300,
    )  # fmt: skip

    assert json.loads(shown.stdout)["sha256"] == here


def test_ctrl_c_leaves_nothing_behind(tmp_path, monkeypatch):
    def interrupt(self, block):
        raise KeyboardInterrupt

    monkeypatch.setattr("genmusic.encoding.audiofiles._ContainerWriter.write", interrupt)

    status = cli.main(["render", str(tmp_path / "a.wav"), "--seconds", "1"])

    assert status == 130
    assert list(tmp_path.iterdir()) == []
