"""The bed: the cases that broke other designs of replay. Each ends as it does without replay, and is reported once."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

BED = """
import logging, os, unittest, warnings
import pytest

SEEN = {}
def n(key):
    SEEN[key] = SEEN.get(key, 0) + 1
    return SEEN[key]

@pytest.fixture
def box(): return []
def test_function_fixture(box):
    assert box == []
    box.append(1)
def test_tmp_path(tmp_path):
    assert not list(tmp_path.iterdir())
    (tmp_path / "a").write_text("x")
def test_tmp_path_of_a_later_test(tmp_path):
    assert tmp_path.name == "test_tmp_path_of_a_later_test0"
    path = str(tmp_path)
@pytest.fixture
def made(tmp_path_factory): return tmp_path_factory.mktemp("made")
def test_made_directory(made):
    assert list(made.iterdir()) == []
    (made / "a").touch()
    path = str(made / "a")
def test_monkeypatch(monkeypatch):
    assert "RPX" not in os.environ
    monkeypatch.setenv("RPX", "1")
def test_capsys(capsys):
    print("hi")
    assert capsys.readouterr().out == "hi\\n"
def test_capfd(capfd):
    os.write(1, b"hi")
    assert capfd.readouterr().out == "hi"
def test_caplog(caplog):
    logging.getLogger("a").warning("w")
    assert len(caplog.records) == 1
def test_recwarn(recwarn):
    warnings.warn("a")
    assert len(recwarn) == 1
def test_warns(): warnings.warn("SEEN_ONCE", UserWarning)
@pytest.mark.parametrize("x", [1, 2])
@pytest.mark.parametrize("other", ["a", "b c"])
def test_parameters(x, other, box):
    assert not box
    box.append(x)
@pytest.fixture(params=["p", "q"])
def parameter(request): return [request.param]
def test_parameter_of_a_fixture(parameter):
    parameter.append(len(parameter))
    assert parameter[1:] == [1]
class TestInstance:
    def test_instance(self):
        assert not hasattr(self, "z")
        self.z = 1
    @pytest.fixture
    def me(self):
        self.w = 1
        return self
    def test_same_self(self, me): assert me is self and self.w == 1
    @staticmethod
    def test_static(): assert True
    @classmethod
    def test_class(cls): assert cls.__name__ == "TestInstance"
class TestSetup:
    @classmethod
    def setup_class(cls): assert n("setup_class") == 1
    @classmethod
    def teardown_class(cls): assert n("teardown_class") == 1
    def setup_method(self, method):
        assert not hasattr(self, "v")
        self.v = 1
    def teardown_method(self, method): assert self.v == 1
    def test_setup_method(self): assert self.v == 1
class TestUnit(unittest.TestCase):
    @classmethod
    def setUpClass(cls): assert n("setUpClass") == 1
    def setUp(self):
        self.assertFalse(hasattr(self, "q"))
        self.q = 1
        self.addCleanup(n, "cleanup")
    def tearDown(self): self.assertEqual(self.q, 1)
    def test_unit(self): self.assertEqual(self.q, 1)
    def test_unit_skipped(self): self.skipTest("no")
    @unittest.skip("never")
    def test_unit_never(self): pass
    @unittest.expectedFailure
    def test_unit_expected(self): self.assertEqual(1, 2)
    def test_unit_subtests(self):
        for i in range(3):
            with self.subTest(i=i): self.assertEqual(i, i)
    def test_unit_fails(self): self.assertEqual(1, 2)
class TestLoop(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self): self.q = 1
    async def test_coroutine(self): self.assertEqual(self.q, 1)
@pytest.fixture(scope="module", params=["p", "q"])
def wide_parameter(request):
    yield n("wide " + request.param)
    assert n("torn down " + request.param) == 1
