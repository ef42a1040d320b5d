"""The benchmark voice and a reverb in SuperCollider's server, not in real time.

Definitions of synths are written in the server's own binary format (its help, "Synth Definition
File Format"), so its language is not needed.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from measuring import Peer, Sound, child_cpu_seconds
from patch import GATE_SECONDS, PANS, PITCHES_HZ, VOICES

COMMANDS = {"scsynth": "supercollider-server"}
CONTROL, AUDIO = 1, 2
ADD, MULTIPLY = 0, 2
CURVE = (5, -4.0)
ADSR = (0.0, 3, 2, -99, 1.0, 0.01, *CURVE, 0.6, 0.2, *CURVE, 0.0, 0.2, *CURVE)
Input = tuple[int, int]  # unit and its output, or -1 and a constant


def _word(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


@dataclass
class Synth:
    """A graph of units on its way into a definition."""

    name: str
    parameters: tuple[str, ...] = ()
    constants: list[float] = field(default_factory=list)
    units: list[bytes] = field(default_factory=list)

    def unit(
        self, name: str, rate: int, *inputs: Input | float, outputs: int = 1, special: int = 0
    ) -> Input:
        """Add a unit; returns its first output."""
        body = _word(name) + struct.pack(">bIIh", rate, len(inputs), outputs, special)
        for value in inputs:
            body += struct.pack(">ii", *(value if isinstance(value, tuple) else self._held(value)))
        self.units.append(body + bytes([rate]) * outputs)
        return len(self.units) - 1, 0

    def _held(self, value: float) -> Input:
        if value not in self.constants:
            self.constants.append(value)
        return -1, self.constants.index(value)

    def both(self, operator: int, rate: int, a: Input | float, b: Input | float) -> Input:
        """A sum or a product."""
        return self.unit("BinaryOpUGen", rate, a, b, special=operator)

    def definition(self) -> bytes:
        """The whole file."""
        names = b"".join(_word(p) + struct.pack(">i", k) for k, p in enumerate(self.parameters))
        count = len(self.parameters)
        return b"".join([
            b"SCgf", struct.pack(">ih", 2, 1), _word(self.name),
            struct.pack(f">i{len(self.constants)}f", len(self.constants), *self.constants),
            struct.pack(f">i{count}f", count, *([0.0] * count)),
            struct.pack(">i", count), names,
            struct.pack(">i", len(self.units)), *self.units, struct.pack(">h", 0),
        ])  # fmt: skip


def _voice() -> Synth:
    synth = Synth("voice", ("hz", "phase", "pan"))
    controls, _ = synth.unit("Control", CONTROL, outputs=3)
    gate = synth.unit("LFPulse", CONTROL, 1.0, (controls, 1), GATE_SECONDS)
    envelope = synth.unit("EnvGen", CONTROL, gate, 1.0, 0.0, 1.0, 0.0, *ADSR)
    pair = [
        synth.unit("Saw", AUDIO, synth.both(MULTIPLY, CONTROL, (controls, 0), detune))
        for detune in (1.003, 0.997)
    ]
    sweep = synth.both(MULTIPLY, CONTROL, envelope, 5000.0)
    cutoff = synth.both(ADD, CONTROL, sweep, 300.0)
    low = synth.unit("RLPF", AUDIO, synth.both(ADD, AUDIO, *pair), cutoff, 0.5)
    level = synth.both(MULTIPLY, CONTROL, envelope, 0.05)
    sound = synth.both(MULTIPLY, AUDIO, low, level)
    sides, _ = synth.unit("Pan2", AUDIO, sound, (controls, 2), 1.0, outputs=2)
    synth.unit("Out", AUDIO, 0.0, (sides, 0), (sides, 1), outputs=0)
    return synth


def _reverb(source: str, mix: float) -> Synth:
    synth = Synth("room")
    inputs = {"WhiteNoise": (), "Impulse": (0.0, 0.0)}[source]
    sides = [synth.unit(source, AUDIO, *inputs) for _ in range(2)]
    if mix:
        sides = [synth.unit("FreeVerb", AUDIO, side, mix, 0.8, 0.5) for side in sides]
    synth.unit("Out", AUDIO, 0.0, *sides, outputs=0)
    return synth


def _saw(hz: float) -> Synth:
    synth = Synth("saw")
    sound = synth.unit("Saw", AUDIO, hz)
    synth.unit("Out", AUDIO, 0.0, sound, sound, outputs=0)
    return synth


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def _message(address: str, *values: str | int | float | bytes) -> bytes:
    tags, body = ",", b""
    for value in values:
        if isinstance(value, str):
            tags, body = tags + "s", body + _padded(value.encode() + b"\0")
        elif isinstance(value, bytes):
            tags, body = tags + "b", body + struct.pack(">i", len(value)) + _padded(value)
        elif isinstance(value, int):
            tags, body = tags + "i", body + struct.pack(">i", value)
        else:
            tags, body = tags + "f", body + struct.pack(">f", value)
    return _padded(address.encode() + b"\0") + _padded(tags.encode() + b"\0") + body


def _bundle(seconds: float, *messages: bytes) -> bytes:
    whole = int(seconds)
    body = b"#bundle\0" + struct.pack(">II", whole, int((seconds - whole) * 2**32))
    body += b"".join(struct.pack(">i", len(message)) + message for message in messages)
    return struct.pack(">i", len(body)) + body


def open_peer(folder: Path) -> Peer:
    """The server with blocks of 64 frames, as it comes."""

    def run(synth: Synth, starts: list[bytes], seconds: float, out: Path) -> float:
        score = folder / "score.osc"
        bundles = [_bundle(0.0, _message("/d_recv", synth.definition()))]
        bundles += [_bundle(0.0, start) for start in starts]
        score.write_bytes(b"".join([*bundles, _bundle(seconds, _message("/c_set", 0, 0))]))
        return child_cpu_seconds(
            ["scsynth", "-N", str(score), "_", str(out), "48000", "raw", "float", "-o", "2"]
        )

    def start(synth: Synth) -> list[bytes]:
        return [_message("/s_new", synth.name, 1000, 0, 0)]

    def voices(seconds: int) -> float:
        synth = _voice()
        starts = [
            _message("/s_new", synth.name, 1000 + number, 0, 0, "hz", PITCHES_HZ[number],
                     "phase", number / VOICES, "pan", PANS[number])
            for number in range(VOICES)
        ]  # fmt: skip
        return run(synth, starts, seconds, folder / "voices.raw")

    def reverb(seconds: int) -> float:
        rooms = (_reverb("WhiteNoise", 0.3), _reverb("WhiteNoise", 0.0))
        wet, dry = (run(room, start(room), seconds, folder / "noise.raw") for room in rooms)
        return wet - dry

    def sound(synth: Synth, seconds: float) -> Sound:
        target = folder / "scsynth.raw"
        run(synth, start(synth), seconds, target)
        return np.fromfile(target, np.float32)[::2]

    return Peer(
        "SuperCollider",
        {"Saw, RLPF": voices},
        reverb,
        lambda hz: sound(_saw(hz), 1.5),
        lambda: sound(_reverb("Impulse", 1.0), 4.0),
    )
