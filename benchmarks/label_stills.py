"""How much of what people annotated `masklet label` finds in pictures, and how much of what it finds is right.

    masklet label PICTURES --stills -o OUT
    python benchmarks/label_stills.py OUT LABELS

LABELS holds a text for each picture as YOLO writes polygons: class x1 y1 x2 y2 ..., in shares of the picture.
Recall: annotated objects for which there is a mask of IoU 0.5 (0.75). Precision: of the masks that lie mostly on
annotated objects, those with an IoU of 0.5 with one; the rest, of things nobody annotated, cannot be judged.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from masklet.core.arrays import BoolArray
from masklet.core.masks import mask_iou
from masklet.masklets import open_masklets

LEAST_AREA = 0.001
"""Share of the picture; smaller objects are left out, as the masks are by default."""
SIZES = {"small": (LEAST_AREA, 0.01), "medium": (0.01, 0.1), "large": (0.1, 1.01)}


def annotated(path: Path, size_HW: tuple[int, int]) -> BoolArray:
    """Return masks_NHW of a text of polygons; none where there is no text."""
    height, width = size_HW
    masks = []
    for line in path.read_text().splitlines() if path.exists() else []:
        corners_P2 = np.array(line.split()[1:], dtype=np.float64).reshape(-1, 2) * [width, height]
        mask_HW = np.zeros(size_HW, dtype=np.uint8)
        cv2.fillPoly(mask_HW, [corners_P2.round().astype(np.int32)], 1)
        masks.append(mask_HW.astype(bool))
    masks = [mask_HW for mask_HW in masks if mask_HW.mean() >= LEAST_AREA]
    return np.array(masks, dtype=bool).reshape(-1, height, width)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", type=Path)
    parser.add_argument("labels", type=Path)
    words = parser.parse_args()
    best: list[float] = []
    areas: list[float] = []
    seconds: list[float] = []
    masks = judged = right = 0
    for file in sorted(words.labelled.glob("*/masklets.jsonl")):
        found_NHW = open_masklets(file).frame(0).masks_NHW
        height, width = found_NHW.shape[1:]
        truth_MHW = annotated(words.labels / f"{file.parent.name}.txt", (height, width))
        iou_NM = mask_iou(found_NHW, truth_MHW)
        best += iou_NM.max(axis=0, initial=0).tolist()
        areas += truth_MHW.mean(axis=(1, 2)).tolist()
        on_truth_N = (found_NHW & truth_MHW.any(axis=0)).sum(axis=(1, 2)) > 0.5 * found_NHW.sum(axis=(1, 2))
        masks += len(found_NHW)
        judged += int(on_truth_N.sum())
        right += int((iou_NM.max(axis=1, initial=0)[on_truth_N] >= 0.5).sum())
        seconds.append(json.loads(file.with_name("run.json").read_text())["seconds"])
    print(f"{len(seconds)} pictures, {masks} masks, {np.median(seconds):.1f} s a picture (median)")
    print(f"precision of the {judged} masks on annotated objects: {right / max(judged, 1):.2f}")
    best_M, areas_M = np.array(best), np.array(areas)
    for name, (low, high) in {"all": (0.0, 1.01), **SIZES}.items():
        of_size_M = (areas_M >= low) & (areas_M < high)
        recalls = [float((best_M[of_size_M] >= at).mean()) if of_size_M.any() else np.nan for at in (0.5, 0.75)]
        print(f"{name}: {of_size_M.sum()} objects, recall {recalls[0]:.2f} at 0.5, {recalls[1]:.2f} at 0.75")


if __name__ == "__main__":
    main()
