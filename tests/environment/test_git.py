"""The commit, told by one subprocess; why it is unknown where it is."""

from __future__ import annotations

import subprocess

import pytest

from pytest_repro.environment import git
from pytest_repro.environment.place import Place


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Runs git in a new repository."""
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")

    def run(*words):
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.invalid"]
        done = subprocess.run(
            ["git", *identity, "-C", str(tmp_path), *words], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    run("init", "-q", "-b", "main")
    return run


@pytest.fixture
def committed(command, tmp_path):
    """A repository with one file and one commit."""
    (tmp_path / "x").write_text("1")
    command("add", "x")
    command("commit", "-qm", "x")
    return command


def test_commit_branch_and_state_are_told(committed, tmp_path, place):
    told = git.read(place)
    assert told == git.Git(commit=committed("rev-parse", "HEAD"), branch="main", dirty=False)
    (tmp_path / "new").write_text("files that git does not know are no change")
    assert git.read(place).dirty is False
    (tmp_path / "x").write_text("2")
    assert git.read(place).dirty is True


def test_before_the_first_commit_there_is_none(command, place):  # noqa: ARG001  # it makes the repository
    told = git.read(place)
    assert (told.commit, told.branch, told.dirty) == (None, "main", None)
    assert told.reasons == {"commit": "no commit yet", "dirty": "no commit yet"}


def test_a_detached_head_is_on_no_branch(committed, place):
    committed("checkout", "-q", "--detach")
    assert git.read(place).branch is None
    assert git.read(place).commit == committed("rev-parse", "HEAD")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://kim:ghp_word@example.org/lab/x.git", "https://example.org/lab/x.git"),
        ("https://kim@example.org:8443/x.git?token=abc", "https://example.org:8443/x.git"),
        ("ssh://git@example.org/lab/x.git", "ssh://example.org/lab/x.git"),
        ("git@example.org:lab/x.git", "example.org:lab/x.git"),
        ("/somewhere/x.git", "/somewhere/x.git"),
    ],
)
def test_the_remote_has_no_user_no_password_and_no_query(committed, place, url, told):
    committed("remote", "add", "upstream", "https://example.org/other.git")
    committed("remote", "add", "origin", url)
    assert git.read(place).remote == told


def test_a_worktree_and_a_folder_below_know_the_remote_too(committed, tmp_path):
    committed("remote", "add", "origin", "https://example.org/x.git")
    committed("worktree", "add", "-q", str(tmp_path / "tree"), "-b", "other")
    (tmp_path / "tree" / "below").mkdir()
    for folder in (tmp_path / "tree", tmp_path / "tree" / "below"):
        told = git.read(Place(directory=folder))
        assert (told.branch, told.remote) == ("other", "https://example.org/x.git")


def test_the_index_is_left_as_it_is(committed, tmp_path, place):
    index = tmp_path / ".git" / "index"
    before = index.read_bytes()
    (tmp_path / "x").touch()
    assert git.read(place).commit == committed("rev-parse", "HEAD")
    assert index.read_bytes() == before


def every(reason):
    return git.Git(reasons=dict.fromkeys(("commit", "branch", "dirty", "remote"), reason))


def test_a_folder_outside_of_repositories_says_so(place):
    assert git.read(place) == every("not in a git repository")


def test_a_repository_of_another_user_is_refused_and_told(committed, monkeypatch, place):  # noqa: ARG001  # it makes the repository
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert git.read(place) == every("git refuses the folder, because it belongs to another user (safe.directory)")


def test_without_git_the_commit_is_unknown(monkeypatch, tmp_path, place):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git.read(place) == every("git is not installed")


def test_a_git_that_hangs_or_fails_is_told(monkeypatch, place):
    def late(*_, **options):
        raise subprocess.TimeoutExpired("git", options["timeout"])

    monkeypatch.setattr(git.subprocess, "run", late)
    assert git.read(place) == every("git gave no answer in 10 seconds")

    def forbidden(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(git.subprocess, "run", forbidden)
    assert git.read(place) == every("git cannot be started: Permission denied")


def test_a_broken_repository_is_told(committed, tmp_path, place):  # noqa: ARG001  # it makes the repository
    (tmp_path / ".git" / "index").write_bytes(b"broken")
    assert git.read(place) == every("git status failed")
