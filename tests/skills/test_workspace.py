from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from flujo.core.errors import SkillError
from flujo.skills.workspace import Workspace


@pytest.fixture
def space(root: Path) -> Workspace:
    return Workspace(root)


def operations(space: Workspace, path: str) -> dict[str, Any]:
    return {
        "read": lambda: space.read(path),
        "write": lambda: space.write(path, "new"),
        "append": lambda: space.append(path, "new"),
        "exists": lambda: space.exists(path),
        "delete": lambda: space.delete(path),
    }


LEADING_OUT = [
    "../outside/secret.txt",
    "..",
    "a/../../outside/secret.txt",
    "a/..",
    "/etc/passwd",
    "//etc/passwd",
    "~/x",
    "~root/x",
    "C:/x",
    "C:\\x",
    "a\\b",
    "..\\outside",
    "a\0b",
    "\0",
    "",
    ".",
    "./",
    "a/" * 3000,
    "a/" * 64 + "b",
    "\ud800",
]

PROTECTED = [
    ".flujo/state.db",
    ".flujo",
    ".FLUJO/state.db",
    "a/.flujo/x",
    ".git/config",
    ".Git/hooks/post-commit",
    "sub/.git/config",
    ".g\u200cit/config",
    "\uff0egit/config",
    ".git./config",
    "flujo.toml",
    "FLUJO.TOML",
    "./flujo.toml",
    "skills.lock",
    "Skills.Lock",
    ".env",
    ".env.local",
]


@pytest.mark.parametrize("path", [*LEADING_OUT, *PROTECTED])
@pytest.mark.parametrize("operation", ["read", "write", "append", "exists", "delete"])
def test_refused_paths(root: Path, space: Workspace, path: str, operation: str) -> None:
    (root / "a").mkdir()
    with pytest.raises(SkillError) as caught:
        operations(space, path)[operation]()
    assert (caught.value.diagnostic.code, caught.value.error_class) == ("FLJ0612", "authority")
    assert caught.value.retry == "never"
    assert [path.name for path in root.iterdir()] == ["a"]
    assert (root.parent / "outside" / "secret.txt").read_text("utf-8") == "secret"


@pytest.mark.parametrize("operation", ["write", "append", "delete"])
def test_code_of_skills_is_read_only(root: Path, space: Workspace, operation: str) -> None:
    (root / "skills").mkdir()
    (root / "skills" / "a.py").write_text("x = 1\n", "utf-8")
    assert space.read("skills/a.py") == "x = 1\n"
    with pytest.raises(SkillError, match="cannot change the code") as caught:
        operations(space, "skills/a.py")[operation]()
    assert caught.value.diagnostic.code == "FLJ0612"
    assert (root / "skills" / "a.py").read_text("utf-8") == "x = 1\n"
    space.write("data/skills/note.txt", "fine")


@pytest.mark.parametrize("operation", ["read", "write", "append", "exists", "delete"])
@pytest.mark.parametrize("path", ["file_link", "folder_link/secret.txt", "folder_link/new.txt", "deep/link/secret.txt"])
def test_links_are_not_followed(root: Path, space: Workspace, path: str, operation: str) -> None:
    outside = root.parent / "outside"
    (root / "file_link").symlink_to(outside / "secret.txt")
    (root / "folder_link").symlink_to(outside)
    (root / "deep").mkdir()
    (root / "deep" / "link").symlink_to("../../outside")
    with pytest.raises(SkillError, match="symbolic link") as caught:
        operations(space, path)[operation]()
    assert caught.value.diagnostic.code == "FLJ0612"
    assert (outside / "secret.txt").read_text("utf-8") == "secret"
    assert [item.name for item in outside.iterdir()] == ["secret.txt"]
    assert (root / "file_link").is_symlink()


def test_dangling_links_and_loops(root: Path, space: Workspace) -> None:
    (root / "nowhere").symlink_to(root.parent / "outside" / "made.txt")
    (root / "round").symlink_to("round")
    for path in ("nowhere", "round", "round/x"):
        for operation in operations(space, path).values():
            with pytest.raises(SkillError, match="symbolic link"):
                operation()
    assert not (root.parent / "outside" / "made.txt").exists()


