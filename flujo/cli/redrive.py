"""`flujo redrive`: a failed run goes on from where it failed."""

from __future__ import annotations

from flujo.cli.resume import Run
from flujo.cli.run import NoAsk
from flujo.cli.verb import Json, Session, Verb


def redrive(session: Session, run: Run, no_ask: NoAsk = False, json: Json = False) -> int:
    """Go on with a failed run from where it failed.

    The steps that failed run again, with the same blueprint; every recorded result is kept.
    """
    from flujo.app import open_app
    from flujo.cli.ending import finish, options_of

    with open_app(session.project, session.env) as app:
        return finish(session, app, app.redrive(run, options_of(session, no_ask)))


VERBS = (Verb("redrive", redrive, (("flujo redrive 1ng3cjf", "after the cause is out of the way"),)),)
