"""The CI service that runs the tests: which, and by which words this run is found again."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pytest_repro.environment.fact import fact

if TYPE_CHECKING:
    from pytest_repro.environment.place import Place

NONE = "no CI service is known here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ci:
    """Facts about the CI service."""

    provider: str | None = fact("the service", rank=11, unknown=NONE)
    run: str | None = fact("number of the run or pipeline", rank=12, unknown=NONE)
    attempt: str | None = fact("number of the attempt", rank=12, unknown=NONE)
    job: str | None = fact("name of the job", rank=12, unknown=NONE)
    workflow: str | None = fact("name of the workflow or project", rank=12, unknown=NONE)
    image: str | None = fact("image of the machine", rank=11, unknown=NONE)


class Service(NamedTuple):
    """How a service is known, and the variables in which it tells run, attempt, job, workflow and image."""

    name: str
    mark: str
    run: str
    attempt: str
    job: str
    workflow: str
    image: tuple[str, ...]


SERVICES = (  # by how surely the mark is the service's own; no variable of the five holds a secret
    Service(
        "GitHub Actions",
        "GITHUB_ACTIONS",
        "GITHUB_RUN_ID",
        "GITHUB_RUN_ATTEMPT",
        "GITHUB_JOB",
        "GITHUB_WORKFLOW",
        ("ImageOS", "ImageVersion"),
    ),
    Service("GitLab CI", "GITLAB_CI", "CI_PIPELINE_ID", "", "CI_JOB_NAME", "CI_PROJECT_PATH", ("CI_JOB_IMAGE",)),
    Service(
        "Azure Pipelines",
        "TF_BUILD",
        "BUILD_BUILDID",
        "SYSTEM_JOBATTEMPT",
        "SYSTEM_JOBNAME",
        "BUILD_DEFINITIONNAME",
        ("ImageOS", "ImageVersion"),
    ),
    Service(
        "CircleCI", "CIRCLECI", "CIRCLE_WORKFLOW_ID", "CIRCLE_BUILD_NUM", "CIRCLE_JOB", "CIRCLE_PROJECT_REPONAME", ()
    ),
    Service(
        "Buildkite",
        "BUILDKITE",
        "BUILDKITE_BUILD_NUMBER",
        "BUILDKITE_RETRY_COUNT",
        "BUILDKITE_LABEL",
        "BUILDKITE_PIPELINE_SLUG",
        (),
    ),
    Service("Travis CI", "TRAVIS", "TRAVIS_BUILD_ID", "", "TRAVIS_JOB_NAME", "TRAVIS_REPO_SLUG", ("TRAVIS_DIST",)),
    Service(
        "AppVeyor",
        "APPVEYOR",
        "APPVEYOR_BUILD_ID",
        "",
        "APPVEYOR_JOB_NAME",
        "APPVEYOR_PROJECT_SLUG",
        ("APPVEYOR_BUILD_WORKER_IMAGE",),
    ),
    Service(
        "Bitbucket Pipelines",
        "BITBUCKET_BUILD_NUMBER",
        "BITBUCKET_BUILD_NUMBER",
        "",
        "BITBUCKET_STEP_UUID",
        "BITBUCKET_REPO_FULL_NAME",
        (),
    ),
    Service("Cirrus CI", "CIRRUS_CI", "CIRRUS_BUILD_ID", "", "CIRRUS_TASK_NAME", "CIRRUS_REPO_FULL_NAME", ()),
    Service("Drone", "DRONE", "DRONE_BUILD_NUMBER", "", "DRONE_STEP_NAME", "DRONE_REPO", ()),
    Service("TeamCity", "TEAMCITY_VERSION", "BUILD_NUMBER", "", "TEAMCITY_BUILDCONF_NAME", "TEAMCITY_PROJECT_NAME", ()),
    Service("AWS CodeBuild", "CODEBUILD_BUILD_ID", "CODEBUILD_BUILD_NUMBER", "", "", "", ("CODEBUILD_BUILD_IMAGE",)),
    Service("Jenkins", "JENKINS_URL", "BUILD_NUMBER", "", "JOB_NAME", "", ()),
    Service("another service", "CI", "", "", "", "", ()),  # last: nearly every other one sets it too
)


def read(place: Place) -> Ci:
    """From the variables that services document."""
    values = os.environ
    off = ("", "0", "false", "no")
    service = next((service for service in SERVICES if values.get(service.mark, "").lower() not in off), None)
    if service is None:
        return Ci()

    def told(*names: str) -> str | None:
        found = [values[name] for name in names if name and values.get(name)]
        return place.clean(" ".join(found)) or None

    return Ci(
        provider=service.name,
        run=told(service.run),
        attempt=told(service.attempt),
        job=told(service.job),
        workflow=told(service.workflow),
        image=told(*service.image),
    )
