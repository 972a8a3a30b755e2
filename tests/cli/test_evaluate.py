import json

import numpy as np
import pytest

from datasets.davis_folders import make_davis
from masklet.formats.davis import write_label_png


@pytest.fixture
def davis(tmp_path):
    make_davis(tmp_path / "davis")
    return tmp_path / "davis"


def test_the_report_of_davis_as_json_is_all_that_is_printed(masklet, davis):
    code, out, _ = masklet("evaluate", "davis", davis, davis / "Annotations/480p", "--json", "-j", 1)
    report = json.loads(out)
    assert code == 0
    assert report["global"]["J&F-Mean"] == 1
    assert set(report["per_object"]) == {f"{name}_{number}" for name in ("dog", "cows") for number in (1, 2, 3)}
    assert report["sequences"]["dog"]["frames"] == ["00001", "00002"]


@pytest.mark.parametrize(
    ("year", "rows"), [(2016, ["dog", "cows"]), (2017, ["dog_1", "dog_2", "cows_3"])], ids=str
)
def test_the_table_of_davis_has_a_row_for_every_object(masklet, tmp_path, year, rows):
    davis = tmp_path / "davis"
    make_davis(davis, year=year)
    code, out, _ = masklet("evaluate", "davis", davis, davis / "Annotations/480p", "--year", year)
    names = [line.split()[0] for line in out.splitlines() if line.strip()]
    assert code == 0
    assert set(rows) <= set(names)
    assert names[-1] == "all"


def test_quiet_prints_nothing(masklet, davis):
    assert masklet("evaluate", "davis", davis, davis / "Annotations/480p", "--quiet") == (0, "", "")


def test_one_sequence_can_be_asked_for(masklet, davis):
    _, out, _ = masklet("evaluate", "davis", davis, davis / "Annotations/480p", "--sequence", "cows", "--json")
    assert list(json.loads(out)["sequences"]) == ["cows"]


def test_problems_are_one_sentence_and_no_traceback(masklet, davis, tmp_path):
    (tmp_path / "results/dog").mkdir(parents=True)
    write_label_png(tmp_path / "results/dog/00001.png", np.zeros((5, 5), np.int32))
    code, out, err = masklet("evaluate", "davis", davis, tmp_path / "results", "--json", "--quiet")
    assert (code, out) == (1, "")
    assert err.startswith("masklet: Expected results in ")
    assert err.count("\n") == 1
    for problem in ("got 3 problems", "00001.png is 5x5, not 56x40", "00002.png is missing", "cows has no folder"):
        assert problem in err


def test_another_year_is_wrong_usage(masklet, davis):
    code, _, err = masklet("evaluate", "davis", davis, davis, "--year", 2015)
    assert code == 2
    assert "2016" in err


def test_plots_are_one_picture_for_each_sequence(masklet, davis, tmp_path):
    words = ("evaluate", "davis", davis, davis / "Annotations/480p", "--plots", tmp_path / "plots", "--quiet")
    assert masklet(*words)[0] == 0
    assert sorted(path.name for path in (tmp_path / "plots").iterdir()) == ["cows.png", "dog.png"]
    code, _, err = masklet(*words)
    assert (code, "--overwrite" in err) == (1, True)
    assert masklet(*words, "--overwrite")[0] == 0


def test_after_an_error_there_are_no_plots(masklet, davis, tmp_path):
    assert masklet("evaluate", "davis", davis, davis, "--plots", tmp_path / "plots")[0] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["davis"]


def test_mot_prints_a_row_for_each_sequence_and_for_all(masklet, tmp_path):
    for name in ("A", "B"):
        (tmp_path / name / "gt").mkdir(parents=True)
        (tmp_path / name / "gt/gt.txt").write_text("1,1,0,0,9,9,1,-1,-1,-1\n2,1,0,0,9,9,1,-1,-1,-1\n")
        (tmp_path / f"{name}.txt").write_text("1,1,0,0,9,9,1,-1,-1,-1\n2,2,0,0,9,9,1,-1,-1,-1\n")
    code, out, _ = masklet("evaluate", "mot", tmp_path, tmp_path)
    header, _, first, second, total = [line.split() for line in out.splitlines() if line.strip()]
    assert code == 0
    assert [first[0], second[0], total[0]] == ["A", "B", "all"]
    assert first[1:3] == ["50.0", "50.0"]
    assert total[header.index("IDSW") - 2] == "2"  # "shares in %" is three words, the name beside it one


def test_mot_as_json(masklet, tmp_path):
    (tmp_path / "gt.txt").write_text("1,1,0,0,9,9,1,-1,-1,-1\n")
    code, out, _ = masklet("evaluate", "mot", tmp_path / "gt.txt", tmp_path / "gt.txt", "--iou", 0.7, "--json")
    assert code == 0
    assert json.loads(out)["overall"]["MOTA"] == 1


@pytest.fixture
def youtube_vos(davis):
    (davis / "valid").mkdir()
    return (davis / "Annotations/480p").rename(davis / "valid/Annotations").parents[1]


def test_youtube_vos_prints_g(masklet, youtube_vos):
    code, out, _ = masklet("evaluate", "youtube-vos", youtube_vos, youtube_vos / "valid/Annotations")
    assert code == 0
    assert out.splitlines()[-2].split() == ["all", "100.0", "100.0", "-", "100.0", "-"]


def test_youtube_vos_as_json(masklet, youtube_vos):
    words = ("evaluate", "youtube-vos", youtube_vos, youtube_vos / "valid/Annotations", "--video", "dog")
    code, out, _ = masklet(*words, "--json")
    assert code == 0
    assert json.loads(out)["global"]["G"] == 1
