"""Run campaigns: `python -m tests.campaign COUNT=1000 SEED=7 ONLY=crash,fence`, or `make campaign` and the same words.

Without ONLY all of them run, `validate` with 10,000 files for each COUNT (a million for the 100 it is by itself).
STORE=sqlite|normal|postgres says on what crash and fence run.
"""

import sys
from importlib import import_module

ALL = ["crash", "regions", "fence", "expressions", "secrets", "validate", "typos", "shapes"]
MORE = {"validate": 10_000}
"""How much more of a campaign there is when all run: a file takes milliseconds, a killed run takes seconds."""


def main() -> int:
    """Run each campaign, print its table, exit 1 when one of them found a fault."""
    given = dict(word.split("=", 1) for word in sys.argv[1:])
    count, seed = int(given.get("COUNT", 100)), int(given.get("SEED", 1))
    names = given["ONLY"].split(",") if "ONLY" in given else ALL
    failed = False
    for name in names:
        times = count * (1 if "ONLY" in given else MORE.get(name, 1))
        options = {"mutant": given["MUTANT"]} if "MUTANT" in given else {}
        if "STORE" in given and name in ("crash", "fence"):
            options["store"] = given["STORE"]
        tally = import_module(f"tests.campaigns.{name}").run(times, seed, **options)
        print(f"\n## {name}: count {times}, seed {seed}\n\n{tally.table()}", flush=True)
        for note in tally.notes[:20]:
            print(f"- {note}")
        failed = failed or not tally.clean
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
