"""``make gallery``: every patch and every style, to listen to and to look at.

Renders a phrase for each patch, dry, and a minute of each shipped style at some moods, each with a
spectrogram and a piano roll, into a folder with an ``index.html``.
"""

from __future__ import annotations

import argparse
import html
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from phrases import play_phrase
from pictures import DECADES_HZ, DrawnNote, piano_roll, share_of_height, spectrogram, write_png

from genmusic.encoding import open_file_writer
from genmusic.session.engine import Engine
from genmusic.session.library import Library, open_library
from genmusic.session.rendering import Length, Rendering
from genmusic.synthesis.patches import PATCHES
from genmusic.units import SAMPLE_RATE, frames_to_seconds

MOODS: Mapping[str, Mapping[str, float]] = {
    "as it comes": {},
    "calm and bright": {"valence": 0.7, "arousal": -0.6},
    "excited and bright": {"valence": 0.8, "arousal": 0.9},
    "dark and tense": {"valence": -0.8, "arousal": 0.3, "tension": 0.9},
}
SEED = 440
HEAD = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>genmusic gallery</title>
<meta name="viewport" content="width=device-width">
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
  background: #101118; color: #e8e6f0 }
h2 { margin: 3rem 0 0 } h3 { margin: 2rem 0 .3rem } small { color: #a5a3b5; font-weight: normal }
audio { width: 100%; height: 2.4rem }
figure { position: relative; margin: .4rem 0 } img { display: block; width: 100% }
span { position: absolute; left: .3rem; font-size: .7rem; color: #cfcde0; text-shadow: 0 0 3px #000;
  transform: translateY(50%) }
i { position: absolute; top: 0; bottom: 0; left: 0; width: 1px; background: #fff; display: none }
b { font-weight: 600 }
</style>
<h1>genmusic gallery</h1>
<p>Spectrograms reach from 30 Hz to 20 kHz and 80 dB down. Piano rolls: <b style="color:#ff7a59">
melody</b>, <b style="color:#f08cbe">counter</b>, <b style="color:#ffcd5c">comp</b>,
<b style="color:#7ac88c">pad</b>,
<b style="color:#60a5fa">bass</b>, <b style="color:#be96e6">drums</b>; lines at every C.</p>
"""
TAIL = """<script>
for (const box of document.querySelectorAll("section")) {
  const audio = box.querySelector("audio");
  const follow = () => {
    for (const line of box.querySelectorAll("i")) {
      line.style.display = "block";
      line.style.left = 100 * audio.currentTime / audio.duration + "%";
    }
    if (!audio.paused) requestAnimationFrame(follow);
  };
  audio.addEventListener("play", follow);
  audio.addEventListener("seeked", follow);
  for (const figure of box.querySelectorAll("figure")) figure.addEventListener("click", (event) => {
    const place = figure.getBoundingClientRect();
    audio.currentTime = (event.clientX - place.left) / place.width * audio.duration;
  });
}
</script></html>
"""


def main() -> None:
    """Write the gallery."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("gallery"), help="where to write")
    parser.add_argument("--seconds", type=int, default=60, help="of each style and mood")
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    page = [HEAD, "<h2>Patches</h2>\n", *_patches(folder)]
    library = open_library()
    for name, style in library.styles.items():
        page.append(f"<h2>{html.escape(style.title)}</h2>\n<p>{html.escape(style.text)}</p>\n")
        page += _style(library, name, arguments.seconds, folder)
    index = folder / "index.html"
    index.write_text("".join([*page, TAIL]))
    print(f"{index}: {len(PATCHES)} patches, {len(library.styles)} styles at {len(MOODS)} moods")


def _patches(folder: Path) -> Iterator[str]:
    for patch in PATCHES:
        phrase = play_phrase(patch)
        about = f"{phrase.kind}, peak {phrase.peak_dbfs:.1f} dBFS before levelling"
        roll = piano_roll(phrase.notes, phrase.sound.shape[1] / SAMPLE_RATE, height=110)
        yield _entry(folder, f"patch-{patch}", patch, about, phrase.sound, roll)


def _style(library: Library, name: str, seconds: int, folder: Path) -> Iterator[str]:
    for mood, controls in MOODS.items():
        engine = Engine(library, SEED, {"style": name, **controls})
        rendering = Rendering(engine, Length(seconds * SAMPLE_RATE))
        sound = np.concatenate(list(rendering.blocks()), axis=1)
        notes = [
            DrawnNote(*map(frames_to_seconds, frames), int(row["pitch"]), int(row["velocity"]),
                      int(row["part"]))
            for timed in rendering.bars
            for row, frames in zip(timed.bar.notes, timed.note_frames.tolist(), strict=True)
        ]  # fmt: skip
        bars = [frames_to_seconds(timed.start_frame) for timed in rendering.bars]
        roll = piano_roll(notes, frames_to_seconds(sound.shape[1]), bars)
        first = rendering.bars[0]
        set_to = ", ".join(f"{control} {value:+g}" for control, value in controls.items())
        about = f"{first.bar.key.name}, {first.tempo_bpm:.0f} bpm. {set_to}"
        stem = f"style-{name}-{mood.replace(' ', '-')}"
        yield _entry(folder, stem, mood, about, sound, roll)


def _entry(
    folder: Path, stem: str, title: str, about: str, sound: np.ndarray, roll: np.ndarray
) -> str:
    """Write sound and pictures; the section of the page that shows them."""
    with open_file_writer(folder / f"{stem}.flac", title=title) as writer:
        writer.write(sound)
    write_png(folder / f"{stem}-spectrum.png", spectrogram(sound))
    write_png(folder / f"{stem}-notes.png", roll)
    labels = "".join(
        f'<span style="bottom:{100 * share_of_height(hz):.1f}%">{hz:,} Hz</span>'
        for hz in DECADES_HZ
    )
    print(f"{stem}: {about}", flush=True)
    return (
        f"<section><h3>{html.escape(title)} <small>{html.escape(about)}</small></h3>\n"
        f'<audio controls preload="none" src="{stem}.flac"></audio>\n'
        f'<figure><img loading="lazy" alt="spectrogram of {html.escape(title)}" '
        f'src="{stem}-spectrum.png">{labels}<i></i></figure>\n'
        f'<figure><img loading="lazy" alt="notes of {html.escape(title)}" '
        f'src="{stem}-notes.png"><i></i></figure></section>\n'
    )


if __name__ == "__main__":
    main()
