"""The catalogue: every control with its code, metric, contract and default action.

A code never changes its meaning. The letter is the family: S seeds, E environment, L locks, H hardware, R replay
limits, B baselines and waivers. Owners come from the marker, the configuration or CODEOWNERS; the catalogue's own says
whose work it is where nobody is named.
"""

from __future__ import annotations

from pytest_repro.controls.control import ACTIONS, Action, Control
from pytest_repro.errors import ReproError

__all__ = ["ACTIONS", "CATALOGUE", "Action", "Control", "control", "policy_from"]

CATALOGUE: tuple[Control, ...] = (
    Control(
        code="R101",
        title="value drift",
        metric="difference of each observed value between two runs of one test under one seed",
        contract="every value agrees within the test's tolerance; kinds, shapes and dtypes agree exactly",
        action="fail",
    ),
    Control(
        code="R102",
        title="outcome drift",
        metric="outcome of each phase, with the type and message of its exception, in each run",
        contract="all runs of one test under one seed end alike",
        action="fail",
    ),
    Control(
        code="R104",
        title="nothing compared",
        metric="number of values compared beside the outcome",
        contract="a replayed test shows at least one value",
        question="unauditable",
        action="warn",
    ),
    Control(
        code="R105",
        title="not idempotent",
        metric="parameters, wider-scoped fixture values and module globals before and after one more run",
        contract="a test leaves what outlives it as it found it",
        action="warn",
    ),
    Control(
        code="R106",
        title="clock-derived value",
        metric="drift that vanishes when the same clock readings are served again",
        contract="no observed value is a reading of the clock",
        action="accept",
    ),
    Control(
        code="R107",
        title="pattern without address",
        metric="addresses that a pattern of tol or ignore found in the whole session",
        contract="every pattern finds at least one address",
        question="stale",
        action="warn",
    ),
    Control(
        code="R108",
        title="nothing replayed",
        metric="collected tests that are replayed",
        contract="at least one collected test is replayed",
        question="unauditable",
        action="warn",
        owner="maintainers",
    ),
    Control(
        code="R111",
        title="drift under a condition",
        metric="difference of each value between a fresh process in which one condition differs and an unchanged one",
        contract="every value and outcome is the same under every behavioural condition that was asked for",
        action="fail",
    ),
    Control(
        code="R112",
        title="drift on simulated hardware",
        metric="the same where the condition stands for other hardware: blas, simd, libm, threads",
        contract="every value agrees within the tolerance that is stated; a number without one only informs",
        action="fail",
    ),
    Control(
        code="R113",
        title="drift between processes",
        metric="difference of each value between fresh processes with nothing changed, and between one and this",
        contract="every fresh process computes the same",
        action="fail",
    ),
    Control(
        code="R114",
        title="condition not compared",
        metric="tests that brought nothing comparable from a fresh process, and why",
        contract="every test that is to be varied runs in every fresh process",
        question="unauditable",
        action="warn",
    ),
    Control(
        code="R115",
        title="condition without effect",
        metric="what is read of each changed thing in a fresh process, and in an unchanged one",
        contract="every condition that was asked for takes effect here",
        question="unauditable",
        action="accept",
        owner="administrator",
    ),
    Control(
        code="R116",
        title="not compared: budget",
        metric="tests for which repro_budget left no time",
        contract="every test that is to be varied is varied in every session",
        question="too costly",
        action="accept",
        owner="maintainers",
    ),
    Control(
        code="R301",
        title="replay limit not measured",
        metric="stated tolerances that no measurement stands behind",
        contract="every stated tolerance was measured under varied conditions",
        question="unauditable",
        action="accept",
    ),
    Control(
        code="S202",
        title="generator state differs",
        metric="state of each pinned generator at the end of the test's body",
        contract="all runs draw the same amount",
        action="accept",
    ),
    Control(
        code="S203",
        title="seeder failed",
        metric="exceptions of third-party seeders",
        contract="every seeder loads and takes an integer",
        question="malformed",
        action="warn",
    ),
    Control(
        code="S204",
        title="seeds not pinned",
        metric="collected tests whose generators are pinned",
        contract="every collected test starts from a pinned seed",
        question="unauditable",
        action="warn",
    ),
    Control(
        code="E301",
        title="environment not captured",
        metric="sections of the snapshot that failed or could not be read",
        contract="every section of the snapshot is read",
        question="unauditable",
        action="warn",
        owner="administrator",
    ),
    Control(
        code="E302",
        title="environment contract broken",
        metric="facts of the environment that a test requires",
        contract="every requirement of repro_environment.require holds",
        action="fail",
    ),
    Control(
        code="E303",
        title="variable without effect",
        metric="variables that are set, and what the process does",
        contract="a variable that is set has taken effect",
        action="warn",
        owner="administrator",
    ),
    Control(
        code="E304",
        title="uncommitted code",
        metric="changes of the working tree that no commit holds",
        contract="the code that runs is the code of a commit",
        question="unauditable",
        action="accept",
    ),
    Control(
        code="E305",
        title="snapshot too costly",
        metric="time and bytes of one snapshot",
        contract="a snapshot takes at most 250 ms and 8 kB",
        question="too costly",
        action="accept",
        owner="administrator",
    ),
    Control(
        code="E306",
        title="saved environment unreadable",
        metric="form and version of a saved environment",
        contract="a saved environment is whole and of a known version",
        question="malformed",
        action="fail",
        owner="administrator",
    ),
    Control(
        code="L401",
        title="installed differs from the lock",
        metric="version and source of each distribution that is locked and installed",
        contract="what is installed is what is locked",
        action="warn",
        owner="administrator",
    ),
    Control(
        code="L402",
        title="locked but not installed",
        metric="locked distributions that a plain install brings and that are not here",
        contract="everything that is locked is installed",
        action="warn",
        owner="administrator",
    ),
    Control(
        code="L403",
        title="installed but not locked",
        metric="installed distributions that the lock never mentions",
        contract="nothing is installed beside what is locked",
        question="unauditable",
        action="accept",
        owner="administrator",
    ),
    Control(
        code="L404",
        title="stale lock",
        metric="the lock's own record of the project against the project",
        contract="the lock was made from the project as it is",
        question="stale",
        action="warn",
        owner="maintainers",
    ),
    Control(
        code="L405",
        title="locks disagree",
        metric="versions that two lock files of one project pin",
        contract="all locks of a project pin the same versions",
        action="warn",
        owner="maintainers",
    ),
    Control(
        code="L406",
        title="malformed lock",
        metric="form and version of the lock file",
        contract="the lock file can be read",
        question="malformed",
        action="fail",
        owner="maintainers",
    ),
    Control(
        code="L407",
        title="lock cannot be audited",
        metric="pins without exact version, digest or commit",
        contract="every pin names one file: an exact version with a digest, or a commit",
        question="unauditable",
        action="accept",
        owner="maintainers",
    ),
    Control(
        code="L408",
        title="no lock",
        metric="lock files from the project's root upwards",
        contract="the project has a lock file",
        question="unauditable",
        action="warn",
        owner="maintainers",
    ),
    Control(
        code="L409",
        title="lock for another interpreter",
        metric="share of locked distributions that are installed, and the lock's own conditions",
        contract="the lock is meant for this interpreter and platform",
        action="warn",
        owner="administrator",
    ),
    Control(
        code="L410",
        title="other build of the same version",
        metric="build and local version of each distribution",
        contract="what is installed is the build that is locked",
        action="warn",
        owner="administrator",
    ),
    Control(
        code="H501",
        title="hardware not recorded",
        metric="names of the CPU and of the loaded BLAS",
        contract="CPU and BLAS are known by name",
        question="unauditable",
        action="warn",
        owner="administrator",
    ),
    Control(
        code="H502",
        title="float environment changed",
        metric="flush-to-zero, denormals-are-zero and rounding of this process",
        contract="subnormals are kept and rounding is to nearest",
        action="warn",
        owner="administrator",
    ),
    Control(
        code="H503",
        title="nondeterministic kernels allowed",
        metric="determinism switches of torch, tensorflow and jax where a GPU is present",
        contract="deterministic kernels are asked for",
        action="accept",
        owner="maintainers",
    ),
    Control(
        code="H505",
        title="more threads than cores",
        metric="threads of each BLAS and OpenMP pool, and cores that this process may use",
        contract="no pool has more threads than there are cores",
        question="too costly",
        action="accept",
        owner="administrator",
    ),
    Control(
        code="B601",
        title="stale baseline",
        metric="age of a recorded envelope, and the digest of its test's source",
        contract="the test is the one that was recorded, and the record is younger than repro_max_age",
        question="stale",
        action="warn",
    ),
    Control(
        code="B602",
        title="malformed baseline",
        metric="recorded files that cannot be read, or whose arrays have another digest",
        contract="every recorded file is what was written",
        question="malformed",
        action="fail",
    ),
    Control(
        code="B603",
        title="missing baseline",
        metric="tests that demand a recorded envelope and have none",
        contract="replay(recorded=True) finds what it compares with",
        question="unauditable",
        action="fail",
    ),
    Control(
        code="B604",
        title="newer baseline",
        metric="major version of a recorded file's format",
        contract="no recorded file is of a newer major format",
        question="malformed",
        action="fail",
    ),
    Control(
        code="B605",
        title="unsafe path in the store",
        metric="links, devices and paths that leave the store",
        contract="a store holds plain files and folders",
        question="malformed",
        action="fail",
    ),
    Control(
        code="B606",
        title="baseline too costly",
        metric="bytes of a file of the store",
        contract="no file is larger than repro_store_limit",
        question="too costly",
        action="fail",
    ),
    Control(
        code="B607",
        title="baseline not written",
        metric="envelopes that were to be recorded and could not be written",
        contract="what is to be recorded is written",
        question="unauditable",
        action="fail",
    ),
    Control(
        code="B608",
        title="baseline cannot be audited",
        metric="owner and lock file of each recorded test",
        contract="somebody answers for every record, and a lock says what it was made with",
        question="unauditable",
        action="accept",
    ),
    Control(
        code="B609",
        title="inconsistent baseline",
        metric="outcomes, runs and difference of each record, and profiles recorded alike",
        contract="no record contradicts itself, or another of the same code, environment, lock and seed",
        action="fail",
    ),
    Control(
        code="B611",
        title="waiver expired",
        metric="the date until which a waiver holds",
        contract="no waiver is past its date",
        question="stale",
        action="fail",
        owner="owner of the waiver",
    ),
    Control(
        code="B612",
        title="waiver unused",
        metric="waivers that covered nothing though their test ran",
        contract="every waiver covers something",
        question="stale",
        action="warn",
        owner="owner of the waiver",
    ),
    Control(
        code="B613",
        title="waiver file malformed",
        metric="form and version of repro-waivers.toml",
        contract="the waiver file can be read",
        question="malformed",
        action="fail",
        owner="maintainers",
    ),
    Control(
        code="B614",
        title="waiver without owner or reason",
        metric="owner and reason of each waiver",
        contract="every waiver names an owner and a reason",
        question="unauditable",
        action="fail",
        owner="maintainers",
    ),
)
"""In the order in which findings are told: what was computed, how it came about, what both stand on."""


