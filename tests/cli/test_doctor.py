"""masklet doctor: what is there, and what is amiss."""

import json

from masklet.weights import cached_path


def test_a_machine_that_runs_these_tests_is_well(masklet):
    code, out, _ = masklet("doctor", "--json")
    findings = json.loads(out)
    assert (code, findings["problems"]) == (0, {})
    assert findings["core"]["openvino"][0].isdigit()
    assert findings["network"]["precision"]


def test_a_cache_that_cannot_be_written_is_a_problem(masklet, monkeypatch, tmp_path):
    monkeypatch.setenv("MASKLET_CACHE", str(tmp_path))
    monkeypatch.setattr("os.access", lambda *args: False)
    code, out, _ = masklet("doctor", "--no-run")
    assert code == 1
    assert "MASKLET_CACHE" in out


def test_offline_is_said(masklet, monkeypatch):
    monkeypatch.setenv("MASKLET_OFFLINE", "1")
    _, out, _ = masklet("doctor", "--json", "--no-run")
    assert json.loads(out)["offline"] is True


def test_weights_that_come_with_masklet_and_are_harmed_are_a_problem(masklet, shipped_toy):
    assert masklet("doctor", "--no-run")[0] == 0
    cached_path(shipped_toy, shipped_toy.files[0]).unlink()
    code, out, _ = masklet("doctor", "--json", "--no-run")
    findings = json.loads(out)
    assert (code, findings["weights"]["toy"]) == (1, "missing, ok")
    assert "Expected toy whole" in findings["problems"]["weights"]
