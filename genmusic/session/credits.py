"""Credits: whose works taught what is heard, found by composing it again without a sound."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from genmusic.composition.attribution import (
    RULES,
    SESSION,
    YOU,
    Credit,
    Decision,
    Ledger,
    Source,
    roll_up,
)
from genmusic.composition.manifest import Work
from genmusic.composition.word_credits import (
    Decided,
    PhraseDecision,
    Placed,
    credit_beats,
    credit_chords,
)
from genmusic.session.engine import Engine
from genmusic.session.library import Library
from genmusic.session.log import Change

DECIMALS = 6
NAMED = 8  # works for each note
PHRASE_BARS = 8


@dataclass(frozen=True, slots=True)
class WorkCredit:
    """A work and its share of what was taught."""

    work: Work
    share: float


@dataclass(frozen=True, slots=True)
class WordCredits:
    """Who taught the chords, or the rhythm: works, the greatest share first, and rules."""

    works: tuple[WorkCredit, ...]
    rules: float
    words: tuple[Placed, ...]  # bar, tick and credit of each

    def to_json(self, library: Library, name: str) -> dict[str, Any]:
        """Plain values; shares sum to 1 in each word and in all."""
        return {
            "works": _listed(self.works),
            "rules": round(self.rules, DECIMALS),
            name: [
                {"bar": bar, "tick": tick, "shares": _leading(library, credit)}
                for bar, tick, credit in self.words
            ],
        }


@dataclass(frozen=True, slots=True)
class Credits:
    """Who taught a melody: works, the greatest share first, the piece itself, rules, and you.

    Beside it, who taught its rhythm and the harmony.
    """

    works: tuple[WorkCredit, ...]
    session: float
    rules: float
    you: float  # who called what the melody answers
    notes: tuple[tuple[int, int, int, Credit], ...]  # bar, tick, pitch and credit of each
    rhythm: WordCredits
    harmony: WordCredits

    def to_json(self, library: Library) -> dict[str, Any]:
        """Plain values, notes included; shares sum to 1 in each note and in all."""
        return {
            "works": _listed(self.works),
            "session": round(self.session, DECIMALS),
            "rules": round(self.rules, DECIMALS),
            "you": round(self.you, DECIMALS),
            "notes": [
                {
                    "bar": bar,
                    "tick": tick,
                    "pitch": pitch,
                    "shares": _leading(library, credit),
                }
                for bar, tick, pitch, credit in self.notes
            ],
            "rhythm": self.rhythm.to_json(library, "beats"),
            "harmony": self.harmony.to_json(library, "chords"),
        }


def _listed(works: Sequence[WorkCredit]) -> list[dict[str, Any]]:
    return [{**asdict(one.work), "share": round(one.share, DECIMALS)} for one in works]


def piece_credits(
    library: Library,
    seed: int,
    controls: Mapping[str, object],
    log: Sequence[Change],
    frame: int,
) -> Credits:
    """Who taught the piece that plays at a frame, from its beginning to there."""
    engine = Engine(library, seed, controls, log)
    decisions = engine.keep_decisions()
    engine.skip_to(frame)
    last = decisions[-1].theme[0] if decisions else 0
    return credit(library, [d for d in decisions if d.theme[0] == last])


@dataclass(frozen=True, slots=True)
class PhraseCredits:
    """Who taught the newest bars of a melody, the greatest share first."""

    first_bar: int
    last_bar: int
    works: tuple[WorkCredit, ...]
    others: float  # the piece itself, rules and you


def phrase_credits(library: Library, credits: Credits, bars: int = PHRASE_BARS) -> PhraseCredits:
    """Who taught the last bars that are credited; each note counts as much as another."""
    last = max((bar for bar, *_ in credits.notes), default=0)
    first = max(0, last - bars + 1)
    shares = roll_up((share, 1.0) for bar, *_, share in credits.notes if bar >= first)
    others = sum(shares.pop(source, 0.0) for source in (SESSION, RULES, YOU))
    return PhraseCredits(first, last, _by_work(library, shares), others)


def credit(library: Library, decisions: Iterable[Decided]) -> Credits:
    """Who taught what was decided; each note counts as long as it lasts."""
    decided = list(decisions)
    bars = [one for one in decided if isinstance(one, Decision)]
    phrases = [one for one in decided if isinstance(one, PhraseDecision)]
    ledger = Ledger()
    notes: list[tuple[int, int, int, Credit]] = []
    lengths: list[float] = []
    for decision in bars:
        for (tick, duration, pitch, _), share in zip(
            decision.rows, ledger.credit(decision), strict=True
        ):
            notes.append((decision.bar, tick, pitch, share))
            lengths.append(float(duration))
    shares = roll_up(zip((share for *_, share in notes), lengths, strict=True))
    session, rules, you = (shares.pop(source, 0.0) for source in (SESSION, RULES, YOU))
    return Credits(
        _by_work(library, shares),
        session,
        rules,
        you,
        tuple(notes),
        _words(library, (word for bar in bars for word in credit_beats(bar))),
        _words(library, (word for phrase in phrases for word in credit_chords(phrase))),
    )


def _words(library: Library, placed: Iterable[Placed]) -> WordCredits:
    """Each word counts the same."""
    words = tuple(placed)
    shares = roll_up((credit, 1.0) for *_, credit in words)
    rules = shares.pop(RULES, 0.0)
    return WordCredits(_by_work(library, shares), rules, words)


def _by_work(library: Library, shares: Mapping[Source, float]) -> tuple[WorkCredit, ...]:
    """Each work once, whatever number of models know it; the greatest share first."""
    works: dict[str, Work] = {}
    taught: dict[str, float] = defaultdict(float)
    for source, share in shares.items():
        work = _work(library, source)
        works[work.id] = work
        taught[work.id] += share
    ranked = sorted(taught.items(), key=lambda item: (-item[1], item[0]))
    return tuple(WorkCredit(works[name], share) for name, share in ranked)


def _leading(library: Library, credit: Credit) -> dict[str, float]:
    """The greatest shares by the id of the work, and what the others have together."""
    named: dict[str, float] = defaultdict(float)  # several models may know a work
    for source, share in credit.items():
        named[_name(library, source)] += share
    ranked = sorted(named.items(), key=lambda item: (-item[1], item[0]))
    shares = {name: round(share, DECIMALS) for name, share in ranked[:NAMED]}
    if len(ranked) > NAMED:
        shares["others"] = round(sum(share for _, share in ranked[NAMED:]), DECIMALS)
    return shares


def _work(library: Library, source: Source) -> Work:
    name, number = source
    return library.models.trained[name].works[number]


def _name(library: Library, source: Source) -> str:
    return source[0] if source in (RULES, SESSION, YOU) else _work(library, source).id
