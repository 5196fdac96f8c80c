"""Who posts an event and which service publishes it, for the documents. The rules themselves are in the services."""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from deploy.prepare import SERVICES
from services.bulletin.handlers import handlers
from shared.clock import SystemClock
from shared.consumer import On
from shared.events import EVENTS, Event


class Who(NamedTuple):
    """Those who post an event, in Chinese and in English."""

    zh: str
    en: str


def either(*those: Who) -> Who:
    """Return several who may post the same event."""
    return Who("；".join(one.zh for one in those), "; ".join(one.en for one in those))


_DRC: Final = Who("市发展和改革委员会", "the city DRC")
_BOTH_DRCS: Final = Who("市、旗区发展和改革委员会", "the city DRC, a banner's for its own session")
_BANNER: Final = Who("旗区政府", "the banner's government")
_OPENS: Final = Who(
    "旗区政府；市直专场为市政府办公室", "the banner's government; the general office for the city session"
)
_LEADS: Final = Who(
    "市、旗区发展和改革委员会，旗区政府、园区；市直专场为市政府办公室、市行政审批和政务服务局",
    "the DRCs, the banner or its park; in the city session the general office or the government services bureau",
)
_OWNER: Final = Who("主办该手续的部门", "the bureau that decides the formality at that level")
_COMPILER: Final = Who("17个市直部门；市发展和改革委员会", "each of the 17 city departments; the city DRC")
_COLLECTOR: Final = Who("旗区政府、园区；市发展和改革委员会", "the banner's government or park; the city DRC")
_ANSWERS: Final = Who("作出答复的部门；旗区政府；市发展和改革委员会", "the unit that answers; the banner; the city DRC")
_DISPATCHES: Final = Who(
    "市发展和改革委员会、市政府办公室；旗区政府（限本旗区单位）",
    "the city DRC, the general office; the banner's government, to its own units",
)
_TOLD: Final = Who("收到通知的单位", "the unit that was told of it")
_LEAD: Final = Who("主办单位", "the unit in the lead")
_CALLS_BACK: Final = Who(
    "旗区政府、园区；市发展和改革委员会（转达企业意见）", "the banner or its park, the city DRC, for the enterprise"
)
_CHOOSES: Final = Who(
    "旗区政府；市发展和改革委员会、市政府办公室", "the banner's government; the city DRC, the general office"
)
_OWING: Final = Who("承担该事项的单位", "the unit that owes it")
_OPERATORS: Final = Who("运维人员，在任一服务", "operators, at any service")
_ON_SITE: Final = Who("旗区政府、园区、联络员；市发展和改革委员会", "the banner, its park or liaison; the city DRC")
_ORGANISERS: Final = Who("市发展和改革委员会、市人民政府办公室", "the city DRC, the general office")
_LISTED: Final = Who(
    "市直部门报本单位人员，旗区报旗区和企业人员；市发展和改革委员会、市人民政府办公室",
    "a department its own people, the banner its own and the enterprises'; the city DRC, the general office",
)
_ANYONE_THERE: Final = either(_ON_SITE, Who("市人民政府办公室", "the general office"))
_RECEIVES: Final = Who(
    "接收事实的单位，在任一服务的 /webhooks", "the unit that receives facts, at any service's /webhooks"
)
_SERVICE: Final = Who("系统", "the service itself")

