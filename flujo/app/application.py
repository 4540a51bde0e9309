"""The App: what a user of flujo can do, as methods. It wires the rooms and is the one bridge from sync to async.

It is long because it is the one list of all that can be done; what takes more than a few lines stands beside it.
Modules that only some verbs need (SQLite, asyncio, models, the architect) are imported where they are first used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from flujo._version import __version__
from flujo.app.bridge import run_sync
from flujo.app.checking import Checked
from flujo.app.inputs import RawInput, input_value
from flujo.app.project import ProjectCatalogue, ProjectSources, find_root, read_file
from flujo.app.settings import Settings, load_settings
from flujo.blueprints.compiler import compile_blueprint
from flujo.blueprints.importing import Compiled
from flujo.blueprints.pinned import pinned_catalogue, pinned_sources
from flujo.core.diagnostics import Diagnostic, in_order
from flujo.core.errors import BlueprintInvalid, FlujoError, StateError, UsageError
from flujo.core.graph import Call, Graph, Node
from flujo.core.ids import Address, RunId
from flujo.core.ports import SkillSpec
from flujo.core.record import dataclass
from flujo.core.rows import Row
from flujo.core.secrets import Redactor
from flujo.core.storing import RunHeader, Store, TaskHeader
from flujo.core.suggest import did_you_mean
from flujo.core.values import JsonObject, JsonValue
from flujo.skills.lock import LockResult, lock_project, read_project_lock, stale, write_lock
from flujo.skills.registry import SkillRegistry
from flujo.steps import kinds

T = TypeVar("T")

PLANNED_BY = "# Planned by: "
"""How the header of a blueprint that `create` wrote names the planner."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a run is driven: `observe` is told of each row once it is written; `ask` answers a task in place or gives
    None to leave the run suspended; a wait of more than `wait_max` seconds suspends it too. `guard` is told before
    secrets get into a run: what takes them out of texts, and warnings about some."""

    observe: Callable[[Row], None] | None = None
    ask: Callable[[Any], str | None] | None = None
    wait_max: float = 60.0
    guard: Callable[[Redactor, Sequence[str]], None] | None = None
    stoppable: bool = True


@dataclass(frozen=True, slots=True)
class CreateOptions:
    """How a blueprint is created: `output` is the file, `name` the blueprint's name."""

    name: str | None = None
    output: str | None = None
    offline: bool = False
    model: str | None = None
    force: bool = False


