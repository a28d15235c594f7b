"""A document as SARIF 2.1.0, for code scanning: a rule a code, a result a cause at the line where it begins."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pytest_repro.controls.catalogue import CATALOGUE
from pytest_repro.report import plain

if TYPE_CHECKING:
    from pytest_repro.report.document import Document, Place, Said, Test

LEVELS = {"fail": "error", "warn": "warning", "accept": "note"}


def text(document: Document) -> str:
    """The whole file."""
    return plain.to_json(to_dict(document)) + "\n"


def to_dict(document: Document) -> dict[str, Any]:
    """As plain values."""
    controls = {control.code: control for control in CATALOGUE}
    codes = list(dict.fromkeys(one.code for test in document.tests for one in test.findings if one.code in controls))
    name, _, version = document.tool.partition(" ")
    rules = [
        {
            "id": f"RPR-{code}",
            "name": "".join(word.capitalize() for word in controls[code].title.replace(":", " ").split()),
            "shortDescription": {"text": controls[code].title},
            "fullDescription": {"text": f"{controls[code].metric}. Holds where {controls[code].contract}."},
            "help": {"text": f"pytest-repro explain {code}"},
            "defaultConfiguration": {"level": LEVELS[controls[code].action]},
        }
        for code in codes
    ]
    results = [
        _result(test, one, codes.index(one.code))
        for test in document.tests
        for one in test.findings
        if one.code in codes
    ]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": name, "version": version, "rules": rules}},
                "columnKind": "unicodeCodePoints",
                "results": results,
            }
        ],
    }


def _result(test: Test, said: Said, rule: int) -> dict[str, Any]:
    place = test.origin or test.place
    result: dict[str, Any] = {
        "ruleId": f"RPR-{said.code}",
        "ruleIndex": rule,
        "level": LEVELS[said.action],
        "message": {"text": f"{test.nodeid}: {said.sentence}"},
        "locations": [_location(place, test.nodeid)],
        "partialFingerprints": {"test/v1": _fingerprint(test.nodeid, said.code)},
    }
    if test.origin is not None:
        result["relatedLocations"] = [_location(test.place, test.nodeid) | {"message": {"text": "the test"}}]
    return result


def _location(place: Place, nodeid: str) -> dict[str, Any]:
    path = PurePosixPath(place.file.replace("\\", "/"))
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(path.as_posix())},
            "region": {"startLine": max(1, place.line)},
        },
        "logicalLocations": [{"fullyQualifiedName": nodeid, "kind": "function"}],
    }


def _fingerprint(nodeid: str, code: str) -> str:
    """The same as long as the test is called so: lines move, a finding stays."""
    return hashlib.sha256(f"{code} {nodeid}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
