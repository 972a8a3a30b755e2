"""masklet evaluate pedestrians as its user calls it."""

import json
import re

import numpy as np
import pytest
from PIL import Image

from street import LEFT, RIGHT, SIZE_HW, write_run, write_truth

ALL = range(10)
CLIP = ("--clip-seconds", 1, "--fps", 10)
BESIDE = (20, 10, 10, 30)


@pytest.fixture
def street(tmp_path):
    """Two people side by side and one who enters, with pictures."""
    write_truth(tmp_path / "street/gt/gt.txt", {1: {ALL: LEFT}, 2: {ALL: BESIDE}, 3: {range(4, 10): RIGHT}})
    (tmp_path / "street/img1").mkdir()
    for number in range(1, 11):
        Image.fromarray(np.full((*SIZE_HW, 3), 90, np.uint8)).save(tmp_path / f"street/img1/{number:06d}.png")
    return tmp_path / "street"


@pytest.fixture
def good(tmp_path):
    return write_run(tmp_path / "good", {7: {ALL: LEFT}, 8: {ALL: BESIDE}, 9: {range(4, 10): RIGHT}})


@pytest.fixture
def bad(tmp_path):
    return write_run(tmp_path / "bad", {7: {range(3): LEFT, range(3, 10): [LEFT, BESIDE]}, 8: {range(3): BESIDE}})


def test_the_tables_are_printed(masklet, street, good, bad):
    code, out, _ = masklet(
        "evaluate", "pedestrians", street, good, f"second={bad}", *CLIP, "--gap-seconds", 0.3, "--iou", 0.6
    )
    rows = [line.split() for line in out.splitlines()]
    assert code == 0
    assert ["good", "100.0", "100.0", "3", "3", "100.0", "0", "0", "0"] in rows
    assert ["second", "100.0", "46.2", "3", "0", "0.0", "1", "2", "0"] in rows
    assert [row[-1] for row in rows if row[:1] == ["good"]] == ["0", "5.00"]


def test_json_is_all_that_is_printed(masklet, street, good, tmp_path):
    code, out, _ = masklet(
        "evaluate", "pedestrians", street, good, *CLIP, "--json", "-o", tmp_path / "report.html"
    )
    report = json.loads(out)
    assert code == 0
    assert report["pipelines"]["good"]["tracking"]["share"] == 1
    assert report["pipelines"]["good"]["clips"][0]["frames"] == [0, 10]
    assert report["definitions"]["compare"] == "box"


def test_the_report_has_tables_bars_sheets_and_failures(masklet, street, good, bad, tmp_path):
    report = tmp_path / "report.html"
    code, _, _ = masklet(
        "evaluate", "pedestrians", street, good, bad, *CLIP, "--gap-seconds", 0.3, "-o", report, "--quiet"
    )
    page = report.read_text()
    assert code == 0
    assert "two people in one mask: mask 7 holds people 1 and 2 (clip 0, frame 3)" in page
    assert "entered, never picked up" in page
    assert "122 (93%)" in page
    assert page.count("<img ") == 1 + 2  # a sheet, and the two failures of the bad pipeline
    assert re.search(r'class="k-lost" x="4" width="6"', page)  # person 3, bad


def test_without_pictures_the_report_has_its_tables(masklet, good, tmp_path):
    truth = write_truth(tmp_path / "gt.txt", {1: {ALL: LEFT}, 2: {ALL: RIGHT}})
    code, _, err = masklet("evaluate", "pedestrians", truth, good, *CLIP, "-o", tmp_path / "report.html", "-q")
    page = (tmp_path / "report.html").read_text()
    assert (code, err) == (0, "")
    assert "<img" not in page
    assert "Causes of loss" in page


def test_choices_are_flags(masklet, street, bad):
    def tracked(*flags):
        words = ("evaluate", "pedestrians", street, bad, *CLIP, "--json", *flags)
        return json.loads(masklet(*words)[1])["pipelines"]["bad"]["tracking"]

    assert tracked("--tracked", 0.3, "--gap-seconds", 1)["tracked"] == 2
    assert tracked("--compare", "covered", "--gap-seconds", 1)["tracked"] == 1
    assert tracked("--least-seconds", 0.7)["people"] == 2


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(["a", "b/a"], 2, "different names", id="one name twice"),
        pytest.param(["x=nowhere"], 1, "Expected a run of street", id="no such folder"),
        pytest.param(["a", "-o", "report.pdf"], 2, "ending in .html", id="no HTML"),
        pytest.param(["a", "--located", 0.9], 1, "located_from <= right_from", id="located above right"),
        pytest.param(["a", "--clip", 7], 1, "got none of these", id="no such clip"),
        pytest.param(["a", "--compare", "mask"], 1, "got boxes", id="masks of boxes"),
    ],
)
def test_wrong_words_are_told_in_one_sentence(masklet, street, tmp_path, monkeypatch, words, code, said):
    monkeypatch.chdir(tmp_path)
    for folder in ("a", "b/a"):
        write_run(tmp_path / folder, {7: {ALL: LEFT}})
    got, _, err = masklet("evaluate", "pedestrians", street, *words, *CLIP, "-q")
    assert got == code
    assert said in " ".join(re.sub(r"[│╭╮╰╯─]", " ", err).split())


def test_a_report_is_not_replaced_unasked(masklet, street, good, tmp_path):
    report = tmp_path / "report.html"
    report.write_text("mine")
    code, _, err = masklet("evaluate", "pedestrians", street, good, *CLIP, "-o", report)
    assert (code, report.read_text()) == (1, "mine")
    assert "--overwrite" in err
    assert masklet("evaluate", "pedestrians", street, good, *CLIP, "-o", report, "--overwrite", "-q")[0] == 0
    assert report.read_text() != "mine"
