"""An edition in other shapes: plain words for the search, a page, a letter, tables, a feed, a print pack (row 69).

All are made of the sections the PDF is made of, so that none can state another figure.
"""

from services.bulletin.formats.feed import atom
from services.bulletin.formats.page import shown
from services.bulletin.formats.plain import words
from services.bulletin.formats.written import Form, written

__all__ = ["Form", "atom", "shown", "words", "written"]
