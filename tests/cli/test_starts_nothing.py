"""Validate starts nothing: an audit hook sees every process, import, socket and file that Python touches."""

import json
import subprocess
import sys
from pathlib import Path

WATCHED = """
import json, os, sys

seen = []
root = os.getcwd()


def watch(event, args):
    if event.startswith(("subprocess.", "os.system", "os.exec", "os.posix", "os.spawn", "os.fork", "pty.", "socket.")):
        seen.append([event, repr(args)])
    elif event == "ctypes.dlopen" and args[0] is not None:
        seen.append([event, repr(args)])
    elif event == "import" and args[1] and str(args[1]).startswith(root):
        seen.append([event, repr(args)])
    elif event in ("compile", "exec") and root in repr(args):
        seen.append([event, repr(args)])
    elif event == "open" and (set(str(args[1])) & set("wax+") or (args[2] or 0) & (os.O_WRONLY | os.O_RDWR)):
        seen.append([event, repr(args)])
    elif event in ("os.mkdir", "os.rename", "os.remove", "os.link", "os.symlink", "os.truncate", "os.chmod"):
        seen.append([event, repr(args)])


from flujo.cli.main import main  # what the interpreter itself loads is not ours to judge

sys.path.insert(0, root)
sys.addaudithook(watch)
code = main(["validate", ".", *sys.argv[1:]])
told = {"code": code, "seen": list(seen), "skill": "evil" in sys.modules}
exec(compile("open('evil.py'); open(os.devnull, 'w'); __import__('socket').socket()", root, "exec"))  # it is seen
told["watching"] = sorted({event for event, _ in seen[len(told["seen"]) :]})
sys.stderr.write("\\n" + json.dumps(told))
"""

EVIL = """
from pathlib import Path
Path("PWNED").write_text("x")
from flujo import skill

@skill
def boom(x: str) -> str:
    return x
"""

HOSTILE = {
    "skill.yaml": "  - {name: a, uses: skills.evil.boom}\n  - {name: b, uses: evil.boom}\n",
    "paths.yaml": "  - {name: a, uses: os.system, with: {command: touch PWNED}}\n  - {name: b, uses: 'evil:boom'}\n",
    "tag.yaml": "  - !!python/object/apply:os.system ['touch PWNED']\n",
    "template.yaml": "  - {name: a, uses: text.upper, input: \"{{ ''.__class__.__mro__[1].__subclasses__() }}\"}\n",
    "globals.yaml": "  - {name: a, uses: text.upper, input: \"{{ cycler.__init__.__globals__.os.popen('x') }}\"}\n",
    "shell.yaml": "  - {name: a, uses: shell.run, with: {command: [touch, PWNED]}}\n",
    "http.yaml": "  - {name: a, uses: http.get, with: {url: 'http://127.0.0.1:9/'}}\n",
    "write.yaml": "  - {name: a, uses: file.write, with: {path: PWNED, text: x}}\n",
    "imports.yaml": "  - {name: a, uses: imports.x}\nimports: {x: /etc/passwd, y: ../../etc/passwd, z: skill.yaml}\n",
    "agent.yaml": "  - {name: a, uses: agents.x, input: hi}\n"
    "agents: {x: {model: openai/gpt-4o, system_prompt: {file: /etc/passwd}}}\n",
    "undo.yaml": "  - {name: a, uses: evil.boom, undo: {uses: evil.boom}, verify: [{expr: '{{ 9**9**9 }}'}]}\n",
    "schema.yaml": "  - {name: a, uses: text.upper}\ninputs: {type: object, $ref: 'http://127.0.0.1:9/x.json'}\n",
}


def test_no_process_import_socket_or_written_file(tmp_path: Path) -> None:
    (tmp_path / "skills").mkdir()
    for name in ("skills/evil.py", "evil.py", "conftest.py", "sitecustomize.py"):
        (tmp_path / name).write_text(EVIL)
    (tmp_path / "flujo.toml").write_text("")
    for name, steps in HOSTILE.items():
        (tmp_path / name).write_text('version: "0.1"\nsteps:\n' + steps)
    before = sorted(path.name for path in tmp_path.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-B", "-P", "-s", "-c", WATCHED, "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told = json.loads(done.stderr.splitlines()[-1])
    assert told == {"code": 4, "seen": [], "skill": False, "watching": ["compile", "exec", "open", "socket.__new__"]}
    wrong = {item["file"] for item in json.loads(done.stdout)["diagnostics"] if item["severity"] == "error"}
    assert wrong >= HOSTILE.keys() - {"http.yaml", "write.yaml", "shell.yaml"}
    assert sorted(path.name for path in tmp_path.rglob("*")) == before
