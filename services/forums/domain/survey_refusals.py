"""What is said no to about site surveys (rows 42 to 45), one class and two sentences each."""

from shared.problems import Refused


class NotOnTheStartList(Refused):
    """The project is not among those that start at the venue."""

    row = 42
    zh = "项目 {project} 不在{place}集中开工项目之列，请先报送"
    en = "{project} is not among the projects that start at {place}; file it there first"


class ChosenIsOnTheList(Refused):
    """A list of projects names each once, and keeps those that were chosen."""

    row = 42
    zh = "集中开工项目名单有误：{project}{what}"
    en = "The list of projects is not right: {project} is {what_en}"


class AlreadyCandidate(Refused):
    """The project is a candidate; the choice is made on the day."""

    status = 409
    row = 43
    zh = "{project}已是备选项目，当天方可选定"
    en = "{project} is a candidate already; it can be chosen on the day"


class AlreadyChosen(Refused):
    """The project was chosen before."""

    status = 409
    row = 43
    zh = "{project}已于{at}选定"
    en = "{project} was chosen at {at}"


class NotOnTheDay(Refused):
    """The survey, and the choice of where it goes, are on the session's day."""

    row = 43
    zh = "日期{day}不是{session}当天（{the_day}）"
    en = "{day} is not the day of {session}, {the_day}"


class NotChosen(Refused):
    """The project was dropped."""

    status = 409
    row = 43
    zh = "{project}已取消调研（{reason}）"
    en = "{project} was dropped from the survey ({reason})"


class NothingChosen(Refused):
    """A survey goes somewhere."""

    row = 43
    zh = "{session}尚未选定调研项目"
    en = "No project has been chosen yet for the survey of {session}"


class AlreadySurveyed(Refused):
    """The survey was held and counted before."""

    status = 409
    row = 7
    zh = "{session}的现场调研已于{at}结束"
    en = "The survey of {session} ended at {at}"


class FoundThere(Refused):
    """Something was found at the project, so it was visited."""

    status = 409
    row = 45
    zh = "{project}已登记{count}条调研发现，不能登记为未调研"
    en = "{count} finding(s) are on record for {project}: it was visited"


class WasCalledOff(Refused):
    """The survey is on record as not held."""

    status = 409
    row = 45
    zh = "{session}的现场调研已登记为未进行（{reason}）；如实际已进行，请先登记调研结束"
    en = "The survey of {session} is on record as not held ({reason}); if it was held, record its end first"


class HeldAfterAll(Refused):
    """Something was found on the survey, so it was held."""

    status = 409
    row = 45
    zh = "{session}已登记{count}条调研发现，不能登记为现场调研未进行"
    en = "{count} finding(s) of the survey of {session} are on record: it was held"


class AsItWas(Refused):
    """A correction changes something."""

    status = 409
    row = 44
    zh = "更正内容与已登记的现场调研情况相同"
    en = "The correction says what is on record already"


class FindingTaken(Refused):
    """The session has a finding of this id."""

    status = 409
    row = 45
    zh = "编号 {finding} 已用于另一条调研发现：{text}"
    en = "The id {finding} is another finding's: {text}"


class NoSuchPhoto(Refused):
    """The picture was not uploaded to this session."""

    row = 45
    zh = "没有照片 {photo}，请先上传"
    en = "There is no picture {photo}; upload it first"


class NotAPicture(Refused):
    """The file is no picture that can be kept."""

    row = 45
    zh = "照片无法使用：{reason}；请上传 JPEG、PNG 或 WebP 照片"
    en = "The picture cannot be used: {reason_en}; upload a JPEG, PNG or WebP"
