from genmusic.session.titles import title


def test_a_piece_keeps_its_title():
    assert title(7, 0) == title(7, 0) == "Swallows beyond the Estuary"


def test_the_next_piece_and_the_next_listener_have_other_titles():
    titles = {title(seed, piece) for seed in range(20) for piece in range(20)}

    assert len(titles) > 370


def test_titles_are_short_enough_for_a_phone():
    longest = max((title(seed, 0) for seed in range(5_000)), key=len)

    assert len(longest) <= 36, longest


def test_both_shapes_of_title_occur():
    of_relation = sum(" the " in title(seed, 0) for seed in range(300))

    assert 195 < of_relation < 255
