"""Bach's chorales 1 to 185 as a folder of scores, to measure the model on what others measured.

They lie in the corpus that comes with music21; nothing of them is part of the product.

    python tests/benchmarks/chorales.py chorales/
    genmusic model evaluate --folds 10 chorales/ --json
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

FIRST, LAST = 1, 185  # by Riemenschneider's numbers: the set of Pearce and Wiggins, 2004
SUFFIX = ".mxl"


def main() -> int:
    """Copy the scores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the scores go")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    scores = sorted(set(chorales()))
    for score in scores:
        shutil.copy(score, folder / score.name)
    print(f"{len(scores)} chorales in {folder}", file=sys.stderr)
    return 0


def chorales() -> Iterator[Path]:
    """The files of the chorales; some numbers share one, and some are not in the corpus."""
    from music21 import corpus

    names = corpus.chorales.ChoraleListRKBWV().byRiemenschneider
    files = {path.stem: path for path in corpus.getComposer("bach") if path.suffix == SUFFIX}
    for number in range(FIRST, LAST + 1):
        stem = f"bwv{names[number]['bwv']}"
        if stem in files:
            yield files[stem]


if __name__ == "__main__":
    raise SystemExit(main())
