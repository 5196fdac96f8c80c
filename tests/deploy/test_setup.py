"""Set-up: one command turns a fresh machine into a working one, and then costs nothing."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import typer

from deploy import uv_wheel
from deploy.cli import app

ROOT = Path(__file__).parents[2]
TOOLS = Path(sys.executable).parent
PANGO = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
PYTHONS = ("python3", "python3.11", "python3.12", "python3.13", "python3.14")

# Stand-ins for what set-up calls; each writes down its call. Python finds its libraries where PANGO=here.
PYTHON = """#!/bin/sh
echo "python $*" >> "$CALLS"
case "$*" in
  *version_info*) [ "$PYTHON_IS" != old ] ;;
  *python_version*) echo "3.11.9 $0" ;;
  *CDLL*) [ "$PANGO" = here ] ;;
  *uv_wheel*) [ "$NETWORK" != none ] && mkdir -p .chunfeng/bin && cp "$(dirname "$0")/uv" .chunfeng/bin/ ;;
  *--version*) echo "Python 3.9.2" ;;
esac
"""
UV = """#!/bin/sh
echo "uv $*" >> "$CALLS"
mkdir -p .venv/bin && touch .venv/bin/python && chmod +x .venv/bin/python
"""
APT = """#!/bin/sh
echo "apt-get $*" >> "$CALLS"
case "$*" in
  *update*) touch "$CALLS.lists" ;;
  *install*) [ -e "$CALLS.lists" ] ;;
  *) false ;;
esac
"""
CHUNFENG = f"""#!{sys.executable}
import signal, sys, time
heard = []
signal.signal(signal.SIGINT, lambda *_: heard.append(1))
print("ready", flush=True)
while not heard:
    time.sleep(0.05)
time.sleep(0.3)
print(len(heard), flush=True)
"""


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def outside() -> dict[str, str]:
    """Return the environment without what a `make test` around us left in it."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "PYTHON"))}


def run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, env=outside() | environment, text=True, capture_output=True, check=False)  # noqa: S603


