"""What a liaison officer's text says, by rules over its words (DOMAIN §9)."""

from responder.hotline.understanding.gazetteer import Gazetteer, Resolution, resolve
from responder.hotline.understanding.model import Need, Understood
from responder.hotline.understanding.reading import understand

__all__ = ["Gazetteer", "Need", "Resolution", "Understood", "resolve", "understand"]
