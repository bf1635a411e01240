"""The way through a call: from a state and what was heard to the next state and what is said. Pure."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from responder.hotline.voice.menu import figure, menu, say
from responder.kernel.actors import REAL
from responder.messaging.calls import Heard, Prompt, digits
from responder.platform.terms import term

MOST_DIGITS = 6
"""A figure by keypad: more digits are a slip of the finger."""
MOST_MISSIONS = 8
"""As many as there are keys to choose with."""


@dataclass(frozen=True)
class Task:
    """An open mission of the caller: its number, its world, where it goes."""

    number: str
    world: int
    place: str


@dataclass(frozen=True)
class State:
    """Where a call stands. ``keyed`` {slug: number | None}: None was skipped, 0 was said to be none.

    ``world`` is the real one until the caller chooses the drill ``drill`` (0: none is running, or several).
    ``node`` names a step below; at ``over`` nothing more is heard and ``deed`` says what came of it.
    """

    node: str
    lang: str = "zh"
    name: str = ""
    office: str = ""
    place: str = ""
    division: str = ""
    known: bool = True
    duty: str = ""
    tasks: tuple[Task, ...] = ()
    drill: int = REAL
    world: int = REAL
    hazard: str | None = None
    keyed: dict[str, int | None] = field(default_factory=dict)
    task: int = 0
    failures: int = 0
    recorded: bool = False
    status: str = ""
    deed: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Ready to be kept as JSON."""
        return asdict(self)

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "State":
        """From what was kept."""
        return cls(**{**kept, "tasks": tuple(Task(**one) for one in kept["tasks"])})

    @property
    def figures(self) -> dict[str, int]:
        """The figures that were stated, in the order in which they are asked."""
        known = ((slug, self.keyed.get(slug)) for slug in menu().figures)
        return {slug: value for slug, value in known if value is not None}

    @property
    def is_red(self) -> bool:
        """Whether somebody must look at once: a voice that no machine has understood, or dead and missing."""
        return self.recorded or any(self.figures.get(slug) for slug in ("deaths", "missing"))


@dataclass(frozen=True)
class Step:
    """What follows. ``deed`` is what is to be done now, then ``close`` says how it went: report, zero, answer, wait
    (a person must look), spoken (a person has talked to the caller); "" where the call goes on."""

    state: State
    prompts: tuple[Prompt, ...] = ()
    deed: str = ""


def begin(state: State) -> Step:
    """The first words. An unknown caller is recorded at once."""
    greeting = say("greeting", state.lang, name=_sayable(state.name, state.lang), office=state.office)
    if not state.known:
        words = [_say(say("stranger", lang, office=state.office), lang) for lang in ("zh", "en")]
        return Step(replace(state, node="speak"), (*words, _record("speak")))
    return _menu(state, greeting)


def step(state: State, heard: Heard) -> Step:
    """What follows from what was heard."""
    if state.node == "over":
        return Step(state, (Prompt("hangup"),))
    if heard.what == "gone":
        return _end(state, "wait")
    if heard.what == "recording":
        state = replace(state, recorded=True)
    if state.node in _LISTENING:
        return _LISTENING[state.node](state, heard)
    return _NODES[state.node](state, heard.keys.strip()) if heard.what == "keys" else _again(state)


def close(state: State, words: str, **values: object) -> tuple[Prompt, ...]:
    """The last words of a call."""
    return (_say(say(words, state.lang, **values), state.lang), Prompt("hangup"))


def _menu(state: State, before: str = "") -> Step:
    said = [before, say("in_drill", state.lang) if state.world != REAL else "", say("menu", state.lang)]
    if state.drill != REAL and state.world == REAL:
        said.append(say("menu_drill", state.lang))
    other = "en" if state.lang == "zh" else "zh"
    spoken = [_say(_joined(said, state.lang), state.lang), _say(say("other_language", other), other)]
    return Step(replace(state, node="menu"), (*spoken, _gather(1)))


