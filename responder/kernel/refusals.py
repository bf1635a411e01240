"""Refusals: what a rule says when the answer is no.

One table (``config/refusals/``) maps each code to an HTTP status and to the words in both languages;
nothing else in the code knows how a refusal is shown.
"""


class Refusal(Exception):
    """A request that the rules decline. ``code`` names the reason, ``params`` fill its words.

    Subclasses set ``code``. Params must be safe to show to whoever asked.
    """

    code = "refused"

    def __init__(self, **params: object) -> None:
        super().__init__(self.code)
        self.params = params

    def __str__(self) -> str:
        return f"{self.code} {self.params}" if self.params else self.code


class NotFound(Refusal):
    """There is no such thing, or it is outside what the asker may see: the two are never told apart."""

    code = "not_found"


class NotAllowed(Refusal):
    """The asker sees the thing but may not do this."""

    code = "not_allowed"


class Invalid(Refusal):
    """A field's value can't be accepted. Params: ``field`` (its name), ``problem`` (a refusal text's key)."""

    code = "invalid"


class ChangedMeanwhile(Refusal):
    """Somebody else changed the thing first."""

    code = "changed_meanwhile"
