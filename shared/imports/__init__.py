"""Imports: tables that units hand in, posted row by row in the background (row 77)."""

from shared.imports.kinds import Kind, Post, Reading, Refusal, UnknownKind, kinds_of
from shared.imports.runs import Imports, Progress

__all__ = ["Imports", "Kind", "Post", "Progress", "Reading", "Refusal", "UnknownKind", "kinds_of"]
