"""What may be asked of the tests of reach."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CallSilent:
    """Puts somebody who can't be reached by text on the list of calls."""

    person_id: int