def _at_menu(state: State, key: str) -> Step:
    fresh = replace(state, failures=0)
    if key == "6" and state.drill != REAL:
        return _menu(replace(fresh, world=state.drill))
    return _MENU[key](fresh) if key in _MENU else _again(state)


def _ask_speech(state: State) -> Step:
    return Step(replace(state, node="speak"), (_say(say("speak", state.lang), state.lang), _record("speak")))


def _ask_zero(state: State) -> Step:
    words = say("zero", state.lang, place=state.place)
    return Step(replace(state, node="zero"), (_say(words, state.lang), _gather(1)))


def _ask_hazard(state: State) -> Step:
    keys = menu().hazards.items()
    named = "".join(
        say("hazard_key", state.lang, hazard=term("hazard", slug, state.lang), key=key) + _gap(state.lang)
        for key, slug in keys
    )
    words = say("hazard", state.lang, menu=named)
    return Step(replace(state, node="hazard"), (_say(words, state.lang), _gather(1)))


def _at_hazard(state: State, key: str) -> Step:
    slug = menu().hazards.get(key)
    if slug is None and key != "*":
        return _again(state)
    return _ask_figure(replace(state, hazard=slug, failures=0), say("how", state.lang))


def _ask_figure(state: State, before: str = "") -> Step:
    waiting = [slug for slug in menu().figures if slug not in state.keyed]
    if not waiting:
        prompts = (_say(say("details", state.lang), state.lang), _record("details"))
        return Step(replace(state, node="details"), prompts)
    question = say("figure", state.lang, question=getattr(menu().figures[waiting[0]], state.lang))
    words = _joined([before, question], state.lang)
    return Step(replace(state, node="figure"), (_say(words, state.lang), _gather(0)))


def _at_figure(state: State, keys: str) -> Step:
    slug = next(slug for slug in menu().figures if slug not in state.keyed)
    if keys and not keys.strip("*"):
        value = None
    elif keys.isascii() and keys.isdigit() and len(keys) <= MOST_DIGITS:
        value = int(keys)
    else:
        return _again(state)
    return _ask_figure(replace(state, keyed={**state.keyed, slug: value}, failures=0))


def _read_back(state: State) -> Step:
    recorded = say("recorded", state.lang) if state.recorded else ""
    words = say("readback", state.lang, said=spoken(state), recorded=recorded)
    return Step(replace(state, node="readback"), (_say(words, state.lang), _gather(1)))


def _at_readback(state: State, key: str) -> Step:
    if key == "1":
        return _end(state, "report")
    if key == "2":
        return _ask_hazard(replace(state, keyed={}, hazard=None, failures=0))
    return _officer(state) if key == "0" else _again(state)


def _at_zero(state: State, key: str) -> Step:
    if key == "1":
        return _end(state, "zero")
    return _menu(replace(state, failures=0)) if key == "2" else _again(state)


def _ask_task(state: State) -> Step:
    if not state.tasks:
        return _menu(state, say("no_mission", state.lang))
    if len(state.tasks) == 1:
        return _ask_answer(replace(state, task=0))
    lines = (
        say("which_key", state.lang, **_named(task, state.lang), key=key) + _gap(state.lang)
        for key, task in enumerate(state.tasks[:MOST_MISSIONS], 1)
    )
    words = say("which", state.lang, menu="".join(lines))
    return Step(replace(state, node="which"), (_say(words, state.lang), _gather(1)))


def _at_which(state: State, key: str) -> Step:
    if key == "0":
        return _officer(state)
    if not key.isascii() or not key.isdigit() or not 1 <= int(key) <= min(len(state.tasks), MOST_MISSIONS):
        return _again(state)
    return _ask_answer(replace(state, task=int(key) - 1, failures=0))


def _ask_answer(state: State) -> Step:
    words = say("answer", state.lang, **_named(state.tasks[state.task], state.lang))
    return Step(replace(state, node="answer"), (_say(words, state.lang), _gather(1)))


