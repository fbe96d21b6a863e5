"""The story runner: plays who applies, who does what and when, against the real application in a scratch database."""

from app.scenarios.play import Result, play
from app.scenarios.story import Story, StoryError, load_story
from app.scenarios.world import World, WorldTemplate

__all__ = ["Result", "Story", "StoryError", "World", "WorldTemplate", "load_story", "play"]
