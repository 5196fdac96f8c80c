"""The notice's closed sets of words (鄂府办发〔2022〕30号), with their Chinese and English labels."""

from enum import StrEnum
from typing import Final, Self


class Word(StrEnum):
    """A term of a closed set; the value is the wire form, the labels are for people."""

    zh: str
    en: str

    def __new__(cls, value: str, zh: str = "", en: str = "") -> Self:
        """Keep the wire value as the string and the two labels beside it."""
        word = str.__new__(cls, value)
        word._value_ = value
        word.zh = zh or value
        word.en = en or value.replace("_", " ")
        return word


class SessionKind(Word):
    """The two kinds of session (notice §二: 9个旗区专场和1个市直专场)."""

    BANNER = "banner", "旗区专场", "banner session"
    CITY = "city", "市直专场", "city session"


class Action(Word):
    """The kinds of action a session is made of (notice §二(一) to (四))."""

    APPROVAL = "approval", "集中审批", "concentrated approval"
    FORUM = "forum", "政企座谈", "forum"
    SURVEY = "survey", "现场调研", "site survey"
    POLICY = "policy", "政策宣讲", "policy visits"


class NoticeKind(Word):
    """What a notice tells of a session (requirements row 6)."""

    ANNOUNCED = "announced", "通知", "announced"
    RESCHEDULED = "rescheduled", "改期通知", "moved"
    CANCELLED = "cancelled", "取消通知", "cancelled"


class Level(Word):
    """The level at which an application is decided (notice §二(一)4, (五)4)."""

    CITY = "city", "市级", "city"
    BANNER = "banner", "旗区级", "banner"


class Formality(Word):
    """The eight formalities (notice §二(一)4), in the notice's order."""

    PROJECT_INITIATION = "project_initiation", "立项", "project initiation"
    LAND_AND_SITE = "land_and_site", "用地预审和规划选址意见书", "land-use pre-examination and site opinion"
    ENERGY_REVIEW = "energy_review", "能评", "energy review"
    ENVIRONMENTAL_IMPACT = "environmental_impact", "环评", "environmental impact assessment"
    FOREST_LAND = "forest_land", "林地手续", "forest land"
    GRASSLAND = "grassland", "草地手续", "grassland"
    WATER_ABSTRACTION = "water_abstraction", "取水许可证", "water abstraction licence"
    CONSTRUCTION_PERMIT = "construction_permit", "施工许可证", "construction permit"


class Outcome(Word):
    """The three outcomes of a decision (notice §二(一)4: 审批、容缺审批、转报上报)."""

    APPROVED = "approved", "审批", "approved"
    DEFERRED = "deferred", "容缺审批", "approved with deferred materials"
    FORWARDED = "forwarded", "转报上报", "forwarded to a higher body"


class ForwardResult(Word):
    """What the higher body decided of a forwarded application (requirements row 20)."""

    GRANTED = "granted", "批准", "granted"
    REFUSED = "refused", "不予批准", "refused"


class Scope(Word):
    """Which list a project stands on (notice §二(一)3, (五)3)."""

    CITY_KEY = "city_key", "市级重点项目", "city key project"
    BANNER_KEY = "banner_key", "旗区重点项目", "banner key project"
    CITY_OWN = "city_own", "市本级重点项目", "city-own key project"


class PolicyLevel(Word):
    """Who issued a policy (notice §二(四)4(3): 国家、自治区、市级)."""

    NATIONAL = "national", "国家", "national"
    REGION = "region", "自治区", "autonomous region"
    CITY = "city", "市级", "city"


class PolicyTopic(Word):
    """What enterprises ask policies about; which departments cover a topic is a table of the policy service."""

    INVESTMENT = "investment", "稳投资与项目前期", "investment and project preparation"
    LAND = "land", "用地与规划", "land and planning"
    FOREST_GRASSLAND = "forest_grassland", "用林用草", "forest land and grassland"
    ENVIRONMENT = "environment", "环评与排污", "environment and emissions"
    ENERGY = "energy", "用能与节能降碳", "energy use and saving"
    WATER = "water", "用水与取水", "water use"
    CONSTRUCTION = "construction", "工程建设", "construction"
    TRANSPORT = "transport", "交通物流", "transport and logistics"
    INDUSTRY = "industry", "工业升级与科技创新", "industry and innovation"
    AGRICULTURE = "agriculture", "农牧业产业化", "agriculture"
    TRADE = "trade", "商贸与促消费", "trade and consumption"
    CULTURE_TOURISM = "culture_tourism", "文化旅游", "culture and tourism"
    STATISTICS = "statistics", "统计入库", "statistics"
    FINANCE = "finance", "融资与金融支持", "finance"
    TAX = "tax", "减税降费", "taxes and fees"
    SERVICES = "services", "政务服务与营商环境", "government services"
    ATTRACTION = "attraction", "招商引资", "attracting investment"
    TALENT = "talent", "用工与人才", "labour and talent"


class Standing(Word):
    """What somebody is in his unit, as far as a policy team asks (notice §二(四)3)."""

    HEAD = "head", "单位负责人", "head of the unit"
    SECTION_CHIEF = "section_chief", "业务科室负责人", "head of a business section"
    STAFF = "staff", "工作人员", "member of staff"


