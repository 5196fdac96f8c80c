"""What the bulletin service refuses, and why (rows 62, 66)."""

from shared.problems import Refused


class AlreadyIssued(Refused):
    """The edition is out: what is signed now would change nothing."""

    status = 409
    row = 62
    zh = "{session}的简报已经印发，不再审签"
    en = "The bulletin of {session} has been issued already"


class NothingToCorrect(Refused):
    """The bulletin is out and nothing new is known."""

    status = 409
    row = 62
    zh = "{session}的简报已印发，且没有新的情况，无须送审"
    en = "The bulletin of {session} is out and nothing new is known: there is nothing to draft"


class NoSuchPlace(Refused):
    """A list is read on from where its page before ended."""

    row = 81
    zh = "after 应取自上一页答复的 Link"
    en = "`after` is to be taken from the Link of the page before"


class AnotherDraft(Refused):
    """A review or sign-off is of exactly the contents its author has read."""

    status = 409
    row = 62
    zh = "第{draft}稿已不是最新送审稿（现为第{newest}稿），请重新查看后办理"
    en = "Draft {draft} is not the newest one (that is {newest}); read it again first"


class AlreadyDecided(Refused):
    """A draft is reviewed once and signed once."""

    status = 409
    row = 62
    zh = "第{draft}稿已{what}"
    en = "Draft {draft} has been {what_en} already"


class SentBack(Refused):
    """A draft that was sent back in review is not signed."""

    row = 62
    zh = "第{draft}稿审核未通过，不能签发"
    en = "Draft {draft} did not pass its review and cannot be signed off"


class SamePerson(Refused):
    """Whoever reviewed may not sign."""

    row = 62
    zh = "审核人与签发人不能是同一人（{name}）"
    en = "{name} reviewed the draft and may not sign it off as well"


class NotInOrder(Refused):
    """Drafted, reviewed, signed: each step is later than the one before, and none lies in the future."""

    row = 62
    zh = "{what}时间不能早于{earlier}，也不能晚于现在"
    en = "The time lies before the step it follows ({earlier_en}), or in the future"


class NoSuchDelivery(Refused):
    """Nothing was ever sent to this recipient."""

    status = 404
    row = 66
    zh = "没有向“{recipient}”送达该期简报的记录"
    en = "There is no delivery of this edition to {recipient}"


class OnItsWay(Refused):
    """What is still being tried needs no push."""

    status = 409
    row = 66
    zh = "向“{recipient}”的送达仍在进行中，无须重发"
    en = "The delivery to {recipient} is still being tried"


class NoEdition(Refused):
    """No such edition has been issued."""

    status = 404
    row = 66
    zh = "{session} 尚未印发这一期简报"
    en = "No such bulletin of {session} has been issued"


class NotClosed(Refused):
    """The session has not ended: there is nothing to draft."""

    status = 404
    row = 62
    zh = "{session}尚未结束，没有可编审的简报"
    en = "{session} has not been closed: there is no bulletin to edit"
