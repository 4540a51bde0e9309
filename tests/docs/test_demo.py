"""What `make demo` runs, from its first line to its last."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_demo(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parents[1])
    script = tmp_path / "scripts" / "demo.sh"
    script.write_bytes((ROOT / "scripts/demo.sh").read_bytes())
    environment = {"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path), "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["sh", str(script)], env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stdout[-2000:] + done.stderr[-2000:]
    for shown in ("(exit code 6, as it should be)", "(no difference)", "$ kill -9", "byte-equal", "step `count`, hash"):
        assert shown in done.stdout
