"""``make bench-peers``: the same voice and a reverb in Csound, SuperCollider, Faust and here.

Prints voice-seconds per CPU-second (the patch is in `patch`), how many times as fast ours is with
notes that are held and with notes started every second (the Python that starts them counts), and
the loudest alias of a saw at 5 kHz; then what a second of stereo reverb costs and how it sounds.
Engines that are missing are installed through apt-get where we may, and skipped where we may not.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import peer_csound
import peer_faust
import peer_genmusic
import peer_supercollider
from measuring import (
    Peer,
    cost_per_second,
    decay_seconds,
    echo_density,
    ringing_db,
    worst_alias_db,
)
from patch import ALIAS_HZ, VOICES

OTHERS: tuple[ModuleType, ...] = (peer_supercollider, peer_csound, peer_faust)
Row = dict[str, Any]


def main() -> None:
    """Measure everyone, ourselves first, and print two tables or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    as_json = parser.parse_args().json
    with tempfile.TemporaryDirectory(prefix="genmusic-peers-") as name:
        peers = list(_peers(Path(name)))
        report = {
            "voices": [row for peer in peers for row in _voices(peer)],
            "reverbs": [_reverb(peer) for peer in peers],
        }
    _compare(report)
    print(json.dumps(report) if as_json else _tables(report))


def _peers(folder: Path) -> Iterator[Peer]:
    yield peer_genmusic.open_peer(folder)
    for module in OTHERS:
        missing = {c: p for c, p in module.COMMANDS.items() if not shutil.which(c)}
        reason = _install(missing) if missing else ""
        if reason:
            print(f"skipped {module.__name__.removeprefix('peer_')}: {reason}", file=sys.stderr)
        else:
            yield module.open_peer(folder)


def _install(missing: Mapping[str, str]) -> str:
    """Install what is missing; returns why that cannot be."""
    packages = sorted(missing.values())
    names = " ".join(packages)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return f"it needs {names} (on Debian: sudo apt-get install {names})"
    for package in packages:
        shown = subprocess.run(["apt-cache", "show", package], capture_output=True, timeout=60)
        if shown.returncode:
            return f"no package {package} is known here (apt-get update?)"
    print(f"installing {names}", file=sys.stderr)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages],
        env=environment, capture_output=True, timeout=600,
    )  # fmt: skip
    return f"apt-get could not install {names}" if done.returncode else ""


def _voices(peer: Peer) -> Iterator[Row]:
    alias_db = worst_alias_db(peer.saw(ALIAS_HZ), ALIAS_HZ)
    for variant, cpu_seconds in peer.voices.items():
        speed = VOICES / cost_per_second(cpu_seconds)
        yield {"engine": peer.name, "variant": variant, "speed": speed, "alias_db": alias_db}


def _reverb(peer: Peer) -> Row:
    response = peer.response()
    flatness_db, peak_db = ringing_db(response)
    return {
        "engine": peer.name,
        "ms_per_second": 1e3 * cost_per_second(peer.reverb),
        "decay_seconds": decay_seconds(response),
        "density_50_ms": echo_density(response, 0.050),
        "density_100_ms": echo_density(response, 0.100),
        "density_200_ms": echo_density(response, 0.200),
        "flatness_db": flatness_db,
        "peak_db": peak_db,
    }


def _compare(report: Mapping[str, list[Row]]) -> None:
    """Add to every row how many times as fast we are, with held notes and with started ones."""
    held, started = (row["speed"] for row in report["voices"] if row["engine"] == "genmusic")
    for row in report["voices"]:
        row |= {"held_ratio": held / row["speed"], "started_ratio": started / row["speed"]}
    own_ms = report["reverbs"][0]["ms_per_second"]
    for row in report["reverbs"]:
        row["ratio"] = row["ms_per_second"] / own_ms


def _tables(report: Mapping[str, list[Row]]) -> str:
    lines = [
        f"{VOICES} voices of two saws, resonant low-pass, envelope, pan, at 48 kHz stereo",
        f"{'engine':15}{'variant':28}{'voice-s per CPU-s':>18}{'held ×':>8}{'started ×':>11}"
        f"{'alias dB':>10}",
    ]
    lines += [
        f"{r['engine']:15}{r['variant']:28}{r['speed']:18.0f}{r['held_ratio']:8.1f}"
        f"{r['started_ratio']:11.1f}{r['alias_db']:10.1f}"
        for r in report["voices"]
    ]
    lines += [
        "",
        "Stereo reverb, room 0.8, damping 0.5; noise has density 1, flatness -2.5 and peak 9 dB",
        f"{'engine':15}{'ms per s':>9}{'ours ×':>8}{'decay s':>9}{'density at 50':>15}{'100':>7}"
        f"{'200 ms':>8}{'flatness':>10}{'peak dB':>9}",
    ]
    lines += [
        f"{r['engine']:15}{r['ms_per_second']:9.3f}{r['ratio']:8.1f}"
        f"{r['decay_seconds']:9.2f}{r['density_50_ms']:15.2f}{r['density_100_ms']:7.2f}"
        f"{r['density_200_ms']:8.2f}{r['flatness_db']:10.2f}{r['peak_db']:9.1f}"
        for r in report["reverbs"]
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
