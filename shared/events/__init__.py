"""The contracts: every event of Chunfeng, past tense, with its wire type and one sentence each.

An event is what a unit posts and what the services publish: the same schema both ways. Fields marked "stated by
the service" are counted or assigned on acceptance; a poster leaves them out. Consumers ignore unknown fields; a
breaking change is a new type (`….v2`) beside the old one.
"""

from shared.events.applications import (
    ApplicationDocketed,
    ApplicationWithdrawn,
    ApprovalCorrected,
    ApprovalSigned,
    Decision,
    Deferral,
    Forwarding,
    LicenceIssued,
    Project,
)
from shared.events.base import EVENTS, ApplicationEvent, Event, Part, SessionEvent
from shared.events.bulletin import (
    BulletinCorrected,
    BulletinDelivered,
    BulletinIssued,
    DeadlineApproaching,
    DeadlineMissed,
    DeliveryFailed,
)
from shared.events.campaign import (
    ApprovalTotals,
    CampaignPlanned,
    Count,
    Masthead,
    Official,
    PlannedSession,
    Recipient,
    SessionClosed,
    SessionOpened,
    SessionScheduled,
    Switches,
    Unit,
    Venue,
)
from shared.events.forums import ForumHeld, IssueRaised
from shared.events.keys import KeyIssued, KeyRevoked
from shared.events.policy import TeamAssigned, TeamMember, VisitsConcluded

__all__ = [
    "EVENTS",
    "ApplicationDocketed",
    "ApplicationEvent",
    "ApplicationWithdrawn",
    "ApprovalCorrected",
    "ApprovalSigned",
    "ApprovalTotals",
    "BulletinCorrected",
    "BulletinDelivered",
    "BulletinIssued",
    "CampaignPlanned",
    "Count",
    "DeadlineApproaching",
    "DeadlineMissed",
    "Decision",
    "Deferral",
    "DeliveryFailed",
    "Event",
    "ForumHeld",
    "Forwarding",
    "IssueRaised",
    "KeyIssued",
    "KeyRevoked",
    "LicenceIssued",
    "Masthead",
    "Official",
    "Part",
    "PlannedSession",
    "Project",
    "Recipient",
    "SessionClosed",
    "SessionEvent",
    "SessionOpened",
    "SessionScheduled",
    "Switches",
    "TeamAssigned",
    "TeamMember",
    "Unit",
    "Venue",
    "VisitsConcluded",
]
