"""Approval by providers that send nothing but their templates: what is approved, and the list that asks for it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError

from responder.kernel import phones
from responder.messaging import forms
from responder.messaging.letters import treatments
from responder.platform import config
from responder.platform.terms import LANGUAGES, term

Code = Annotated[str, Field(pattern=r"^\S{0,64}$")]
_MOBILE = re.compile(r"1[3-9]\d{9}")


class Codes(BaseModel):
    """A template's id at the provider in each language, "" where it has none."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    zh: Code = ""
    en: Code = ""


class Approval(BaseModel):
    """What a provider has approved: its signature (without 【】) and templates, by our names for them."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    signature: Annotated[str, Field(pattern=r"^[^【】\s]{0,20}$")] = ""
    templates: dict[str, Codes] = {}


def path(gateway: str, data: Path) -> Path:
    """Where a branch keeps what its provider has approved."""
    return data / f"templates.{gateway.replace(':', '-')}.toml"


@cache
def approval(gateway: str, data: Path | None = None) -> Approval:
    """What a gateway's provider has approved: ``templates.<gateway>.toml`` in the data folder where there is one, over
    signature and [templates] of ``config/gateways/<gateway>.toml``. Read once. Raises ConfigError."""
    name = f"gateways/{gateway.replace(':', '/')}.toml"
    house = config.read(config.folder() / name) if (config.folder() / name).is_file() else {}
    said: dict[str, Any] = {"templates": house.get("templates", {})}
    if data is not None and path(gateway, data).is_file():
        own = config.read(path(gateway, data))
        said = {**said, **own, "templates": said["templates"] | own.get("templates", {})}
        name = path(gateway, data).name
    try:
        found = Approval.model_validate(said)
    except ValidationError as problem:
        lines = [f"{name}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in problem.errors()]
        raise config.ConfigError("\n".join(lines)) from None
    for template in found.templates:
        treated = treatments().get(template)
        if treated is None or treated.form is None:
            raise config.ConfigError(f"{name}: templates.{template}: no text of the house with a short form")
    return found


def approved(gateway: str, template: str, lang: str, data: Path | None = None) -> str | None:
    """The id under which a gateway may send a text's short form in a language, None where it isn't approved."""
    codes = approval(gateway, data).templates.get(template)
    return (getattr(codes, lang, "") or None) if codes else None


class Provider(BaseModel):
    """How a provider writes a variable (``${name}``, ``{1}``), whether a mobile number may stand in the fixed words,
    and what it calls a template of our sort."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    placeholder: Annotated[str, Field(pattern=r"name|1")]
    mobile_numbers: bool
    kind: str

    def placeholders(self, names: list[str]) -> dict[str, str]:
        """Each variable of a template as the provider writes it, in their order."""
        return {name: self.placeholder.replace("name", name).replace("1", str(n)) for n, name in enumerate(names, 1)}


class Words(BaseModel):
    """One thing in both languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    zh: str
    en: str


class Variable(Words):
    """A variable as a reviewer reads it."""

    example: Words
    attribute: str = "其他"


class _Providers(RootModel[dict[str, Provider]]):
    pass


class _Variables(RootModel[dict[str, Variable]]):
    pass


@cache
def providers() -> dict[str, Provider]:
    """Providers whose way of writing templates the house knows. Raises ConfigError."""
    return config.load("templates/providers.toml", _Providers).root


@cache
def variables() -> dict[str, Variable]:
    """The variables of the short forms. Raises ConfigError."""
    return config.load("templates/variables.toml", _Variables).root


@dataclass(frozen=True)
class Submission:
    """One template as a provider gets it. ``longest`` is its length with all variables full, signature included."""

    template: str
    lang: str
    title: str
    kind: str
    text: str
    example: str
    variables: str
    longest: int
    wants_answer: bool
    remark: str
    code: str


def submissions(gateway: str, answer: str, signature: str, data: Path | None = None) -> Iterator[Submission]:
    """The list for a gateway's provider, every form in both languages. ``answer`` is the number (E.164) that takes
    answers; where the provider lets no mobile number in, answers go back by the text itself."""
    provider = providers().get(gateway, providers()["generic"])
    number = phones.dialled(answer)
    left_out = bool(number) and not provider.mobile_numbers and _MOBILE.fullmatch(number) is not None
    for template, treated in treatments().items():
        for lang in LANGUAGES if treated.form else ():
            assert treated.form is not None
            names = list(forms.variables(treated.form.pattern(lang)))
            shown = "" if left_out else number
            remark = term("template_reason", treated.kind, lang)
            if treated.wants_answer and left_out:
                remark += "；回复直接回到本短信" if lang == "zh" else "; answers go back to this text"
            yield Submission(
                template, lang, term("template", template, lang), provider.kind,
                forms.submitted(treated.form, lang, provider.placeholders(names), shown),
                _example(treated.form, lang, shown, signature),
                _described(treated.form, names, lang),
                forms.longest(treated.form, lang, shown) + len(signature) + 2,
                treated.wants_answer, remark, approved(gateway, template, lang, data) or "",
            )  # fmt: skip


def _example(form: forms.Form, lang: str, answer: str, signature: str) -> str:
    filled = {name: getattr(_variable(name).example, lang) for name in forms.variables(form.pattern(lang))}
    return f"【{signature}】" + forms.submitted(form, lang, filled, answer)


def _described(form: forms.Form, names: list[str], lang: str) -> str:
    told = []
    for name in names:
        about = _variable(name)
        words = f"{about.zh}，{about.attribute}，最多{form.limits[name]}字" if lang == "zh" else (
            f"{about.en}, at most {form.limits[name]} characters"
        )  # fmt: skip
        told.append(f"{name}: {words}")
    return "\n".join(told)


def _variable(name: str) -> Variable:
    try:
        return variables()[name]
    except KeyError:
        raise config.ConfigError(f"templates/variables.toml: {name}: missing") from None
