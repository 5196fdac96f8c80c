"""Everything the approvals service says no to, one class and two sentences each."""

from typing import Any, Final

from shared.problems import Refused

UNKNOWN: Final = "—"
_WHO: Final = ("first_id", "session", "signed_by", "signed_at", "unit")


class NotTheOwner(Refused):
    """Another unit decides this formality."""

    status = 403
    row = 15
    zh = "{formality.zh}（{level.zh}）由{owner}办理，{unit}不能办理"
    en = "{formality.en} at {level.en} level is decided by {owner}, not by {unit}"


class NoOwner(Refused):
    """The campaign names no unit for this formality here."""

    row = 15
    zh = "本次行动未指定{level.zh}{formality.zh}的办理单位"
    en = "The campaign names no unit that decides {formality.en} at {level.en} level here"


class AlreadyPlanned(Refused):
    """A campaign of this name exists."""

    status = 409
    row = 1
    zh = "行动 {campaign} 已经建立"
    en = "The campaign {campaign} exists already"


class NotTenSessions(Refused):
    """The plan breaks the campaign's shape: distinct banners, and one city session at the end."""

    row = 1
    zh = "场次安排不符合要求：{reason}"
    en = "The plan of sessions is not right: {reason_en}"


class LevelNotHere(Refused):
    """The city session decides at city level only."""

    row = 18
    zh = "市直专场只办理市级事项，不能办理{level.zh}事项"
    en = "The city session decides at city level only, not at {level.en} level"


class ScopeNotHere(Refused):
    """The project stands on a list this kind of session does not deal with."""

    row = 14
    zh = "{kind.zh}不办理{scope.zh}"
    en = "A {kind.en} does not deal with a {scope.en}"


class AlreadyOpened(Refused):
    """The session was declared open before."""

    status = 409
    row = 7
    zh = "{session}已于{at}宣布开始"
    en = "{session} was declared open at {at}"


class AlreadyClosed(Refused):
    """The session was closed before."""

    status = 409
    row = 7
    zh = "{session}已于{at}结束"
    en = "{session} was closed at {at}"


class WrongOrder(Refused):
    """A session cannot close before it opened."""

    row = 7
    zh = "结束时间不能早于开始时间{opened}"
    en = "It cannot close before it opened at {opened}"


class AlreadyThere(Refused):
    """Somebody was first; the problem names the first post's id in a member of its own, for systems."""

    def problem(self) -> dict[str, Any]:
        """Add who was first."""
        members = {name: value for name, value in self.fields.items() if name in _WHO and value != UNKNOWN}
        return super().problem() | members


class AlreadyDocketed(AlreadyThere):
    """The same formality of the same project at the same level is on a docket of this campaign."""

    status = 409
    row = 30
    zh = "该事项已列入{where}的审批清单（登记编号 {first_id}）；确需替换的，请在 supersedes 中填写该编号"
    en = "This application is on the docket of {where} already, posted as {first_id}; supersedes may name that id"


class SupersedesAnother(AlreadyThere):
    """The docketing to be replaced is not the one in force."""

    status = 409
    row = 30
    zh = "{where}审批清单上现行登记的编号是 {first_id}，与 supersedes 不符"
    en = "The docketing in force of {where} was posted as {first_id}, which supersedes does not name"


class OtherSession(Refused):
    """The application stands on another session's docket."""

    status = 409
    row = 30
    zh = "该事项列在{where}的审批清单上，不在本场"
    en = "This application is on the docket of {where}, not of this session"


class Withdrawn(Refused):
    """The application was withdrawn."""

    status = 409
    row = 28
    zh = "该事项已撤回（{reason}）"
    en = "This application was withdrawn ({reason})"


class Postponed(Refused):
    """The application was put off to another session."""

    status = 409
    row = 28
    zh = "该事项已延期（{reason}），列入以后场次的审批清单后方可办理"
    en = "This application was put off ({reason}); docket it in a later session first"


class AlreadyDecided(AlreadyThere):
    """The application has its decision; whoever comes second is told whose it is."""

    status = 409
    row = 25
    zh = "该事项已由{unit}{signed_by}于{signed_at}办结：{outcome.zh}；如有差错请提交更正"
    en = "{unit} ({signed_by}) decided this application at {signed_at}: {outcome.en}; post a correction to change it"


class DueBeforeSigning(Refused):
    """Deferred materials cannot be due before the decision."""

    row = 19
    zh = "补正期限{due}早于签批日期{signed}"
    en = "The due date {due} is before the day of signing {signed}"


class NoLicenceWhenForwarded(Refused):
    """A forwarded application is not decided here, so no licence can be issued."""

    row = 21
    zh = "转报上报的事项不能当场发证"
    en = "No licence can be issued for a forwarded application"


class LicenceNumberTaken(Refused):
    """The issuer used this licence number before."""

    status = 409
    row = 21
    zh = "{unit}的证照编号 {number} 已经使用"
    en = "{unit} has used the licence number {number} before"
