"""``make reference CORPORA=DIR``: measure the works that models are trained on.

Writes ``genmusic/models/reference.json``: for each body of works the percentiles of each figure.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from genmusic.composition.quality import reference

CORPORA = {"songs": "openscore-lieder.zip", "quartets": "openscore-string-quartets.zip"}
FILE = Path(reference.__file__).parents[2] / "models" / "reference.json"


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path, help="folder with the OpenScore archives")
    parser.add_argument("--works", type=int, default=300, help="of each body at most")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    table = {
        name: asdict(
            reference.measure_corpus(arguments.corpora / file, arguments.works, arguments.processes)
        )
        for name, file in CORPORA.items()
    }
    FILE.write_text(json.dumps(table) + "\n")
    for name, entry in table.items():
        print(f"{name}: {entry['works']} works, {entry['excerpts']} excerpts measured")


if __name__ == "__main__":
    main()
