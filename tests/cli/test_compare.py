"""masklet compare as its user calls it; the pipelines themselves are tested in tests/experiments."""

import pytest


def test_a_pipeline_that_is_none_is_one_sentence(masklet, tmp_path):
    code, _, err = masklet("compare", tmp_path, "-o", tmp_path / "out", "--pipeline", "hybrid,colour=red")
    assert code == 1
    assert "settings among model, weights, detector," in err
    assert not (tmp_path / "out").exists()


def test_a_truth_that_is_not_there_is_one_sentence(masklet, tmp_path):
    code, _, err = masklet("compare", tmp_path / "nowhere", "-o", tmp_path / "out")
    assert (code, err.count("\n")) == (1, 1)
    assert "found nothing at" in err


@pytest.mark.shared
@pytest.mark.weights
@pytest.mark.slow
def test_a_real_clip_gives_tables_and_a_report(masklet, shared, tmp_path):
    clip = ("--clip", 2, "--clip-seconds", 1, "--threshold", 0.5)
    pipelines = ("--pipeline", "hybrid", "--pipeline", "clicks")
    code, out, _ = masklet("compare", shared / "PETS09-S2L1", "-o", tmp_path / "out", *clip, *pipelines, "--json")
    assert code == 0
    assert '"right after 1"' in out
    assert (tmp_path / "out/report.html").stat().st_size > 20_000
