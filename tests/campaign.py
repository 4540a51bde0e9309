"""Run all campaigns: `python -m tests.campaign COUNT=1000 SEED=7` (or `make campaign COUNT=1000 SEED=7`)."""

import sys
from importlib import import_module

ALL = ["crash", "regions", "fence", "expressions", "secrets", "validate"]


def main() -> int:
    """Run each campaign, print its table, exit 1 when one of them found a fault."""
    given = dict(word.split("=", 1) for word in sys.argv[1:])
    count, seed = int(given.get("COUNT", 100)), int(given.get("SEED", 1))
    names = given["ONLY"].split(",") if "ONLY" in given else ALL
    failed = False
    for name in names:
        options = {"mutant": given["MUTANT"]} if "MUTANT" in given else {}
        tally = import_module(f"tests.campaigns.{name}").run(count, seed, **options)
        print(f"\n## {name}: count {count}, seed {seed}\n\n{tally.table()}", flush=True)
        for note in tally.notes[:20]:
            print(f"- {note}")
        failed = failed or not tally.clean
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
