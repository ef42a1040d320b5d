"""Credits: every note has its works, and the shares are just."""

import pytest
from composing import TUNE, composer, parameters, shipped_model, style, tune_line

from genmusic.composition.attribution import RULES, SESSION, Decision, Ledger, roll_up
from genmusic.composition.composer import Composer
from genmusic.composition.training.learning import Piece, Progression, Pulse, learn_model

WALTZ = (12, 11, 9, 7, 9, 11, 12, 16, 14, 12, 11, 7, 9, 5, 7, 4, 0)


def decided(writer, bars=24):
    writer.decisions = []
    asked, rules = parameters(), style()
    for _ in range(bars):
        writer.compose_bar(asked, rules)
    return [one for one in writer.decisions if isinstance(one, Decision)]


@pytest.fixture(scope="module")
def decisions():
    return decided(Composer(5, style(), shipped_model()))


def test_the_shares_of_every_note_sum_to_one(decisions):
    ledger = Ledger()

    credits = [credit for decision in decisions for credit in ledger.credit(decision)]

    assert len(credits) == sum(len(decision.rows) for decision in decisions)
    for credit in credits:
        assert abs(sum(credit.values()) - 1.0) < 1e-9  # rounding of some thousand terms
        assert min(credit.values()) >= -1e-12


def test_works_teach_most_of_a_melody_and_the_piece_some(decisions):
    ledger = Ledger()
    shares = roll_up((c, 1.0) for decision in decisions for c in ledger.credit(decision))

    assert shares[RULES] < 0.2
    assert 0.0 < shares[SESSION] < 0.8


def test_who_knows_one_work_alone_credits_it_alone():
    ledger = Ledger()
    shares = roll_up((c, 1.0) for d in decided(composer()) for c in ledger.credit(d))

    assert set(shares) <= {RULES, SESSION, ("trained", 0)}
    assert shares["trained", 0] > 0.1


def test_the_work_that_sounds_like_it_gets_more_credit():
    home = (Progression("major", ((0, ""), (7, "7"), (0, ""))),)
    beat = (Pulse(beats=4, is_compound=False, first_beat=0, cells=((0,), (0, 480)) * 8),)
    works = [
        Piece((tune_line("major", TUNE),) * 4, home, beat),
        Piece((tune_line("minor", WALTZ),) * 4, home, beat),
    ]
    writer = Composer(1, style(), learn_model(works))
    writer.decisions = []
    bright = parameters(valence=1.0, mode="major")
    for _ in range(16):
        writer.compose_bar(bright, style())
    ledger = Ledger()

    melodies = [d for d in writer.decisions if isinstance(d, Decision)]
    shares = roll_up((c, 1.0) for d in melodies for c in ledger.credit(d))

    assert shares["trained", 0] > shares.get(("trained", 1), 0.0)


def test_what_nobody_wants_to_know_is_not_kept():
    writer = composer()
    writer.compose_bar(parameters(), style())

    assert writer.decisions is None