def test_parameter_of_a_wide_fixture(wide_parameter): assert wide_parameter == 1
def test_again_with_it(wide_parameter, tmp_path): assert wide_parameter == 1
@pytest.fixture(scope="module")
def wide():
    n("wide")
    yield [0]
    assert n("wide torn down") == 1
def test_module_fixture(wide): assert SEEN["wide"] == 1
@pytest.fixture
def yielded():
    yield 1
    n("torn down")
def test_yield_fixture(yielded): pass
def test_yield_fixture_was_torn_down(): assert SEEN["torn down"] >= 1
@pytest.mark.skip
def test_skip(): pass
def test_skip_inside(): pytest.skip("x")
@pytest.mark.skipif("True", reason="text")
def test_skipif(): pass
@pytest.mark.xfail(strict=True)
def test_xfail_strict(): assert 0
@pytest.mark.xfail(raises=ValueError)
def test_xfail_raises(): raise ValueError
@pytest.mark.xfail(raises=ValueError)
def test_xfail_raises_another(): raise KeyError
@pytest.mark.xfail(run=False)
def test_xfail_is_not_run(): raise SystemExit
@pytest.mark.xfail(strict=True)
def test_xpass_strict(): pass
@pytest.mark.xfail
def test_xpass(): pass
def test_xfail_inside(): pytest.xfail("known")
def test_xfail_added_in_the_test(request):
    request.node.add_marker(pytest.mark.xfail)
    assert 0
def test_property(record_property): record_property("k", 1)
def test_attribute(record_xml_attribute): record_xml_attribute("a", "1")
def test_suite_property(record_testsuite_property): record_testsuite_property("s", "1")
def test_prints(): print("PRINTED" + "_WHERE_IT_PASSES")
def test_fails():
    print("PRINTED" + "_ONCE")
    assert 1 == 2
def test_exits(): raise SystemExit(3)
@pytest.fixture
def torn():
    yield
    raise ValueError("td")
def test_teardown_raises(torn): pass
@pytest.fixture(scope="module")
def broken(): raise RuntimeError("module")
def test_broken_one(broken): pass
def test_broken_two(broken): pass
def test_finalizer(request, box):
    request.addfinalizer(lambda: box.append(1))
    assert box == []
def test_dynamic_fixture(request): assert request.getfixturevalue("box") == []
def test_node(request): assert request.node.name == "test_node" and request.node.nodeid.endswith("::test_node")
"""

CUSTOM = """
import pytest
def pytest_collect_file(parent, file_path):
    if file_path.suffix == ".sums":
        return Sums.from_parent(parent, path=file_path)
class Sums(pytest.File):
    def collect(self):
        for line in self.path.read_text().splitlines():
            yield Sum.from_parent(self, name=line)
class Sum(pytest.Item):
    done = False
    def setup(self): assert not self.done
    def runtest(self):
        self.done = True
        left, right = self.name.split("=")
        assert eval(left) == eval(right)
    def repr_failure(self, excinfo): return "WRONG " + self.name
    def reportinfo(self): return self.path, 0, self.name
"""

DOCTESTS = '''
"""
>>> kept = [f()]
>>> kept.append(2); kept
[3, 2]
"""
def f():
    """
    >>> x = 3
    >>> f() == x
    True
    """
    return 3
def g():
    """
    >>> 1 + 1
    3
    """
'''

COUNTER = """
import pytest, sys
pytestmark = pytest.mark.replay
N = {}
def n(key):
    N[key] = N.get(key, 0) + 1
    return N[key]
