"""Every text that the house sends and how it is treated on its way: ``config/messages.toml``."""

from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from responder.messaging.forms import Form
from responder.messaging.rules import UnknownTemplate
from responder.platform import config

Kind = Literal["alert", "duty", "answer", "routine", "test"]


class Treatment(BaseModel):
    """How one template is treated. ``kind`` chooses its roads and its last road (``config/messaging.toml``);
    ``wants_answer`` names the answering number; ``waits_for_morning`` keeps it out of the quiet hours;
    ``may_be_bundled`` lets it go inside one text with others; after ``stale_minutes`` it isn't sent any more. ``form``
    is its short form for providers that take no free text.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Kind
    stale_minutes: Annotated[int, Field(gt=0)]
    wants_answer: bool = False
    waits_for_morning: bool = False
    may_be_bundled: bool = False
    form: Form | None = None


class _Treatments(RootModel[dict[str, Treatment]]):
    pass


@cache
def treatments() -> dict[str, Treatment]:
    """All of them, by template. Raises ConfigError, which names file and key."""
    return config.load("messages.toml", _Treatments).root


def treatment(template: str) -> Treatment:
    """How a template is treated. Raises UnknownTemplate, ConfigError."""
    found = treatments().get(template)
    if found is None:
        raise UnknownTemplate(template=template, lang="")
    return found
