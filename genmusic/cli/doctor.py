"""``genmusic doctor``: what is missing on this machine, and the cure."""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from genmusic.errors import GenmusicError

PRIORITY = 10  # of real time, that an audio thread asks for at least
CODECS = ("libopus", "flac", "libmp3lame")
SLOWER_OPUS = "which do; with the system's (Debian: libopus0), streams take a quarter less time"

Answer = tuple[bool, str]
"""Whether it is well; how it is, or what to do."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    is_well: bool
    text: str  # how it is, or what to do


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Declare the command and its options."""
    parser = subparsers.add_parser("doctor", help="say what is missing on this machine")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    """Look at everything; status 1 when something is not well."""
    findings = [_examine(what, look) for what, look in EXAMINATIONS.items()]
    for finding in findings:
        mark = "ok  " if finding.is_well else "MISS"
        line = json.dumps(asdict(finding)) if arguments.json else (
            f"{mark} {finding.what:16} {finding.text}"
        )  # fmt: skip
        sys.stdout.write(line + "\n")
    return 0 if all(finding.is_well for finding in findings) else 1


def _examine(what: str, look: Callable[[], Answer]) -> Finding:
    try:
        return Finding(what, *look())
    except GenmusicError as error:
        return Finding(what, False, str(error))


def _kernels() -> Answer:
    from genmusic.synthesis.cache import kept_in

    folder = kept_in()
    if folder is None:
        return False, "compiled instruments are not kept; set XDG_CACHE_HOME to a folder of yours"
    return True, f"kept in {folder}"


def _compiler() -> Answer:
    from genmusic.synthesis.cache import why_slow

    reason = why_slow()
    return not reason, f"first starts are slow: {reason}" if reason else "takes every shortcut"


def _codecs() -> Answer:
    import av

    from genmusic.encoding import libopus

    missing = [name for name in CODECS if name not in av.codecs_available]
    if missing:
        return False, f"no {', '.join(missing)}; run: pip install --force-reinstall av"
    streams = "and the system's libopus for streams" if libopus.load() else SLOWER_OPUS
    return True, f"{', '.join(CODECS)}, {streams}"


def _devices() -> Answer:
    from genmusic.playback.devices import DeviceChoice, choose, list_devices

    devices = list_devices()
    if not devices:
        return False, "none; start JACK, PipeWire or PulseAudio, or plug one in"
    chosen = choose(devices, DeviceChoice())
    return True, f"{len(devices)}, of which genmusic takes {chosen.name} ({chosen.api})"


def _ports() -> Answer:
    from genmusic.midi.ports import open_backend

    names = open_backend().get_input_names()
    return True, ", ".join(names) or "nothing is plugged in; the system answers"


def _link() -> Answer:
    from genmusic.midi.link import INSTALL, is_installed

    return (
        True,
        "can be joined" if is_installed() else f"not installed; whoever wants it: {INSTALL}",
    )


def _real_time() -> Answer:
    allowed = resource.getrlimit(resource.RLIMIT_RTPRIO)[0]
    if os.geteuid() == 0 or allowed >= PRIORITY:
        return True, "may be asked for"
    return False, (
        "none, so sound may crackle; join the group audio and give it rtprio 95 in "
        "/etc/security/limits.d/audio.conf"
    )


EXAMINATIONS: dict[str, Callable[[], Answer]] = {
    "kernel cache": _kernels,
    "compiler": _compiler,
    "codecs": _codecs,
    "sound devices": _devices,
    "MIDI ports": _ports,
    "Ableton Link": _link,
    "real-time rights": _real_time,
}
