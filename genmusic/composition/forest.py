"""A forest: the trees of several models in one of each kind; a mix is a choice of roots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from genmusic.composition import markov
from genmusic.composition.markov import join, spread_out
from genmusic.composition.trained import PITCHES, Trained
from genmusic.tables import Arrays, kept, sources, tables_path
from kernels.sampling import Tree

KINDS = ("melody", "chord", "rhythm")


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """Trees of one kind, and the row where that of each model begins."""

    tree: Tree
    roots: Mapping[Trained, int]


Forest = Mapping[str, Joined]
"""The joined trees of each of `KINDS`."""


def plant(models: Sequence[Trained]) -> Forest:
    """Join the trees of some models, once for each state of their files."""
    trees = [one.tables for one in models]
    names = [path.name.encode() for path in trees if path]
    known = len(names) == len(models)
    path = tables_path("forest", *names, *_SOURCES) if known else None
    return kept(path, lambda arrays: _forest(models, arrays), lambda: _arrays(models))


_SOURCES = sources(__file__, markov.__file__)


def _arrays(models: Sequence[Trained]) -> Arrays:
    """All arrays of the joined trees, each with its kind in the name."""
    joined = {kind: join([getattr(one.trees, kind).tree for one in models]) for kind in KINDS}
    tree, roots = joined["melody"]
    joined["melody"] = spread_out(tree, roots, PITCHES), roots
    arrays = {f"{kind}.roots": roots for kind, (_, roots) in joined.items()}
    for kind, (tree, _) in joined.items():
        arrays |= {f"{kind}.{name}": array for name, array in tree._asdict().items()}
    return arrays


def _forest(models: Sequence[Trained], arrays: Arrays) -> Forest:
    return {
        kind: Joined(
            Tree(**{field: arrays[f"{kind}.{field}"] for field in Tree._fields}),
            dict(zip(models, arrays[f"{kind}.roots"].tolist(), strict=True)),
        )
        for kind in KINDS
    }