def test_a_folder_exchanged_for_a_link_again_and_again(root: Path, space: Workspace) -> None:
    """A second thread swaps `data` between a folder and a link to the outside; nothing ever comes from there."""
    outside = root.parent / "outside"
    (root / "real").mkdir()
    (root / "real" / "secret.txt").write_text("inside", "utf-8")
    (root / "link").symlink_to(outside)
    (root / "real").rename(root / "data")
    done = threading.Event()
    swaps = 0

    def move(source: str, target: str) -> None:
        while True:
            try:
                (root / source).rename(root / target)
                return
            except OSError:  # `write` made the folder anew while there was none
                shutil.rmtree(root / target)

    def swap() -> None:
        nonlocal swaps
        while not done.is_set():
            for source, target in (("data", "real"), ("link", "data"), ("data", "link"), ("real", "data")):
                move(source, target)
            swaps += 1

    thread = threading.Thread(target=swap)
    thread.start()
    seen: dict[str, int] = {}
    try:
        for count in range(400):
            try:
                text = space.read("data/secret.txt")
                space.write("data/new.txt", str(count))
                space.append("data/log.txt", "x")
            except SkillError as error:
                text = error.diagnostic.code
            seen[text] = seen.get(text, 0) + 1
    finally:
        done.set()
        thread.join()
    assert "secret" not in seen
    assert [item.name for item in outside.iterdir()] == ["secret.txt"]
    assert seen.keys() <= {"inside", "FLJ0612", "FLJ0613"}
    assert sum(seen.values()) == 400
    assert swaps > 20


def test_write_read_append_delete(root: Path, space: Workspace) -> None:
    space.write("a/b/c.txt", "één\r\n\0x")
    assert space.read("a/b/c.txt") == "één\r\n\0x"
    assert (root / "a/b/c.txt").read_bytes() == "één\r\n\0x".encode()
    space.write("./a//b/c.txt", "two")
    space.append("a/b/c.txt", " three")
    space.append("new.txt", "one")
    assert space.read("a/b/c.txt") == "two three"
    assert space.read("new.txt") == "one"
    assert sorted(item.name for item in (root / "a/b").iterdir()) == ["c.txt"]
    assert [space.exists(path) for path in ("a", "a/b/c.txt", "a/x", "x/y", "new.txt/x")] == [True, True] + [False] * 3
    assert [space.delete("new.txt"), space.delete("new.txt"), space.delete("x/y"), space.delete("a/b/c.txt/x")] == [
        True,
        False,
        False,
        False,
    ]


def test_the_workspace_itself_may_be_reached_by_a_link(root: Path) -> None:
    link = root.parent / "link"
    link.symlink_to(root)
    Workspace(link).write("a.txt", "x")
    assert (root / "a.txt").read_text("utf-8") == "x"


def test_permissions_of_a_replaced_file_stay(root: Path, space: Workspace) -> None:
    space.write("a.sh", "x")
    (root / "a.sh").chmod(0o750)
    space.write("a.sh", "y")
    assert stat.S_IMODE((root / "a.sh").stat().st_mode) == 0o750


def test_a_failed_write_leaves_the_old_file_and_nothing_else(root: Path, space: Workspace) -> None:
    (root / "folder").mkdir()
    for path, content in (("folder", "x"), ("a.txt", "\ud800"), ("b" * 300, "x"), ("a.txt/b", "x")):
        space.write("a.txt", "old")
        with pytest.raises(SkillError):
            space.write(path, content)
    assert sorted(item.name for item in root.iterdir()) == ["a.txt", "folder"]
    assert space.read("a.txt") == "old"


def test_the_longest_name_a_file_system_takes(root: Path, space: Workspace) -> None:
    name = "n" * 255
    space.write(name, "x")
    space.write(name, "y")
    assert space.read(name) == "y"


@pytest.mark.parametrize(
    "path,code,words",
    [
        ("missing.txt", "FLJ0613", "no such file"),
        ("missing/a.txt", "FLJ0613", "no such file"),
        ("folder", "FLJ0613", "is a directory"),
        ("file/a", "FLJ0613", "not a directory"),
        ("n" * 300, "FLJ0613", "too long"),
        ("latin1", "FLJ0614", "byte 2"),
        ("pipe", "FLJ0612", "pipe"),
        ("large", "FLJ0614", "16 MiB"),
    ],
)
def test_files_that_cannot_be_read(root: Path, space: Workspace, fault: Any, path: str, code: str, words: str) -> None:
    (root / "folder").mkdir()
    (root / "file").write_text("x", "utf-8")
    (root / "latin1").write_bytes("né".encode("latin-1"))
    os.mkfifo(root / "pipe")
    with (root / "large").open("wb") as file:
        file.truncate(16 * 1024 * 1024 + 1)
    found, message = fault(space.read, path)
    assert (found, words in message) == (code, True), message


def test_pipes_hard_links_and_folders_are_not_changed(root: Path, space: Workspace, fault: Any) -> None:
    os.mkfifo(root / "pipe")
    (root / "folder").mkdir()
    os.link(root.parent / "outside" / "secret.txt", root / "second_name")
    assert fault(space.write, "pipe", "x")[0] == "FLJ0612"
    assert fault(space.append, "folder", "x")[0] == "FLJ0613"
    assert fault(space.delete, "folder")[0] == "FLJ0613"
    assert fault(space.append, "second_name", "x")[0] == "FLJ0612"
    space.write("second_name", "own")
    assert (root.parent / "outside" / "secret.txt").read_text("utf-8") == "secret"


