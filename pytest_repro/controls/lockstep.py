"""Whether what is installed is what one lock pins: the judgement, its findings and its words.

What it promises first is silence: a package of another group, extra or platform is not missing, an installation beside
the lock is not extra, a lock for another interpreter is one sentence and not a hundred lines.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_repro.controls.installer import installer
from pytest_repro.controls.judged import Judged, State, absent, judged, unlocked
from pytest_repro.controls.verdict import Finding, action_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from pytest_repro.controls.catalogue import Action
    from pytest_repro.environment.distribution import Distribution
    from pytest_repro.locks.lock import Lock, Manager, Pin, Staleness

SHOWN = 12
"""Packages that a finding lists; the others are counted."""

NEVER_EXTRA = frozenset(
    {
        *("pip", "setuptools", "wheel", "uv", "distribute", "pkg-resources"),  # an empty environment has them
        *("pytest-repro", "py-cpuinfo", "threadpoolctl"),  # this plugin and what it brings
    }
)
"""Installed packages that no lock needs to know."""

ENOUGH = 8
"""Locked packages from which on a low overlap says that the lock was made for something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lockstep:
    """One lock against what is installed.

    Attributes:
        lock: The lock.
        staleness: Whether it stands for the project's metadata.
        packages: Every package of the lock that applies here, and every installed one it should know, by name.
        elsewhere: Why the lock is not for this interpreter, as a sentence; empty if it is.
        unknown: Why nothing is known of what is installed; empty if it is known.
    """

    lock: Lock
    staleness: Staleness
    packages: tuple[Judged, ...]
    elsewhere: str = ""
    unknown: str = ""

    def of(self, *states: State) -> tuple[Judged, ...]:
        """The packages judged so, by name."""
        return tuple(package for package in self.packages if package.state in states)

    @property
    def in_step(self) -> bool:
        """Whether nothing that the lock pins is otherwise installed or missing."""
        wrong = self.elsewhere or self.unknown or self.of("version", "source", "build", "missing")
        return not wrong and bool(self.of("ok") or not self.lock.pins)

    @property
    def title(self) -> str:
        """The lock's path and the first six digits of its digest: ``uv.lock 3f2a1c``."""
        return f"{self.lock.path} {self.lock.digest[:6]}"

    @property
    def words(self) -> str:
        """The judgement for one line among others: ``uv.lock 3f2a1c in step``."""
        if self.elsewhere:
            return f"{self.title} is not for this interpreter"
        if self.unknown:
            return f"{self.title} beside unknown packages"
        counts = Counter(package.state for package in self.packages)
        different = counts["version"] + counts["source"]
        told = [
            f"{different} {'differs' if different == 1 else 'differ'}" if different else "",
            f"{counts['build']} of another build" if counts["build"] else "",
            f"{counts['missing']} missing" if counts["missing"] else "",
        ]
        said = ", ".join(filter(None, told))
        stale = ", stale" if self.staleness.state == "stale" else ""
        if said:
            return f"{self.title}: {said}{stale}"
        if self.lock.pins and all(pin.why for pin in self.lock.pins):
            return f"{self.title} pins nothing{stale}"
        return f"{self.title} in step{stale}"

    def findings(self, policy: Mapping[str, Action]) -> tuple[Finding, ...]:
        """What is wrong, in the order of the catalogue; empty if nothing."""
        path, sync = self.lock.path, installer(self.lock)
        stale = self._stale(policy)
        if self.elsewhere:
            sentence = f"{path}: {self.elsewhere}"
            steps = (f"install what it locks: {sync.sync}", "or name another lock: --repro-lock=PATH")
            return (*stale, _finding("L409", sentence, policy, steps=steps))
        total = len({(pin.manager, pin.name) for pin in self.lock.pins})
        different, missing = self.of("version", "source"), self.of("missing")
        extra, build = self.of("extra"), self.of("build")
        found = []
        if different:
            sentence = f"{_packages(len(different), total)} not what {path} pins"
            found.append(_of(different, "L401", sentence, policy, steps=(sync.sync,)))
        if missing:
            sentence = f"{_packages(len(missing), total)} in {path} and not here"
            found.append(_of(missing, "L402", sentence, policy, steps=(sync.sync,)))
        if extra:
            noun = "package is" if len(extra) == 1 else "packages are"
            sentence = f"{len(extra)} installed {noun} not in {path}"
            steps = ("add to the project's requirements what its tests need, and lock again", sync.relock)
            found.append(_of(extra, "L403", sentence, policy, steps=steps))
        if build:
            sentence = f"{_packages(len(build), total)} of the version that {path} pins, and of another build"
            found.append(_of(build, "L410", sentence, policy, steps=(sync.sync,)))
        found += [*stale, *self._unauditable(policy)]
        return tuple(sorted(found, key=lambda finding: finding.code))

    def to_dict(self) -> dict[str, object]:
        """For JSON: the lock's own facts, the counts, and every package that is not simply as locked."""
        lock = self.lock
        return {
            "path": lock.path,
            "form": lock.form,
            "tool": lock.tool,
            "version": lock.version,
            "digest": lock.digest,
            "state": self._state,
            "elsewhere": self.elsewhere,
            "unknown": self.unknown,
            "staleness": {"state": self.staleness.state, "reason": self.staleness.reason},
            "complete": lock.complete,
            "closed": lock.closed,
            "counts": dict(sorted(Counter(package.state for package in self.packages).items())),
            "packages": [package._asdict() for package in self.packages if package.state != "ok"],
            "skipped": dict(sorted(lock.skipped.items())),
            "notes": list(lock.notes),
        }

    @property
    def _state(self) -> str:
        if self.elsewhere or self.unknown:
            return "elsewhere" if self.elsewhere else "unknown"
        return "in step" if self.in_step else "out of step"

    def _stale(self, policy: Mapping[str, Action]) -> tuple[Finding, ...]:
        if self.staleness.state != "stale":
            return ()
        relock = installer(self.lock).relock
        sentence = f"{self.lock.path} no longer stands for the project"
        return (_finding("L404", sentence, policy, reasons=(self.staleness.reason,), steps=(relock,)),)

    def _unauditable(self, policy: Mapping[str, Action]) -> tuple[Finding, ...]:
        pins = self.lock.pins
        files = [pin for pin in pins if pin.source in ("index", "url", "file", "conda") and not pin.why]
        kinds = (
            ("not pinned to one version", [pin.name for pin in pins if pin.why]),
            ("without a digest", [pin.name for pin in files if not pin.hashed]),
            ("from a repository without a commit", [p.name for p in pins if p.source == "vcs" and not p.ref]),
        )
        reasons = tuple(f"{len(names)} {kind}: {_named(names)}" for kind, names in kinds if names)
        if not reasons:
            return ()
        about = tuple(dict.fromkeys(name for _, names in kinds for name in names))
        sentence = f"{_packages(len(about), len({(pin.manager, pin.name) for pin in pins}))} not locked to one file"
        steps = ("lock with digests, so that another file of the same name is noticed",)
        return (_finding("L407", sentence, policy, reasons=reasons, steps=steps, about=about),)