def _at_answer(state: State, key: str) -> Step:
    if key == "0":
        return _officer(state)
    status = menu().answers.get(key)
    return _end(replace(state, status=status), "answer") if status else _again(state)


def _again(state: State) -> Step:
    """What couldn't be taken is asked once more; after some tries a person takes over."""
    failures = state.failures + 1
    if failures >= menu().tries:
        return _officer(replace(state, failures=failures))
    asked = _ASKED[state.node](state)
    sorry = _say(say("failed", state.lang), state.lang)
    return Step(replace(asked.state, failures=failures), (sorry, *asked.prompts))


def _officer(state: State) -> Step:
    if not state.duty:
        return _leave_message(state)
    dial = Prompt("dial", number=state.duty, seconds=menu().seconds.dial)
    return Step(replace(state, node="officer"), (_say(say("dialling", state.lang), state.lang), dial))


def _leave_message(state: State) -> Step:
    return Step(replace(state, node="message"), (_say(say("message", state.lang), state.lang), _record("message")))


def _end(state: State, deed: str) -> Step:
    return Step(replace(state, node="over", deed=deed), (Prompt("hangup"),), deed)


_NODES: dict[str, Callable[[State, str], Step]] = {
    "menu": _at_menu, "hazard": _at_hazard, "figure": _at_figure, "readback": _at_readback, "zero": _at_zero,
    "which": _at_which, "answer": _at_answer,
}  # fmt: skip
_ASKED: dict[str, Callable[[State], Step]] = {
    "menu": _menu, "hazard": _ask_hazard, "figure": _ask_figure, "readback": _read_back, "which": _ask_task,
    "answer": _ask_answer, "zero": _ask_zero,
}  # fmt: skip
_MENU: dict[str, Callable[[State], Step]] = {
    "1": _ask_speech,
    "2": lambda state: _ask_hazard(replace(state, keyed={}, hazard=None)),
    "3": _ask_zero,
    "4": _ask_task,
    "0": _officer,
    "9": lambda state: _menu(replace(state, lang="en" if state.lang == "zh" else "zh")),
}
_LISTENING: dict[str, Callable[[State, Heard], Step]] = {
    "speak": lambda state, _heard: _end(state, "wait"),
    "message": lambda state, _heard: _end(state, "wait"),
    "details": lambda state, _heard: _read_back(replace(state, failures=0)),
    "officer": lambda state, heard: _end(state, "spoken") if heard.what == "answered" else _leave_message(state),
}
"""Nodes at which something else than keys comes back."""


def spoken(state: State) -> str:
    """What was keyed, digits one by one; what was skipped is not said, nought is."""
    parts = [figure(slug, value, state.lang) for slug, value in state.figures.items()]
    hazard = [term("hazard", state.hazard, state.lang)] if state.hazard else []
    return ("，" if state.lang == "zh" else ", ").join([*hazard, *(parts or [say("nothing", state.lang)])])


def _named(task: Task, lang: str) -> dict[str, str]:
    drill = say("drill", lang) if task.world != REAL else ""
    return {"mission": digits(task.number, lang), "place": task.place, "drill": drill}


def _sayable(name: str, lang: str) -> str:
    """An English voice can't read Chinese: it would fall silent, or break off."""
    return name if lang == "zh" or name.isascii() else ""


def _gap(lang: str) -> str:
    return "" if lang == "zh" else " "


def _joined(parts: list[str], lang: str) -> str:
    return _gap(lang).join(part for part in parts if part)


def _say(text: str, lang: str) -> Prompt:
    return Prompt("say", text=text, lang=lang)


def _gather(keys: int) -> Prompt:
    return Prompt("gather", digits=keys, seconds=menu().seconds.key)


def _record(which: str) -> Prompt:
    return Prompt("record", seconds=getattr(menu().seconds, which), silence=menu().seconds.silence)
