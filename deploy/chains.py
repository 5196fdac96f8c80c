"""Follows the evidence chains of one service and names each fact that is not the one that was linked (row 80)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from shared.envelope import with_sequence
from shared.evidence import Linked, first_link, is_sealed, next_link, session_of

LINKS: Final = "SELECT sequence, session, position, link, sealed_at, seal FROM link ORDER BY sequence"
Wrong = tuple[str, str, str]
"""Where, and what is wrong in Chinese and English."""
_NOT_OURS: Final = ("封印不是本系统的", "its seal is not this office's")


def followed(
    service: str, facts: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]], public: str | None
) -> Iterator[Wrong]:
    """Find facts that were altered after they were linked, links that are missing, and seals that are not ours.

    After an altered fact the chain is followed from the link as it was kept: what was not altered is not blamed.
    """
    links = {row["sequence"]: Linked(*row.values()) for row in rows}
    newest = max(links, default=0)
    reached: dict[str, tuple[int, str]] = {}
    for fact in facts:
        if fact["sequence"] > newest:
            return  # not linked yet
        place = f"{service} outbox #{fact['sequence']} {fact['event_id']}"
        link = links.get(fact["sequence"])
        if link is None:
            yield place, "证据链中没有这一条", "it has no link in the evidence chain"
            continue
        written = with_sequence(fact["envelope"], fact["sequence"])
        position, before = reached.get(link.session, (0, first_link(link.session)))
        told = (session_of(written), position + 1, next_link(before, written))
        reached[link.session] = (link.position, link.link)
        if told != (link.session, link.position, link.link):
            chain = link.session or "（无场次）"
            yield place, f"与 {chain} 证据链第{link.position}环不符", f"it is not link {link.position} of its chain"
        elif public is not None and link.seal is not None and not is_sealed(public, service, link):
            yield place, *_NOT_OURS


def with_one_cause(wrong: Sequence[Wrong], rows: Sequence[Mapping[str, Any]]) -> Sequence[Wrong]:
    """Say once what is wrong with all seals alike: most likely a restored system was not given its seed back."""
    sealed = sum(row["seal"] is not None for row in rows)
    foreign = [one for one in wrong if one[1:] == _NOT_OURS]
    if not sealed or len(foreign) < sealed:
        return wrong
    zh = "封印没有一个是用它加盖的：或未放回原系统的 seal_seed，或证据链已被整体重做"
    en = "it made none of the seals: the system's own seal_seed is not in this folder, or every chain was made anew"
    return [("seal_seed", zh, en), *(one for one in wrong if one[1:] != _NOT_OURS)]
