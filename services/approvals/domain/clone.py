"""A new campaign from an earlier one: its roles are taken over, its results are not (row 11)."""

from shared.events import CampaignPlanned


def clone(plan: CampaignPlanned, name: str, title: str = "") -> CampaignPlanned:
    """Return the plan of a campaign of another name: the same units, owners, duties, recipients and switches.

    Sessions get names of their own and no date; nothing that was docketed, decided or raised comes along.
    """
    sessions = [one.model_dump() | {"session": f"{name}-{one.division}"} for one in plan.sessions]
    changes = {"campaign": name, "title": title.strip() or plan.title, "cloned_from": plan.campaign}
    return CampaignPlanned.model_validate(plan.model_dump() | changes | {"sessions": sessions})