def control(code: str) -> Control:
    """The control with a code.

    Raises:
        ReproError: ``U103`` if there is none.
    """
    for entry in CATALOGUE:
        if entry.code == code:
            return entry
    known = ", ".join(entry.code for entry in CATALOGUE)
    raise ReproError("U103", f"there is no control {code!r:.40}", place="policy", mend=f"use one of {known}")


def policy_from(lines: tuple[str, ...] | list[str], place: str) -> dict[str, Action]:
    """The actions that ``CODE=ACTION`` lines ask for, by code.

    Raises:
        ReproError: ``U103`` for a line of another form, an unknown code or an unknown action.
    """
    policy: dict[str, Action] = {}
    for line in lines:
        code, equals, wish = (part.strip() for part in line.partition("="))
        mend = "write CODE=ACTION, for instance R105=fail; actions are accept, warn, fail"
        if not equals:
            raise ReproError("U103", f"not a policy: {line!r:.60}", place=place, mend=mend)
        action = next((known for known in ACTIONS if known == wish), None)
        if action is None:
            raise ReproError("U103", f"unknown action {wish!r:.40}", place=f"{place}.{code}", mend=mend)
        try:
            policy[control(code.removeprefix("RPR-")).code] = action
        except ReproError as error:
            raise ReproError(error.code, error.sentence, place=place, mend=error.mend) from None
    return policy
