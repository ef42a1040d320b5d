"""Drum kits: one sound for each note of the General MIDI percussion map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from genmusic.rules import ListOf, MapOf, Number, Table, Text, rule
from genmusic.synthesis.drums import Drum, Hit
from genmusic.synthesis.hits import HITS, Hits
from genmusic.synthesis.voicing import VELOCITY_GAINS, Voicing


@dataclass(frozen=True, slots=True)
class Kit:
    """A drum for each General MIDI percussion key; one that is missing plays ``instead``."""

    drums: Mapping[str, Drum] = rule(MapOf((), Table(Drum)), "drums by percussion key")
    instead: str = rule(Text(3), "the key that stands for those that are missing", "42")
    brightness_octaves: float = rule(Number(0.0, 4.0, "octaves"), "of cutoff, up or down", 0.5)
    width: float = rule(Number(0.0, 1.0), "spread of hits between left and right", 0.3)
    choke: tuple[tuple[str, ...], ...] = rule(
        ListOf(ListOf(Text(3))), "groups of keys that silence each other", (("42", "44", "46"),)
    )

    @property
    def hits(self) -> Iterator[Hit]:
        """Of each drum."""
        return (Hit(drum, self.brightness_octaves) for drum in self.drums.values())

    def voicing(self, pitch: float) -> Voicing:
        """The settings of the voices of a pitch."""
        return self.voicing_from(HITS, pitch)

    def voicing_from(self, recordings: Hits, pitch: float) -> Voicing:
        """The settings of the voices of a pitch that read some recordings."""
        key = str(int(pitch))
        drum = self.drums.get(key, self.drums[self.instead])
        hit = Hit(drum, self.brightness_octaves)
        place, longest = recordings.place_of(hit), hit.longest_quanta
        half = 0.5 * place.choice
        settings = {"reach": float(place.reach), "chance": half, "middle": half - 0.5}
        whole = {"row": place.row, "quanta": place.quanta, "takes": place.takes}
        touched, varied = {"level": VELOCITY_GAINS}, {"chance": half}
        return Voicing(settings, touched, whole, longest, longest, self._group(key), varied)

    def _group(self, key: str) -> int:
        """The number of the group of keys that choke each other; 0 for a key of none."""
        return next((number for number, keys in enumerate(self.choke, start=1) if key in keys), 0)
