"""Styles that keep to a scenario: its form takes the place of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from genmusic.rules.phrases import PhraseRules
from genmusic.rules.scenario import Scenario
from genmusic.rules.style import SectionRules, Style

PHRASE_BARS = 4
INSIDE, AT_END = "half", "authentic"  # cadences: where melodies breathe; the chords are given


def keep_to(style: Style, scenario: Scenario) -> Style:
    """The style with the form, metre, chords and tempo of a scenario."""
    own = _sections_in_order(style)
    sections = {
        label: replace(own[number % len(own)], phrases=tuple(_phrases(bars)), keys=("home",))
        for number, (label, bars) in enumerate(dict(scenario.sections).items())
    }
    labels = tuple(label for label, _ in scenario.sections)
    form = replace(style.form, plans=(labels,), metres={scenario.metre: 1.0}, tempo_spread=0.0)
    return replace(style, form=form, sections=sections, scenario=scenario)


def _sections_in_order(style: Style) -> list[SectionRules]:
    """The style's sections as its first piece plays them."""
    plan = dict.fromkeys(style.form.plans[0])
    return [style.sections[label] for label in plan if label in style.sections] or list(
        style.sections.values()
    )


def _phrases(bars: int) -> Iterator[PhraseRules]:
    """Phrases of four bars; what is left over makes the last one longer, or is one."""
    lengths = [PHRASE_BARS] * (bars // PHRASE_BARS)
    rest = bars % PHRASE_BARS
    if rest == 1 and lengths:
        lengths[-1] += 1
    elif rest:
        lengths.append(rest)
    for number, length in enumerate(lengths, 1):
        yield PhraseRules(length, AT_END if number == len(lengths) else INSIDE)
