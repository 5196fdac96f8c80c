"""The rules of concentrated approval (notice §二(一), (五)), each with its row of docs/rows.md. Pure."""

from services.approvals.domain.world import ApprovalsWorld

__all__ = ["ApprovalsWorld"]
