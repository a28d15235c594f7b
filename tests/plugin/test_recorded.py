"""Recorded envelopes: written on request alone, refused where a test drifts, compared from then on."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

STEADY = """
    import numpy as np, pytest
    SHIFT = {shift}
    @pytest.mark.replay
    def test_fit(repro):
        weights = np.arange(100.0) / 7
        weights[3] += SHIFT
        repro.record(loss=0.5 + SHIFT, weights=weights)
    @pytest.mark.replay
    @pytest.mark.parametrize("name", ["a/b", "[x]", "Ä ::"])
    def test_named(name):
        assert len(name) + SHIFT > 0
    """


def source(shift: float | str = 0.0) -> str:
    return STEADY.format(shift=shift)


def books(pytester: pytest.Pytester) -> dict[str, dict]:
    folder = pytester.path / "__envelopes__"
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def told(result: pytest.RunResult) -> str:
    return "\n".join(result.outlines)


def test_nothing_is_written_without_being_asked_for(run, pytester):
    run(source())
    run(source(), "--repro=all")
    assert not (pytester.path / "__envelopes__").exists()


def test_recording_writes_one_file_a_module_with_every_test_and_its_evidence(run, pytester):
    result = run(source(), "--repro-record")
    assert result.ret == 0
    assert "recorded 4 tests in 1 file" in told(result)
    (book,) = books(pytester).values()
    assert sorted(book["tests"]) == ["test_fit", "test_named[[x]]", "test_named[\\xc4 ::]", "test_named[a/b]"]
    test = book["tests"]["test_fit"]
    assert test["values"]["record.loss"] == 0.5
    assert test["values"]["record.weights"]["shape"] == [100]
    assert test["recorded"]["runs"] == 2
    assert test["recorded"]["environment"] in book["environments"]
    assert [path.suffix for path in (pytester.path / "__envelopes__/arrays").iterdir()] == [".npy"]


def test_a_test_of_which_nothing_but_its_outcome_is_kept_is_named_with_the_mend(run):
    bare = "import pytest\n@pytest.mark.replay{}\ndef test_bare(): total = 3.5\n"
    text = told(run(bare.format(""), "--repro-record"))
    assert "repro: recorded with nothing but an outcome" in text
    assert "\ntest_bare\n  local variables are not recorded: repro.record(value=value), assert on it" in text
    assert "nothing but an outcome" not in told(run(bare.format(""), "--repro-record"))  # it is kept as it is
    assert "nothing but an outcome" not in told(run(bare.format("(observe='+locals')"), "--repro-record-all"))


def test_a_run_that_computes_the_same_is_quiet(run):
    run(source(), "--repro-record")
    result = run(source())
    assert result.ret == 0
    assert "4 tests replayed" in told(result)
    assert "recorded" not in told(result)


def test_a_run_that_computes_something_else_fails_with_the_recorded_value_beside_it(run):
    run(source(), "--repro-record")
    result = run(source(1e-9), "-k", "fit")
    assert result.ret == 1
    text = told(result)
    assert "RPR-R101 value drift: 2 of 2 values differ from those recorded" in text
    assert "loss" in text
    assert "weights" in text
    assert "  condition     profile default recorded " in text
    assert "2 runs agreed then, session seed 0" in text
    assert (
        "  next          if the change is meant: pytest test_it.py::test_fit --repro-seed=0 --repro-record-all" in text
    )


def test_a_tolerance_under_the_condition_recorded_replaces_the_other(run):
    marked = source().replace(
        "@pytest.mark.replay\n    def test_fit", '@pytest.mark.replay(under={"recorded": 1e-6})\n    def test_fit'
    )
    run(marked, "--repro-record")
    assert run(marked.replace("SHIFT = 0.0", "SHIFT = 1e-9"), "-k", "fit").ret == 0
    assert run(marked.replace("SHIFT = 0.0", "SHIFT = 1e-3"), "-k", "fit").ret == 1


def test_recording_again_changes_no_byte(run, pytester):
    run(source(), "--repro-record")
    path = pytester.path / "__envelopes__/test_it.default.json"
    before = path.read_bytes()
    result = run(source(), "--repro-record-all")
    assert "kept 4" in told(result)
    assert path.read_bytes() == before


def test_only_record_all_replaces_what_changed(run, pytester):
    run(source(), "--repro-record")
    path = pytester.path / "__envelopes__/test_it.default.json"
    before = path.read_bytes()
    assert run(source(1e-9), "-k", "fit", "--repro-record").ret == 1
    assert path.read_bytes() == before
    assert run(source(1e-9), "-k", "fit", "--repro-record-all").ret == 0
    (book,) = books(pytester).values()
    assert len(book["tests"]) == 4
    assert book["tests"]["test_fit"]["values"]["record.loss"] == 0.500000001
    assert run(source(1e-9), "-k", "fit").ret == 0


def test_a_test_that_drifts_between_its_own_runs_is_refused(run, pytester):
    drifting = """
        import os, pytest
        @pytest.mark.replay
        def test_drift(repro):
            repro.record(x=os.urandom(3))
        @pytest.mark.replay
        def test_steady(repro):
            repro.record(x=1)
        """
    result = run(drifting, "--repro-record")
    assert "recorded 1 test in 1 file, refused 1" in told(result)
    assert (
        "test_it.py::test_drift: it drifts between its own runs: an irreproducible baseline is worse than none"
        in told(result)
    )
    (book,) = books(pytester).values()
    assert list(book["tests"]) == ["test_steady"]


def test_a_test_that_fails_is_not_recorded(run, pytester):
    result = run(
        "import pytest\n@pytest.mark.replay\ndef test_it(repro):\n    repro.record(x=1)\n    assert 0", "--repro-record"
    )
    assert "test_it.py::test_it: it did not pass" in told(result)
    assert not (pytester.path / "__envelopes__").exists()


def test_a_marker_may_demand_a_recorded_envelope(run):
    demanding = "import pytest\n@pytest.mark.replay(recorded=True)\ndef test_it(repro):\n    repro.record(x=1)"
    missing = run(demanding)
    assert missing.ret == 1
    assert "RPR-B603 missing baseline: nothing is recorded under profile default" in told(missing)
    missing.stdout.fnmatch_lines(
        ["*_ test_it [[]record] _*", "repro: 1 test replayed, * no drift, 1 without a usable record (*"]
    )
    assert "pytest test_it.py::test_it --repro-seed=0 --repro-record" in told(missing)
    assert run(demanding, "--repro-record").ret == 0
    assert run(demanding).ret == 0


def test_one_run_is_enough_where_a_recorded_envelope_is_there(run):
    single = "import pytest\n@pytest.mark.replay(recorded=True, runs=1)\ndef test_it(repro):\n    repro.record(x={0})"
    assert run(single.format(1), "--repro-record").ret == 0
    assert run(single.format(1)).ret == 0
    assert run(single.format(2)).ret == 1


def test_an_edited_test_is_judged_on_what_both_have_and_told_to_be_stale(run):
    run(source(), "--repro-record")
    edited = source().replace("repro.record(loss", "repro.record(extra=1, loss")
    result = run(edited, "-k", "fit")
    assert result.ret == 0
    assert "RPR-B601 stale baseline: the test changed since it was recorded: 1 value new" in told(result)
    worse = edited.replace("SHIFT = 0.0", "SHIFT = 1e-3")
    assert run(worse, "-k", "fit").ret == 1


def test_lines_inserted_above_a_test_move_no_address(run):
    run(source(), "--repro-record")
    assert "no drift" in told(run(source()))
    assert run("\n\n\n" + source().replace("import numpy", "import json\n    import numpy")).ret == 0


def test_profiles_keep_baselines_apart(run, pytester):
    run(source(), "--repro-record", "--repro-profile={system}-py{python}")
    run(source(1e-9), "--repro-record", "--repro-profile=other")
    names = list(books(pytester))
    version = f"py{sys.version_info[0]}.{sys.version_info[1]}"
    assert f"test_it.{sys.platform}-{version}.json" in names or len(names) == 2
    assert run(source(1e-9), "--repro-profile=other").ret == 0
    assert run(source(1e-9), "--repro-profile={system}-py{python}").ret == 1
    both = source().replace(
        "@pytest.mark.replay\n    def test_fit", '@pytest.mark.replay(recorded="*")\n    def test_fit'
    )
    assert run(both, "-k", "fit", "--repro-profile=third").ret == 1


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--repro-profile={nothing}", "'nothing' is no part of the environment"),
        ("--repro-profile={open", "a brace is left open in '{open'"),
        ("--repro-profile=a/b", "not 'a/b'"),
        ("--repro-store=nothing://bucket", "no such store: Protocol not known: nothing"),
    ],
)
def test_a_profile_or_store_that_means_nothing_is_a_usage_error(run, option, said):
    result = run(source(), "--repro-record", option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert said in "\n".join(result.errlines) + told(result)
    assert "[RPR-U102]" in "\n".join(result.errlines) + told(result)


def test_another_session_seed_is_not_compared_with(run):
    seeded = "import pytest\n@pytest.mark.replay\ndef test_it(repro):\n    repro.record(x=repro.rng.random())"
    run(seeded, "--repro-record")
    result = run(seeded, "--repro-seed=7", "-v")
    assert result.ret == 0
    assert "recorded under session seed 0, not compared" in told(result)


def test_a_store_in_a_folder_of_its_own_leaves_the_tests_folder_alone(run, pytester):
    run(source(), "--repro-record", "--repro-store=elsewhere")
    assert not (pytester.path / "__envelopes__").exists()
    assert (pytester.path / "elsewhere/__envelopes__/test_it.default.json").exists()
    assert run(source(1e-9), "-k", "fit", "--repro-store=elsewhere").ret == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "B602"),
        ('{"format": "2.0", "module": "test_it.py", "profile": "default", "environments": {}, "tests": {}}', "B604"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_finding_and_never_overwritten(run, pytester, text, code):
    path = pytester.path / "__envelopes__/test_it.default.json"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    result = run(source(), "-k", "fit")
    assert result.ret == 1
    assert f"RPR-{code} " in told(result)
    assert "Traceback" not in told(result)
    assert run(source(), "-k", "fit", "--repro-record-all").ret == 1
    assert path.read_text(encoding="utf-8") == text


def test_workers_hand_what_is_recorded_to_the_controller(apart, pytester):
    pytester.makepyfile(test_it=source())
    session = apart("-n2", "--repro-record", plugins="xdist")
    assert session.ret == 0, told(session.result)
    assert "recorded 4 tests in 1 file" in told(session.result)
    (book,) = books(pytester).values()
    assert len(book["tests"]) == 4
    again = apart("-n2", plugins="xdist")
    assert again.ret == 0
    pytester.makepyfile(test_it=source(1e-9))
    assert apart("-n2", "-k", "fit", plugins="xdist").ret == 1


def test_a_partial_run_keeps_what_it_did_not_run(run, pytester):
    run(source(), "--repro-record")
    run(source(1e-9), "-k", "fit", "--repro-record-all")
    (book,) = books(pytester).values()
    assert len(book["tests"]) == 4


def test_a_stale_record_is_told_by_its_age(run, pytester):
    run(source(), "--repro-record", "-k", "fit")
    path = pytester.path / "__envelopes__/test_it.default.json"
    text = path.read_text(encoding="utf-8")
    year = json.loads(text)["tests"]["test_fit"]["recorded"]["at"][:4]
    path.write_text(
        text.replace(f'"at": "{year}-', '"at": "2020-').replace(f'"at":"{year}-', '"at":"2020-'), encoding="utf-8"
    )
    pytester.makeini("[pytest]\nrepro_max_age = 90d\n")
    result = run(source(), "-k", "fit")
    assert result.ret == 0
    assert "over the 90 of repro_max_age" in told(result)


def test_another_blas_kernel_is_named_first_among_the_reasons(pytester):
    pytester.makepyfile(
        test_it="""
        import numpy as np, pytest
        @pytest.mark.replay(tol=0)
        def test_solve(repro):
            a = np.sin(np.arange(40000.0)).reshape(200, 200)
            repro.record(x=np.linalg.solve(a + 200 * np.eye(200), a[0]))
        """
    )
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly"]
    kernels = {**os.environ, "OPENBLAS_CORETYPE": "Sandybridge"}
    subprocess.run([*command, "--repro-record"], cwd=pytester.path, env=kernels, check=True, capture_output=True)
    done = subprocess.run(command, cwd=pytester.path, capture_output=True, text=True, check=False)
    if "x86_64" not in str(books(pytester)) or done.returncode == 0:
        pytest.skip("this BLAS computes the same with both kernels")
    lines = done.stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("  why "))
    assert lines[at].endswith("blas=Sandybridge: simulated here, the recorded values come back (proved)")
    assert "blas.kernel Sandybridge -> " in lines[at + 1]


def test_locals_are_recorded_where_the_marker_asks_for_them(run, pytester):
    text = "import pytest\n@pytest.mark.replay({0})\ndef test_it():\n    value = 1.5\n    assert value"
    run(text.format(""), "--repro-record")
    run(text.format('observe="+locals"'), "--repro-record-all", "--repro-profile=more")
    plain, more = (book["tests"]["test_it"]["values"] for book in books(pytester).values())
    assert "locals.value" not in plain
    assert more["locals.value"] == 1.5


def edited(pytester, change):
    """Edit the recorded test in its file, as somebody might by hand."""
    (path,) = pytester.path.glob("__envelopes__/*.json")
    data = json.loads(path.read_text(encoding="utf-8"))
    for test in data["tests"].values():
        change(test)
    path.write_text(json.dumps(data), encoding="utf-8")


def test_a_record_that_contradicts_itself_fails_whatever_it_holds(run, pytester):
    text = "import pytest\n@pytest.mark.replay\ndef test_it(repro):\n    repro.record(x=1)"
    run(text, "--repro-record").assert_outcomes(passed=1)
    edited(pytester, lambda test: test["recorded"].update(runs=1, difference=1e-9))
    result = run(text)
    result.assert_outcomes(failed=1)
    assert "RPR-B609 inconsistent baseline: 1 run cannot differ by 1.0e-09" in result.stdout.str()
    run(text, "--repro-policy=B609=accept").assert_outcomes(passed=1)


def test_a_record_that_nobody_answers_for_is_told_by_policy_and_an_owner_of_today_counts(run, pytester):
    text = "import pytest\n@pytest.mark.replay\ndef test_it(repro):\n    repro.record(x=1)"
    run(text, "--repro-record").assert_outcomes(passed=1)
    run(text).assert_outcomes(passed=1)
    result = run(text, "--repro-policy=B608=fail")
    result.assert_outcomes(failed=1)
    assert "RPR-B608 baseline cannot be audited: recorded with no owner and no lock file" in result.stdout.str()
    edited(pytester, lambda test: test["recorded"].update(lock={"file": "uv.lock", "digest": "0", "state": "in step"}))
    run(text, "--repro-policy=B608=fail").assert_outcomes(failed=1)
    run(text.replace("replay", 'replay(owner="@kim")'), "--repro-policy=B608=fail").assert_outcomes(passed=1)


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_a_store_behind_a_url_is_recorded_to_and_compared_with(apart, pytester, workers):
    pytest.importorskip("fsspec")
    url = (pytester.path / "far").as_uri()
    pytester.makepyfile(test_it=source())
    (pytester.path / "far").mkdir()
    plugins = "xdist" if workers else ""
    done = apart(*workers, "--repro-record", f"--repro-store={url}", plugins=plugins)
    assert done.ret == 0
    assert not (pytester.path / "__envelopes__").exists()
    assert list((pytester.path / "far/__envelopes__").glob("test_it.*.json"))
    assert apart(*workers, f"--repro-store={url}", plugins=plugins).ret == 0
    pytester.makepyfile(test_it=source(shift=0.25))
    changed = apart(*workers, f"--repro-store={url}", plugins=plugins)
    assert changed.ret == 1
    assert "values differ from those recorded" in changed.result.stdout.str()