# Chinese name, and who posts it.
WORDS: Final[Mapping[str, tuple[str, Who]]] = {
    "CampaignPlanned": ("行动已部署", _DRC),
    "SessionScheduled": ("专场时间地点已通知", _DRC),
    "SessionRescheduled": ("专场已改期", _DRC),
    "SessionCancelled": ("专场已取消", _DRC),
    "ActionScheduled": ("行动时间已安排", _BOTH_DRCS),
    "SessionReady": ("专场已就绪", _DRC),
    "DutyFulfilled": ("责任事项已落实", either(_OWING, _SERVICE)),
    "DutyReopened": (
        "责任事项已退回待办",
        either(_OWING, _DRC),
    ),
    "NoticeSent": ("专场通知已发出", _SERVICE),
    "SessionOpened": ("专场已宣布开始", _OPENS),
    "SessionClosed": ("专场已结束", _OPENS),
    "ApplicationDocketed": ("事项已列入审批清单", _BOTH_DRCS),
    "ApplicationWithdrawn": ("事项已撤回", _BOTH_DRCS),
    "ApplicationPostponed": ("事项已延期", _BOTH_DRCS),
    "FormalityAssigned": ("手续办理单位已调整", _DRC),
    "DocketLocked": ("审批清单已锁定", _BOTH_DRCS),
    "ApplicationPrereviewed": ("材料已通过预审", _OWNER),
    "ApplicationReturned": ("材料已退回补正", _OWNER),
    "SeatsArranged": ("坐席已安排", _LEADS),
    "EnterpriseCalled": ("企业已叫号", _LEADS),
    "EnterpriseSeated": ("企业已就座", _LEADS),
    "EnterpriseSkipped": ("企业已过号", _LEADS),
    "EnterpriseRecalled": ("企业已重呼", _LEADS),
    "EnterpriseFinished": ("企业已办完离席", _LEADS),
    "ApprovalSigned": ("事项已签批", _OWNER),
    "ApprovalCorrected": ("签批已更正", _OWNER),
    "LicenceIssued": ("证照已当场制发", _OWNER),
    "LicenceCorrected": ("证照登记已更正", _OWNER),
    "DeferralMadeGood": ("容缺材料已补正", _OWNER),
    "DeferralReminded": ("补正期限将到", _SERVICE),
    "DeferralOverdue": ("补正已逾期", _SERVICE),
    "DeferralRevoked": ("容缺审批已撤销", _OWNER),
    "ForwardReceived": ("转报已获受理", _OWNER),
    "ForwardResolved": ("转报已有结果", _OWNER),
    "IssueRaised": ("企业已提出问题", either(_BANNER, _DRC, _SERVICE)),
    "IssueAcknowledged": ("问题已签收", _TOLD),
    "IssueAnswered": ("问题已答复", _ANSWERS),
    "IssueDispatched": ("问题已交办", _DISPATCHES),
    "IssueObjected": ("主办单位已提出异议", _LEAD),
    "IssueObjectionDismissed": ("异议未予采纳", _DISPATCHES),
    "IssueReassigned": ("问题已改派", _DISPATCHES),
    "IssueExtensionAsked": ("主办单位已申请延期", _LEAD),
    "IssueExtended": ("延期已获批准", _DISPATCHES),
    "IssueExtensionRefused": ("延期未获批准", _DISPATCHES),
    "IssueEscalated": ("问题逾期已转督办", _SERVICE),
    "IssueResolved": ("问题已办理", _LEAD),
    "IssueFeedbackGiven": ("企业已评价", _CALLS_BACK),
    "IssueClosedOut": ("问题已销号", _DISPATCHES),
    "IssueReopened": ("销号已撤回", _DISPATCHES),
    "IssueCorrected": ("问题登记已更正", either(_BANNER, _DRC)),
    "IssueWithdrawn": ("问题登记已撤销", either(_BANNER, _DRC)),
    "SurveySiteFiled": ("集中开工会场及项目已报送", _BANNER),
    "SurveySiteProposed": ("调研备选项目已提出", _CHOOSES),
    "SurveySiteChosen": ("调研项目已当天选定", _CHOOSES),
    "SurveySiteDropped": ("调研项目已取消", _CHOOSES),
    "SurveyFindingRecorded": ("调研发现问题已登记", either(_BANNER, _DRC)),
    "SurveyHeld": ("现场调研已结束", _BANNER),
    "SurveyCorrected": ("现场调研情况已更正", _BANNER),
    "SurveyCalledOff": ("现场调研未进行", either(_BANNER, _DRC)),
    "ForumHeld": ("座谈会已召开", _BANNER),
    "ForumNeedReported": ("座谈企业需求已上报", _ON_SITE),
    "ForumNeedWithdrawn": ("座谈企业需求已撤回", _ON_SITE),
    "DepartmentsInvited": ("参会部门已确定", _ORGANISERS),
    "ParticipantsConfirmed": ("参会人员已确认", _LISTED),
    "ParticipantsWaitlisted": ("参会人员已列入候补", _SERVICE),
    "ParticipantWithdrawn": ("参会人员已退出", _LISTED),
    "ParticipantPromoted": ("候补人员已递补", _SERVICE),
    "ParticipantReplaced": ("参会人员已更换", _LISTED),
    "RosterLocked": ("参会名单已锁定", _ORGANISERS),
    "AttendanceTaken": ("到会情况已登记", _ANYONE_THERE),
    "AgendaSet": ("座谈会议程已确定", either(_BANNER, _DRC)),
    "SpeakersListed": ("企业发言名单已确定", _ON_SITE),
    "SpeechStarted": ("企业已开始发言", _ANYONE_THERE),
    "ConsultationSeatsStaffed": ("政策咨询席位已安排值守", _ON_SITE),
    "ConsultationGiven": ("政策咨询已登记", either(_ANYONE_THERE, Who("市直部门", "a city department"))),
    "VehiclesArranged": ("车辆已安排", Who("市人民政府办公室", "the general office")),
    "MinutesRevised": ("座谈会纪要已修订", _ANYONE_THERE),
    "PolicyListed": ("政策已入库", _COMPILER),
    "PolicyAmended": ("政策条目已更正", _COMPILER),
    "PolicyRepealed": ("政策已废止", _COMPILER),
    "BrochurePublished": ("宣传册已发布", _COMPILER),
    "BrochureSuperseded": ("宣传册旧版已被替代", _SERVICE),
    "BrochureScanned": ("宣传册扫码次数已统计", _SERVICE),
    "NeedCollected": ("企业政策需求已收集", _COLLECTOR),
    "NeedWithdrawn": ("企业政策需求已撤回", _COLLECTOR),
    "OfficialNominated": (
        "小分队人选已推荐",
        Who("该人员所在单位；市发展和改革委员会", "the official's unit; the city DRC"),
    ),
    "TeamAssigned": ("政策宣讲小分队已组成", _DRC),
    "TeamChanged": ("政策宣讲小分队已调整", _DRC),
    "VisitPlanned": ("入企宣讲已安排", _COLLECTOR),
    "EnterpriseVisited": ("政策宣讲小分队已入企", _COLLECTOR),
    "VisitCorrected": ("入企记录已更正", _COLLECTOR),
    "VisitCancelled": ("入企宣讲已取消", _COLLECTOR),
    "QuestionLeftOpen": ("企业提问未能当场答复", _SERVICE),
    "QuestionAnswered": ("企业提问已答复", either(_DRC, _SERVICE)),
    "VisitsConcluded": ("政策宣讲已结束", _DRC),
    "QuarantineMended": ("隔离消息已修复", _OPERATORS),
    "QuarantineReplayed": ("隔离消息已重放", _OPERATORS),
    "QuarantineDismissed": ("隔离消息已注销", _OPERATORS),
    "WebhookAdded": ("推送地址已新增", _RECEIVES),
    "WebhookPaused": ("推送已暂停", _RECEIVES),
    "WebhookResumed": ("推送已恢复", _RECEIVES),
    "WebhookSecretReplaced": ("推送签名密钥已更换", _RECEIVES),
    "WebhookRemoved": ("推送地址已删除", _RECEIVES),
    "KeyIssued": ("密钥已签发", Who("`chunfeng keys issue`、`/keys`", "`chunfeng keys issue`, `/keys`")),
    "KeyPaused": ("密钥已停用", Who("`chunfeng keys pause`、`/keys`", "`chunfeng keys pause`, `/keys`")),
    "KeyResumed": ("密钥已恢复", Who("`chunfeng keys resume`、`/keys`", "`chunfeng keys resume`, `/keys`")),
    "KeyRevoked": ("密钥已吊销", Who("`chunfeng keys revoke`、`/keys`", "`chunfeng keys revoke`, `/keys`")),
    "BulletinIssued": ("简报已印发", _SERVICE),
    "BulletinCorrected": ("简报已更正", _SERVICE),
    "BulletinDelivered": ("简报已送达", _SERVICE),
    "BulletinDrafted": ("简报已送审", either(_DRC, _SERVICE)),
    "BulletinReviewed": ("简报已审核", _DRC),
    "BulletinSignedOff": ("简报已签发", _DRC),
    "DeliveryUnknown": ("简报是否送达不明", _SERVICE),
    "DeliveryResent": ("简报已重发", _DRC),
    "DeliveryFailed": ("简报未能送达", _SERVICE),
    "DeadlineApproaching": ("印发时限临近", _SERVICE),
    "DeadlineMissed": ("印发逾期", _SERVICE),
}
_MADE_BY: Final = {
    "shared.events.library": "policy",
    "shared.events.policy": "policy",
    "shared.events.roster": "forums",
    "shared.events.keys": "approvals",
    "shared.events.followup": "approvals",
    "shared.events.sessions": "approvals",
    "shared.events.bulletin": "bulletin",
    "shared.events.issues": "forums",
    "shared.events.surveys": "forums",
    "shared.events.operations": "bulletin",
    "shared.events.webhooks": "bulletin",
}