def judge(
    lock: Lock,
    installed: Iterable[Distribution] | None,
    staleness: Staleness,
    *,
    own: Collection[str] = (),
    known: Collection[str] = (),
) -> Lockstep:
    """One lock against what is installed.

    Args:
        lock: What is pinned here, over all groups and extras.
        installed: Distributions, those that are imported first first; None if they are not known.
        staleness: What its reader says.
        own: Names of the project's own distributions, which no lock needs to know and none is judged by.
        known: Names that another lock of the project mentions, and that are not extra for that.
    """
    if installed is None:
        return Lockstep(lock=lock, staleness=staleness, packages=(), unknown="what is installed could not be listed")
    here: dict[tuple[Manager, str], Distribution] = {}
    for found in installed:
        here.setdefault((found.manager, found.name), found)
    beside_conda = any(manager == "conda" for manager, _ in here)
    ours = {lock.root, *own}
    pins: dict[tuple[Manager, str], list[Pin]] = {}
    for pin in lock.pins:
        if pin.name not in ours:
            pins.setdefault((pin.manager, pin.name), []).append(pin)
    packages = []
    for key, of_name in pins.items():
        if key in here:
            packages.append(judged(of_name, here[key], beside_conda=beside_conda))
        elif lock.complete:
            packages.append(absent(of_name, needed=any(pin.default for pin in of_name)))
    elsewhere = lock.elsewhere or _elsewhere(pins, packages, here, lock, beside_conda=beside_conda)
    if lock.closed:
        expected = {*ours, *known}
        packages += [unlocked(found) for found in _extra(lock, pins, here) if found.name not in expected]
    packages.sort(key=lambda package: (package.name, package.manager))
    return Lockstep(lock=lock, staleness=staleness, packages=tuple(packages), elsewhere=elsewhere)


