"""Gateways that stand in: they take everything, or refuse what they are told to."""

from typing import Any

from responder.messaging.gateways import Capabilities, Category, Letter, SendFailed, Sent


class Stand:
    """A gateway that takes everything, or refuses what it is told to."""

    def __init__(self, name: str, refuse: Category | None = None, **can: Any) -> None:
        self.name, self.refuse = name, refuse
        self.can = Capabilities(**({"per_second": 1000, "burst": 500, "price": 100} | can))
        self.took: list[Letter] = []
        self.asked = 0

    def send(self, letter: Letter) -> Sent:
        self.asked += 1
        if self.refuse is not None:
            raise SendFailed("E1", self.refuse)
        self.took.append(letter)
        return Sent(f"{self.name}{self.asked}")


class Ringing(Stand):
    """One that rings too."""

    def __init__(self, name: str, refuse: Category | None = None, **can: Any) -> None:
        super().__init__(name, refuse, voice=True, **can)
        self.rang: list[Letter] = []

    def call(self, letter: Letter) -> Sent:
        self.rang.append(letter)
        return Sent(f"call{len(self.rang)}")
