"""What the machine gives: ids."""

import re

from flujo.app.system import SystemIds


def test_the_ids_of_a_process_never_meet():
    ids = SystemIds()
    made = [ids.run_id() for _ in range(20_000)]
    assert len({id.rpartition("-")[2] for id in made}) == len(made)
    assert all(re.fullmatch("[0-9a-z]{7}-[0-9a-z]{5}", id) for id in made)
    assert made[0][8:10] != made[1][8:10]
