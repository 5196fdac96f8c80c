"""Desk signs 桌签: an A4 sheet for each unit, folded in the middle, its name readable from both sides (row 24)."""

import math
from collections.abc import Sequence
from html import escape
from typing import Final

from services.approvals.domain.seats import Seat
from services.approvals.domain.state import Session
from shared.campaign import Registry
from shared.printing.papers import Papers

_WIDTH_MM: Final = 273.0
_HEIGHT_MM: Final = 62.0
_LARGEST_MM: Final = 42.0
"""A name of six characters or fewer; across a table of five metres 25 mm are enough."""
_MOST_ON_A_LINE: Final = 9
_LINE: Final = 1.18

CSS: Final = """
@page { size: 297mm 210mm; margin: 0; }
html, body { margin: 0; }
.sign { width: 297mm; height: 210mm; position: relative; break-after: page; overflow: hidden; }
.sign:last-child { break-after: auto; }
.half { position: absolute; left: 0; width: 297mm; height: 105mm; text-align: center; color: #000; }
.back { top: 0; transform: rotate(180deg); }
.front { top: 105mm; }
.name { position: absolute; left: 12mm; width: 273mm; top: 14mm; height: 66mm; font-family: var(--title); }
.name table { width: 100%; height: 66mm; border-collapse: collapse; }
.name td { vertical-align: middle; text-align: center; padding: 0; line-height: 1.18; white-space: nowrap; }
.foot { position: absolute; left: 12mm; width: 273mm; bottom: 7mm; font: 14pt var(--subheading); color: #444; }
.rule { position: absolute; left: 60mm; width: 177mm; bottom: 18mm; border-top: .5mm solid #b3171d; }
.fold { position: absolute; top: 105mm; left: 0; width: 297mm; border-top: .2mm dashed #999; }
.note { position: absolute; top: 101mm; left: 4mm; font: 7pt var(--text); color: #999; }
.demo { position: absolute; right: 6mm; bottom: 7mm; font: 9pt var(--text); color: #888; }
"""


def lines(name: str) -> list[str]:
    """Return a name in one line, or broken into two of about the same length."""
    if len(name) <= _MOST_ON_A_LINE:
        return [name]
    middle = math.ceil(len(name) / 2)
    # A break before 局, 办公室 or behind 和 reads worse than one line a little longer than the other.
    for shift in (0, 1, -1, 2, -2):
        cut = middle + shift
        if 0 < cut < len(name) - 2 and name[cut] not in "和与区旗市县局室" and name[cut - 1] not in "和与":
            return [name[:cut], name[cut:]]
    return [name[:middle], name[middle:]]


def size_of(broken: Sequence[str]) -> float:
    """Return the height of a character in millimetres: as large as the sheet allows."""
    longest = max(map(len, broken))
    return min(_LARGEST_MM, _WIDTH_MM / longest * 0.98, _HEIGHT_MM / len(broken) / _LINE)


def html(seats: Sequence[Seat], event: str, *, demo: bool) -> str:
    """Return the sheets: one for each seat, in the order of the seats."""
    return "".join(_sheet(seat, event, demo=demo) for seat in seats)


def _sheet(seat: Seat, event: str, *, demo: bool) -> str:
    broken = lines(seat.unit.name)
    name = "<br>".join(map(escape, broken))
    duties = "、".join(seat.formalities)
    foot = escape(f"{event}　{duties}" if duties else event)
    mark = '<div class="demo">演示数据</div>' if demo else ""
    half = (
        f'<div class="name"><table><tr><td style="font-size:{size_of(broken):.2f}mm">{name}</td></tr></table></div>'
        f'<div class="rule"></div><div class="foot">{foot}</div>{mark}'
    )
    return (
        f'<div class="sign"><div class="half back">{half}</div><div class="half front">{half}</div>'
        '<div class="fold"></div><div class="note">沿虚线对折</div></div>'
    )


async def printed(papers: Papers, registry: Registry, state: Session, seats: Sequence[Seat]) -> bytes:
    """Return a session's desk signs as PDF, the same bytes for the same seats."""
    planned = registry.session(state.session)
    event = f"{registry.plan.title}　{planned.name if planned else state.session}"
    created = state.docket_locked_at or state.scheduled_at
    page, identifier = html(seats, event, demo=registry.plan.demo), f"desk-signs/{state.session}"
    return await papers.print(page, CSS, identifier=identifier, created=created, signs=True)
