"""The rules of the policy visits (notice §二(四)), each with its row of docs/rows.md. Pure."""

from services.policy.domain.world import ACCEPTS, PolicyWorld

__all__ = ["ACCEPTS", "PolicyWorld"]
