"""Patch files: a bad one is refused with file, line and key."""

from dataclasses import replace

import pytest

from genmusic.errors import RuleError
from genmusic.synthesis.patches import PATCHES, SCHEMAS, read_patches
from genmusic.synthesis.pools import KINDS
from genmusic.units import exp2, log2

GOOD = """
[thin]
midi_program = 81
level_db = -6
attack_seconds = 0.01
decay_seconds = 0.5
sustain = 0.5
release_seconds = 0.2
cutoff_hz = 900
cutoff_follows = 0.5
envelope_octaves = 1.0
"""


def test_every_kind_of_patch_has_a_pool_and_a_kernel():
    assert set(SCHEMAS) == set(KINDS)
    assert {kind for kind, _ in PATCHES.values()} == set(KINDS)


def test_a_table_in_a_file_is_a_patch(tmp_path):
    (tmp_path / "saws.toml").write_text(GOOD)

    patches, programs = read_patches(tmp_path)

    assert list(patches) == ["thin"]
    assert patches["thin"][1].cutoff_hz == 900
    assert programs == {"thin": 81}


def test_a_patch_may_be_like_another(tmp_path):
    (tmp_path / "saws.toml").write_text(GOOD + '\n[dull]\nlike = "thin"\ncutoff_hz = 300\n')

    patches, programs = read_patches(tmp_path)

    assert patches["dull"][1] == replace(patches["thin"][1], cutoff_hz=300.0)
    assert programs["dull"] == programs["thin"]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        (
            "saws",
            GOOD + '[odd]\nlike = "thick"\n',
            r"saws\.toml:13: odd\.like: .*one of thin, .*'thick'",
        ),
        ("saws", GOOD + "cutof_hz = 3\n", r"saws\.toml:12: thin\.cutof_hz: .*cutoff_hz"),
        ("saws", GOOD.replace("900", "90000"), r"saws\.toml:9: thin\.cutoff_hz: .*16000.*90000"),
        ("saws", GOOD.replace("sustain", "#"), r"saws\.toml:2: thin: 'sustain' must be given"),
        ("saws", GOOD.replace("midi", "#"), r"saws\.toml:2: thin: 'midi_program' must be given"),
        ("saws", GOOD.replace("81", "128"), r"saws\.toml:3: thin\.midi_program: .*0..127.*128"),
        ("kazoos", GOOD, r"kazoos\.toml.*no kind of instrument 'kazoos'; known: saws"),
        ("saws", "[thin", r"saws\.toml:1: not TOML"),
    ],
)
def test_a_bad_patch_is_refused_with_file_line_and_key(tmp_path, name, text, words):
    (tmp_path / f"{name}.toml").write_text(text)

    with pytest.raises(RuleError, match=words):
        read_patches(tmp_path)


@pytest.mark.parametrize("value", [1e-9, 0.1, 0.5, 0.70710678, 1.0, 1.5, 3.0, 48_000.0])
def test_log2_is_the_inverse_of_exp2(value):
    assert exp2(log2(value)) == pytest.approx(value, rel=1e-12)  # the terms of both series


def test_log2_of_a_power_of_two_is_exact():
    assert [log2(2.0**n) for n in range(-20, 21)] == [float(n) for n in range(-20, 21)]
