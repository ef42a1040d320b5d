"""What can play on this machine, asked in a process of its own.

PortAudio looks at devices once, when it is loaded, may abort the process it lives in, and hangs
when a sound server dies; so the process that asks is a new one, and can be ended.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from genmusic.errors import DeviceError

LIST_SECONDS = 10.0
PREFERRED_API = "JACK Audio Connection Kit"  # the one with the lowest latency, when its server runs


@dataclass(frozen=True, slots=True)
class Device:
    """A place to play to."""

    number: int  # PortAudio's, valid while the machine's devices stay as they are
    name: str
    api: str
    channels: int
    is_default: bool  # of its host interface


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """What the user asked for; the words may be parts of a name, in any case."""

    device: str = ""  # a number, or a part of the name; empty: the default
    api: str = ""  # a part of the host interface's name; empty: JACK when it runs, or the default


def list_devices() -> tuple[Device, ...]:
    """Every device with two outputs or more.

    Raises
    ------
    DeviceError
        PortAudio is missing, or does not answer.
    """
    command = [sys.executable, "-m", "genmusic.playback.devices"]
    try:
        asked = subprocess.run(command, capture_output=True, timeout=LIST_SECONDS, check=False)  # noqa: S603 - ourselves
    except subprocess.TimeoutExpired as error:
        raise DeviceError(
            "the sound system does not answer; restart its server (JACK, PipeWire, PulseAudio)"
        ) from error
    if asked.returncode == 0:
        return tuple(Device(**row) for row in json.loads(asked.stdout))
    raise DeviceError(reason(asked.stderr.decode(errors="replace")))


def choose(devices: Sequence[Device], choice: DeviceChoice) -> Device:
    """The device that the user means.

    Raises
    ------
    DeviceError
        None matches; the message lists those there are.
    """
    wanted = [d for d in devices if choice.api.lower() in d.api.lower()]
    if choice.device.isdecimal():
        wanted = [d for d in wanted if d.number == int(choice.device)]
    elif choice.device:
        wanted = [d for d in wanted if choice.device.lower() in d.name.lower()]
    if not wanted:
        raise DeviceError(_none_matches(devices, choice))
    return min(wanted, key=lambda d: (not d.is_default, d.api != PREFERRED_API))


def _none_matches(devices: Sequence[Device], choice: DeviceChoice) -> str:
    if not devices:
        return "there is no sound device to play to; genmusic doctor says what is missing"
    asked = " of ".join(word for word in (choice.device, choice.api) if word)
    known = "; ".join(f"{d.number} {d.name} ({d.api})" for d in devices)
    return f"no sound device matches {asked!r}; there are: {known}"


def reason(stderr: str) -> str:
    """What a process that met PortAudio died of, and the cure."""
    if "No module named 'sounddevice'" in stderr:
        return "sounddevice is not installed; run: pip install 'genmusic[device]'"
    if "PortAudio library not found" in stderr:
        return "the PortAudio library is missing; run: sudo apt-get install libportaudio2"
    last = (stderr.strip().splitlines() or ["it ended without a word"])[-1]
    return f"the sound system failed ({last:.200})" if "Traceback" in stderr else last


def ask_portaudio() -> tuple[Device, ...]:
    """Every device with two outputs or more, as PortAudio sees them in this process."""
    import sounddevice

    interfaces = sounddevice.query_hostapis()
    return tuple(
        Device(
            number,
            device["name"],
            interfaces[device["hostapi"]]["name"],
            device["max_output_channels"],
            interfaces[device["hostapi"]]["default_output_device"] == number,
        )
        for number, device in enumerate(sounddevice.query_devices())
        if device["max_output_channels"] >= 2
    )


if __name__ == "__main__":
    sys.stdout.write(json.dumps([asdict(device) for device in ask_portaudio()]))
