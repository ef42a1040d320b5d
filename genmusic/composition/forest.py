"""A forest: the melody trees of several models in one; a mix of them is a choice of roots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from genmusic.composition import markov
from genmusic.composition.markov import join
from genmusic.composition.trained import Trained
from genmusic.tables import Arrays, kept, sources, tables_path
from kernels.sampling import Tree


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """The joined trees, and the row where that of each model begins."""

    tree: Tree
    roots: Mapping[Trained, int]


def plant(models: Sequence[Trained]) -> Forest:
    """Join the trees of some models, once for each state of their files."""
    trees = [one.tables for one in models]
    names = [path.name.encode() for path in trees if path]
    known = len(names) == len(models)
    path = tables_path("forest", *names, *_SOURCES) if known else None
    return kept(path, lambda arrays: _forest(models, arrays), lambda: _joined(models))


_SOURCES = sources(__file__, markov.__file__)


def _joined(models: Sequence[Trained]) -> Arrays:
    tree, roots = join([one.trees.melody.tree for one in models])
    return {**tree._asdict(), "roots": roots}


def _forest(models: Sequence[Trained], arrays: Arrays) -> Forest:
    tree = Tree(**{field: arrays[field] for field in Tree._fields})
    return Forest(tree, dict(zip(models, arrays["roots"].tolist(), strict=True)))
