"""The report on styles, as a page of documentation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from genmusic.composition.quality.assessment import Assessment, Row
from genmusic.composition.quality.figures import HIGH, LOW, NAMES
from genmusic.composition.quality.reference import EXCERPT_BARS, Reference
from genmusic.composition.quality.surprise import STRETCH_NOTES

MOST_PARALLELS = 0.005
LEAST_RESPONSE = 0.95
LEAST_OVERLAP = 0.80
MOST_SURPRISE = 0.15  # bits

HEAD = f"""# How good the music is, in numbers

Written by `make music-report`; run it again after a change of a style, a model or the composer.

For each shipped style, pieces are composed at the default mood and measured exactly as the works
are that the models learn from: {{works}}, in excerpts of about
{EXCERPT_BARS} bars, as long as a piece of ours. A figure is *usual* when the median of our pieces
lies between the {LOW}th and the {HIGH}th percentile of those excerpts. The seeds are none that
styles are shaped by. No number replaces listening, and a style may mean to be unlike the works, as
ambient does when it takes its time: then its `[model] unlike` names the figure, and the tables say
so.

- *Chord tones*: melody notes on strong beats that another part sounds too.
- *Leaps* are intervals above a fifth; one above a fourth *turns back* when the next interval goes
  the other way.
- *Bars return* when the melody has had their rhythm, or three quarters of their notes relative to
  the first, in an earlier bar. *Likeness a phrase apart* is how much more alike bars are 4 and 8
  bars apart than at other distances.
- *Parallels*: of the moves that melody and bass make at once, those that keep a fifth or an
  octave; the mean over the pieces. At most {MOST_PARALLELS:.1%} is the aim.
- *Overlap*: the area that the distribution of the pieces shares with that of the works;
  {LEAST_OVERLAP:.2f} is the aim. Works drawn by lot from one
  body do not overlap with its others to 1 either.
- *Surprise*: bits that a note of our melodies costs the models of the style without a tenth of
  their works, beside a note of those works, both in stretches of {STRETCH_NOTES} notes. Within
  {MOST_SURPRISE} bit is the aim: less is dull, more is random.
- *Follows the mood*: Spearman's correlation between a control, turned from end to end, and what it
  is said to move; the weakest of all is shown, {LEAST_RESPONSE:.2f} is the aim.
- *Shared phrases*: phrases of the melody, transposed or not, that two listeners of the same style
  and mood both hear, and phrases that return in another piece within one listener's hour.
"""


def write_report(
    assessments: Sequence[Assessment], references: dict[str, Reference]
) -> Iterator[str]:
    """The lines of the page."""
    works = " and ".join(f"{body.works} {name}" for name, body in references.items())
    yield from HEAD.format(works=works).splitlines()
    yield from _overview(assessments)
    for each in assessments:
        yield from _section(each)


def _overview(assessments: Sequence[Assessment]) -> Iterator[str]:
    yield ""
    yield "## All styles"
    yield ""
    yield (
        "| style | beside the | usual figures | overlaps of 0.80 | surprise beside held-out works "
        "| parallels | weakest response to the mood | shared by listeners "
        "| returned within an hour |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for each in assessments:
        held = [row for row in each.rows if row.name != "parallels"]
        parallels = next((row.ours for row in each.rows if row.name == "parallels"), math.nan)
        usual = _count([(row.is_usual, row.unlike) for row in held])
        laid = [row for row in held if not math.isnan(row.overlap)]
        near = _count([(row.overlap >= LEAST_OVERLAP, row.unlike) for row in laid])
        weakest = each.weakest
        yield (
            f"| {each.title} | {each.beside} | {usual} | {near} "
            f"| {each.surprise.difference:+.2f} bit | {parallels:.2%} "
            f"| {weakest.correlation:.2f} ({weakest.control}: {weakest.parameter}) "
            f"| {each.shared} | {each.hour.returned} of {each.hour.phrases} |"
        )


def _count(answers: Sequence[tuple[bool, bool]]) -> str:
    """How many figures are as those of works, and how many are not and mean it."""
    like = sum(is_like for is_like, _ in answers)
    meant = sum(unlike and not is_like for is_like, unlike in answers)
    return f"{like} of {len(answers)}" + (f", {meant} unlike on purpose" if meant else "")


def _section(each: Assessment) -> Iterator[str]:
    hour = each.hour
    yield ""
    yield f"## {each.title}"
    yield ""
    yield (
        f"{each.pieces} pieces of {each.listeners} listeners beside the {each.beside}. "
        f"An hour has {hour.pieces} pieces, {hour.bars} bars, {hour.phrases} phrases and "
        f"{hour.keys} keys. A note costs {each.surprise.ours:.2f} bits, "
        f"one of held-out works {each.surprise.held_out:.2f}."
    )
    yield ""
    yield f"| figure | ours | {each.beside}, {LOW}th to {HIGH}th percentile | usual | overlap |"
    yield "|---|---|---|---|---|"
    yield from map(_line, each.rows)


def _line(row: Row) -> str:
    overlap = "" if math.isnan(row.overlap) else f"{row.overlap:.2f}"
    usual = "yes" if row.is_usual else "no, on purpose" if row.unlike else "no"
    return (
        f"| {NAMES[row.name]} | {row.ours:.3f} | {row.low:.3f} to {row.high:.3f} | {usual} "
        f"| {overlap} |"
    )
