"""Pictures of a survey: checked by what they are, not by their name, and made anew without where they were taken."""

import asyncio
import hashlib
import io
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from services.forums.domain.survey_refusals import NotAPicture

MOST_BYTES: Final = 10 * 1024 * 1024
_MOST_PIXELS: Final = 64_000_000
_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_LONGEST: Final = 2048
"""Pixels of the longer side as kept: enough to read a notice board by, small enough for a phone."""
_QUALITY: Final = 85


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
