"""masklet doctor: what is there, and what is amiss."""

import json


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
