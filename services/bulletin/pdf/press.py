"""Editions -> PDF: the page composed, its characters checked, its canonical JSON attached."""

from typing import Final

from services.bulletin.domain.edition import Edition
from services.bulletin.pdf.page import TEMPLATES, Page
from shared.printing.fonts import Fonts
from shared.printing.glyphs import MissingGlyphs, missing, texts, with_signs
from shared.printing.press import Attachment, Press

ATTACHMENT: Final = "bulletin.json"


class BulletinPress:
    """Prints editions with one set of typefaces."""

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts
        self._page = Page(fonts)
        self._press = Press(fonts)
        self._style = self._press.style((TEMPLATES / "bulletin.css").read_text(encoding="utf-8"))

    def print(self, edition: Edition, *, signs: bool = False) -> bytes:
        """Return the edition's PDF, with its canonical JSON attached.

        A character that no typeface has stops the press, or with `signs` is printed as 〓 and named in a note.
        """
        data = edition.model_dump(mode="json")
        lacking = missing(texts(data), self._fonts)
        if lacking and not signs:
            raise MissingGlyphs(lacking)
        shown = Edition.model_validate(with_signs(data, lacking)) if lacking else edition
        return self._press.print(
            self._page.html(shown, lacking),
            self._style,
            identifier=edition.sha256(),
            created=edition.issued_at,
            attachments=[Attachment(ATTACHMENT, edition.canonical(), "本期简报的规范数据")],
        )