"""


@pytest.fixture
def bed(apart, pytester):
    """The bed without replay and with it."""
    pytester.makepyfile(test_bed=BED, mod_doc=DOCTESTS)
    pytester.makeconftest(CUSTOM)
    pytester.makefile(".sums", "1 + 1 = 2", "1 + 1 = 3")
    pytester.maketxtfile(test_text=">>> x = [1]\n>>> x.append(2)\n>>> x\n[1, 2]\n")
    arguments = ("--doctest-modules", "--doctest-glob=*.txt", "-rA")
    return apart(*arguments, "--repro=off", "--junitxml=off.xml"), apart(*arguments, "--repro=all", "--junitxml=on.xml")


def cases(path):
    """The test cases of a JUnit file without their times; the properties of the suite."""
    root = ET.parse(path).getroot()  # noqa: S314  # our own file
    told = []
    for case in root.iter("testcase"):
        inside = [(part.tag, part.attrib.get("message"), [dict(x.attrib) for x in part]) for part in case]
        told.append(({name: value for name, value in case.attrib.items() if name != "time"}, inside))
    return told, [dict(part.attrib) for part in root.iterfind("testsuite/properties/property")]


def test_every_case_of_the_bed_ends_as_without_replay_and_is_told_once(bed, pytester):
    off, on = bed
    ended = dict.fromkeys(name for name, _, _ in off.reports)
    assert len(ended) > 50
    assert on.reports == off.reports
    assert on.ret == off.ret == 1
    assert off.summary() == ""
    text = on.result.stdout.str()
    assert re.search(r"^repro: \d+ tests replayed, \d+ values compared, no drift", text, re.MULTILINE)
    assert "RPR-R101" not in text
    assert "RPR-R102" not in text
    assert "a fault of pytest-repro" not in text
    assert text.count("\nPRINTED_ONCE\n") == off.result.stdout.str().count("\nPRINTED_ONCE\n") == 1
    assert text.count("\nPRINTED_WHERE_IT_PASSES\n") == 1
    assert text.count("UserWarning: SEEN_ONCE\n") == off.result.stdout.str().count("UserWarning: SEEN_ONCE\n") == 1
    assert cases(pytester.path / "on.xml") == cases(pytester.path / "off.xml")


def test_warnings_of_a_module_fixture_are_told_once_as_without_replay(apart, pytester):
    pytester.makepyfile(
        """
        import pytest, warnings
        @pytest.fixture(scope="module")
        def wide():
            warnings.warn("OF_THE_FIXTURE")
        def test_one(wide): warnings.warn("OF_THE_TEST")
        def test_two(wide): pass
        """
    )
    for mode in ("off", "all"):
        text = apart(f"--repro={mode}").result.stdout.str()
        assert text.count("UserWarning: OF_THE_FIXTURE") == text.count("UserWarning: OF_THE_TEST") == 1, mode


def test_what_a_plugin_keeps_on_an_item_is_there_in_each_run(apart, pytester):
    pytester.makeconftest(
        """
        import pytest
        KEY = pytest.StashKey()
        def pytest_collection_modifyitems(items):
            for item in items:
                item.stash[KEY] = item.of_conftest = item.name
                item.add_marker("added")
        def pytest_runtest_setup(item):
            assert item.stash[KEY] == item.of_conftest == item.name
            assert item.get_closest_marker("added") and "added" in item.keywords
        def pytest_runtest_teardown(item, nextitem):
            assert nextitem is None or isinstance(nextitem, pytest.Item)
        def pytest_configure(config): config.addinivalue_line("markers", "added: x")
        """
    )
    pytester.makepyfile(
        "import pytest\npytestmark = pytest.mark.replay\ndef test_one(): x = 1\ndef test_two(): x = 1\n"
    )
    session = apart()
    session.result.assert_outcomes(passed=2)


@pytest.mark.parametrize("last", [False, True], ids=["first-of-its-module", "last-of-its-module"])
def test_a_leak_through_a_wider_fixture_is_named(apart, pytester, last):
    tests = ["def test_leak(wide):\n    wide.append(1)\n    length = len(wide)\n", "def test_other(wide): x = 1\n"]
    source = '@pytest.fixture(scope="{}")\ndef wide():\n    yield []\n    print("TORN" + "_DOWN")\n'
    for number, scope in enumerate(("module", "session")):
        body = COUNTER + source.format(scope) + "".join(tests[::-1] if last else tests)
        pytester.makepyfile(**{f"test_{number}": body})
    session = apart()
    session.result.assert_outcomes(passed=4)
    text = session.result.stdout.str()
    for scope in ("module", "session"):
        assert f"RPR-R105 not idempotent: {scope} fixture wide changed by the test; " in text
    assert text.count("(proved: put back, the drift is gone)") == 2
    assert "TORN_DOWN" not in text


def test_a_flip_keeps_the_outcome_of_the_first_run_and_is_told(apart, pytester):
    pytester.makepyfile(
        COUNTER
        + """
