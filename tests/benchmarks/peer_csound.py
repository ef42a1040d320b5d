"""The benchmark voice and a reverb in Csound."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path

import numpy as np
from measuring import Peer, Sound, child_cpu_seconds
from patch import PANS, PITCHES_HZ, VOICES

COMMANDS = {"csound": "csound"}
HEAD = "sr = 48000\nksmps = 64\nnchnls = 2\n0dbfs = 1\ngaL init 0\ngaR init 0\n"
VOICE = """
instr 1
  aEnv linseg 0, .01, 1, .2, .6, .49, .6, .2, 0, .1, 0
  kEnv linseg 0, .01, 1, .2, .6, .49, .6, .2, 0, .1, 0
  aUp vco2 1, p4 * 1.003
  aDown vco2 1, p4 * .997
  aLow {filter} aUp + aDown, 300 + 5000 * kEnv, 2
  aOut = aLow * aEnv * .05
  gaL += aOut * p5
  gaR += aOut * p6
endin
instr 2
  outs gaL, gaR
  gaL = 0
  gaR = 0
endin
"""
NOISE = """
instr 2
  aL rand .1
  aR rand .1, .7
  {reverb}
  outs aL, aR
endin
"""
FREEVERB = "aL, aR freeverb aL, aR, .8, .5"
SAW = "instr 2\n  aOut vco2 .5, {hz}\n  outs aOut, aOut\nendin\n"
IMPULSE = "instr 2\n  aIn mpulse 1, 0\n  aL, aR freeverb aIn, aIn, .8, .5\n  outs aL, aR\nendin\n"


def open_peer(folder: Path) -> Peer:
    """Csound in double precision, with its best band-limited saw."""

    def run(instruments: str, seconds: float, notes: str = "", *options: str) -> float:
        sheet = folder / "sheet.csd"
        score = f"i2 0 {seconds}\n{notes}"
        sheet.write_text(
            f"<CsoundSynthesizer>\n<CsInstruments>\n{HEAD}{instruments}</CsInstruments>\n"
            f"<CsScore>\n{score}</CsScore>\n</CsoundSynthesizer>\n"
        )
        return child_cpu_seconds(["csound", "-d", "-m0", *(options or ["-n"]), str(sheet)])

    def voices(kind: str, seconds: int) -> float:
        return run(VOICE.format(filter=kind), seconds, _notes(seconds))

    def reverb(seconds: int) -> float:
        wet, dry = (run(NOISE.format(reverb=text), seconds) for text in (FREEVERB, ""))
        return wet - dry

    def sound(instruments: str, seconds: float) -> Sound:
        target = folder / "csound.raw"
        run(instruments, seconds, "", "-h", "-f", "-o", str(target))
        return np.fromfile(target, np.float32)[::2]

    return Peer(
        "Csound",
        {f"vco2, {kind}": partial(voices, kind) for kind in ("lowpass2", "zdf_2pole")},
        reverb,
        lambda hz: sound(SAW.format(hz=hz), 1.5),
        lambda: sound(IMPULSE, 4.0),
    )


def _notes(seconds: int) -> str:
    lines = []
    for number in range(VOICES):
        angle = (PANS[number] + 1.0) * math.pi / 4.0
        sides = f"{math.cos(angle):.5f} {math.sin(angle):.5f}"
        lines += [
            f"i1 {second + number / VOICES:.6f} 1 {PITCHES_HZ[number]:.5f} {sides}\n"
            for second in range(seconds)
        ]
    return "".join(lines)
