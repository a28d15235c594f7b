"""Owners: who answers for a file, from the marker, the configuration or CODEOWNERS."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Host = Literal["GitHub", "GitLab"]

PLACES = (
    ".github/CODEOWNERS",  # GitHub looks here first
    "CODEOWNERS",  # then here, where GitLab looks first
    "docs/CODEOWNERS",  # then both look here
    ".gitlab/CODEOWNERS",  # GitLab alone
)
"""Where hosts look, from the repository's root; the first file found is the one that counts."""

LIMIT = 3 << 20
"""Bytes above which GitHub does not load the file at all."""

_SECTION = re.compile(r"\^?\[(?P<name>[^\]]+)\](?:\[\d+\])?(?P<owners>(?:\s.*)?)$")
_OWNER = re.compile(r"@[^\s@]\S*|[^\s@]+@[^\s@]+\.[^\s@]+")
_WORD = re.compile(r"(?:\\.|[^\s\\])+")


_DEEP = "(?:[^/]+/)*"


class Rule(NamedTuple):
    """One line of the file.

    Attributes:
        pattern: Finds paths from the repository's root, with ``/``.
        owners: As written; none takes ownership away.
        section: Of GitLab; empty outside any.
        excludes: Whether what it finds has no owner of this section, whatever other lines say.
    """

    pattern: re.Pattern[str]
    owners: tuple[str, ...]
    section: str
    excludes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Codeowners:
    """A CODEOWNERS file, matched as its host matches it.

    Attributes:
        path: Where it was found, from the repository's root.
        host: Whose rules it is read by.
        rules: In the order of the file.
        notes: Lines that the host skips, with their number and why.
    """

    path: str
    host: Host
    rules: tuple[Rule, ...] = ()
    notes: tuple[str, ...] = ()

    def owners(self, path: str) -> tuple[str, ...]:
        """Who owns a file: of each section the last line that finds it counts.

        Args:
            path: From the repository's root, with ``/``.
        """
        last: dict[str, tuple[str, ...]] = {rule.section: () for rule in self.rules}
        without: set[str] = set()
        for rule in self.rules:
            if rule.pattern.fullmatch(path):
                last[rule.section] = rule.owners
                if rule.excludes:
                    without.add(rule.section)
        told = (owner for section, owners in last.items() if section not in without for owner in owners)
        return tuple(dict.fromkeys(told))


def owner_of(path: str, *, marker: str = "", ini: str = "", codeowners: Codeowners | None = None) -> str:
    """Who answers for a test: whom its marker names, else whom the configuration names, else CODEOWNERS.

    Args:
        path: The test's file from the repository's root, with ``/``.
        marker: ``owner=`` of the nearest marker.
        ini: ``repro_owner``.
        codeowners: Of the repository.

    Returns:
        Names parted by spaces; empty where nobody is named.
    """
    return marker or ini or (" ".join(codeowners.owners(path)) if codeowners else "")


def find(root: Path) -> Codeowners | None:
    """The CODEOWNERS file of a repository; None where there is none that can be read.

    Args:
        root: The repository's root.
    """
    for name in PLACES:
        try:
            with (root / name).open("rb") as file:
                data = file.read(LIMIT + 1)
        except OSError:
            continue  # a host, too, looks on
        host = _host(root, name, data)
        if len(data) > LIMIT:
            note = f"{name} is over {LIMIT >> 20} MiB, and no host loads it"
            return Codeowners(path=name, host=host, notes=(note,))
        return parsed(data.decode("utf-8-sig", "replace"), name, host)
    return None


def parsed(text: str, path: str, host: Host) -> Codeowners:
    """The rules of a file's text.

    Args:
        text: Of the file.
        path: Where it stands, for the notes.
        host: Whose rules apply.
    """
    rules: list[Rule] = []
    notes: list[str] = []
    section = ""
    owners: tuple[str, ...] = ()
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if host == "GitLab" and (head := _SECTION.match(line)):
            section = head["name"].strip().casefold()  # sections of one name, in any case of letters, are one
            owners = tuple(word for word in _words(f"x {head['owners']}") if _OWNER.fullmatch(word))
            continue
        try:
            rules.append(_rule(line, host, section, owners))
        except ValueError as error:
            notes.append(f"{path}:{number} is skipped: {error}")
    return Codeowners(path=path, host=host, rules=tuple(rules), notes=tuple(notes))


def _host(root: Path, name: str, data: bytes) -> Host:
    """Whose file it is: by its folder, by what only GitLab understands, by the folders beside it."""
    if name.startswith(".git"):
        return "GitHub" if name.startswith(".github") else "GitLab"
    if re.search(rb"^\s*\^?\[[^\]\n]+\]", data, re.MULTILINE):
        return "GitLab"
    ours = (root / ".gitlab-ci.yml").exists() or (root / ".gitlab").is_dir()
    return "GitLab" if ours and not (root / ".github").is_dir() else "GitHub"


