"""Owners: CODEOWNERS is matched as its hosts match it."""

from __future__ import annotations

import pytest

from pytest_repro.controls.owners import Codeowners, find, owner_of, parsed

GITHUB = """\
# the examples of GitHub's own page
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go    docs@example.com
/build/logs/ @doctocat
docs/*  docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("setup.py", ("@global-owner1", "@global-owner2")),
        ("deep/er/x.js", ("@js-owner",)),
        ("x.go", ("docs@example.com",)),
        ("build/logs/a/b.txt", ("@octocat",)),  # **/logs stands below /build/logs/
        ("build/logs.txt", ("@global-owner1", "@global-owner2")),
        ("docs/a.md", ("@doctocat",)),
        ("more/docs/a.md", ("@global-owner1", "@global-owner2")),  # a slash inside anchors on GitHub
        ("src/apps/deep/x.py", ("@octocat",)),
        ("apps/github/x.py", ()),
        ("apps/github", ()),
        ("deeply/nested/logs/x", ("@octocat",)),
        ("logs", ("@octocat",)),
    ],
)
def test_the_examples_of_github_have_the_owners_its_page_says(path, owners):
    assert parsed(GITHUB, "CODEOWNERS", "GitHub").owners(path) == owners


GITLAB = """\
* @default
*.rb @ruby-owner
\\#file_with_pound.rb @pound
CODEOWNERS @multiple @owners	@tab
LICENSE @legal this does not match janedoe@example.com
/docs/ @all-docs
/docs/* @root-docs
/api/**/*.md @api-docs
lib/ @lib-owner
/config/ @config-owner
path\\ with\\ spaces/ @space-owner
folder @only-a-file
[a-c]?.txt @ranges
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("x/y.rb", ("@ruby-owner",)),
        ("#file_with_pound.rb", ("@pound",)),
        ("sub/CODEOWNERS", ("@multiple", "@owners", "@tab")),
        ("LICENSE", ("@legal", "janedoe@example.com")),
        ("docs/index.md", ("@root-docs",)),
        ("docs/projects/index.md", ("@all-docs",)),
        ("api/a/b/c.md", ("@api-docs",)),
        ("api/c.md", ("@api-docs",)),
        ("src/lib/deep/x", ("@lib-owner",)),
        ("src/config/x", ("@default",)),
        ("config/x", ("@config-owner",)),
        ("a/path with spaces/x", ("@space-owner",)),
        ("folder/x", ("@default",)),  # without a slash at the end a name is a file's on GitLab
        ("folder", ("@only-a-file",)),
    ],
)
def test_the_examples_of_gitlab_have_the_owners_its_page_says(path, owners):
    assert parsed(GITLAB, "CODEOWNERS", "GitLab").owners(path) == owners


def test_ranges_in_brackets_are_gitlabs():
    text = "x @default\nb[0-9].txt @in\nc[!0-9].txt @out\nd[z-a] @broken\n"
    there = parsed(text, "CODEOWNERS", "GitLab")
    assert there.owners("b1.txt") == ("@in",)
    assert there.owners("c1.txt") == ()
    assert there.owners("cx.txt") == ("@out",)
    assert there.notes == ("CODEOWNERS:4 is skipped: d[z-a] is no pattern",)


def test_sections_of_gitlab_add_up_and_hand_down_their_owners():
    text = (
        "[Documentation]\nee/docs/ @docs\n[Development][2] @dev-team\n*\nREADME.md @readme\n"
        "^[DOCUMENTATION]\nREADME.md @docs\n"
    )
    codeowners = parsed(text, "CODEOWNERS", "GitLab")
    assert codeowners.owners("ee/docs/a") == ("@docs", "@dev-team")
    assert codeowners.owners("README.md") == ("@docs", "@readme")


def test_an_exclusion_of_gitlab_holds_whatever_follows_in_its_section():
    codeowners = parsed("* @all\n!vendor/\nvendor/ours.py @us\n[Other]\n*.py @py\n", "CODEOWNERS", "GitLab")
    assert codeowners.owners("vendor/ours.py") == ("@py",)
    assert codeowners.owners("src/a.c") == ("@all",)


