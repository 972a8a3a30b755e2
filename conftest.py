"""What is left out of the collection of doctests: modules of what is not installed here."""

try:
    import torchvision  # noqa: F401
except (ImportError, RuntimeError, OSError):  # missing, or built for another torch
    collect_ignore_glob = [
        "src/masklet/models/rcnn/*.py",
        "src/masklet/models/fcn/library.py",
        "src/masklet/models/fcn/published.py",
        "src/masklet/models/fcn/torchvision_fcn.py",
    ]
