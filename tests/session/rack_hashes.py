"""The sound of every patch through the whole rack, as hashes: ``python rack_hashes.py``."""

import hashlib
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from genmusic.session.rack import Rack
from genmusic.synthesis.orchestra import PlayedNote
from genmusic.synthesis.patches import PATCHES

QUANTA, BLOCKS = 32, 10


def hash_of(patch):
    """A chord, soft and hard, with reverb, echo and master."""
    rack = Rack()
    keys = (36, 38, 42, 46) if PATCHES[patch][0] == "drums" else (45, 57, 64, 81)
    for number, pitch in enumerate(keys):
        start = 777 * number
        rack.play(0, PlayedNote(start, 9_000, 0, patch, pitch, 50 + 20 * number, 0.3))
    digest = hashlib.sha256()
    for _ in range(BLOCKS):
        faders = rack.faders
        faders.strips[:] = faders.rooms[:] = faders.halls[:] = 0.3
        faders.room_wet[:] = faders.hall_wet[:] = faders.echoes[:] = faders.bands[:] = 0.3
        faders.gain[:] = faders.brightness[:] = 0.7
        faders.echo_delays[:] = 5_000
        digest.update(rack.render(QUANTA)[0].tobytes())
    return digest.hexdigest()


def all_hashes():
    """Of every patch, by name."""
    return {patch: hash_of(patch) for patch in sorted(PATCHES)}


if __name__ == "__main__":
    print(json.dumps(all_hashes()))
