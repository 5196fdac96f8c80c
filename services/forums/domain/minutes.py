"""Minutes with revisions: who saves second is warned, and shown what the first wrote (row 41)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.forums.domain.gathering import Minutes
from services.forums.domain.scope import by_anyone_on_site, with_forum
from shared.campaign import StatedByService
from shared.events import Event, MinutesRevised
from shared.posted import Posted
from shared.problems import NotYet, Refused

if TYPE_CHECKING:
    from services.forums.domain.world import ForumsWorld


class MinutesConflict(Refused):
    """Somebody saved another revision since this editor began."""

    status = 409
    row = 41
    zh = "您依据的是第{based_on}稿，{editor}已于{at}保存第{revision}稿；请对照合并后以第{revision}稿为依据再保存"
    en = "You began from revision {based_on}; {editor} saved revision {revision} at {at}: merge, and save from that one"


class NothingChanged(Refused):
    """A revision differs from the one before."""

    row = 41
    zh = "与第{revision}稿内容相同，未保存"
    en = "The text is that of revision {revision}; nothing was saved"


def revise(world: "ForumsWorld", posted: Posted, event: MinutesRevised) -> Sequence[Event]:
    """Keep a new revision if its editor had read the newest; none is ever overwritten."""
    _, session = with_forum(world, event)
    by_anyone_on_site(posted, session)
    if event.revision is not None:
        raise StatedByService(path="data.revision")
    newest = world.minutes.get(event.session)
    revision = newest.revision if newest else 0
    if event.based_on > revision:
        raise NotYet(MinutesRevised.type, event.subject)
    if newest is not None and event.based_on < revision:
        raise MinutesConflict(
            path="data.based_on",
            based_on=event.based_on,
            editor=newest.editor,
            at=newest.revised_at,
            revision=revision,
        )
    if newest is not None and newest.text == event.text:
        raise NothingChanged(path="data.text", revision=revision)
    world.put_minutes(
        Minutes(
            session=event.session,
            revision=revision + 1,
            text=event.text,
            editor=event.editor,
            unit=posted.caller.unit,
            revised_at=event.revised_at,
            note=event.note,
        )
    )
    return [event.model_copy(update={"revision": revision + 1})]
