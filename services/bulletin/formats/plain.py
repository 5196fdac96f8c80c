"""An edition as plain words: what the search looks through, and what the other shapes are compared with."""

from collections.abc import Iterator

from services.bulletin import wording
from services.bulletin.domain.edition import Edition
from services.bulletin.pdf import comparing, contents


def words(edition: Edition) -> str:
    """Return everything an edition says, a line for each paragraph and each row of a table."""
    return "\n".join(line for line in _lines(edition) if line)


def lines(part: contents.Part) -> Iterator[str]:
    """Yield what one part says; a chart says nothing that its text and table do not."""
    if isinstance(part, contents.Paragraph):
        yield part.lead + part.text
    elif isinstance(part, contents.Table):
        yield " ".join(column.heading for column in part.columns)
        for row in part.rows:
            yield " ".join("".join(run.text for run in cell) for cell in row)


def _lines(edition: Edition) -> Iterator[str]:
    yield edition.campaign_title
    yield f"{edition.masthead} {wording.issue_number(edition)}"
    yield edition.issuer
    yield wording.day(edition.dated)
    yield "".join(wording.title(edition))
    for section in comparing.sections(edition):
        yield section.heading
        for part in section.parts:
            yield from lines(part)
