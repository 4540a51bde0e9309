"""Skills of this project: each function with `@skill` can be used in a blueprint as `tickets.NAME`.

After a change run `flujo skills lock`, so that blueprints are checked against what the functions now look like.
"""

from typing import Any

from flujo import skill

WEIGHTS = {"high": 5, "medium": 2, "low": 1}


@skill(effect="pure")
def workload(tickets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add up the work that tickets mean for each product, heaviest first.

    Args:
        tickets: Rows with the columns `product` and `priority`.
    """
    totals: dict[str, dict[str, Any]] = {}
    for ticket in tickets:
        row = totals.setdefault(ticket["product"], {"product": ticket["product"], "tickets": 0, "points": 0})
        row["tickets"] += 1
        row["points"] += WEIGHTS.get(ticket["priority"], 1)
    return sorted(totals.values(), key=lambda row: (-row["points"], row["product"]))
