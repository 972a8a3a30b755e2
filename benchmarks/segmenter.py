"""What the settings of the segmenter EISeg are worth, on the people of Penn-Fudan prompted by their boxes.

    python benchmarks/segmenter.py ../shared/data/PennFudanPed --set near_looks=1 --set least_probability=0.5

Prints one line for the settings as shipped and one for each --set.
"""

from __future__ import annotations

import argparse
from dataclasses import fields
from pathlib import Path

from masklet.datasets.penn_fudan import PennFudan
from masklet.evaluation.segmenter import evaluate_segmenter
from masklet.models import MODELS, eiseg
from masklet.models.eiseg import EISegConfig
from masklet.weights import resolve


def config_of(settings: list[str]) -> EISegConfig:
    """Return the settings of NAME=VALUE words."""
    kinds = {field.name: type(field.default) for field in fields(EISegConfig)}
    words = (setting.split("=") for setting in settings)
    return EISegConfig(**{name: kinds[name](value) for name, value in words})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("--set", action="append", nargs="+", default=[], dest="tries", metavar="NAME=VALUE")
    words = parser.parse_args()
    network = eiseg.load(resolve(MODELS["eiseg"].weights, None))
    for settings in ([], *words.tries):
        network.config = config_of(settings)
        report = evaluate_segmenter(PennFudan(words.root), network).to_json()
        print(
            f"{' '.join(settings) or 'as shipped'}: mean IoU {report['IoU-Mean']:.3f}, "
            f"median {report['IoU-Median']:.3f}, {report['ms_per_object']:.0f} ms each",
            flush=True,
        )


if __name__ == "__main__":
    main()
