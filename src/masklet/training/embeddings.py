"""Pictures of people as SAM's image encoder sees them, computed once and kept on disk: so tuning the mask decoder
takes seconds an epoch.

A folder: NAME.npz for each picture, and embeddings.json, written last, that lists them and says which encoder they
are of. Reading needs numpy and torch alone.

Shapes: N people, C channels, h w cells of the embedding, H W pixels of the network's masks (4 of its square).
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from masklet.core.errors import FormatError
from masklet.core.files import write_whole
from masklet.models.sam.network import Sam
from masklet.training.errors import TrainingError

if TYPE_CHECKING:
    from masklet.datasets import PicturedPeople
    from masklet.datasets.people import PeopleInMemory

LIST = "embeddings.json"
VERSION = 1


@dataclass(frozen=True, eq=False)
class EmbeddedPeople:
    """One picture: its embedding, and its people's boxes and masks as the network takes and gives them."""

    feature_Chw: Tensor
    box_N4: Tensor
    """x1 y1 x2 y2 in pixels of the square."""
    truth_NHW: Tensor
    """1 on the person, 0 beside it."""
    known_HW: Tensor
    """False beyond the picture, in what is left of the square."""


@dataclass(frozen=True)
class EmbeddedPicture:
    """One picture of the folder, read when it is asked for."""

    name: str
    path: Path
    people: int
    mirrored: bool = False
    """Whether left is right in it: more to learn from, nothing to validate on."""

    def read(self) -> EmbeddedPeople:
        """Return what is kept of it; raise FormatError where its file is missing or damaged."""
        try:
            with np.load(self.path, allow_pickle=False) as kept:
                shape = tuple(kept["shape_NHW"].tolist())
                truth = np.unpackbits(kept["truth"], count=int(np.prod(shape))).reshape(shape)
                return EmbeddedPeople(
                    feature_Chw=torch.from_numpy(kept["feature_Chw"]).float(),
                    box_N4=torch.from_numpy(kept["box_N4"]).float(),
                    truth_NHW=torch.from_numpy(truth).float(),
                    known_HW=torch.from_numpy(kept["known_HW"]),
                )
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise FormatError(
                f"Expected an embedding at {self.path}, got none that can be read; make the folder anew."
            ) from error


class EmbeddingFolder(Sequence[EmbeddedPicture]):
    """The pictures of a folder, by name; raise FormatError where it is none, TrainingError for another encoder."""

    def __init__(self, root: Path, *, encoder: str) -> None:
        self.root = root
        try:
            listed = json.loads((root / LIST).read_text(encoding="utf-8"))
            version, found, pictures = listed["version"], listed["encoder"], listed["pictures"]
        except OSError as error:
            raise FormatError(f"Expected embeddings with {root / LIST}, found no such file.") from error
        except (ValueError, KeyError, TypeError) as error:
            raise FormatError(f"Expected version, encoder and pictures in {root / LIST}, got other.") from error
        if version != VERSION or found != encoder:
            raise TrainingError(
                f"Expected embeddings of the encoder that is tuned for in {root}, got those of another one; "
                "name another folder (data.cache), or remove this one."
            )
        self._pictures = tuple(
            EmbeddedPicture(
                str(item["name"]), root / str(item["file"]), int(item["people"]), bool(item.get("mirrored", False))
            )
            for item in pictures
        )

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, index: Any) -> Any:
        """Return the picture at a place, or those of a slice."""
        return self._pictures[index]

    def __iter__(self) -> Iterator[EmbeddedPicture]:
        return iter(self._pictures)


def encoder_digest(network: Sam) -> str:
    """Return a SHA-256 of the image encoder's weights and the size of its square."""
    digest = hashlib.sha256(str(network.config.side).encode())
    for name, value in sorted(network.image_encoder.state_dict().items()):
        digest.update(name.encode())
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def write_embeddings(
    pictures: Iterable[PicturedPeople], network: Sam, root: Path, *, mirrored: bool = False
) -> EmbeddingFolder:
    """Encode pictures into a folder; those that lie there already, of the same encoder, are not encoded again.

    Pictures without people are left out; with `mirrored` each is also there mirrored. Raise TrainingError where
    none is left.
    """
    from masklet.models.sam.predictor import Predictor

    predictor, encoder = Predictor(network), encoder_digest(network)
    root.mkdir(parents=True, exist_ok=True)
    listed = []
    for number, picture in enumerate(pictures):
        count = len(picture.boxes_N4)
        if not count:
            continue
        name = f"{number:06d}-{re.sub(r'[^0-9A-Za-z_.-]+', '-', picture.name)}-{encoder[:12]}"
        for is_mirrored in (False, True)[: 1 + mirrored]:
            file = f"{name}-mirrored.npz" if is_mirrored else f"{name}.npz"
            if not (root / file).exists():
                shown = mirror(picture) if is_mirrored else picture
                write_whole(root / file, _packed(_encoded(shown, predictor)))
            listed.append({"name": picture.name, "file": file, "people": count, "mirrored": is_mirrored})
    if not listed:
        raise TrainingError("Expected pictures with people to tune on, got none.")
    content = {"version": VERSION, "encoder": encoder, "pictures": listed}
    write_whole(root / LIST, json.dumps(content, indent=1).encode())
    return EmbeddingFolder(root, encoder=encoder)


def mirror(picture: PicturedPeople) -> PeopleInMemory:
    """Return a picture with left and right exchanged, of its boxes and masks too."""
    from masklet.datasets.people import PeopleInMemory

    image_HW3 = np.ascontiguousarray(picture.image_HW3[:, ::-1])
    x1_N, y1_N, x2_N, y2_N = picture.boxes_N4.T
    width = image_HW3.shape[1]
    boxes_N4 = np.stack([width - x2_N, y1_N, width - x1_N, y2_N], axis=1)
    return PeopleInMemory(picture.name, image_HW3, boxes_N4, np.ascontiguousarray(picture.masks_NHW[:, :, ::-1]))


def _encoded(picture: PicturedPeople, predictor: Any) -> EmbeddedPeople:
    embedding = predictor.embed(picture.image_HW3)
    square = embedding.square
    truth_NHW = np.stack([square.known(mask_HW) >= 0 for mask_HW in picture.masks_NHW])
    corners_K2 = square.points(picture.boxes_N4.reshape(-1, 2))
    return EmbeddedPeople(
        feature_Chw=embedding.feature_1Chw[0].cpu(),
        box_N4=torch.from_numpy(corners_K2.reshape(-1, 4)).float(),
        truth_NHW=torch.from_numpy(truth_NHW).float(),
        known_HW=torch.from_numpy(square.known(np.ones(square.size_HW, bool)) >= 0),
    )


def _packed(people: EmbeddedPeople) -> bytes:
    arrays: Mapping[str, Any] = {
        "feature_Chw": people.feature_Chw.half().numpy(),
        "box_N4": people.box_N4.numpy(),
        "truth": np.packbits(people.truth_NHW.numpy().astype(bool)),
        "shape_NHW": np.array(people.truth_NHW.shape),
        "known_HW": people.known_HW.numpy(),
    }
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()
