"""Colours of ids."""

from masklet.render.palette import colour_of, text_colour_on


def test_the_first_dozen_colours_are_far_apart():
    colours = [colour_of(object_id) for object_id in range(1, 13)]
    apart = [
        sum(abs(a - b) for a, b in zip(one, other, strict=True))
        for position, one in enumerate(colours)
        for other in colours[:position]
    ]
    assert min(apart) > 70


def test_a_thousand_ids_have_hardly_a_colour_in_common():
    assert len({colour_of(object_id) for object_id in range(1, 1001)}) > 700


def test_text_reads_on_dark_and_on_bright():
    assert text_colour_on((20, 20, 120)) == (255, 255, 255)
    assert text_colour_on((250, 240, 60)) == (0, 0, 0)