def _rule(line: str, host: Host, section: str, default: tuple[str, ...]) -> Rule:
    """A line as a rule.

    Raises:
        ValueError: With the reason for which the host skips it.
    """
    pattern, *others = _words(line)
    excludes = pattern.startswith("!")
    if host == "GitHub":
        if excludes:
            raise ValueError("GitHub knows no patterns that begin with !")
        if re.search(r"(?<!\\)[\[\]]", pattern):
            raise ValueError("GitHub knows no ranges in brackets")
        if pattern.startswith(r"\#"):
            raise ValueError("GitHub knows no names that begin with #")
        strange = next((word for word in others if not _OWNER.fullmatch(word)), None)
        if strange is not None:
            raise ValueError(f"{strange:.40} is neither @name nor a mail address")
    owners = tuple(word for word in others if _OWNER.fullmatch(word))
    body = pattern[excludes:]
    if not body.strip("/"):
        raise ValueError(f"{pattern:.40} finds no file")
    try:
        compiled = re.compile(_github(body) if host == "GitHub" else _gitlab(body), re.DOTALL)
    except re.error:
        raise ValueError(f"{pattern:.40} is no pattern") from None
    return Rule(compiled, owners if others else default, section, excludes)


def _words(line: str) -> Iterator[str]:
    """Pattern and owners; a backslash keeps a space in the pattern, a later word that begins with # ends the line."""
    for number, found in enumerate(_WORD.finditer(line)):
        if number and found[0].startswith("#"):
            return
        yield found[0]


def _github(pattern: str) -> str:
    """As .gitignore: anchored where a slash stands at the beginning or inside; a folder means all below it.

    One thing differs: a last part of ``*`` alone finds the files of that folder and nothing below.
    """
    parts = [part for part in pattern.split("/") if part]
    if not pattern.startswith("/") and len(parts) == 1:
        parts = ["**", *parts]
    if pattern.endswith("/"):
        parts.append("**")
    last = parts[-1]
    return _joined(parts, ranges=False) + ("" if last in ("*", "**") else "(?:/.*)?")


def _gitlab(pattern: str) -> str:
    """Anchored only where a slash stands at the beginning; a folder means all below it only with a slash at the end."""
    if pattern == "*":
        return ".+"
    parts = [part for part in pattern.split("/") if part]
    if not pattern.startswith("/"):
        parts = ["**", *parts]
    if pattern.endswith("/"):
        parts += ["**", "*"]
    elif parts[-1] == "**":
        parts[-1] = "*"  # what follows no slash is one star to GitLab
    return _joined(parts, ranges=True)


def _joined(parts: Sequence[str], *, ranges: bool) -> str:
    """Parts of a path as one expression; ``**`` stands for any number of folders, at the end for all that is below."""
    out: list[str] = []
    for number, part in enumerate(parts):
        if part == "**" and number and parts[number - 1] == "**":
            out[-1] = ".+" if number == len(parts) - 1 else out[-1]  # one is enough, and many are slow
        elif part == "**":
            out.append(".+" if number == len(parts) - 1 else _DEEP)
        else:
            out.append(_part(part, ranges=ranges) + ("/" if number < len(parts) - 1 else ""))
    first, *pieces = ("".join(run) for run in _split(out, _DEEP))
    # as of stars in a name: all but the last are found as early as can be, for good
    inner = "".join(f"(?>{_DEEP}?{piece})" for piece in pieces[:-1])
    return f"{first}{inner}{_DEEP}{pieces[-1]}" if pieces else first


def _split(tokens: Sequence[str], at: str) -> list[list[str]]:
    runs: list[list[str]] = [[]]
    for token in tokens:
        if token == at:
            runs.append([])
        else:
            runs[-1].append(token)
    return runs


def _part(part: str, *, ranges: bool) -> str:
    if part == "*":
        return "[^/]+"
    tokens = re.findall(r"\\.|\[[!^]?[^\]/]+\]|.", part, re.DOTALL)
    out: list[str] = []
    for token in tokens:
        if token[0] == "[" and len(token) > 1 and ranges:
            inside = re.sub(r"[\[&~|]|(?<=-)-", r"\\\g<0>", token[1:-1].replace("\\", ""))
            if inside.strip("!^") == "":  # a class of nothing
                out.append(re.escape(token))
                continue
            out.append(f"[^{inside[1:]}/]" if inside[0] in "!^" else f"[{inside}]")
        elif token[0] == "\\" and len(token) > 1:
            out.append(re.escape(token[1]))
        else:
            out.append({"*": "*", "?": "[^/]"}.get(token) or re.escape(token))
    return _starred(out)


def _starred(tokens: Sequence[str]) -> str:
    """Tokens with every star as an expression that is never taken back: a dozen stars would take hours otherwise.

    What stands between two stars is best found as early as it can be, so only the last one has a choice, and only one.
    """
    first, *pieces = ("".join(run) for run in _split(tokens, "*"))
    inner = "".join(f"(?>[^/]*?{piece})" for piece in pieces[:-1])
    return f"{first}{inner}[^/]*{pieces[-1]}" if pieces else first