def test_too_much_to_write(space: Workspace, fault: Any) -> None:
    assert fault(space.write, "a", "é" * (8 * 1024 * 1024 + 1))[0] == "FLJ0614"


def test_list(root: Path, space: Workspace) -> None:
    for path in ("b.csv", "a.csv", "data/c.csv", "data/deep/d.txt", ".hidden/x.csv", ".flujo/state.db", ".git/config",
                 "flujo.toml", "skills.lock", "skills/a.py", ".env", "data/.flujo-0.tmp", "Ä.csv"):  # fmt: skip
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("x", "utf-8")
    (root / "link.csv").symlink_to("a.csv")
    (root / "outside").symlink_to(root.parent / "outside")
    assert space.list() == ["a.csv", "b.csv", "data/c.csv", "data/deep/d.txt", "skills/a.py", "Ä.csv"]
    assert space.list("*.csv") == ["a.csv", "b.csv", "Ä.csv"]
    assert space.list("data/*") == ["data/c.csv"]
    assert space.list("*", "data") == ["data/c.csv"]
    assert space.list("**/*.txt", "data/deep/") == ["data/deep/d.txt"]
    assert space.list(".hidden/*") == [".hidden/x.csv"]
    assert space.list(".*/*") == [".hidden/x.csv"]
    assert space.list("nothing/*") == []
    assert space.list("skills.lock") == []


@pytest.mark.parametrize(
    "pattern,path", [("../*", "."), ("/*", "."), ("*", ".."), ("*", "/"), ("*", ".git"), ("", ".")]
)
def test_list_stays_inside(space: Workspace, fault: Any, pattern: str, path: str) -> None:
    assert fault(space.list, pattern, path)[0] == "FLJ0612"


def test_list_of_what_is_no_folder(root: Path, space: Workspace, fault: Any) -> None:
    (root / "outside").symlink_to(root.parent / "outside")
    space.write("a", "x")
    assert fault(space.list, "*", "outside")[0] == "FLJ0612"
    assert fault(space.list, "*", "a")[0] == "FLJ0613"
    assert fault(space.list, "*", "missing")[0] == "FLJ0613"


def test_no_descriptor_stays_open(root: Path, space: Workspace) -> None:
    space.write("a/b/c.txt", "x")
    (root / "link").symlink_to("a")
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(20):
        space.list()
        for path in ("a/b/c.txt", "a/b", "missing/x", "link/b", "a/missing"):
            for name, operation in operations(space, path).items():
                if name in ("read", "exists"):
                    try:
                        operation()
                    except SkillError as error:
                        assert error.diagnostic.code in ("FLJ0612", "FLJ0613")
        space.write("a/b/c.txt", "y")
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_list_of_folders_deeper_than_any_path(root: Path, space: Workspace) -> None:
    deep = "a/" * 63 + "b"
    space.write(deep, "x")
    (root / ("a/" * 64) / "c" / "d").mkdir(parents=True)
    (root / ("a/" * 64) / "c" / "file").write_text("x", "utf-8")
    assert space.list() == [deep]


def test_list_opens_only_folders_in_which_something_can_fit(root: Path, space: Workspace) -> None:
    for path in ("data/a.csv", ".venv/lib/x.csv", "other/deep/y.csv"):
        space.write(path, "x")
    opened: list[str] = []

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event == "os.scandir" and watching:
            opened.append(str(arguments[0]))

    watching = True
    sys.addaudithook(watch)
    assert space.list("data/*.csv") == ["data/a.csv"]
    first = len(opened)
    assert space.list("**/*.csv") == ["data/a.csv", "other/deep/y.csv"]
    watching = False
    assert (first, len(opened) - first) == (2, 4)


def test_list_leaves_out_names_that_are_not_unicode(root: Path, space: Workspace) -> None:
    space.write("a.txt", "x")
    try:
        with open(os.fsencode(root) + b"/\xff.txt", "wb"):  # noqa: PTH123
            assert space.list() == ["a.txt"]
    except OSError as error:  # file systems of macOS refuse such names
        assert error.errno == errno.EILSEQ


def test_list_goes_round_what_is_not_ours_to_read(root: Path, space: Workspace) -> None:
    space.write("closed/a.txt", "x")
    space.write("open/a.txt", "x")
    (root / "closed").chmod(0)
    try:
        assert set(space.list()) - {"closed/a.txt"} == {"open/a.txt"}  # root may read everything
    finally:
        (root / "closed").chmod(0o755)


def test_a_workspace_that_is_not_there(root: Path, fault: Any) -> None:
    assert fault(Workspace(root / "missing").read, "a.txt")[0] == "FLJ0613"
