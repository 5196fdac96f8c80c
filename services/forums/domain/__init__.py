"""The rules of forums and site surveys (notice §二(二), (三)), each with its row of docs/rows.md. Pure."""

from services.forums.domain.world import ACCEPTS, ForumsWorld

__all__ = ["ACCEPTS", "ForumsWorld"]