class Feedback(Word):
    """What an enterprise says of a visit."""

    SATISFIED = "satisfied", "满意", "satisfied"
    FAIR = "fair", "基本满意", "fairly satisfied"
    DISSATISFIED = "dissatisfied", "不满意", "dissatisfied"


class IssueSource(Word):
    """Where an issue was heard (notice §二(二), (三), (四))."""

    FORUM = "forum", "座谈交流", "forum"
    SURVEY = "survey", "现场调研", "site survey"
    POLICY = "policy", "政策入企", "policy visit"


class IssueState(Word):
    """How an issue stands (requirements row 35)."""

    RAISED = "raised", "待交办", "to be dispatched"
    DISPATCHED = "dispatched", "办理中", "in hand"
    ANSWERED = "answered", "已答复", "answered"
    RESOLVED = "resolved", "已办理", "resolved"
    CLOSED_OUT = "closed_out", "已销号", "closed out"
    WITHDRAWN = "withdrawn", "已撤销登记", "withdrawn"


class Resolution(Word):
    """What became of an issue."""

    SOLVED = "solved", "已解决", "solved"
    PARTLY = "partly", "部分解决", "partly solved"
    EXPLAINED = "explained", "解释说明", "explained"


class StartVenue(Word):
    """A banner's part in the spring collective start (notice §二(三)3: 主会场或分会场)."""

    MAIN = "main", "主会场", "main venue"
    SUB = "sub", "分会场", "sub-venue"


class ForumClass(Word):
    """Whose list somebody at the forum stands on (notice §二(二)5); city leaders stand outside the caps (I18)."""

    CITY = "city", "市直部门", "city departments"
    BANNER = "banner", "旗区", "banner"
    ENTERPRISE = "enterprise", "企业负责人", "enterprise heads"
    LEADER = "leader", "市领导", "city leaders"


class Rank(Word):
    """What somebody at the forum is in his unit (notice §二(二)5(2): 主要负责人、分管副旗区长)."""

    PRINCIPAL = "principal", "主要负责人", "principal"
    DEPUTY = "deputy", "分管负责人", "deputy in charge"
    MEMBER = "member", "其他人员", "other member"


class Presence(Word):
    """Whether somebody on the forum's roster came (requirements row 38)."""

    PRESENT = "present", "到会", "present"
    ABSENT = "absent", "缺席", "absent"
    EXCUSED = "excused", "请假", "excused"
    SUBSTITUTE = "substitute", "替会", "substitute came"


class ForumItem(Word):
    """The four items of a forum's agenda, in the notice's order (§二(二)4)."""

    REPORT = "report", "旗区汇报重大项目推进情况", "the banner reports on its major projects"
    ENTERPRISES = "enterprises", "企业发言", "enterprises speak"
    EXCHANGE = "exchange", "交流发言，现场答复", "exchange, with answers on the spot"
    LEADER = "leader", "市领导讲话", "a city leader speaks"


class SeatPeriod(Word):
    """When policy-consultation seats are staffed (notice §二(二)6(2): 会前、会后)."""

    BEFORE = "before", "会前", "before the forum"
    AFTER = "after", "会后", "after the forum"


class Role(Word):
    """What a caller may be to the campaign (requirements row 88)."""

    DRC = "drc", "发改委", "Development and Reform Commission"
    OFFICE = "office", "市政府办公室", "general office"
    DEPARTMENT = "department", "审批部门", "department"
    BANNER = "banner", "旗区", "banner"
    PARK = "park", "园区", "park"
    LIAISON = "liaison", "联络员", "liaison"
    PUBLICITY = "publicity", "宣传部", "publicity"
    VIEWER = "viewer", "查阅", "viewer"
    OPERATOR = "operator", "运维", "operator"


class Distribution(Word):
    """The bulletin's distribution classes at its foot (document.md 4.1)."""

    SUPERIORS = "superiors", "报", "to superiors"
    PEERS = "peers", "送", "to peers"
    SUBORDINATES = "subordinates", "发", "to subordinates"


class Channel(Word):
    """How an edition reaches a recipient."""

    FOLDER = "folder", "文件夹", "folder"
    SMTP = "smtp", "电子邮件", "e-mail"
    WEBHOOK = "webhook", "系统接口", "webhook"


class Series(Word):
    """The bulletin's two rows of numbers: a supplement never uses up a number of the main one (document.md 4.1)."""

    MAIN = "main", "期", "issue"
    SUPPLEMENT = "supplement", "增刊", "supplement"


CITY_DIVISION: Final = "150600"
"""鄂尔多斯市 in GB/T 2260; the nine banners are its county-level divisions."""

BANNERS: Final = {
    "150602": "东胜区",
    "150603": "康巴什区",
    "150621": "达拉特旗",
    "150622": "准格尔旗",
    "150623": "鄂托克前旗",
    "150624": "鄂托克旗",
    "150625": "杭锦旗",
    "150626": "乌审旗",
    "150627": "伊金霍洛旗",
}
"""The nine banners by GB/T 2260 code."""

KANGBASHI: Final = "150603"
"""康巴什区 has no park: it holds its session at the district government's office (notice §二(一)2)."""
