"""08xx: runs, the journal and replay."""

from flujo.core.codes.entry import Code

RANGE = (
    Code("FLJ0801", "unknown-run", "There is no run with this id.", "`flujo lens list` shows the runs."),
    Code(
        "FLJ0802",
        "wrong-status",
        "The command does not fit the run's status.",
        "`flujo lens show RUN` says where the run stands; `flujo run` starts a new one.",
    ),
    Code(
        "FLJ0803",
        "run-is-driven",
        "Another process is driving this run.",
        "Wait for it, or end that process first.",
        "environmental",
    ),
    Code(
        "FLJ0804",
        "diverged",
        "Running again gives something else than what was recorded.",
        "The message names the step and the field; find what changed it.",
        "structural",
    ),
    Code(
        "FLJ0805",
        "damaged-journal",
        "A row of the journal does not fit its hash or is missing.",
        "Restore the database from a backup; `flujo lens list` shows which runs are whole.",
        "environmental",
    ),
    Code(
        "FLJ0806",
        "newer-database",
        "The database was written by a newer flujo.",
        "Use that version of flujo, or another state file.",
    ),
    Code(
        "FLJ0807",
        "state-unavailable",
        "The state database cannot be opened, read or written.",
        "Check the path, its permissions and the free space; nothing that was recorded is lost.",
        "environmental",
    ),
    Code(
        "FLJ0808",
        "no-task",
        "The run has no open question that the answer could belong to.",
        "`flujo tasks list` shows what is open.",
    ),
    Code(
        "FLJ0809",
        "lost-ownership",
        "Another process took this run over; this one stopped without writing more.",
        "Nothing to do: the other process goes on.",
        "environmental",
    ),
    Code(
        "FLJ0810",
        "in-doubt",
        "A step that changes things was cut off, so nobody knows whether it took effect.",
        "Look at its target, then answer the task: `done`, `retry` or `fail`.",
        "environmental",
    ),
    Code(
        "FLJ0811",
        "poison",
        "A step was cut off by a crash three times in a row.",
        "Look at what ends the process; then `flujo redrive RUN`.",
        "environmental",
    ),
    Code("FLJ0812", "value-too-large", "A JSON value is over 16 MiB.", "Write it to a file and pass the path on."),
    Code(
        "FLJ0813",
        "effect-stands",
        "A redrive would run a completed write again: a step before it was undone, and nothing undid the write.",
        "Say `--again STEP` to run it once more, or `--keep STEP` to go on with its recorded result.",
    ),
    Code(
        "FLJ0814",
        "cancelled",
        "Somebody cancelled the run.",
        "`flujo redrive RUN` goes on with it; what was undone runs again.",
        "authority",
    ),
    Code(
        "FLJ0815",
        "rolled-back",
        "Somebody rolled the run back to one of its steps.",
        "`flujo redrive RUN` goes on after that step.",
        "authority",
    ),
)