class App:
    """A project, open for work. Use it as a context manager, or call `close`."""

    def __init__(self, root: Path, settings: Settings, env: Mapping[str, str]) -> None:
        self.root = root
        self.settings = settings
        self._env = env

    def __enter__(self) -> App:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the state database."""
        store = self.__dict__.pop("store", None)
        if store is not None:
            store.close()

    # --- compiling: nothing is started, imported or written ---

    def compile(self, path: str) -> Compiled:
        """Compile a file; raise UsageError FLJ0001 when it cannot be read."""
        file = Path(path)
        return self.compile_text(read_file(file, path), self.name_of(file))

    def compile_text(self, text: bytes | str, name: str, *, strict: bool = True) -> Compiled:
        """Compile a blueprint's text."""
        return compile_blueprint(text, name, ProjectSources(self.root), self.catalogue, strict=strict)

    def validate(self, path: str) -> list[Diagnostic]:
        """Return all that is wrong with a file, stale skills included, in the order of places."""
        file = Path(path)
        return list(self.check(read_file(file, path), self.name_of(file)).diagnostics)

    def check(self, text: bytes | str, name: str, *, strict: bool = True) -> Checked:
        """Return all that is wrong with a text, stale skills included, but for what comments in it ignore."""
        compiled = self.compile_text(text, name, strict=strict)
        used = {spec["file"] for spec in compiled.graph.pinned["skills"].values()} if compiled.graph else set()
        old = [item for item in self._stale if not used or any(f in item.message for f in used if f)]
        told = [item for item in compiled.diagnostics if item not in compiled.ignored]
        return Checked(tuple(in_order([*told, *old])), compiled.ignored)

    @property
    def _stale(self) -> list[Diagnostic]:
        return stale(self.root, self._locked)

    def graph(self, path: str) -> Graph:
        """Return the graph of a valid file; raise BlueprintInvalid otherwise."""
        compiled = self.compile(path)
        if compiled.graph is None:
            raise BlueprintInvalid(compiled.diagnostics)
        return compiled.graph

    def plan(self, graph: Graph) -> list[JsonObject]:
        """Return the steps of a graph as `run --dry-run` lists them; calls nothing."""
        from flujo.app.planning import planned

        return planned(graph)

    def worst_case(self, graph: Graph) -> Any:
        """Return what a run of a graph can use at most (`blueprints.amounts.Bound`)."""
        from flujo.app.planning import bounded

        return bounded(graph, self.settings.models)

    def picture(self, graph: Graph, format: str) -> str:
        """Return a graph drawn in a format of `blueprints.picture.FORMATS`."""
        from flujo.blueprints.picture import FORMATS

        return FORMATS[format](graph)

    def config(self) -> list[Any]:
        """Return what this project is set to, and where that comes from (`about.Setting`)."""
        from flujo.app.about import effective

        return list(effective(self.root, self._env, self.settings))

    def name_of(self, file: Path) -> str:
        """Return the name of a file in diagnostics: its path in the project, else as it was given."""
        resolved = file.resolve()
        return str(resolved.relative_to(self.root)) if resolved.is_relative_to(self.root) else str(file)

    def explain(self, graph: Graph, step: str | None = None) -> JsonObject:
        """Return what a graph does, or of one of its steps why it is there; calls nothing."""
        from flujo.app.explaining import explain_file, explain_step

        return explain_file(graph, self.catalogue) if step is None else explain_step(graph, step, self.catalogue)

    # --- skills ---

    @cached_property
    def _locked(self) -> list[SkillSpec]:
        return read_project_lock(self.root)

    @cached_property
    def registry(self) -> SkillRegistry:
        """The builtin skills and those of the project's lock."""
        return SkillRegistry(self._locked, self.root)

    @cached_property
    def catalogue(self) -> ProjectCatalogue:
        """What blueprints may name."""
        return ProjectCatalogue(kinds(), self.registry)

    def skills(self) -> list[SkillSpec]:
        """Return all skills by id."""
        return self.registry.specs()

    def skill(self, id: str) -> SkillSpec:
        """Return a skill's description; raise UsageError FLJ0601."""
        spec = self.registry.skill(id)
        if spec is None:
            near = did_you_mean(id, self.registry.skill_ids())
            hint = f"did you mean `{near}`?" if near else "`flujo skills list` shows all"
            raise UsageError("FLJ0601", f"unknown skill `{id}`", help=hint)
        return spec

    def refresh_lock(self) -> LockResult | None:
        """Write `skills.lock` anew if skill files have changed since: a run imports them anyway. None if none have."""
        return self.lock_skills() if stale(self.root, self._locked) else None

    def lock_skills(self) -> LockResult:
        """Import the project's skill files and write `skills.lock`."""
        import sys
        from contextlib import redirect_stdout

        from flujo.app.editor import refresh_schema

        with redirect_stdout(sys.stderr):  # what a skill file prints when it is imported
            result = lock_project(self.root)
        write_lock(self.root, result.specs)
        self.__dict__.pop("_locked", None)
        self.__dict__.pop("registry", None)
        self.__dict__.pop("catalogue", None)
        refresh_schema(self.root, self.skills())
        return result

    def schema(self, *, project_skills: bool = False) -> JsonObject:
        """Return the JSON Schema of blueprints; with `project_skills` that of this project's."""
        from flujo.blueprints.schema import blueprint_schema

        return blueprint_schema(kinds(), self.skills() if project_skills else ())

    # --- running ---

    @cached_property
    def store(self) -> Store:
        """The state database, opened when it is first needed."""
        from flujo.app.state import open_store

        return open_store(self.settings, self.root)

    @cached_property
    def system(self) -> Any:
        """Time, chance and the user's name (`app.system.System`); may be set before the first run."""
        from flujo.app.system import REAL

        return REAL

    @cached_property
    def model(self) -> Any:
        """Access to models (the port `Model`)."""
        from flujo.models.litellm_model import LitellmModel

        return LitellmModel(self.settings.models)

    @cached_property
    def confidence(self) -> Any:
        """The secrets of this project, and what keeps them out of all that is written."""
        from flujo.app.environment import EnvironmentSecrets
        from flujo.engine.secrecy import Confidence

        return Confidence(EnvironmentSecrets(self._env, self.root, self.settings.env_file), Redactor())

    @cached_property
    def engine(self) -> Any:
        """The engine on this project's store, with the real world wired to it."""
        from flujo.engine.dispatch import Tools
        from flujo.engine.execution import Engine
        from flujo.policies import policies

        tools = Tools(kinds(), self.registry, self.system.clock, self.root, policies(), self.model, self.confidence)
        return Engine(self.store, tools, self.system.ids, self._recompile, __version__)

    def _recompile(self, pinned: JsonObject) -> Graph:
        compiled = compile_blueprint(
            pinned["source"], pinned["name"], pinned_sources(pinned), pinned_catalogue(pinned, kinds())
        )
        if compiled.graph is None:
            raise BlueprintInvalid(compiled.diagnostics)
        return compiled.graph

    def input_value(self, graph: Graph, raw: RawInput) -> JsonValue:
        """Return the value a run starts with; raise UsageError FLJ0004."""
        return input_value(graph, raw)

    def start_run(self, graph: Graph, value: JsonValue, options: RunOptions | None = None) -> Any:
        """Start a run and drive it to its end or pause; return its view."""
        options = options or RunOptions()
        self._check_keys(graph)
        if self.settings.state_at(self.root) is None:
            from flujo.app.pauses import refuse_pause

            refuse_pause(_nodes(graph), options.wait_max, asks=options.ask is not None)
        run = run_sync(self.engine.start(graph, value, options))
        return self._ask_in_place(run, options)

    def resume(
        self,
        prefix: str,
        answer: str | None = None,
        task: str | None = None,
        options: RunOptions | None = None,
        *,
        output: str | None = None,
        comment: str | None = None,
    ) -> Any:
        """Go on with a run, with an answer to one of its tasks; return its view."""
        from flujo.engine.execution import Reply, one_open, refuse_ended
        from flujo.engine.tasks import parse_answer

        options = options or RunOptions()
        header = self.store.run(prefix)
        if header.status != "cancelled" or answer is None:  # a doubt is settled also after a run was cancelled
            refuse_ended(header)
        reply = None
        if answer is not None or task is not None:
            chosen = one_open(self.store, header.run, task)
            if answer is None:
                raise UsageError("FLJ0005", f"task `{chosen}` needs an answer", help="add `--answer VALUE`")
            value = parse_answer(self.engine.question(chosen), answer, output)
            reply = Reply(chosen, value, self.system.user(), comment)
            if header.status == "cancelled":
                run_sync(self.engine.answer(header.run, reply))
                return self.view(header.run, inputs=False)
        elif header.status == "suspended" and self.store.tasks(header.run) and not self._time_matters(header.run):
            return self._ask_in_place(header.run, options)
        run_sync(self.engine.resume(header.run, reply, options))
        return self._ask_in_place(header.run, options)

    def _time_matters(self, run: RunId) -> bool:
        """Say whether time alone can move a suspended run on: a wait in it, or a deadline."""
        graph = self.engine.graph(run)
        metas = [node.meta for node in (graph.root, *_nodes(graph))]
        timed = any(meta.timeout is not None or (meta.approval and meta.approval.expires) for meta in metas)
        return timed or self.next_wake(run) is not None

    def send_event(self, name: str, payload: JsonValue) -> list[Any]:
        """Give an event to every run that waits for it; return what became of it at each (`delivering.Delivery`).

        No call is begun: `go_on` does that for each run which took it.
        """
        from flujo.app.delivering import deliver
        from flujo.engine.journal import Offer

        waiting = [] if self._untouched else self.store.tasks(event=name)
        offer = Offer(name, payload, self.system.user())
        found: list[Any] = run_sync(deliver(self.engine, self.system.clock, list(waiting), offer)) if waiting else []
        return found

    def go_on(self, run: RunId, options: RunOptions | None = None) -> Any:
        """Drive a run that was given something; return its view."""
        run_sync(self.engine.resume(run, None, options or RunOptions()))
        return self.view(run, inputs=False)

    def is_over(self, prefix: str) -> bool:
        """Say whether a run has come to its end."""
        return self.store.run(prefix).status not in ("running", "suspended")

    def awaited(self) -> list[TaskHeader]:
        """Return what waits for events, oldest first."""
        return [] if self._untouched else [task for task in self.store.tasks() if task.event]

    def redrive(
        self,
        prefix: str,
        options: RunOptions | None = None,
        *,
        again: Iterable[str] = (),
        keep: Iterable[str] = (),
    ) -> Any:
        """Run the failed steps of a run again; return its view.

        `again` and `keep` name completed writes that come after something undone: to run again, or to keep.
        """
        from flujo.engine.redriving import Choice

        options = options or RunOptions()
        run = self.store.run(prefix).run
        self._check_keys(self.engine.graph(run))
        run_sync(self.engine.redrive(run, options, Choice(frozenset(again), frozenset(keep))))
        return self._ask_in_place(run, options)

    @cached_property
    def stopper(self) -> Any:
        """What ends runs from outside."""
        from flujo.app.stopping import Stopper

        return Stopper(self.engine, self.store, self.system.clock)

    def preview_cancel(self, prefix: str, *, undo: bool = False) -> list[Any]:
        """Return what becomes of the steps of a run that is cancelled (`engine.rolling.Line`); nothing is done."""
        from flujo.engine.execution import refuse_ended

        header = self.store.run(prefix)
        refuse_ended(header, "cancel")
        lines: list[Any] = self.stopper.preview_cancel(header.run, self.nodes(header.run), undo=undo)
        return lines

    def cancel(self, prefix: str, options: RunOptions | None = None, *, undo: bool = False) -> Any:
        """Cancel a run, and with `undo` take back what it did; return its view."""
        from flujo.core.events import RunHalted

        run = self.store.run(prefix).run
        stopping = RunHalted("cancel", self.system.user(), undo)
        run_sync(self.stopper.cancel(run, stopping, options or RunOptions()))
        return self.view(run, inputs=False)

    def preview_rollback(self, prefix: str, to: str) -> Any:
        """Return what a rollback to a step does (`engine.rolling.Rollback`); raise UsageError FLJ0005 or StateError."""
        from flujo.core.errors import StateError

        header = self.store.run(prefix)
        if header.status == "running" and self.store.is_driven(header.run):
            hint = f"`flujo cancel {header.run}` ends it first"
            raise StateError("FLJ0803", f"run `{header.run}` is being driven", help=hint)
        return self.stopper.preview_rollback(header.run, self.nodes(header.run), to)

    def rollback(self, prefix: str, to: str, options: RunOptions | None = None) -> Any:
        """Undo what a run did after a step, so that a redrive goes on from there; return its view."""
        from flujo.core.events import RunHalted

        plan = self.preview_rollback(prefix, to)
        run = self.store.run(prefix).run
        stopping = RunHalted("rollback", self.system.user(), True, plan.to, plan.after, list(plan.void) or None)
        run_sync(self.engine.stop(run, stopping, options or RunOptions()))
        return self.view(run, inputs=False)

    def preview_fork(self, prefix: str, step: str, changes: Sequence[str] = ()) -> Any:
        """Return what a fork from a step does (`engine.forking.Fork`), with changes `KEY=VALUE`; nothing is done."""
        run = self.store.run(prefix).run
        return self.stopper.preview_fork(run, self.nodes(run), step, changes)

    def fork(self, plan: Any, options: RunOptions | None = None) -> Any:
        """Start the new run that `preview_fork` planned; return its view."""
        options = options or RunOptions()
        self._check_keys(self.engine.graph(plan.run))
        return self._ask_in_place(run_sync(self.engine.fork(plan, options)), options)

    def _ask_in_place(self, run: str, options: RunOptions) -> Any:
        view = self.view(run, inputs=False)
        person = self.system.user()
        while view.status == "suspended" and options.ask:
            task = next((task for task in view.tasks if task.may_answer(person)), None)
            text = options.ask(task) if task is not None else None
            if task is None or text is None:
                break
            view = self.resume(run, text, task.id, replace(options, ask=None))
        return view

    def _check_keys(self, graph: Graph) -> None:
        for node in _nodes(graph):
            if isinstance(node, Call) and node.runner == "agent":
                missing = self.model.missing_key(node.config["model"])
                if missing:
                    text = f"agent `{node.target}` uses `{node.config['model']}`, which needs a key"
                    raise UsageError("FLJ0621", text, help=f"set the environment variable `{missing}`")

    # --- creating ---

    def create(self, goal: str, options: CreateOptions) -> Any:
        """Turn a goal into a blueprint; nothing of the project is run, nothing is written (`save` does that)."""
        from flujo.app.workbench import ProjectWorkbench
        from flujo.architect.create import Options, create

        name = None if options.offline else options.model or self.settings.model
        missing = self.model.missing_key(name) if name else None
        if missing:
            hint = f"set the environment variable `{missing}`, or add `--offline`"
            raise UsageError("FLJ0621", f"`{name}` needs a key", help=hint)
        bench = ProjectWorkbench(
            self.root,
            self.registry.specs,
            lambda text, file: self.compile_text(text, file).diagnostics,
            self.model if name else None,
            name,
        )
        return run_sync(create(goal, Options(options.name, options.offline), bench))

    def save(self, creation: Any, options: CreateOptions) -> str:
        """Write a blueprint that was created; return its path. Raise UsageError FLJ0003 when that would replace a file.

        A complete one becomes `pipeline.yaml` while that is absent or as `init` made it, else NAME.yaml; one with
        placeholders becomes NAME.draft.yaml.
        """
        from flujo.app.editor import with_header
        from flujo.app.saving import is_scaffold, place_for
        from flujo.app.writing import shown_path, write_text

        path = place_for(self.root, creation, options.output)
        if path.exists() and not options.force and not is_scaffold(path):
            raise UsageError(
                "FLJ0003", f"`{shown_path(path)}` is there already", help="add `--force`, or `--output FILE`"
            )
        write_text(path, with_header(creation.text, path, self.root))
        return shown_path(path)

    # --- looking ---

    @property
    def _untouched(self) -> bool:
        """Whether nothing has run here yet: then looking makes no state folder."""
        place = self.settings.state_at(self.root)
        return isinstance(place, Path) and not place.exists()

    def runs(self, limit: int = 50) -> Sequence[RunHeader]:
        """Return runs, newest first."""
        return [] if self._untouched else self.store.runs(limit)

    def view(self, prefix: str, *, inputs: bool = True) -> Any:
        """Return the view of a run; `inputs` are found by replaying it."""
        from flujo.engine.fold import fold

        run = self.store.run(prefix).run
        nodes = self.nodes(run)
        arguments: Mapping[Address, JsonObject] = {}
        with suppress(FlujoError):  # a run that cannot be replayed still shows what it recorded
            arguments = run_sync(self.engine.replay(run)).arguments if inputs and nodes else {}
        return fold(run, self.engine.events(run), nodes, arguments)

    def planner(self, prefix: str) -> str | None:
        """Return who planned the blueprint of a run, as the header that `create` writes says; None if nobody did."""
        with suppress(FlujoError):
            lines = self.engine.graph(self.store.run(prefix).run).source.text.splitlines()[:20]
            return next((line.removeprefix(PLANNED_BY) for line in lines if line.startswith(PLANNED_BY)), None)
        return None

    def was_cut_off(self, view: Any) -> bool:
        """Say whether a run has not ended and no process drives it: it was killed, and can be resumed."""
        return view.status == "running" and not self.store.is_driven(view.run_id)

    def nodes(self, prefix: str) -> Mapping[Address, Node]:
        """Return the nodes of a run's graph by address; none of a run that cannot be compiled any more."""
        from flujo.engine.places import nodes_by_address

        run = self.store.run(prefix).run
        with suppress(FlujoError):
            return nodes_by_address(self.engine.graph(run).root)
        return {}

    def rows(self, prefix: str) -> Iterable[Row]:
        """Return what is recorded of a run, in order."""
        return self.store.rows(self.store.run(prefix).run)

    def next_wake(self, prefix: str) -> int | None:
        """Return when the earliest wait of a run is over, in microseconds; None when it waits for no time."""
        from flujo.app.pauses import next_wake

        return next_wake(self.engine.events(self.store.run(prefix).run))

    def tasks(self, prefix: str | None = None) -> list[Any]:
        """Return open tasks, oldest first, of one run or all; one damaged run does not hide those of the others."""
        if prefix is None and self._untouched:
            return []
        chosen = self.store.run(prefix).run if prefix else None
        runs = dict.fromkeys(task.run for task in self.store.tasks(chosen, event=""))
        return [task for run in runs for task in self._tasks_of(run)]

    def _tasks_of(self, run: RunId) -> list[Any]:
        from flujo.engine.task_view import TaskView

        try:
            return list(self.view(run, inputs=False).tasks)
        except StateError as error:
            headers = self.store.tasks(run, event="")
            return [TaskView(it.task, "damaged", it.step, str(error), None, None, None) for it in headers]

    def replay(self, prefix: str) -> Any:
        """Run a recorded run again from its journal alone; return what differs."""
        return run_sync(self.engine.replay(self.store.run(prefix).run))


def open_app(project: Path | None, env: Mapping[str, str]) -> App:
    """Open the project at `project`, else the nearest one upward; raise UsageError when it is none or misconfigured."""
    if project is not None and not project.is_dir():
        raise UsageError("FLJ0001", f"there is no folder `{project}`")
    root = project.resolve() if project is not None else find_root(Path.cwd())
    return App(root, load_settings(root, env), env)


def _nodes(graph: Graph) -> list[Node]:
    from flujo.engine.places import nodes_by_address

    return list(nodes_by_address(graph.root).values())
