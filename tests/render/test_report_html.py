import base64
import io
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from masklet.render import report_html as html

VOID = {"meta", "img", "rect", "br"}


class Checker(HTMLParser):
    """Holds that every element is closed where it was opened."""

    def __init__(self):
        super().__init__()
        self.open, self.words, self.fetched = [], [], []

    def handle_starttag(self, tag, attrs):
        self.fetched += [
            value for name, value in attrs if name in ("src", "href") and not value.startswith("data:")
        ]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data.strip())


def checked(*sections, **options):
    checker = Checker()
    checker.feed(html.page("A <title>", sections, **options).decode())
    assert not checker.open
    return checker


def test_a_page_is_whole_and_fetches_nothing():
    image = html.picture(np.zeros((4, 6, 3), np.uint8), alt="black")
    page = checked(
        html.heading("One"),
        html.paragraph("words", soft=True),
        html.table(["a", "b"], [["x", "1"]], caption="c", words=[1], apart=True),
        html.beside([html.gallery([html.figure(image, "below")])]),
        html.fold("more", "inside", is_open=True),
        html.timeline({"one": [html.Bar("ours", [(0, 3, "lost")])]}, 5, cuts=[2]),
        html.legend({"lost": "lost"}),
        colours={"lost": ("red", "pink")},
    )
    assert page.fetched == []
    assert {"A <title>", "One", "words", "x", "1", "below"} <= set(page.words)


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(html.heading("<b>&"), id="heading"),
        pytest.param(html.table(["<b>&"], [["<b>&"]], caption="<b>&"), id="table"),
        pytest.param(html.fold("<b>&", ""), id="fold"),
        pytest.param(html.timeline({"<b>&": [html.Bar("<b>&", [])]}, 1), id="timeline"),
        pytest.param(html.figure("", "<b>&"), id="figure"),
    ],
)
def test_words_are_escaped(made):
    assert "<b>" not in made
    assert "&lt;b&gt;&amp;" in made


def test_a_picture_lies_in_the_file():
    image_HW3 = np.full((8, 16, 3), (200, 60, 20), np.uint8)
    code = re.search(r"base64,([^\"]+)", html.picture(image_HW3, alt="x"))[1]
    decoded_HW3 = np.asarray(Image.open(io.BytesIO(base64.b64decode(code))))
    assert decoded_HW3.shape == (8, 16, 3)
    assert np.abs(decoded_HW3.astype(int) - image_HW3).max() < 8


def test_bars_begin_and_end_where_the_runs_do():
    made = html.timeline({"one": [html.Bar("ours", [(2, 5, "lost"), (5, 9, "found")])]}, 10)
    assert re.findall(r'class="k-(\w+)" x="(\d+)" width="(\d+)"', made) == [
        ("lost", "2", "3"),
        ("found", "5", "4"),
    ]
    assert 'viewBox="0 0 10 1"' in made


def test_kinds_have_a_colour_by_day_and_by_night():
    style = html.page("x", [], colours={"lost": ("#c00", "#f66")}).decode()
    day, night = style.split("@media (prefers-color-scheme: dark) { .k-lost")
    assert ".k-lost { fill: #c00; }" in day
    assert night.startswith(" { fill: #f66; }")