@pytest.fixture
def once():
    yield
    if n("once") == 1: raise ValueError("only first")
def test_teardown_first_only(once): pass
def test_first_fails(): assert n("a") != 1
def test_second_fails(): assert n("b") == 1
@pytest.mark.xfail
def test_xfail_flip(): assert n("c") == 1
def test_skip_flip():
    if n("d") == 2: pytest.skip("second")
def test_first_skips():
    if n("e") == 1: pytest.skip("first")
"""
    )
    session = apart()
    ended = {(name.partition("::")[2], when): outcome for name, when, outcome in session.reports}
    assert len(ended) == len(session.reports) == 18
    bad = {key: outcome for key, outcome in ended.items() if outcome != "passed"}
    assert bad == {
        ("test_teardown_first_only", "teardown"): "failed",
        ("test_first_fails", "call"): "failed",
        ("test_xfail_flip", "call"): "xpassed",
        ("test_first_skips", "call"): "skipped",
    }
    assert session.result.stdout.str().count("RPR-R105 not idempotent: module global ") == 6
    assert " 6 warned" in session.summary()


needs_subtests = pytest.mark.skipif(pytest.version_tuple < (9,), reason="subtests came into pytest with 9.0")

SUBTESTS = """
import unittest
def test_ok(subtests):
    for i in range(3):
        with subtests.test(i=i): assert i >= 0
def test_fail(subtests):
    for i in range(3):
        with subtests.test(i=i): assert i != 1
class TestUnit(unittest.TestCase):
    def test_fail(self):
        for i in range(3):
            with self.subTest(i=i): self.assertNotEqual(i, 1)
"""


@needs_subtests
def test_subtests_end_as_without_replay_and_are_counted_once(apart, pytester):
    pytester.makepyfile(test_it=SUBTESTS)
    off, on = apart("--repro=off"), apart("--repro=all")
    assert on.reports == off.reports
    counts = [line.rpartition(" in ")[0] for line in (off.result.outlines[-1], on.result.outlines[-1])]
    assert counts[0] == counts[1]
    on.result.stdout.fnmatch_lines(["FAILED test_it.py::test_fail - contains 1 failed subtest"])
    assert "RPR-R10" not in on.result.stdout.str()


@needs_subtests
def test_a_subtest_that_flips_keeps_its_first_outcome_and_is_told(apart, pytester):
    pytester.makepyfile(
        COUNTER
        + """
def test_second(subtests):
    with subtests.test(i=0): assert n("x") == 1
def test_first(subtests):
    with subtests.test(i=0): assert n("y") != 1
"""
    )
    session = apart()
    assert [(name.partition("::")[2], when, outcome) for name, when, outcome in session.reports] == [
        ("test_second", "setup", "passed"),
        ("test_second", "call", "passed"),
        ("test_second", "call", "passed"),
        ("test_second", "teardown", "passed"),
        ("test_first", "setup", "passed"),
        ("test_first", "call", "failed"),
        ("test_first", "call", "failed"),
        ("test_first", "teardown", "passed"),
    ]
    text = session.result.stdout.str()
    assert "contains 1 failed subtest\n" in text
    assert len(re.findall(r"^  outcome\.subtests\[0\] +'(passed|failed)' +'(passed|failed)'", text, re.MULTILINE)) == 2
