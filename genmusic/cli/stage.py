"""What is playing, drawn in the terminal."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from genmusic.controls.spec import CONTROLS, Value
from genmusic.names import pitch_name
from genmusic.processes import Report
from genmusic.session.engine import TimedBar

BAR_CELLS = 24
FLOOR_DB = -48.0
SHOWN = ("valence", "arousal", "tension")
HELP = "←→ valence  ↑↓ arousal  t/T tension  s style  n next  space pause  p panic  q quit"
CUES_HELP = "cues: x next section  b build  k break  h hold  e ending"
MIDI_HELP = "  l learn"


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything the terminal shows at a moment."""

    report: Report
    bar: TimedBar | None
    frame: int
    controls: Mapping[str, Value]
    meter: tuple[float, float]
    late: int
    paused: bool
    notice: str = ""
    line: str = ""


@contextmanager
def picture() -> Iterator[Callable[[Scene], None]]:
    """A function that shows scenes: a picture in a terminal, else a line whenever one changes."""
    if sys.stdout.isatty():
        with Live(auto_refresh=False, transient=True) as live:
            yield lambda scene: live.update(draw(scene), refresh=True)
        return
    told = [""]

    def tell(scene: Scene) -> None:
        line = f"{_device(scene).plain}; {_music(scene.bar, scene.frame, chord=False).plain}"
        if line != told[0]:
            told[0] = line
            sys.stdout.write(line + "\n")
            sys.stdout.flush()

    yield tell


def draw(scene: Scene) -> Panel:
    """The picture of a scene."""
    table = Table.grid(padding=(0, 2))
    table.add_row("", _music(scene.bar, scene.frame))
    for name in SHOWN:
        table.add_row(name, _slider(name, scene.controls))
    for side, peak in zip(("left", "right"), scene.meter, strict=True):
        table.add_row(side, _level(0.0 if scene.paused else peak))
    table.add_row("sound", _device(scene))
    if (tune := _tune(scene.controls)) is not None:
        table.add_row("tune", tune)
    if scene.line:
        table.add_row("midi", Text(scene.line, overflow="ellipsis", no_wrap=True))
    notice = Text(scene.notice, style="yellow")
    lines = Group(table, notice, Text(_help(scene), style="dim"), Text(CUES_HELP, style="dim"))
    return Panel(lines, title="genmusic", width=100)


def _help(scene: Scene) -> str:
    return HELP + (MIDI_HELP if scene.line else "")


def _music(bar: TimedBar | None, frame: int, *, chord: bool = True) -> Text:
    if bar is None:
        return Text("…")
    tail = f"  {bar.bar.style} · {bar.bar.key.name} · {bar.tempo_bpm:.0f} bpm · {bar.bar.section}"
    tail += f" · {bar.bar.cue.replace('_', ' ')}" if bar.bar.cue else ""
    symbol = f"  {_chord(bar, frame)}" if chord else ""
    return Text.assemble((bar.title, "bold"), tail, (symbol, "cyan"))


def _chord(bar: TimedBar, frame: int) -> str:
    sounding = [
        span.chord.symbol
        for span, start in zip(bar.bar.chords, bar.chord_frames, strict=True)
        if start <= frame
    ]
    return sounding[-1] if sounding else ""


def _tune(controls: Mapping[str, Value]) -> Text | None:
    """Where the player has the tune, if there is one."""
    ends = controls["tune_low"], controls["tune_high"]
    if None in ends:
        return None
    low, high = (pitch_name(round(float(end or 0))) for end in ends)
    return Text(f"yours, from {low} to {high}", style="magenta")


def _slider(name: str, controls: Mapping[str, Value]) -> Text:
    control, value = CONTROLS[name], controls[name]
    share = (float(value or 0.0) - control.low) / (control.high - control.low)
    place = round(share * (BAR_CELLS - 1))
    return Text("·" * place + "●" + "·" * (BAR_CELLS - 1 - place) + f" {float(value or 0.0):+.2f}")


def _level(peak: float) -> Text:
    level_db = max(FLOOR_DB, 20.0 * math.log10(max(peak, 1e-6)))
    cells = round((level_db - FLOOR_DB) / -FLOOR_DB * BAR_CELLS)
    return Text("█" * cells + "░" * (BAR_CELLS - cells) + f" {level_db:5.1f} dB", style="green")


def _device(scene: Scene) -> Text:
    if scene.paused and scene.report.state == "working":
        return Text("paused")
    late = f", {scene.late} times late" if scene.late else ""
    words = {
        "starting": "opening the device …",
        "working": f"{scene.report.text}{late}",
        "lost": f"lost: {scene.report.text}; waiting for it",
    }
    return Text(words[scene.report.state], style="red" if scene.report.state == "lost" else "")
