"""The agenda of a rack: kicks that are still to come."""

from genmusic.synthesis.agenda import FEW_KICKS, Agenda


def test_there_is_room_for_any_number_of_kicks():
    agenda = Agenda(2)
    kicks = [(quantum, 1, quantum % 64) for quantum in range(3 * FEW_KICKS)]

    agenda.set_kicks_of(1, kicks)
    agenda.set_kicks_of(0, [(5, 0, 7)])

    assert agenda.kicks_of(1, 100) == kicks[100:]
    assert agenda.kicks_of(0, 0) == [(5, 0, 7)]


def test_kicks_of_who_has_gone_are_forgotten():
    agenda = Agenda(2)
    agenda.set_kicks_of(0, [(5, 0, 7)])
    agenda.set_kicks_of(1, [(6, 1, 7)])

    agenda.set_kicks_of(0, ())

    assert agenda.coming.tolist() == [[6, 1, 7]]
