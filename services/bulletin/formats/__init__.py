"""The same edition in other shapes: plain words for the search, a page, a letter, a table, a feed (row 69).

All are made of the sections the PDF is made of, so that none can state another figure.
"""

from services.bulletin.formats.plain import words

__all__ = ["words"]
