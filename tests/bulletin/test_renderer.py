from pathlib import Path

import pytest

from services.bulletin.pdf.press import BulletinPress
from services.bulletin.pdf.renderer import EditionRenderer
from shared.printing import fonts
from shared.printing.glyphs import MissingGlyphs
from tests.bulletin.editions import edition

FONTS = Path(__file__).parents[2] / ".chunfeng" / "fonts"


@pytest.mark.row(56)
@pytest.mark.row(68)
async def test_the_child_prints_the_same_bytes_as_this_process_and_tells_what_it_lacks() -> None:
    printer = EditionRenderer(FONTS)
    async with printer.running():
        child = printer.pid
        assert child is not None, "ready before the first bulletin is due"
        assert await printer.render(edition(1)) == BulletinPress(fonts.find(FONTS)).print(edition(1))
        with pytest.raises(MissingGlyphs, match=r"U\+1F600"):
            await printer.render(edition(0, venue="😀"))
        assert (await printer.render(edition(0, venue="😀"), signs=True)).startswith(b"%PDF")
        assert printer.pid == child