def _extra(
    lock: Lock, pins: Mapping[tuple[Manager, str], object], here: Mapping[tuple[Manager, str], Distribution]
) -> list[Distribution]:
    """What is installed and never mentioned, on the side of the environment that the lock is about.

    A conda lock names a Python package as conda does, so the metadata of Python packages beside it says nothing. The
    project's own folder, where the lock does not name it, is known by being installed from a folder.
    """
    side: Manager = "conda" if any(manager == "conda" for manager, _ in pins) else "python"
    return [
        found
        for (manager, name), found in here.items()
        if manager == side
        and name not in lock.names
        and (manager, name) not in pins
        and name not in NEVER_EXTRA
        and (lock.root or found.source not in ("editable", "directory"))
    ]


def _elsewhere(
    pins: Mapping[tuple[Manager, str], Sequence[Pin]],
    packages: Sequence[Judged],
    here: Mapping[tuple[Manager, str], Distribution],
    lock: Lock,
    *,
    beside_conda: bool,
) -> str:
    """Why the lock is not for this interpreter; empty if it may be.

    Three quarters of what a plain install brings are not here, or hardly anything here is as locked: somebody else's
    environment, of which a list of differences would be noise.
    """
    if any(manager == "conda" for manager, _ in pins) and not beside_conda:
        return "it locks a conda environment, and this interpreter is in none"
    expected = {key for key, of_name in pins.items() if not lock.complete or any(pin.default for pin in of_name)}
    if len(expected) < ENOUGH:
        return ""
    present = len(expected & set(here))
    agreeing = sum(package.state in ("ok", "build") for package in packages)
    few = present * 4 < len(expected)
    strange = agreeing * 10 < len(expected) and present * 2 < len(expected)
    if not (few or strange):
        return ""
    return (
        f"it was made for another environment: of {len(expected)} packages it locks, {present} are installed here, "
        f"{agreeing} of them as locked"
    )


def table(packages: Sequence[Judged]) -> tuple[str, ...]:
    """A line a package, in columns: ``numpy   locked 2.4.6   installed 2.3.1``; beyond twelve a count."""
    shown = packages[:SHOWN]
    names = max(len(package.name) for package in shown)
    said = [f"locked {package.locked}" if package.locked else "not locked" for package in shown]
    width = max(map(len, said))
    lines = [
        f"{package.name:<{names}}   {words:<{width}}   "
        + (f"installed {package.installed}" if package.installed else "not installed")
        for package, words in zip(shown, said, strict=True)
    ]
    if len(packages) > SHOWN:
        lines.append(f"and {len(packages) - SHOWN} more")
    return tuple(lines)


def _finding(
    code: str,
    sentence: str,
    policy: Mapping[str, Action],
    *,
    reasons: tuple[str, ...] = (),
    steps: tuple[str, ...],
    about: tuple[str, ...] = (),
) -> Finding:
    action = action_of(code, policy)
    return Finding(code=code, sentence=sentence, action=action, reasons=reasons, steps=steps, about=about)


def _of(
    packages: Sequence[Judged], code: str, sentence: str, policy: Mapping[str, Action], *, steps: tuple[str, ...]
) -> Finding:
    """A finding about some packages, each of which a waiver may name."""
    about = tuple(dict.fromkeys(package.name for package in packages))
    return _finding(code, sentence, policy, reasons=table(packages), steps=steps, about=about)


def _packages(number: int, total: int) -> str:
    return f"{number} of {total} packages {'is' if number == 1 else 'are'}"


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(names[:4])
    return f"{shown} and {len(names) - 4} more" if len(names) > 4 else shown  # noqa: PLR2004  # four fit a line
