"""The print pack: an edition's PDF, also as a booklet, who gets how many copies, and how to print and fold (row 67)."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pyhanko.pdf_utils.reader import PdfFileReader

from services.bulletin import wording
from services.bulletin.delivery import file_name
from services.bulletin.domain.edition import Edition
from services.bulletin.formats.booklet import QUARTO, imposed, sides
from services.bulletin.tables import EditionRow
from shared.clock import SHANGHAI
from shared.printing import fonts
from shared.sheets import Column, write_csv
from shared.vocabulary import Distribution

LIST: Final = "印制分发清单.csv"
NOTE: Final = "印制说明.txt"
BOOKLET: Final = "骑马订小册（A3拼版）.pdf"
_COLUMNS: Final = (
    Column("number", "序号", "No."),
    Column("distribution", "类别", "Class"),
    Column("name", "发送单位", "Recipient"),
    Column("copies", "份数", "Copies"),
)
_SIDES: Final = 2


def pages_of(pdf: bytes) -> int:
    """Count a PDF's pages."""
    return int(PdfFileReader(io.BytesIO(pdf)).root["/Pages"]["/Count"])


def packed(row: EditionRow) -> bytes:
    """Write the archive, the same bytes for the same edition."""
    edition = Edition.model_validate_json(row.canonical)
    contents = {
        file_name(row): row.pdf,
        LIST: write_csv(_COLUMNS, _list(edition)),
        NOTE: _note(edition, row).encode(),
        BOOKLET: imposed(row.pdf),
    }
    file = io.BytesIO()
    issued = edition.issued_at.astimezone(SHANGHAI)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, issued.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return file.getvalue()


def _list(edition: Edition) -> Iterator[Mapping[str, Any]]:
    """Yield who gets how many copies; what nobody is named for stays with the issuer."""
    named = [(kind, one) for kind in Distribution for one in edition.addressees if one.distribution is kind]
    for number, (kind, one) in enumerate(named, start=1):
        copies = "未定" if one.copies is None else str(one.copies)
        yield {"number": number, "distribution": kind.zh, "name": one.name, "copies": copies}
    known = sum(one.copies or 0 for one in edition.addressees)
    if all(one.copies is not None for one in edition.addressees) and known < edition.print_count:
        kept = str(edition.print_count - known)
        yield {"number": len(named) + 1, "distribution": "", "name": f"{edition.issuer}留存", "copies": kept}
    yield {"number": "", "distribution": "", "name": "合计", "copies": str(edition.print_count)}


def _note(edition: Edition, row: EditionRow) -> str:
    pages = pages_of(row.pdf)
    sheets, folded = -(-pages // _SIDES), -(-pages // QUARTO)
    copies = edition.print_count
    blank = folded * QUARTO - pages
    short = sum(one.copies or 0 for one in edition.addressees) - copies
    warning = (f"注意：分发份数合计超出印数{short}份，请与编发单位核对。",) if short > 0 else ()
    lines = (
        f"{edition.masthead}{wording.issue_number(edition)}　{''.join(wording.title(edition))}",
        f"编发单位：{edition.issuer}　印发日期：{wording.day(edition.dated)}",
        "",
        f"印数：共印{copies}份，每份{pages}页。",
        f"散页双面：A4纸，双面（长边翻转），每份{sheets}张，共{sheets * copies}张；左侧装订。",
        f"骑马订小册：A3纸双面（短边翻转）对折，每份{folded}张，共{folded * copies}张"
        + (f"；末尾留空白{blank}页" if blank else "")
        + "。",
        f"拼版文件：{BOOKLET}，页序（正面／背面）：{_imposition(pages)}。",
        "原大印刷，不缩放：天头37毫米、订口28毫米；报头和间隔线为红色，其余为黑色。",
        *warning,
        "",
        f"文件：{file_name(row)}",
        f"SHA-256：{row.pdf_sha256}",
        f"实际使用字体：{'、'.join(fonts.used(row.pdf))}",
        "",
    )
    return "\r\n".join(lines)


def _imposition(pages: int) -> str:
    """Return which pages stand side by side on each side of each folded sheet."""
    named = [tuple(str(page) if page <= pages else "空" for page in pair) for pair in sides(pages)]
    sheets = zip(named[::2], named[1::2], strict=True)
    return "；".join(f"{'、'.join(front)}／{'、'.join(back)}" for front, back in sheets)
