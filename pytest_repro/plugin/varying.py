"""Fresh processes of a session: which tests want which conditions, run once before the first test, and their results.

Tests are known where they are collected: here, or in xdist's workers. Of these the first to be ready leaves what is
wanted in a folder that the controller named to it; the controller runs the processes before it sends out the first
test, so that a worker finds the results there when it judges one.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
import tempfile
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_repro.errors import ReproError
from pytest_repro.plugin.childhood import CHILD, WORKER
from pytest_repro.plugin.neighbours import hidden_runs_wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from pytest_repro.diagnose.splitting import Group
    from pytest_repro.plugin.conditions import Conditions
    from pytest_repro.plugin.marks import Plan

VARYING = pytest.StashKey["Varying"]()
FOLDER = "repro_conditions"
"""Under which xdist's workers find the folder."""

WANTED = "wanted.json"
"""What a worker leaves there for the controller."""

ELSEWHERE = "its fresh processes ran on another machine"
NONE = "its fresh processes were not run"


class Varying:
    """The fresh processes of one session.

    Args:
        config: Of the session.

    Attributes:
        overview: What the summary tells of them; None where none ran.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._ran: Conditions | str = ""
        self._nodes: list[Any] = []
        self.overview: Any = None

    @cached_property
    def folder(self) -> Path:
        """Private to this session; nobody can guess its name, and whoever first needs it makes it."""
        given = getattr(self._config, "workerinput", {}).get(FOLDER)
        return Path(given or Path(tempfile.gettempdir(), f"pytest-repro-{secrets.token_hex(16)}"))

    def conditions(self) -> Conditions | str:
        """The results, or why there are none.

        No property: pytest 8.2 reads every attribute of a plugin when it is registered, and nothing ran by then.
        """
        if not self._ran and hasattr(self._config, "workerinput"):
            from pytest_repro.plugin.conditions import Conditions  # noqa: PLC0415  # only where something is varied

            try:
                self._ran = Conditions.load(self.folder)
            except FileNotFoundError:
                self._ran = ELSEWHERE
            except (OSError, ReproError) as error:
                self._ran = f"what its fresh processes left cannot be read: {_sentence(error)}"
        return self._ran or NONE

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker where to leave what its tests want, or whose child it is."""
        self._nodes.append(node)
        child = self._config.pluginmanager.get_plugin(CHILD)
        if child is not None:
            node.workerinput[WORKER] = str(child.path)
        else:
            node.workerinput[FOLDER] = str(self.folder)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self) -> None:
        """The first worker has collected: no test was sent to anybody yet."""
        path = self.folder / WANTED
        if self._ran or self._config.pluginmanager.hasplugin(CHILD) or not path.exists():
            return
        data = json.loads(path.read_text(encoding="ascii"))
        from pytest_repro.diagnose.splitting import Group  # noqa: PLC0415  # only where something is varied
        from pytest_repro.variations.condition import Condition  # noqa: PLC0415  # likewise

        groups = [
            Group(tuple(Condition.of(*one) for one in conditions), tuple(ids)) for conditions, ids in data["groups"]
        ]
        self._run(groups, data["files"], data["unavailable"], data["seed"])
        for node in self._nodes:  # a worker may have died meanwhile
            node.sendcommand = partial(_sent, node.sendcommand)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Run them before the first test, so that the one report of each test carries its whole verdict."""
        elsewhere = hasattr(self._config, "workerinput") or self._config.pluginmanager.hasplugin("dsession")
        broken = session.testsfailed and not self._config.option.continue_on_collection_errors  # pytest ends here
        if not elsewhere and not broken:
            self.want(session.items)
        return (yield)

    def want(self, items: Iterable[pytest.Item]) -> None:
        """Run what the tests want, or leave it to the controller."""
        from pytest_repro.plugin.marks import PLAN  # noqa: PLC0415  # heavy, and loaded by now

        planned = [(item, item.stash[PLAN]) for item in items if PLAN in item.stash]
        wanted = [(item, plan) for item, plan in planned if plan.replayed and plan.vary is not None]
        child = self._config.pluginmanager.hasplugin(CHILD)
        if not wanted or child or self._config.option.collectonly or not hidden_runs_wanted(self._config):
            return
        groups, unavailable = _groups(wanted)
        files = {item.nodeid: str(item.path) for item, _ in wanted}
        from pytest_repro.plugin.premises import premises_of  # noqa: PLC0415  # heavy, and loaded by now

        seed = premises_of(self._config).settings.session_seed
        if hasattr(self._config, "workerinput"):
            self._leave(groups, files, unavailable, seed)
        else:
            self._run(groups, files, unavailable, seed)

    def _leave(self, groups: list[Group], files: dict[str, str], unavailable: dict[str, str], seed: int) -> None:
        told = [([(one.label, one.members) for one in group.conditions], group.ids) for group in groups]
        text = json.dumps({"groups": told, "files": files, "unavailable": unavailable, "seed": seed})
        with suppress(OSError):  # nobody reads it then, as on another machine, and that is told
            self.folder.mkdir(mode=0o700, exist_ok=True)
            # any worker may be killed between two of these lines: each leaves what is wanted, and it is the same
            unfinished = self.folder / f"{WANTED}.{os.getpid()}"
            unfinished.write_text(text, encoding="ascii")
            unfinished.replace(self.folder / WANTED)

    def _run(self, groups: list[Group], files: dict[str, str], unavailable: dict[str, str], seed: int) -> None:
        from pytest_repro.plugin.campaign import Campaign  # noqa: PLC0415  # only where something is varied
        from pytest_repro.plugin.children import Command  # noqa: PLC0415  # likewise
        from pytest_repro.plugin.conditions import Conditions  # noqa: PLC0415  # likewise
        from pytest_repro.plugin.overview import Overview  # noqa: PLC0415  # likewise
        from pytest_repro.plugin.premises import premises_of  # noqa: PLC0415  # likewise
        from pytest_repro.plugin.progress import Progress  # noqa: PLC0415  # likewise

        settings = premises_of(self._config).settings
        with suppress(OSError):  # no process can be started then, and each says why
            self.folder.mkdir(mode=0o700, exist_ok=True)
        campaign = Campaign(
            folder=self.folder,
            command=Command.of(self._config, files, seed),
            jobs=settings.jobs,
            budget_s=settings.budget_s,
            progress=Progress(self._config),
        )
        found = campaign.run(groups)
        self._ran = Conditions(split=found, unavailable=unavailable)
        handed = sum(not isinstance(one, str) for one in self._config.invocation_params.plugins or ())
        self.overview = Overview.of(self._ran, groups, handed=handed)
        with suppress(OSError):  # workers alone read it, and tell that it is not there
            self._ran.save(self.folder)

    def pytest_unconfigure(self) -> None:
        """Nothing is left behind."""
        if not hasattr(self._config, "workerinput") and "folder" in vars(self):
            shutil.rmtree(self.folder, ignore_errors=True)


def _groups(wanted: list[tuple[pytest.Item, Plan]]) -> tuple[list[Group], dict[str, str]]:
    """Tests that want the same, in their order; what cannot be had here, and why."""
    from pytest_repro.diagnose.splitting import Group  # noqa: PLC0415  # only where something is varied
    from pytest_repro.variations.wish import resolve  # noqa: PLC0415  # likewise

    by_wish: dict[Any, list[str]] = {}
    for item, plan in wanted:
        by_wish.setdefault(plan.vary, []).append(item.nodeid)
    groups: list[Group] = []
    unavailable: dict[str, str] = {}
    for wish, ids in by_wish.items():
        resolved = resolve(wish, sys.modules.__contains__)
        unavailable |= resolved.unavailable
        groups.append(Group(tuple(resolved.conditions), tuple(dict.fromkeys(ids))))
    return groups, unavailable


def _sent(send: Callable[..., None], name: str, **said: object) -> None:
    """Say something to a worker; where it is dead xdist is told so next, by the channel itself."""
    with suppress(OSError):
        send(name, **said)


def _sentence(error: OSError | ReproError) -> str:
    return error.sentence if isinstance(error, ReproError) else error.strerror or type(error).__name__


def varying_of(config: pytest.Config) -> Varying:
    """The session's, registered at the first call."""
    present = config.stash.get(VARYING, None)
    if present is None:
        present = config.stash[VARYING] = Varying(config)
        config.pluginmanager.register(present, "repro-varying")
    return present
