"""The repertoire: every trained model there is, mixed as styles ask, and what none may copy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from threading import Lock
from typing import Union

from genmusic.composition.copying import LIMITS, CopyRule, kept_copy_rule
from genmusic.composition.forest import Forest, plant
from genmusic.composition.model import Model
from genmusic.composition.trained import Trained
from genmusic.errors import UnknownNameError

Models = Union[Model, "Repertoire"]
"""What a composer is given: one model for all styles, or all models to mix."""

MOST_AT_HAND = 64  # mixes of editions of styles that are found at once

Key = tuple[tuple[tuple[str, float], ...], str]


class Repertoire:
    """Models by name; what is mixed once is kept.

    What is taken back is heard no more from the next bar on, by everyone who plays.
    """

    def __init__(self, trained: Mapping[str, Trained]) -> None:
        self._trained = dict(trained)
        self._heard = list(trained.values())
        self._forest: Forest | None = None
        self._taken_back: frozenset[str] = frozenset()
        self._mixed: dict[Key, Model] = {}
        self._at_hand: dict[tuple[int, str], tuple[Mapping[str, float], Model]] = {}  # by id
        self._rules: dict[str, CopyRule] = {}
        self._lock = Lock()

    def __iter__(self) -> Iterator[str]:
        return iter(self._trained)

    @property
    def trained(self) -> Mapping[str, Trained]:
        """The models by name."""
        return self._trained

    def mixed(self, mix: Mapping[str, float], copying: str) -> Model:
        """The models of a mix as one, held to a limit of `copying.LIMITS`."""
        at_hand = self._at_hand
        found = at_hand.get((id(mix), copying))
        if found is None:
            key = (tuple(sorted(mix.items())), copying)
            if len(at_hand) >= MOST_AT_HAND:
                at_hand.clear()
            # The mix is held, so that its id stays its own.
            found = at_hand[id(mix), copying] = mix, self._mixed.get(key) or self._mix(key)
        return found[1]

    def _mix(self, key: Key) -> Model:
        with self._lock:
            if key not in self._mixed:
                mix, copying = key
                parts = [(self._find(name), share) for name, share in mix if share > 0.0]
                self._forest = self._forest or plant(list(self._trained.values()))
                self._mixed[key] = Model(parts, self._rule(copying), self._forest)
            return self._mixed[key]

    def _find(self, name: str) -> Trained:
        if name not in self._trained:
            known = ", ".join(self._trained)
            raise UnknownNameError(f"there is no model {name!r:.40}; known: {known}")
        return self._trained[name]

    def _rule(self, copying: str) -> CopyRule:
        """The rule against copying any work of any model, mixed in or not."""
        if copying not in self._rules:
            self._rules[copying] = kept_copy_rule(self._heard, LIMITS[copying])
        return self._rules[copying]

    def take_back(self, ids: frozenset[str]) -> bool:
        """Forget what the works of these ids taught, and they alone; whether that is a change.

        They may still not be copied.
        """
        if ids == self._taken_back:
            return False
        trained = {name: one.without(ids) for name, one in self._trained.items()}
        forest = plant(list(trained.values()))  # grown here, so that no bar waits for it
        with self._lock:
            self._trained, self._forest = trained, forest
            self._mixed, self._at_hand, self._taken_back = {}, {}, ids
        return True
