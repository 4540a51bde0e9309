"""00xx: the command line, edits, the project folder and its settings."""

from flujo.core.codes.entry import Code

RANGE = (
    Code(
        "FLJ0001",
        "no-such-file",
        "A file or folder that was named does not exist or is not of the kind expected.",
        "Check the spelling and the folder you are in; `--project PATH` names another project.",
    ),
    Code(
        "FLJ0002",
        "bad-settings",
        "`flujo.toml` or an environment variable has a value that flujo cannot use.",
        "Compare with `flujo.toml.example`; unknown keys are errors, so that a typo is never ignored.",
    ),
    Code(
        "FLJ0003",
        "already-exists",
        "A file that would be written is already there.",
        "Choose another name, or add `--force` to replace it after a question.",
    ),
    Code(
        "FLJ0004",
        "bad-input",
        "The input of the run does not fit what the blueprint's `inputs` ask for.",
        "Compare the input with `inputs`; `--set NAME=VALUE` fills single properties, `--input-json` takes JSON.",
    ),
    Code(
        "FLJ0005",
        "usage",
        "The command was called with options that do not go together or values it cannot use.",
        "See `--help` of the command, which begins with examples.",
    ),
    Code(
        "FLJ0006",
        "missing-extra",
        "The command needs a Python package that is not installed.",
        "Install the extra that the message names, for example `pip install 'flujo[llm]'`.",
        "environmental",
    ),
    Code(
        "FLJ0007",
        "cannot-write",
        "A file or folder cannot be written.",
        "Check the permissions and the free space of the folder named.",
        "environmental",
    ),
    Code(
        "FLJ0008",
        "bad-template",
        "`init --template` was given a name that is not in the gallery.",
        "`flujo init --help` lists the templates.",
    ),
    Code(
        "FLJ0009",
        "interrupted",
        "The command was stopped by Ctrl-C or another signal.",
        "What was recorded is kept: `flujo resume RUN` goes on with the run.",
        "environmental",
    ),
    Code(
        "FLJ0010",
        "missing-secret",
        "A secret that the blueprint declares is set neither in the environment nor in the env file.",
        "Set the variable of that name, or add `NAME=VALUE` to the env file of the project (`.env`).",
        "environmental",
    ),
    Code(
        "FLJ0011",
        "edit-address",
        "An edit names a part that the blueprint does not have.",
        "Name steps by their names and values by their keys, joined by dots: `steps.load.with.path`.",
    ),
    Code(
        "FLJ0012",
        "edit-shared",
        "An edit would change a part that aliases repeat elsewhere, and so more than it says.",
        "Write the value out where the alias `*name` stands, or edit it at its anchor `&name` by hand.",
    ),
    Code(
        "FLJ0013",
        "edit-refused",
        "An edit does not fit what is there, or cannot be written without changing more than it says.",
        "Nothing was changed: give another name, place or value, or edit the text by hand.",
    ),
)
