"""XML files, read with errors that say where."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from masklet.core.errors import FormatError


def read_xml(path: Path, what: str) -> Element:
    """Return the root of an XML file; raise FormatError, with line and column, for one that is damaged or missing.

    `what` says what was expected there.
    """
    try:
        return ElementTree.parse(path).getroot()
    except ElementTree.ParseError as error:
        line, column = error.position
        raise FormatError(f"Expected XML in {path}, got an error in line {line}, column {column + 1}.") from error
    except OSError as error:
        raise FormatError(f"Expected {what} in {path}, got: {error.strerror}.") from error
