"""Calls by Twilio: prompts become TwiML by the official SDK, its requests become what was heard (DOMAIN §8)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from twilio.twiml.voice_response import VoiceResponse

from responder.messaging.calls import Heard, Prompt, Spoken
from responder.messaging.gateways import SendFailed
from responder.messaging.gateways.session import Session

API = "https://api.twilio.com"
LARGEST = 20 * 1024 * 1024
"""Bytes of one recording; ten minutes of a telephone's sound are less than ten million."""
_REF = re.compile(r"RE[0-9A-Za-z]{1,40}")
_SECONDS = 120.0
"""How long a recording may take: ten megabytes over a slow line."""


@dataclass(frozen=True)
class Voices:
    """Which voice speaks each language: ``Polly.Zhiyu|cmn-CN``. One setting for both halves: a voice with another
    language's code makes the provider break off."""

    zh: str
    en: str

    def of(self, lang: str) -> dict[str, str]:
        """Voice and language as the SDK takes them."""
        voice, _bar, language = (self.en if lang == "en" else self.zh).partition("|")
        return {"voice": voice, "language": language}


def respond(prompts: Sequence[Prompt], action: str, voices: Voices, recorded: str = "") -> str:
    """TwiML of what the line does next. Answers come back to ``action``, word of a recording to ``recorded``."""
    answer = VoiceResponse()
    waiting: list[Prompt] = []
    for prompt in prompts:
        if prompt.do == "say":
            waiting.append(prompt)
            continue
        inside: Any = answer
        if prompt.do == "gather":
            # Spoken inside: a key cuts it short. Silence comes back too, so that it can be counted.
            more: dict[str, Any] = {"num_digits": prompt.digits} if prompt.digits else {"finish_on_key": "#"}
            inside = answer.gather(
                input="dtmf", action=action, method="POST", timeout=prompt.seconds, action_on_empty_result=True, **more
            )
        _speak(inside, waiting, voices)
        waiting = []
        _act(answer, prompt, action, recorded)
    _speak(answer, waiting, voices)
    return str(answer)


def _speak(verb: Any, waiting: list[Prompt], voices: Voices) -> None:
    for one in waiting:
        verb.say(one.text, **voices.of(one.lang))


def _act(answer: Any, prompt: Prompt, action: str, recorded: str) -> None:
    if prompt.do == "record":
        answer.record(
            action=action, method="POST", timeout=prompt.silence, max_length=prompt.seconds, finish_on_key="#",
            play_beep=True, recording_status_callback=recorded, recording_status_callback_event="completed",
        )  # fmt: skip
        # Reached only where nothing was recorded: nobody may be left in an empty line.
        answer.redirect(action, method="POST")
    elif prompt.do == "dial":
        answer.dial(prompt.number, action=action, method="POST", timeout=prompt.seconds)
    elif prompt.do == "hangup":
        answer.hangup()


def heard(form: Mapping[str, str]) -> Heard:
    """What a request to a step tells."""
    if "DialCallStatus" in form:
        return Heard("answered" if form["DialCallStatus"] in ("completed", "answered") else "unanswered")
    if form.get("RecordingUrl"):
        return Heard("recording")
    keys = form.get("Digits", "")
    if keys == "hangup" or form.get("CallStatus") in ENDED:
        return Heard("gone")
    return Heard("keys", keys[:40]) if keys else Heard("silence")


ENDED = ("completed", "busy", "failed", "no-answer", "canceled")
"""A call's status when it is over."""


def spoken(form: Mapping[str, str], api: str = "") -> Spoken | None:
    """The recording that a request tells of, None where it tells of none. Its address is left out where it isn't the
    provider's own: nothing is ever fetched from elsewhere."""
    url = form.get("RecordingUrl", "")
    ref = form.get("RecordingSid", "") or urlsplit(url).path.rpartition("/")[2].partition(".")[0]
    if not _REF.fullmatch(ref):
        return None
    length = form.get("RecordingDuration", "")
    seconds = int(length) if length.isascii() and length.isdigit() and len(length) < 6 else 0
    return Spoken(ref, url if _is_own(url, ref, api) else "", seconds)


def _is_own(url: str, ref: str, api: str) -> bool:
    try:
        parts, home = urlsplit(url), urlsplit(api or API)
        return (parts.scheme, parts.netloc) == (home.scheme, home.netloc) and f"/Recordings/{ref}" in parts.path
    except ValueError:
        return False


def fetch(account: str, token: str, ref: str, api: str = "", proxy: str = "") -> bytes:
    """A recording's sound, by the house's proxy where there is one. The address is made from the settings and the
    recording's id, never from what a request told us, and no redirect is followed. Raises SendFailed."""
    if not _REF.fullmatch(ref):
        raise SendFailed("ref", "content")
    url = f"{(api or API).rstrip('/')}/2010-04-01/Accounts/{account}/Recordings/{ref}.mp3"
    session = Session(proxy, 1)
    try:
        answer = session.ask("GET", url, auth=(account, token), most=LARGEST, seconds=_SECONDS)
    except SendFailed as problem:
        # What is longer than any call's sound never gets shorter.
        raise SendFailed(problem.code, "content" if problem.code == "size" else "temporary") from None
    finally:
        session.close()
    if answer.status != 200:
        # The sound of a call just over isn't always ready: 404 passes.
        raise SendFailed(str(answer.status), "temporary")
    return answer.body
