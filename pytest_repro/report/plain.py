"""Plain values as the text of a JSON document: sorted, without secrets, and strict JSON even of NaN and infinities."""

from __future__ import annotations

import json
import math
from typing import Any

from pytest_repro.values.secrets import mask


def to_json(data: dict[str, object]) -> str:
    """The document, without a newline at its end; a number that JSON has not is a text: ``"nan"``, ``"inf"``."""
    return json.dumps(_plain(data), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {mask(str(key)): _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value
