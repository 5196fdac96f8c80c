"""Asking a service's rules about events, without anything around them."""

from typing import TypeVar

import pytest

from shared.events import Event
from shared.posted import Caller, World
from shared.problems import Refused
from tests.builders import posted

R = TypeVar("R", bound=Refused)
W = TypeVar("W", bound=World)
Post = tuple[Event, Caller]


def given(world: W, *posts: Post) -> W:
    """Let a world decide what came before."""
    for event, by in posts:
        world.decide(posted(event, by))
    return world


def decide(world: World, event: Event, by: Caller) -> Event:
    """Return the one fact that follows from an event."""
    (fact,) = world.decide(posted(event, by))
    return fact


def refused(kind: type[R], world: World, event: Event, by: Caller) -> R:
    """Return the refusal of an event, having read its sentences as a person would."""
    with pytest.raises(kind) as caught:
        world.decide(posted(event, by))
    refusal = caught.value
    assert type(refusal) is kind
    problem = refusal.problem()
    assert "{" not in problem["title"] + problem["title_en"]
    assert problem["title"] != problem["title_en"]
    return refusal