def test_lines_that_github_skips_are_notes():
    text = "!a @x\n[ab] @x\n\\#a @x\nb nobody\n/ @x\nc @x\n"
    codeowners = parsed(text, "CODEOWNERS", "GitHub")
    assert codeowners.notes == (
        "CODEOWNERS:1 is skipped: GitHub knows no patterns that begin with !",
        "CODEOWNERS:2 is skipped: GitHub knows no ranges in brackets",
        "CODEOWNERS:3 is skipped: GitHub knows no names that begin with #",
        "CODEOWNERS:4 is skipped: nobody is neither @name nor a mail address",
        "CODEOWNERS:5 is skipped: / finds no file",
    )
    assert codeowners.owners("deep/c/x") == ("@x",)


def test_many_stars_are_matched_in_no_time():
    codeowners = parsed("**/" * 60 + "x @x\n", "CODEOWNERS", "GitHub")
    assert codeowners.owners("a/" * 60 + "y") == ()
    assert codeowners.owners("a/" * 60 + "x") == ("@x",)


@pytest.mark.parametrize(
    ("beside", "name", "text", "host"),
    [
        ((), ".github/CODEOWNERS", "* @a\n", "GitHub"),
        ((), ".gitlab/CODEOWNERS", "* @a\n", "GitLab"),
        ((), "CODEOWNERS", "* @a\n", "GitHub"),
        ((), "docs/CODEOWNERS", "[Docs] @a\n*\n", "GitLab"),
        ((".gitlab-ci.yml",), "CODEOWNERS", "* @a\n", "GitLab"),
        ((".gitlab-ci.yml", ".github/x"), "CODEOWNERS", "* @a\n", "GitHub"),
    ],
)
def test_a_file_is_found_where_its_host_looks_and_read_by_its_rules(tmp_path, beside, name, text, host):
    for path in (*beside, name):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    codeowners = find(tmp_path)
    assert (codeowners.path, codeowners.host, codeowners.owners("tests/test_a.py")) == (name, host, ("@a",))


def test_the_first_place_counts_and_none_is_none(tmp_path):
    assert find(tmp_path) is None
    (tmp_path / "CODEOWNERS").write_text("* @root\n")
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github" / "CODEOWNERS").mkdir()  # a folder of that name is no file
    assert find(tmp_path).owners("x") == ("@root",)


def test_a_file_that_no_host_loads_owns_nothing(tmp_path):
    (tmp_path / "CODEOWNERS").write_bytes(b"* @a\n" * (1 << 20))
    codeowners = find(tmp_path)
    assert codeowners.owners("x") == ()
    assert codeowners.notes == ("CODEOWNERS is over 3 MiB, and no host loads it",)


def test_the_nearest_word_counts_marker_then_ini_then_codeowners():
    codeowners = parsed("* @one @two\n", "CODEOWNERS", "GitHub")
    assert owner_of("x", marker="@m", ini="@i", codeowners=codeowners) == "@m"
    assert owner_of("x", ini="@i", codeowners=codeowners) == "@i"
    assert owner_of("x", codeowners=codeowners) == "@one @two"
    assert owner_of("x") == ""
    assert isinstance(codeowners, Codeowners)


@pytest.mark.parametrize("pattern", ["a*" * 30 + "b", "**/a/" * 20 + "b", "**/a*/" * 20 + "**/b"])
def test_a_pattern_of_many_stars_takes_no_time(pattern):
    found = parsed(f"{pattern} @a", "CODEOWNERS", "GitHub")
    assert found.owners("a" * 80 + "/a" * 40) == ()  # hours, where a star is taken back
    assert parsed("**/a*c*/b/**/*.py @a", "CODEOWNERS", "GitHub").owners("x/ab/acc/b/d/c.py") == ("@a",)


def test_brackets_around_nothing_are_themselves():
    there = parsed("x[n][\\] @out\n", "CODEOWNERS", "GitLab")
    assert there.owners("xn[\\]") == ("@out",)
    assert there.owners("xn") == ()
