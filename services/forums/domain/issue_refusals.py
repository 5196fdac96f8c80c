"""What is said no to about issues (rows 35 and 36), one class and two sentences each."""

from shared.problems import Refused


class IssueNumberTaken(Refused):
    """The session has an issue of this id."""

    status = 409
    row = 35
    zh = "{session}的问题 {issue} 已由{enterprise}提出；新问题请用新的编号"
    en = "The issue {issue} of {session} was raised by {enterprise}; use a new id for another"


class NotInThisState(Refused):
    """The issue stands so that this step is not, or not any more, to be taken."""

    status = 409
    row = 35
    zh = "问题 {issue} {state.zh}，不能{what}"
    en = "The issue {issue} is {state.en}: it cannot be {what_en}"


class AlreadyDispatched(Refused):
    """The issue is in hand; another unit gets it by being named in a reassignment."""

    status = 409
    row = 36
    zh = "问题 {issue} 已交{lead}办理；改由其他单位办理的，请登记改派"
    en = "The issue {issue} is in the hands of {lead}; reassign it to hand it to another unit"


class UnitUnknown(Refused):
    """The campaign's registry has no such unit, or it is another banner's."""

    row = 36
    zh = "{unit}不是市直单位或{session}的旗区单位，请写明正确的单位"
    en = "{unit} is neither a city unit nor one of the banner of {session}; name the right unit"


class LeadAssists(Refused):
    """A unit cannot assist itself, nor be named twice."""

    row = 35
    zh = "协办单位不能重复，也不能是主办单位自己：{unit}"
    en = "Assisting units differ from each other and from the lead: {unit}"


class SameUnit(Refused):
    """Reassigning to the unit that has it changes nothing."""

    status = 409
    row = 36
    zh = "问题 {issue} 已由{unit}主办，改派请写明另一单位"
    en = "{unit} has the lead of the issue {issue} already; a reassignment names another unit"


class CityDispatches(Refused):
    """A banner hands issues to its own units only."""

    status = 403
    row = 35
    zh = "交{lead}办理的问题由市发展和改革委员会或市政府办公室决定，{unit}只能交本旗区单位"
    en = "What {lead} is to do is for the city DRC or the general office to decide; {unit} dispatches to its own units"


class NotTheLead(Refused):
    """Another unit has the lead."""

    status = 403
    row = 35
    zh = "问题 {issue} 由{lead}主办，{unit}不能办理此步"
    en = "{lead} has the lead of the issue {issue}; {unit} may not take this step"


class AnsweredForAnother(Refused):
    """A unit answers for itself; the banner and the city DRC record what others answered."""

    status = 403
    row = 35
    zh = "{unit}只能登记本单位的答复"
    en = "{unit} may only record its own answers"


class OwnWork(Refused):
    """Whoever answered does not speak for the enterprise."""

    status = 403
    row = 35
    zh = "问题由{unit}办理，企业意见应由旗区政府、园区或市发展和改革委员会登记"
    en = "{unit} handled the issue itself; the banner, its park or the city DRC records what the enterprise says"


class DueOutOfRange(Refused):
    """A due day before the dispatch, or later than the limit."""

    row = 35
    zh = "办理期限{due}应在{first}至{last}之间（交办后至多{days}个工作日）"
    en = "The due day {due} must lie between {first} and {last}, at most {days} working days after the dispatch"


class BeforeThat(Refused):
    """A step cannot lie before the one it follows."""

    row = 35
    zh = "日期{day}早于上一步骤的日期{since}"
    en = "{day} is before the day of the step before it, {since}"


class TooLateToObject(Refused):
    """The day to object has passed."""

    row = 36
    zh = "异议应在交办后{days}个工作日内提出，即{last}之前（含当日）"
    en = "An objection comes within {days} working day(s) of the dispatch, by {last}"


class ObjectedBefore(Refused):
    """One objection each time it is given the issue."""

    status = 409
    row = 36
    zh = "本次交办已提出过异议"
    en = "There has been an objection to this dispatch already"


class NamesItself(Refused):
    """An objection names another unit."""

    row = 36
    zh = "异议应写明应由哪个单位办理，不能是{unit}自己"
    en = "An objection names the unit whose the issue is, not {unit} itself"


class TooLateToAsk(Refused):
    """More time is asked for before the time is up."""

    row = 35
    zh = "延期应至少在到期前{days}天提出；本问题{due}到期"
    en = "More time is asked for at least {days} day(s) before the due day, which is {due}"


class NotLater(Refused):
    """More time means a later day, within the limit."""

    row = 35
    zh = "延期后的期限{until}应晚于现期限{due}，且不晚于{last}（交办后至多{days}个工作日）"
    en = "The new due day {until} must be later than {due} and not after {last}, {days} working days from the dispatch"


class MoreThanAsked(Refused):
    """No more time is granted than was asked for."""

    row = 35
    zh = "批准的期限{until}应晚于现期限{due}，且不晚于申请的期限{asked}"
    en = "The day granted, {until}, must be later than {due} and not after the day asked for, {asked}"


class AskedBefore(Refused):
    """One request at a time."""

    status = 409
    row = 35
    zh = "延至{until}的申请尚未答复"
    en = "The request for time until {until} is still to be decided"


class NothingChanged(Refused):
    """A correction that says what is recorded already."""

    status = 409
    row = 35
    zh = "更正内容与现有登记相同"
    en = "The correction says what is recorded already"


class NoFeedbackYet(Refused):
    """A closing needs a satisfied enterprise, or its reason."""

    status = 409
    row = 35
    zh = "企业尚未评价；未经企业评价销号的，请写明原因（reason）"
    en = "The enterprise has not given its feedback; to close without it, give the reason"


class NothingToAcknowledge(Refused):
    """The unit was told nothing of the issue that it has not acknowledged."""

    status = 409
    row = 35
    zh = "问题 {issue} 没有待{unit}签收的通知"
    en = "There is no notice of the issue {issue} that {unit} has not acknowledged"
