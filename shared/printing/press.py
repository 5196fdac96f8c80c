"""HTML -> PDF/A-3u with WeasyPrint: nothing fetched, every glyph present, the same bytes on every print."""

import hashlib
import os
import shutil
import tempfile
import warnings
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NoReturn

from shared.printing.fonts import APT, Fonts, PrintingUnavailable, Role

_IDENTIFIER: Final = 32
"""Characters of a PDF's identifier, as many as the standard's MD5 has."""


@dataclass(frozen=True)
class Attachment:
    """A file within the PDF; `relationship` is what it is to the page (PDF/A-3: Data, Source, Supplement …)."""

    name: str
    content: bytes
    description: str = ""
    relationship: str = "Data"


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
        import weasyprint as module  # noqa: PLC0415  (needs pango; the services and most tests run without)
    except (ImportError, OSError) as error:
        message = f"缺少排版库 pango，请安装：{APT} (WeasyPrint cannot be loaded: {error})"
        raise PrintingUnavailable(message) from error
    return module


class ReachesOut(Exception):  # noqa: N818  (named for what is the case)
    """The page asked for something outside itself."""

    def __init__(self, address: str) -> None:
        super().__init__(f"印件不得引用外部资源：{address} (the page may fetch nothing)")


def _closed_door(knocks: list[str]) -> Any:  # noqa: ANN401
    """Return a fetcher that fetches nothing and notes who asked: the page carries all it needs."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher  # noqa: PLC0415

    class ClosedDoor(URLFetcher):  # type: ignore[misc]
        """Refuses every address: a page that asks for one is not our page."""

        def fetch(self, url: str, headers: object = None) -> NoReturn:
            del headers
            knocks.append(url)
            raise FatalURLFetchingError(url)

    return ClosedDoor(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)


class Press:
    """WeasyPrint imported once, with one set of typefaces and nothing else in sight."""

    def __init__(self, fonts: Fonts) -> None:
        folder = Path(tempfile.mkdtemp(prefix="chunfeng-press-"))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._fonts = fonts
        with _fontconfig(fonts.stage(folder)):
            self._weasyprint = weasyprint()
            self._configuration = _configuration()
        self._knocks: list[str] = []
        self._fetcher = _closed_door(self._knocks)

    def style(self, css: str) -> Any:  # noqa: ANN401
        """Return a style sheet; in it `var(--text)`, `var(--title)` … are the families of that role."""
        for role in Role:
            css = css.replace(f"var(--{role})", self._fonts.families(role))
        return self._weasyprint.CSS(string=css, font_config=self._configuration, url_fetcher=self._fetcher)

    @contextmanager
    def _shut(self) -> Iterator[None]:
        """Refuse a page that asked for anything, also where WeasyPrint would go on without it."""
        from weasyprint.urls import FatalURLFetchingError  # noqa: PLC0415

        self._knocks.clear()
        with suppress(FatalURLFetchingError):
            yield
        if self._knocks:
            raise ReachesOut(self._knocks[0])

    def _set(self, html: str, style: Any) -> Any:  # noqa: ANN401
        page = self._weasyprint.HTML(string=html, base_url="closed:/", url_fetcher=self._fetcher)
        return page.render(stylesheets=[style], font_config=self._configuration, presentational_hints=False)

    def print(
        self,
        html: str,
        style: Any,  # noqa: ANN401
        *,
        identifier: str,
        created: datetime | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> bytes:
        """Return the PDF: the same bytes for the same page, `identifier`, `created` and attachments."""
        # WeasyPrint 70 leaves its colour profile for the collector to close.
        with self._shut(), warnings.catch_warnings(action="ignore", category=ResourceWarning):
            document = self._set(html, style)
            if created is not None:
                moment = created.astimezone(UTC)
                document.metadata.created = document.metadata.modified = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
            pdf: bytes = document.write_pdf(
                attachments=[self._attached(one, created) for one in attachments],
                pdf_variant="pdf/a-3u",
                pdf_identifier=hashlib.sha256(identifier.encode()).hexdigest()[:_IDENTIFIER],
                finisher=_finish,
            )
            return pdf

    def _attached(self, attachment: Attachment, created: datetime | None) -> Any:  # noqa: ANN401
        moment = (created or datetime(1970, 1, 1, tzinfo=UTC)).astimezone(UTC)
        return self._weasyprint.Attachment(
            string=attachment.content,
            name=attachment.name,
            description=attachment.description,
            created=moment,
            modified=moment,
            relationship=attachment.relationship,
            url_fetcher=self._fetcher,
        )


def _configuration() -> Any:  # noqa: ANN401
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415

    return FontConfiguration()


def _finish(_: object, pdf: Any) -> None:  # noqa: ANN401
    """List each associated file once; WeasyPrint 70 lists an attachment twice."""
    if "AF" in pdf.catalog:
        files = pdf.catalog["AF"]
        files[:] = dict.fromkeys(files)
