"""HTML -> PDF/A-3u with WeasyPrint: nothing fetched, every glyph present, the same bytes on every print."""

import os
import shutil
import tempfile
import warnings
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import Any, Final, NoReturn

from services.bulletin.domain.edition import Edition
from services.bulletin.fonts import APT, Fonts, PrintingUnavailable, Role
from services.bulletin.pdf.glyphs import MissingGlyphs, missing, with_signs
from services.bulletin.pdf.page import TEMPLATES, Page

ATTACHMENT: Final = "bulletin.json"


@contextmanager
def _fontconfig(configuration: Path) -> Iterator[None]:
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(configuration)
    try:
        yield
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before


def weasyprint() -> Any:  # noqa: ANN401  (published without types)
    """Import WeasyPrint, or say what this machine lacks."""
    try:
        import weasyprint as module  # noqa: PLC0415  (needs pango; the service and most tests run without)
    except (ImportError, OSError) as error:
        message = f"缺少排版库 pango，请安装：{APT} (WeasyPrint cannot be loaded: {error})"
        raise PrintingUnavailable(message) from error
    return module


def _closed_door() -> Any:  # noqa: ANN401
    """Return a fetcher that fetches nothing: the page carries all it needs."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher  # noqa: PLC0415

    class ClosedDoor(URLFetcher):  # type: ignore[misc]
        """Refuses every address, loudly: a page that asks for one is not our page."""

        def fetch(self, url: str, headers: object = None) -> NoReturn:
            del headers
            message = f"简报页面不得引用外部资源：{url} (the page may fetch nothing)"
            raise FatalURLFetchingError(message)

    return ClosedDoor(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)


class Press:
    """WeasyPrint imported once, with one set of typefaces and nothing else in sight."""

    def __init__(self, fonts: Fonts) -> None:
        folder = Path(tempfile.mkdtemp(prefix="chunfeng-press-"))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._fonts = fonts
        self._page = Page(fonts)
        with _fontconfig(fonts.stage(folder)):
            self._weasyprint = weasyprint()
            self._configuration = _configuration()
        self._fetcher = _closed_door()
        style = (TEMPLATES / "bulletin.css").read_text(encoding="utf-8")
        for role in Role:
            style = style.replace(f"var(--{role})", fonts.families(role))
        self._style = self._weasyprint.CSS(string=style, font_config=self._configuration, url_fetcher=self._fetcher)

    def print(self, edition: Edition, *, signs: bool = False) -> bytes:
        """Return the edition's PDF, with its canonical JSON attached.

        A character that no typeface has stops the press, or with `signs` is printed as 〓 and named in a note.
        """
        lacking = missing(edition, self._fonts)
        if lacking and not signs:
            raise MissingGlyphs(lacking)
        html = self._page.html(with_signs(edition, lacking) if lacking else edition, lacking)
        issued_at = edition.issued_at.astimezone(UTC)
        data = self._weasyprint.Attachment(
            string=edition.canonical(),
            name=ATTACHMENT,
            description="本期简报的规范数据",
            created=issued_at,
            modified=issued_at,
            relationship="Data",
            url_fetcher=self._fetcher,
        )
        # WeasyPrint 70 leaves its colour profile for the collector to close.
        with warnings.catch_warnings(action="ignore", category=ResourceWarning):
            pdf: bytes = self.set(html).write_pdf(
                attachments=[data],
                pdf_variant="pdf/a-3u",
                pdf_identifier=edition.sha256()[:32],
                finisher=_finish,
            )
            return pdf

    def set(self, html: str) -> Any:  # noqa: ANN401
        """Lay a page out without anything from outside."""
        page = self._weasyprint.HTML(string=html, base_url="closed:/", url_fetcher=self._fetcher)
        return page.render(stylesheets=[self._style], font_config=self._configuration, presentational_hints=False)


def _configuration() -> Any:  # noqa: ANN401
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415

    return FontConfiguration()


def _finish(_: object, pdf: Any) -> None:  # noqa: ANN401
    """List each associated file once; WeasyPrint 70 lists an attachment twice."""
    files = pdf.catalog["AF"]
    files[:] = dict.fromkeys(files)
