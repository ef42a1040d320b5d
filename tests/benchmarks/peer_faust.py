"""The benchmark voice and a reverb in Faust, compiled through C++."""

from __future__ import annotations

import json
import subprocess
from functools import partial
from pathlib import Path

import numpy as np
from measuring import Peer, Sound
from patch import PITCHES_HZ, VOICES

COMMANDS = {"faust": "faust", "g++": "g++"}
OPTIMISED = ("-O3", "-march=native", "-ffast-math", "-w")
LIBRARY = 'import("stdfaust.lib");\n'
VOICE = """
hz = hslider("hz", 220, 20, 20000, .01); pan = hslider("pan", .5, 0, 1, .01);
gate = button("gate"); cutoff = hslider("cutoff", 300, 20, 20000, .01);
envelope = en.adsr(.01, .2, .6, .2, gate);
pair = os.sawtooth(hz * 1.003) + os.sawtooth(hz * .997);
process = pair : fi.svf.lp({cutoff}, 2) : *(envelope * .05)
  <: *(cos(pan * ma.PI / 2)), *(sin(pan * ma.PI / 2));
"""
# Freeverb's room .8 and damping .5 on Faust's own scales.
REVERB = "process = re.stereo_freeverb(.924, .5, .2, 23);\n"
SAW = 'process = os.sawtooth(hslider("hz", 220, 20, 20000, .01));\n'
PROGRAMS = {
    "Sample": LIBRARY + VOICE.format(cutoff="300 + 5000 * envelope"),
    "Block": LIBRARY + VOICE.format(cutoff="cutoff"),
    "Reverb": LIBRARY + REVERB,
    "Saw": LIBRARY + SAW,
}
DRIVER = Path(__file__).with_name("peer_faust.cpp")


def open_peer(folder: Path) -> Peer:
    """Faust's standard library, compiled as fast as g++ can."""
    for name, text in PROGRAMS.items():
        source = folder / f"{name}.dsp"
        source.write_text(text)
        subprocess.run(
            ["faust", "-cn", name, str(source), "-o", str(folder / f"{name}.h")],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
    program = folder / "faust_peer"
    subprocess.run(
        ["g++", *OPTIMISED, f"-I{folder}", str(DRIVER), "-o", str(program)],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip

    def run(work: str, seconds: float, *more: str) -> float:
        command = [str(program), work, str(seconds), *more]
        shown = subprocess.run(command, check=True, capture_output=True, timeout=120)
        return float(json.loads(shown.stdout))

    def sound(work: str, seconds: float, *more: str) -> Sound:
        target = folder / "faust.raw"
        run(work, seconds, *more, str(target))
        return np.fromfile(target, np.float32)

    pitches = (str(VOICES), *(f"{hz:.5f}" for hz in PITCHES_HZ))
    variants = {"cutoff per sample": "voices", "cutoff per block of 64": "block-voices"}
    return Peer(
        "Faust",
        {name: partial(lambda work, s: run(work, s, *pitches), work)
         for name, work in variants.items()},
        lambda seconds: run("reverb", seconds) - run("noise", seconds),
        lambda hz: sound("saw", 1.5, str(hz)),
        lambda: sound("response", 4.0),
    )  # fmt: skip
