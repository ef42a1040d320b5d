"""From messages of a controller to changes of controls and to actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from genmusic.controls.spec import CONTROLS, Value
from genmusic.midi.maps import (
    ANY_CHANNEL,
    LAST_FREE,
    NOT_FOR_KNOBS,
    SWITCHED,
    Button,
    Knob,
    MidiMap,
    with_knob,
)
from genmusic.midi.messages import CONTROL_CHANGE, NOTE_ON, PROGRAM_CHANGE, Message
from genmusic.midi.takeover import Takeover

PRESSED = 64  # of a button that sends a controller


@dataclass(frozen=True, slots=True)
class Wish:
    """What a message asks for."""

    controls: Mapping[str, Value] = field(default_factory=dict)
    action: str = ""
    learned: Knob | None = None
    is_note: bool = False  # nothing of the map: it is there to be played


NOTHING = Wish()


class Mapper:
    """Reads the messages of one port through its map."""

    def __init__(self, midi_map: MidiMap, styles: Sequence[str]) -> None:
        self.map = midi_map
        self._styles = styles
        self._takeovers: dict[tuple[int, int], Takeover] = {}
        self._learning = ""

    def learn(self, control: str) -> None:
        """Give the next knob that is turned to a control; an empty name gives up."""
        self._learning = control

    def read(self, message: Message, controls: Mapping[str, Value]) -> Wish:
        """What a message asks for, while the controls are as given."""
        if message.kind == PROGRAM_CHANGE:
            return self._style(message.first)
        for button in self.map.buttons:
            if _is_of(button, message):
                return _pressed(button, message, controls)
        if message.kind == CONTROL_CHANGE:
            return self._turned(message, controls)
        return Wish(is_note=True)

    def _style(self, program: int) -> Wish:
        if program >= len(self._styles):
            return NOTHING
        return Wish({"style": self._styles[program]})

    def _turned(self, message: Message, controls: Mapping[str, Value]) -> Wish:
        number = message.first
        if self._learning and may_be_learned(message):
            return self._learn(number)
        for knob in self.map.knobs:
            if knob.cc == number and knob.channel in (ANY_CHANNEL, message.channel):
                return self._move(knob, message.second / 127.0, controls)
        return Wish(is_note=True)

    def _learn(self, number: int) -> Wish:
        knob = Knob(cc=number, control=self._learning)
        self.map, self._learning = with_knob(self.map, knob), ""
        return Wish(learned=knob)

    def _move(self, knob: Knob, share: float, controls: Mapping[str, Value]) -> Wish:
        control = CONTROLS[knob.control]
        span = control.high - control.low
        value = controls[knob.control]
        now = 0.5 if value is None else (float(value) - control.low) / span
        wanted = knob.low + (knob.high - knob.low) * share**knob.curve
        takeover = self._takeovers.setdefault(
            (knob.cc, knob.channel), Takeover("none" if value is None else knob.takeover)
        )
        moved = takeover.move(wanted, now)
        if moved is None:
            return NOTHING
        return Wish({knob.control: control.low + span * min(1.0, max(0.0, moved))})


def may_be_learned(message: Message) -> bool:
    """Whether a message comes from a knob or fader, and not from a pedal or a channel's mode."""
    number = message.first
    return message.kind == CONTROL_CHANGE and number <= LAST_FREE and number not in NOT_FOR_KNOBS


def _is_of(button: Button, message: Message) -> bool:
    if button.channel not in (ANY_CHANNEL, message.channel):
        return False
    if button.note >= 0:
        return message.kind == NOTE_ON and message.first == button.note
    return message.kind == CONTROL_CHANGE and message.first == button.cc


def _pressed(button: Button, message: Message, controls: Mapping[str, Value]) -> Wish:
    if message.second == 0 or (button.cc >= 0 and message.second < PRESSED):
        return NOTHING
    if button.does in SWITCHED:
        return Wish({button.does: not controls[button.does]})
    return Wish(action=button.does)
