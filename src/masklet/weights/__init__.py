"""Trained weights as values: known by name and digest, fetched once, checked whenever they are used."""

from masklet.weights.cache import cache_root, cached_path, file_sha256, state_of
from masklet.weights.fetching import fetch, is_offline, resolve
from masklet.weights.hub import download_folder
from masklet.weights.own import own_files
from masklet.weights.registry import WEIGHTS, find_weight
from masklet.weights.values import Hub, Package, Weight, WeightFile

__all__ = [
    "WEIGHTS",
    "Hub",
    "Package",
    "Weight",
    "WeightFile",
    "cache_root",
    "cached_path",
    "download_folder",
    "fetch",
    "file_sha256",
    "find_weight",
    "is_offline",
    "own_files",
    "resolve",
    "state_of",
]