@dataclass
class Machine:
    """A copy of the project on a machine of stand-ins, with every Chinese font in place."""

    folder: Path

    def setup(self, scope: str = "dev", *, user: int = 1000, **environment: str) -> subprocess.CompletedProcess[str]:
        script(self.folder / "bin/id", f"#!/bin/sh\necho {user}\n")
        where = {"PATH": f"{self.folder}/bin:/usr/bin:/bin", "HOME": str(self.folder / "home")}
        where |= {"CALLS": str(self.folder / "calls"), "SSL_CERT_FILE": "certificates", "PANGO": "here"}
        return run("deploy/setup.sh", scope, cwd=self.folder / "project", **where | environment)

    def calls(self, program: str) -> list[str]:
        return [line for line in (self.folder / "calls").read_text().splitlines() if line.startswith(program)]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    project = tmp_path / "project"
    shutil.copytree(ROOT / "deploy/setup", project / "deploy/setup")
    for name in ("deploy/setup.sh", "uv.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, project / name)
    for name in PYTHONS:
        script(tmp_path / "bin" / name, PYTHON)
    script(tmp_path / "bin/uv", UV)
    script(tmp_path / "bin/apt-get", APT)
    script(tmp_path / "bin/fc-list", "#!/bin/sh\n")
    script(tmp_path / "bin/chromium-headless-shell", "#!/bin/sh\n")
    script(tmp_path / "bin/curl", "#!/bin/sh\n")
    for font in (
        "NotoSerifCJK-Regular.ttc",
        "NotoSansCJK-Regular.ttc",
        "FandolFang-Regular.otf",
        "NotoSansMongolian-Regular.ttf",
    ):
        script(tmp_path / "home/.fonts" / font, "")
    return Machine(tmp_path)


def test_an_old_python_is_refused_in_one_sentence(machine: Machine) -> None:
    result = machine.setup(PYTHON_IS="old")
    assert result.returncode == 1
    assert "需要 Python 3.11" in result.stderr
    assert "found: Python 3.9.2" in result.stderr


def test_a_user_without_pango_learns_the_exact_line_before_any_download(machine: Machine) -> None:
    result = machine.setup(PANGO="missing")
    assert result.returncode == 1
    assert f"sudo apt-get install -y --no-install-recommends {PANGO}\n" in result.stderr
    assert not machine.calls("apt-get")
    assert not any("uv_wheel" in call for call in machine.calls("python"))


def test_root_gets_pango_from_apt_even_where_the_package_lists_are_empty(machine: Machine) -> None:
    result = machine.setup(user=0, PANGO="missing")
    assert result.returncode == 0, result.stderr
    said = [word for call in machine.calls("apt-get") for word in call.split() if word in {"install", "update"}]
    assert said == ["install", "update", "install"]
    assert machine.calls("apt-get")[-1].endswith(f"install --no-install-recommends {PANGO} libatomic1")


def test_a_second_setup_does_nothing(machine: Machine) -> None:
    assert "ready" in machine.setup("dev").stdout
    first = machine.calls("uv")
    for scope in ("dev", "run"):
        again = machine.setup(scope)
        assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert machine.calls("uv") == first


def test_a_new_lock_is_installed(machine: Machine) -> None:
    machine.setup()
    with (machine.folder / "project/uv.lock").open("a") as lock:
        lock.write("# changed\n")
    machine.setup()
    assert len(machine.calls("uv sync --frozen --all-extras --group=dev")) == 2


def test_the_demonstration_needs_no_tools_of_the_tests(machine: Machine) -> None:
    machine.setup("run")
    assert machine.calls("uv") == ["uv sync --frozen --all-extras --no-default-groups --inexact"]
    machine.setup("dev")
    assert machine.calls("uv")[-1] == "uv sync --frozen --all-extras --group=dev"


def test_another_index_is_respected_and_the_hashes_still_count(machine: Machine) -> None:
    machine.setup(PIP_INDEX_URL="https://mirror.example/simple")
    assert not machine.calls("uv sync")
    assert any("--require-hashes" in call for call in machine.calls("uv pip install"))


def test_a_failed_setup_says_why_and_starts_over(machine: Machine) -> None:
    result = machine.setup(NETWORK="none")
    assert result.returncode == 1
    assert "uv, the installer, could not be fetched" in result.stderr
    assert "ready" in machine.setup().stdout


@pytest.mark.parametrize(
    ("system", "machine", "ending"),
    [
        ("Linux", "x86_64", "manylinux2014_x86_64.whl"),
        ("Linux", "aarch64", "aarch64.whl"),
        ("Darwin", "arm64", "macosx_11_0_arm64.whl"),
    ],
)
def test_the_lock_names_a_uv_for_every_machine_we_promise(system: str, machine: str, ending: str) -> None:
    url, sha256 = uv_wheel.wheel_for((ROOT / "uv.lock").read_text(), system, machine)
    assert url.endswith(ending)
    assert len(sha256) == 64


def test_a_machine_without_a_wheel_is_told_so() -> None:
    with pytest.raises(uv_wheel.NoUvError, match="no wheel for SunOS sparc"):
        uv_wheel.wheel_for((ROOT / "uv.lock").read_text(), "SunOS", "sparc")


def test_a_uv_that_is_not_the_locked_one_is_refused(tmp_path: Path) -> None:
    url, _ = uv_wheel.wheel_for((ROOT / "uv.lock").read_text(), "Linux", "x86_64")
    name = url.rsplit("/", 1)[1]
    script(tmp_path / "simple/uv/index.html", f'<a href="../../files/{name}#sha256=0">{name}</a>')
    script(tmp_path / "files" / name, "something else")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as server:
        Thread(target=server.serve_forever).start()
        mirror = {"UV_DEFAULT_INDEX": f"http://127.0.0.1:{server.server_port}/simple"}
        with pytest.raises(uv_wheel.NoUvError, match="SHA-256 differs"):
            uv_wheel.fetch(ROOT / "uv.lock", tmp_path / "bin/uv", mirror)
        server.shutdown()
    assert not (tmp_path / "bin/uv").exists()


class Quiet(SimpleHTTPRequestHandler):
    """A package index that keeps no log."""

    def log_message(self, *_: object) -> None:
        pass


def test_make_alone_prints_help_for_every_target() -> None:
    shown = run("make").stdout
    named = next(line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith(".PHONY"))
    for target in set(named.split()[1:]) - {"environment"}:
        assert f"make {target} " in shown


def test_ctrl_c_through_make_reaches_chunfeng_once_and_leaves_nothing(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    script(tmp_path / "deploy/setup.sh", "#!/bin/sh\n")
    script(tmp_path / ".venv/bin/chunfeng", CHUNFENG)
    with subprocess.Popen(  # the terminal's foreground group
        ["make", "up"],  # noqa: S607
        cwd=tmp_path,
        env=outside(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as make:
        assert make.stdout is not None
        assert make.stdout.readline() == b"ready\n"
        os.killpg(make.pid, signal.SIGINT)
        assert make.stdout.read() == b"1\n"
        make.communicate()
    with pytest.raises(ProcessLookupError):
        os.killpg(make.pid, 0)


def test_ci_ends_with_the_closing_line_of_pytest(tmp_path: Path) -> None:
    script(tmp_path / "Makefile", "test:\n\t@echo '=== 1 failed in 2s ==='; exit 1\n")
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    result = run(".ci/run", cwd=tmp_path)
    assert result.returncode != 0
    assert (result.stdout + result.stderr).splitlines()[-1] == "=== 1 failed in 2s ==="


def test_the_shell_scripts_are_sound() -> None:
    scripts = [ROOT / ".ci/run", *(ROOT / "deploy").rglob("*.sh")]
    assert run(TOOLS / "shellcheck", *scripts).stdout == ""


def test_the_hooks_are_well_formed_and_their_tools_installed() -> None:
    assert run(TOOLS / "pre-commit", "validate-config").returncode == 0
    for line in (ROOT / ".pre-commit-config.yaml").read_text().splitlines():
        if "entry: .venv/bin/" in line:
            assert (TOOLS / line.split(".venv/bin/")[1].split()[0]).exists(), line


_OF_TYPER = ("install_completion", "show_completion")
_BOTH = re.compile(r"[^.]*[\u4e00-\u9fff].*[A-Za-z]{3}", re.DOTALL)


def commands(command: Any, name: str = "chunfeng") -> Iterator[tuple[str, Any]]:  # noqa: ANN401  (click's, typer's own copy)
    yield name, command
    for word, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, f"{name} {word}")


@pytest.mark.row(92)
def test_every_command_and_every_option_speaks_chinese_first_then_english() -> None:
    found = list(commands(typer.main.get_command(app)))
    told = {name: command.help for name, command in found}
    for name, command in found:
        told |= {f"{name} {one.name}": one.help for one in command.params if one.name not in ("help", *_OF_TYPER)}
    assert len(told) > 60
    assert [name for name, text in told.items() if not _BOTH.match(text or "")] == []
