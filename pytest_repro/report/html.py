"""A document as one HTML page that needs no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_repro.report.document import Document


def text(document: Document) -> str:
    """The whole page."""
    raise NotImplementedError(document.tool)
