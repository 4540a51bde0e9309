import faulthandler; faulthandler.dump_traceback_later(8, exit=True)
from pathlib import Path
from flujo.testing.semantics import *
import tempfile
c=Case(Path("tests/semantics/243-event-in-map"))
t=Trial(c, Path(tempfile.mkdtemp())); g,codes=t.compile(); print(codes)
a=t.app(); v=a.start_run(g, a.input_value(g,c.input()), t._options()); print(v.status, v.awaited)
for i in range(5):
    if v.status!="suspended": break
    v=t._move(a, v); print(v.status, v.awaited, t.clock.now())
    print(t.journal()[-300:])
