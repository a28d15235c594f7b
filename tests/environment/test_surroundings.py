"""Variables, locale, CI and container: by lists, without secrets, without this machine's folders."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pytest_repro.environment import ci, container, locale, system, variables
from pytest_repro.environment.place import Place


@pytest.fixture(autouse=True)
def _bare(monkeypatch):
    for name in list(os.environ):
        if name not in ("PATH", "HOME"):
            monkeypatch.delenv(name)


def test_variables_are_taken_from_a_list_and_no_other(monkeypatch, place):
    for name in (
        "OMP_NUM_THREADS",
        "PYTHONHASHSEED",
        "HOSTNAME",
        "TF_VAR_password",
        "AWS_PROFILE",
        "LC_KIM",
        "JAX_HOST",
    ):
        monkeypatch.setenv(name, "1")
    assert variables.read(place).values == {"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "1"}


def test_a_variable_of_the_list_whose_name_is_a_secrets_is_left_out(monkeypatch, place):
    monkeypatch.setenv("MKL_API_TOKEN", "x")
    monkeypatch.setenv("MKL_CBWR", "COMPATIBLE")
    assert variables.read(place).values == {"MKL_CBWR": "COMPATIBLE"}


def test_values_have_no_secrets_and_no_folders(monkeypatch, tmp_path, place):
    monkeypatch.setenv("LD_PRELOAD", f"{tmp_path}/lib/libfast.so")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--url=https://kim:hunter2@example.org/ -q")
    assert variables.read(place).values == {
        "LD_PRELOAD": "<project>/lib/libfast.so",
        "PYTEST_ADDOPTS": "--url=https://<secret>@example.org/ -q",
    }


@pytest.mark.parametrize(
    ("set_here", "told"),
    [
        ({}, ci.Ci()),
        ({"CI": "false"}, ci.Ci()),
        ({"CI": "true"}, ci.Ci(provider="another service")),
        (
            {
                "CI": "true",
                "GITHUB_ACTIONS": "true",
                "GITHUB_RUN_ID": "17",
                "GITHUB_RUN_ATTEMPT": "2",
                "GITHUB_JOB": "tests",
                "GITHUB_WORKFLOW": "ci",
                "ImageOS": "ubuntu22",
                "ImageVersion": "20240101.1",
                "GITHUB_TOKEN": "never",
            },
            ci.Ci(
                provider="GitHub Actions",
                run="17",
                attempt="2",
                job="tests",
                workflow="ci",
                image="ubuntu22 20240101.1",
            ),
        ),
        (
            {"CI": "true", "GITLAB_CI": "true", "CI_PIPELINE_ID": "5", "CI_JOB_NAME": "x", "CI_PROJECT_PATH": "a/b"},
            ci.Ci(provider="GitLab CI", run="5", job="x", workflow="a/b"),
        ),
        ({"JENKINS_URL": "https://example.org", "BUILD_NUMBER": "9"}, ci.Ci(provider="Jenkins", run="9")),
        ({"TF_BUILD": "True", "BUILD_BUILDID": "3"}, ci.Ci(provider="Azure Pipelines", run="3")),
        ({"CIRCLECI": "true", "CIRCLE_JOB": "j"}, ci.Ci(provider="CircleCI", job="j")),
        ({"BUILDKITE": "true", "BUILDKITE_BUILD_NUMBER": "4"}, ci.Ci(provider="Buildkite", run="4")),
    ],
)
def test_a_service_is_known_by_its_own_mark_and_only_its_harmless_words_are_taken(monkeypatch, place, set_here, told):
    for name, value in set_here.items():
        monkeypatch.setenv(name, value)
    assert ci.read(place) == told


def test_an_image_with_credentials_is_masked(monkeypatch, place):
    monkeypatch.setenv("GITLAB_CI", "true")
    monkeypatch.setenv("CI_JOB_IMAGE", "https://kim:word@example.org/image:1")
    assert ci.read(place).image == "https://<secret>@example.org/image:1"


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("APPTAINER_CONTAINER", "/x.sif", "Apptainer"),
        ("KUBERNETES_SERVICE_HOST", "10.0.0.1", "Kubernetes"),
        ("container", "lxc", "lxc"),
        ("PATH", "", "none"),
    ],
)
def test_a_container_is_known_by_its_marks(monkeypatch, place, name, value, kind):
    monkeypatch.setattr(container, "FILES", ())
    monkeypatch.setenv(name, value)
    assert container.read(place).kind == kind


def test_engines_leave_files(monkeypatch, tmp_path, place):
    monkeypatch.setattr(container, "FILES", ((str(tmp_path / "absent"), "Podman"), (str(tmp_path), "Docker")))
    assert container.read(place).kind == "Docker"


def test_the_time_zone_is_the_processs_own(monkeypatch, place):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        told = locale.read(place)
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()
    assert (told.zone, told.offset) == ("JST", 9 * 3600)


def test_a_locale_of_several_parts_leaves_out_what_nobody_computes_with(monkeypatch, place):
    parts = "LC_CTYPE=C.UTF-8;LC_NUMERIC=de_DE.UTF-8;LC_PAPER=C;LC_TELEPHONE=C"
    monkeypatch.setattr(locale.locale, "setlocale", lambda _: parts)
    assert locale.read(place).name == "LC_CTYPE=C.UTF-8;LC_NUMERIC=de_DE.UTF-8"
    monkeypatch.setattr(locale.locale, "setlocale", lambda _: "C")
    assert locale.read(place).name == "C"


def test_the_system_has_name_and_c_library_and_its_distribution_where_a_file_tells(monkeypatch, tmp_path, place):
    file = tmp_path / "os-release"
    file.write_text('NAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="12"\n# x\n')
    monkeypatch.setattr(system, "RELEASES", (str(tmp_path / "absent"), str(file)))
    told = system.read(place)
    assert told.name in ("Linux", "macOS", "Windows")
    assert told.distribution == "debian 12"


def test_musl_is_known_by_its_loader(monkeypatch, tmp_path, place):
    monkeypatch.setattr(system.sys, "platform", "linux")
    monkeypatch.setattr(system, "MUSL", str(tmp_path))

    def unknown(name):
        raise ValueError(name)

    monkeypatch.setattr(os, "confstr", unknown)
    assert system.read(place).libc is None
    (tmp_path / "ld-musl-x86_64.so.1").touch()
    assert system.read(Place(directory=Path("/nowhere"))).libc == "musl"
