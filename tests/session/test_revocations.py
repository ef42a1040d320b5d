"""Works that are taken back teach no longer, from the next bar on."""

import logging

import pytest

from genmusic.composition.attribution import Decision
from genmusic.composition.composer import Composer
from genmusic.controls.spec import defaults
from genmusic.mood.mapping import musical_parameters
from genmusic.session.library import open_library
from genmusic.session.revocations import FILE, follow_revocations


@pytest.fixture
def library():
    return open_library()


def first_ids(library, count):
    return [work.id for work in library.models.trained["chamber"].works[:count]]


def taught(library):
    return set(library.models.trained["chamber"].lessons.tunes.works.tolist())


def test_a_listed_work_teaches_no_longer_and_may_come_back(library, tmp_path):
    path = tmp_path / FILE
    path.write_text("\n".join(first_ids(library, 2)) + "  # asked by mail\n")

    follow_revocations(library, tmp_path)
    without = taught(library)
    path.unlink()
    follow_revocations(library, tmp_path)

    assert {0, 1}.isdisjoint(without)
    assert {0, 1} <= taught(library)


def test_running_music_forgets_it_at_the_next_bar(library, tmp_path):
    style = library.style("evening")
    composer = Composer(1, style, library.models)
    parameters = musical_parameters(defaults(), style)
    composer.compose_bar(parameters, style)
    model = library.models.mixed(style.model.mix, style.model.copying)

    (tmp_path / FILE).write_text(library.models.trained["vocal"].works[0].id)
    follow_revocations(library, tmp_path)
    composer.decisions = []
    while not (melody := [d for d in composer.decisions if isinstance(d, Decision)]):
        composer.compose_bar(parameters, style)

    used = melody[0].drawn.model
    assert used is not model
    assert 0 not in used.parts[0][0].lessons.tunes.works
    assert used.copy_rule is model.copy_rule


def test_an_unknown_id_is_named_and_changes_nothing(library, tmp_path, caplog):
    (tmp_path / FILE).write_text("nobody\n")

    with caplog.at_level(logging.WARNING):
        follow_revocations(library, tmp_path)

    assert "no work 'nobody'" in caplog.text
    assert 0 in taught(library)


def test_a_file_that_cannot_be_read_changes_nothing(library, tmp_path, caplog):
    (tmp_path / FILE).write_bytes(b"\xff\xfe")

    with caplog.at_level(logging.WARNING):
        follow_revocations(library, tmp_path)

    assert "cannot be read" in caplog.text
    assert 0 in taught(library)
