"""Pictures of a survey: checked by what they are, made anew without where they were taken, kept, handed out."""

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError
from pydantic import BaseModel
from starlette.responses import Response

from services.forums import tables
from services.forums.domain.survey_refusals import NotAPicture
from services.forums.store import survey
from shared import logs
from shared.background import background
from shared.campaign import NotAllowed, WrongDivision
from shared.clock import Clock
from shared.database import Database, is_away
from shared.posted import Caller
from shared.vocabulary import Level, Role

MOST_BYTES: Final = 10 * 1024 * 1024
_MOST_PIXELS: Final = 64_000_000
UNUSED_FOR: Final = timedelta(days=30)
_CLEAR_EVERY_SECONDS: Final = 600.0
_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_LONGEST: Final = 2048
"""Pixels of the longer side as kept: enough to read a notice board by, small enough for a phone."""
_QUALITY: Final = 85
_WHO: Final = (Role.BANNER, Role.PARK, Role.LIAISON)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept: a JPEG with nothing but its pixels."""

    content: bytes
    width: int
    height: int

    @property
    def sha256(self) -> str:
        """The name by which findings refer to it."""
        return hashlib.sha256(self.content).hexdigest()


def made_anew(content: bytes) -> Picture:
    """Return a picture with the pixels of a file and none of its metadata: no position, no device, no thumbnail."""
    if len(content) > MOST_BYTES:
        limit = MOST_BYTES // (1024 * 1024)
        raise NotAPicture(path="photo", reason=f"超过{limit}MB", reason_en=f"it is larger than {limit} MB")
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as read:
            if read.width * read.height > _MOST_PIXELS:
                raise NotAPicture(path="photo", reason="像素过多", reason_en="it has too many pixels")
            upright = ImageOps.exif_transpose(read).convert("RGB")
    except UnidentifiedImageError:
        raise NotAPicture(path="photo", reason="不是照片文件", reason_en="it is no picture of these kinds") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise NotAPicture(path="photo", reason="文件已损坏", reason_en="the file is damaged") from None
    upright.thumbnail((_LONGEST, _LONGEST))
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    written = io.BytesIO()
    bare.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return Picture(written.getvalue(), *bare.size)


async def taken(content: bytes) -> Picture:
    """Make a picture anew beside everything else the service does."""
    return await asyncio.to_thread(made_anew, content)


class Kept(BaseModel):
    """A picture that was kept: a finding names it by its hash."""

    sha256: str
    width: int
    height: int


def may_upload(caller: Caller, session: str) -> None:
    """Refuse whoever is not on the survey's side: the banner's people for their session, the city DRC and office."""
    if caller.level is Level.CITY and caller.role in {Role.DRC, Role.OFFICE}:
        return
    if caller.role not in _WHO:
        who, who_en = "旗区政府、园区、市发展和改革委员会", "the banner, its park, the city DRC"
        raise NotAllowed(unit=caller.unit_name, role=caller.role, who=who, who_en=who_en)
    if not session.endswith(f"-{caller.division}"):
        raise WrongDivision(unit=caller.unit_name, session=session[:64])


async def keep(database: Database, clock: Clock, caller: Caller, session: str, content: bytes) -> Kept:
    """Keep an uploaded picture without its metadata."""
    may_upload(caller, session)
    picture = await taken(content)
    row = tables.Photo(
        session=session,
        sha256=picture.sha256,
        content=picture.content,
        width=picture.width,
        height=picture.height,
        unit=caller.unit,
        uploaded_at=clock.now(),
    )
    async with database.transaction() as writing:
        await survey.keep(writing, row)
    return Kept(sha256=picture.sha256, width=picture.width, height=picture.height)


class Clearing:
    """The part of the service that deletes pictures no finding has named for a month: nobody will ask for them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Take the database and the clock."""
        self._database = database
        self._clock = clock

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep clearing as long as the block lasts."""
        async with background(self._keep_clearing(), "unused pictures"):
            yield

    async def clear(self) -> int:
        """Delete what is unused; return how many pictures there were."""
        async with self._database.transaction() as session:
            cleared = await survey.clear_unused(session, self._clock.now() - UNUSED_FOR)
        if cleared:
            logs.get().info("photos.cleared", photos=cleared)
        return cleared

    async def _keep_clearing(self) -> None:
        while True:
            try:
                await self.clear()
            except Exception as error:
                if not is_away(error):
                    raise
            await asyncio.sleep(_CLEAR_EVERY_SECONDS)


def answer(content: bytes) -> Response:
    """Hand a picture out; under its hash it never changes."""
    headers = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type="image/jpeg", headers=headers)
