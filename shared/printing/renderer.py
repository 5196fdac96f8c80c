"""Prints in a warm child process: started once, limited, killed and replaced when it hangs or crashes."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from shared import logs
from shared.printing import frames
from shared.printing.fonts import PrintingUnavailable
from shared.printing.glyphs import MissingGlyphs
from shared.printing.scratch import Scratch

_ROOT: Final = Path(__file__).resolve().parents[2]
_PASSED_ON: Final = ("PATH", "HOME", "LANG", "LC_ALL", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "XDG_DATA_HOME")
_START_SECONDS: Final = 60.0


class PrintingFailed(Exception):  # noqa: N818  (named for what happened)
    """The child did not print: it crashed, took too long, or says what went wrong."""


class Crashed(PrintingFailed):
    """The child ended while it was asked for something."""


class Renderer:
    """Prints one thing at a time in a child process, which runs the module that prints such things."""

    def __init__(
        self,
        worker: str,
        fonts_folder: Path | None = None,
        *,
        seconds: float = 90.0,
        processor_seconds: int = 60,
        memory_bytes: int = 2 << 30,
    ) -> None:
        """Take the child's module, the folder of fonts beside the system's, and the limits of one print.

        A long page is given more time, by the size of what it says; 2,000 applications take a gigabyte.
        """
        self._worker = worker
        self._fonts_folder = fonts_folder
        self._seconds = seconds
        self._processor_seconds = processor_seconds
        self._memory_bytes = memory_bytes
        self._turn = asyncio.Lock()
        self._child: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self._scratch: Scratch | None = None
        self._log = logs.get()

    @property
    def pid(self) -> int | None:
        """The child's process, while there is one."""
        return self._child.pid if self._child is not None else None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Print as long as the block lasts; the first print starts the child."""
        try:
            yield
        finally:
            await self.stop()

    async def start(self) -> None:
        """Start the child, or say what this machine lacks."""
        async with self._turn:
            await self._ready()

    async def stop(self) -> None:
        """End the child."""
        async with self._turn:
            await self._end()

    async def print(self, request: bytes, *, signs: bool = False) -> bytes:
        """Return the PDF; with `signs`, characters no typeface has are printed as 〓 instead of refused."""
        framed = frames.framed(frames.WITH_SIGNS if signs else frames.PLAIN, request)
        async with self._turn:
            try:
                kind, body = await self._ask(framed)
            except Crashed:
                # Killed from outside, perhaps: worth one more try with a new child, and only one.
                kind, body = await self._ask(framed)
        if kind == frames.MISSING:
            raise MissingGlyphs(json.loads(body))
        if kind != frames.PRINTED:
            raise PrintingFailed(body.decode(errors="replace"))
        return body

    async def _ask(self, request: bytes) -> tuple[bytes, bytes]:
        child, seconds = await self._ready(), self._seconds + frames.allowance(request)
        try:
            async with asyncio.timeout(seconds):
                return await self._exchange(child, request)
        except TimeoutError:
            await self._end()
            message = f"排版超过{seconds:g}秒，已中止 (printing took longer than its limit)"
            self._log.error("renderer.timed_out", seconds=seconds)
            raise PrintingFailed(message) from None
        except BaseException:
            # Crashed, or the caller gave up: a child half-way through an answer is of no more use.
            await self._end()
            raise

    async def _exchange(self, child: asyncio.subprocess.Process, request: bytes = b"") -> tuple[bytes, bytes]:
        assert child.stdin is not None  # noqa: S101  (opened as pipes)
        assert child.stdout is not None  # noqa: S101
        try:
            if request:
                child.stdin.write(request)
                await child.stdin.drain()
            length = int.from_bytes(await child.stdout.readexactly(frames.LENGTH))
            frame = await child.stdout.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            code = await child.wait()
            self._log.error("renderer.crashed", code=code)
            message = f"排版进程异常退出，代码{code} (the printing process ended)"
            raise Crashed(message) from error
        return frame[:1], frame[1:]

    async def _ready(self) -> asyncio.subprocess.Process:
        if self._child is not None and self._child.returncode is None:
            return self._child
        await self._end()
        child = await self._start()
        try:
            async with asyncio.timeout(_START_SECONDS):
                kind, body = await self._exchange(child)
        except BaseException:
            await self._end()
            raise
        if kind != frames.READY:
            await self._end()
            raise PrintingUnavailable(body.decode(errors="replace"))
        told = json.loads(body)
        log = self._log.info if told["network"] == "none" else self._log.warning
        log("renderer.started", pid=child.pid, network=told["network"], faces=told["faces"])
        return child

    async def _start(self) -> asyncio.subprocess.Process:
        # Whatever a killed child leaves behind goes with this folder.
        self._scratch = Scratch()
        folder = str(self._fonts_folder.resolve()) if self._fonts_folder else None
        start = frames.Start(os.getpid(), folder, self._memory_bytes, self._processor_seconds)
        passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        self._child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            self._worker,
            start.written(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=_ROOT,
            env={"LANG": "C.UTF-8"} | passed_on | {"TMPDIR": str(self._scratch.folder), "PYTHONUTF8": "1"},
        )
        self._listening = asyncio.create_task(self._listen(self._child))
        return self._child

    async def _listen(self, child: asyncio.subprocess.Process) -> None:
        assert child.stderr is not None  # noqa: S101  (opened as a pipe)
        while line := await child.stderr.readline():
            self._log.warning("renderer.said", text=line.decode(errors="replace").rstrip())

    async def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()
            if child.stdin is not None:
                child.stdin.close()
        if self._listening is not None:
            await self._listening
            self._listening = None
        if self._scratch is not None:
            self._scratch.remove()
            self._scratch = None
