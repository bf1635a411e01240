"""The roads that an installation has: each gateway's texts, and its calls where it can ring."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from responder.messaging.buckets import Bucket
from responder.messaging.gateways import Caller, Capabilities, Gateway, Letter, Line, Lined, Sent
from responder.messaging.manners import Manners
from responder.messaging.roads import CALL


@dataclass(frozen=True)
class Haulier:
    """One road: its name, the gateway's, what it can, and how a letter is handed over.

    ``lines`` are the gateway's own numbers; one without a name where it has but one. ``most`` is how many may go to one
    number in a day whatever they say, None without a limit.
    """

    name: str
    gateway: str
    can: Capabilities
    lines: tuple[Line | None, ...]
    hand_over: Callable[[Letter], Sent]
    most: int | None = None

    @property
    def rings(self) -> bool:
        """Whether it calls."""
        return self.name.endswith(CALL)

    @property
    def bucket(self) -> Bucket:
        """The bucket of each of its lines."""
        return Bucket(self.can.per_second, self.can.burst)

    def row(self, line: Line | None) -> str:
        """The name under which a line's state is kept."""
        return f"{self.name}/{line.name}" if line else self.name

    def budgets(self, line: Line | None) -> tuple[int | None, int | None]:
        """How much a line may carry in an hour and in a day."""
        return (line.per_hour, line.per_day) if line else (self.can.per_hour, self.can.per_day)


def fleet(gateways: Sequence[Gateway], manners: Manners) -> list[Haulier]:
    """All roads, in the order of the gateways."""
    found: list[Haulier] = []
    for one in gateways:
        lines: tuple[Line | None, ...] = tuple(one.lines()) if isinstance(one, Lined) else ()
        found.append(Haulier(one.name, one.name, one.can, lines or (None,), one.send))
        if one.can.voice and isinstance(one, Caller):
            can = one.can.model_copy(
                update={
                    "per_second": manners.calls.per_minute / 60, "burst": manners.calls.per_minute,
                    "same_per_day": None, "different_per_day": None, "template_per_day": None,
                }
            )  # fmt: skip
            found.append(Haulier(one.name + CALL, one.name, can, (None,), one.call, manners.calls.per_number_and_day))
    return found
