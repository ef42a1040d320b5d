"""MIDI that comes in conducts the music: knobs, buttons, programs, a clock."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from genmusic.midi.clock import ClockFollower
from genmusic.midi.input import MidiInput
from genmusic.midi.mapper import Mapper
from genmusic.midi.maps import Knob, MidiMap, map_for
from genmusic.midi.messages import Message
from genmusic.midi.place import Where
from genmusic.midi.zones import Players, Zone
from genmusic.playback.hands import Hands


@dataclass(frozen=True, slots=True)
class Learned:
    """A knob that was given to a control."""

    port: str
    map: MidiMap
    knob: Knob


class Conducting:
    """Reads every port through its map, and does what the messages ask for.

    Parameters
    ----------
    midi
        The ports.
    hands
        What they move.
    maps
        From which each port takes the first that names it.
    where
        Tells the place of a moment in the music.
    zones
        What the keys of every port are for; none: what the map of each port says.
    """

    def __init__(
        self,
        midi: MidiInput,
        hands: Hands,
        maps: Sequence[MidiMap],
        where: Where,
        zones: Sequence[Zone] = (),
    ) -> None:
        self._midi, self._hands, self._maps = midi, hands, maps
        self._where, self._given_zones = where, tuple(zones)
        self._mappers: dict[int, Mapper] = {}
        self._players: dict[int, Players] = {}
        self._learning = ""
        self.clock = ClockFollower()
        self.heard = 0  # messages since the start: the activity meter
        self.last = ""  # the newest of them, for people

    def learn(self, control: str) -> None:
        """Give the next knob that is turned, on any port, to a control."""
        self._learning = control
        for mapper in self._mappers.values():
            mapper.learn(control)

    @property
    def text(self) -> str:
        """What comes in, for people."""
        names = ", ".join(self._midi.ports.values()) or "no port"
        tempo_bpm = self.clock.tempo_bpm
        clock = f" · clock {tempo_bpm:.1f} bpm" if tempo_bpm else ""
        return f"{names} · {self.heard} messages · {self.last or 'silence'}{clock}"

    def turn(self) -> list[Learned]:
        """Take what came since the last call; the knobs that were learned."""
        messages, lost = self._midi.take()
        learned = [found for message in messages if (found := self._take(message))]
        controls = self._hands.player.controls()
        for players in self._players.values():
            if lost:
                players.clear()
            if changes := players.turn(time.monotonic_ns(), controls):
                self._hands.set(changes)
        return learned

    @property
    def zones(self) -> tuple[Zone, ...]:
        """What the keys are for, on the ports that were heard."""
        mapped = (zone for mapper in self._mappers.values() for zone in mapper.map.zones)
        return self._given_zones or tuple(mapped)

    @property
    def buttons(self) -> frozenset[tuple[int, int]]:
        """Channel and note of every button that sends notes, on the ports that were heard."""
        return frozenset(
            (channel, button.note)
            for mapper in self._mappers.values()
            for button in mapper.map.buttons
            for channel in ([button.channel] if button.channel else range(1, 17))
            if button.note >= 0
        )

    def _take(self, message: Message) -> Learned | None:
        self.clock.hear(message)
        if not message.channel:
            return None
        self.heard, self.last = self.heard + 1, message.text
        mapper = self._mapper(message.port)
        wish = mapper.read(message, self._hands.player.controls())
        if wish.is_note:
            self._players[message.port].hear(message)
        if wish.controls:
            self._hands.set(wish.controls)
        if wish.action:
            self._hands.act(wish.action)
        if wish.learned is None:
            return None
        self.learn("")
        return Learned(self._midi.ports.get(message.port, ""), mapper.map, wish.learned)

    def _mapper(self, port: int) -> Mapper:
        if port not in self._mappers:
            name = self._midi.ports.get(port, "")
            self._mappers[port] = Mapper(map_for(name, self._maps), self._hands.styles)
            self._mappers[port].learn(self._learning)
            zones = self._given_zones or self._mappers[port].map.zones
            self._players[port] = Players(zones, self._where)
        return self._mappers[port]
