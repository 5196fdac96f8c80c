"""Three nodes keep the stream: any one may stop, and what was acknowledged is there (profile cluster)."""

import os
import subprocess
import sysconfig
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import nats as nats_py
import nats.errors
import nats.js.errors
import pytest

from deploy.embedded import Nats
from deploy.local import free_port
from deploy.prepare import prepare_stream
from shared.stream import STREAM, subject_of
from tests.builders import ROOT
from tests.systems import until

NODES = ("nats", "nats-2", "nats-3")


@contextmanager
def node(
    name: str, port: int, routes: dict[str, int], folder: Path, passwords: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run one node as deploy/nats-entrypoint.sh does, on loopback ports."""
    server = str(Path(sysconfig.get_path("scripts")) / "nats-server")
    others = ",".join(f"nats://127.0.0.1:{route}" for route in routes.values())
    where = ["--addr", "127.0.0.1", "--port", str(port), "-m", "-1", "--store_dir", str(folder / name)]
    cluster = ["--name", name, "--cluster_name", "chunfeng", "--cluster", f"nats://127.0.0.1:{routes[name]}"]
    command = [server, "--config", str(ROOT / "deploy/nats.conf"), *where, *cluster, "--routes", others]
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(command, env=os.environ | passwords, stdout=log, stderr=log)  # noqa: S603
        try:
            yield process
        finally:
            process.kill()
            process.wait()


@pytest.mark.row(91)
# nats-py does not close the transport of a server that died under it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_stream_of_three_nodes_outlives_any_one_of_them(tmp_path: Path) -> None:
    passwords = Nats(tmp_path / "unused").environment
    ports, routes = ({name: free_port() for name in NODES} for _ in range(2))
    operator = passwords["CHUNFENG_NATS_OPERATOR_PASSWORD"]
    addresses = ",".join(f"nats://operator:{operator}@127.0.0.1:{port}" for port in ports.values())
    with ExitStack() as stack:
        nodes = {name: stack.enter_context(node(name, ports[name], routes, tmp_path, passwords)) for name in NODES}

        async def provisioned() -> bool:
            try:
                await prepare_stream(addresses, replicas=3)
            except (nats.errors.Error, nats.js.errors.Error, OSError, TimeoutError):
                return False
            return True

        await until(provisioned, within=40)
        client = await nats_py.connect(addresses.split(","), reconnect_time_wait=0.1)
        try:
            stream = client.jetstream()
            assert (await stream.stream_info(STREAM)).config.num_replicas == 3
            subject = subject_of("approvals", "chunfeng.test.v1")
            assert (await stream.publish(subject, b"before")).seq == 1
            nodes["nats"].kill()

            async def published() -> bool:
                try:
                    await stream.publish(subject, b"after", headers={"Nats-Msg-Id": "after"}, timeout=1)
                except (nats.errors.Error, nats.js.errors.Error):
                    return False
                return True

            await until(published, within=20)
            assert (await stream.get_msg(STREAM, 1)).data == b"before"
            assert (await stream.stream_info(STREAM)).state.messages == 2
        finally:
            await client.close()
