"""A project whose state is on a Postgres server."""

from flujo.app import RawInput, open_app

ASKING = """\
version: "0.1"
name: asking
steps:
  - {name: shout, uses: text.upper}
  - {kind: hitl, name: ask, message: "go on?", choices: ["yes", "no"]}
  - {name: large, uses: core.pass, with: {value: "{{ steps.shout.output * 20000 }}"}}
output: "{{ steps.large.output | length }}"
"""


def test_a_run_goes_on_in_another_process_and_replays(tmp_path, postgres):
    env = {"FLUJO_STATE_URI": postgres}
    (tmp_path / "asking.yaml").write_text(ASKING)
    with open_app(tmp_path, env) as app:
        graph = app.graph(str(tmp_path / "asking.yaml"))
        view = app.start_run(graph, app.input_value(graph, RawInput("abc")))
        assert view.status == "suspended"
    with open_app(tmp_path, env) as app:
        assert [task.step for task in app.tasks()] == ["ask"]
        view = app.resume(view.run_id, "yes")
        assert (view.status, view.output) == ("completed", 60000)
        assert app.replay(view.run_id).equal and app.runs()[0].status == "completed"
    assert not (tmp_path / ".flujo").exists()