class UnknownEventError(Exception):
    """An event the documents would be silent about."""


@dataclass(frozen=True, slots=True)
class Parties:
    """Who has to do with an event."""

    zh: str
    poster: Who
    publisher: str
    listeners: tuple[str, ...]


def accepted_by(service: str) -> Mapping[str, type[Event]]:
    """Return the events that are posted to a service."""
    accepts: Mapping[str, type[Event]] = importlib.import_module(f"services.{service}.store").Desk.accepts
    return accepts


def _table(service: str) -> tuple[On, ...]:
    """Return a service's table of reactions."""
    if service == "bulletin":
        return handlers(SystemClock())
    name = f"services.{service}.handlers"
    if importlib.util.find_spec(name) is None:
        return ()
    table: tuple[On, ...] = importlib.import_module(name).HANDLERS
    return table


def _listens(service: str, event: type[Event]) -> bool:
    return any(not one.types or event.type in one.types for one in _table(service))


def parties_of(event: type[Event]) -> Parties:
    """Return who posts, publishes and listens to an event."""
    taken = [service for service in SERVICES if event.type in accepted_by(service)]
    publisher = taken[0] if taken else _MADE_BY.get(event.__module__)
    if publisher is None or event.__name__ not in WORDS:
        message = f"deploy/contracts/parties.py does not say who posts or publishes {event.__name__}"
        raise UnknownEventError(message)
    zh, poster = WORDS[event.__name__]
    return Parties(zh, poster, publisher, tuple(service for service in SERVICES if _listens(service, event)))


def all_events() -> tuple[type[Event], ...]:
    """Return every event, by publisher in the order of the services, then by type."""
    return tuple(sorted(EVENTS.values(), key=lambda event: (SERVICES.index(parties_of(event).publisher), event.type)))
