"""Settings: from the environment or a ``.env`` file; every name is in the README's table."""

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

_VOICE = r"^[\w.-]+\|[A-Za-z]{2,3}(-[A-Za-z0-9]+)+$"
"""A voice and its language as one: ``Polly.Zhiyu|cmn-CN``."""


class Settings(BaseSettings):
    """All that differs between one installation and the next."""

    model_config = SettingsConfigDict(
        env_prefix="RESPONDER_", env_file=".env", extra="ignore", populate_by_name=True, frozen=True
    )

    data: Path = Path("var")
    database_url: str = ""
    redis_url: str = ""
    secret_key: str = ""
    public_url: str = ""
    profile: str = "jinshan"
    gateways: str = ""
    twilio_account_sid: str = Field("", validation_alias=AliasChoices("TWILIO_ACCOUNT_SID", "twilio_account_sid"))
    twilio_auth_token: str = Field("", validation_alias=AliasChoices("TWILIO_AUTH_TOKEN", "twilio_auth_token"))
    twilio_from: str = ""
    twilio_api_url: str = ""
    twilio_voice: str = Field("Polly.Zhiyu|cmn-CN", pattern=_VOICE)
    twilio_voice_en: str = Field("Polly.Joanna|en-US", pattern=_VOICE)
    twilio_webhook_secret: str = ""
    kannel_url: str = ""
    kannel_username: str = ""
    kannel_password: str = ""
    kannel_status_url: str = ""
    kannel_status_password: str = ""
    aliyun_key: str = Field("", validation_alias=AliasChoices("ALIBABA_CLOUD_ACCESS_KEY_ID", "aliyun_key"))
    aliyun_secret: str = Field("", validation_alias=AliasChoices("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "aliyun_secret"))
    aliyun_api_url: str = ""
    http_proxy: str = ""
    answer_number: str = ""
    public_phone: str = ""
    duty_phone: str = ""
    logo: str = ""
    trusted_proxies: int = 0
    demo: bool = False
    log_level: str = "info"

    def url(self) -> str:
        """The database's URL: the one given, else the SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{(self.data / 'responder.db').absolute()}"

    def gateway_names(self) -> list[str]:
        """Gateways in the order in which they are tried. A demonstration without any gets the simulator."""
        named = [name.strip() for name in self.gateways.split(",") if name.strip()]
        return named or (["simulator"] if self.demo else [])

    def texts_to(self) -> str:
        """The number that people text: the one to answer to, else the sender where it is a number; "" where there is
        none. A messaging service's id is none, nor is the number after it, which only calls."""
        sender = self.twilio_from.partition(",")[0].strip()
        return self.answer_number or (sender if sender.startswith("+") else "")

    def hook_key(self, gateway: str) -> str:
        """The secret part of the address at which an unsigned gateway calls us; it changes with the secret key."""
        return hmac.new(self.secret().encode(), f"hook:{gateway}".encode(), hashlib.sha256).hexdigest()[:32]

    def secret(self) -> str:
        """The secret key: the one given, else the one in the data folder, made there on first use (mode 0600)."""
        if self.secret_key:
            return self.secret_key
        self.data.mkdir(parents=True, exist_ok=True)
        path = self.data / "secret_key"
        if not path.exists():
            # Written aside and linked, so that two processes starting together agree on one key.
            aside = path.with_name(f"secret_key.{os.getpid()}")
            handle = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            os.write(handle, secrets.token_hex(32).encode())
            os.close(handle)
            with suppress(FileExistsError):
                os.link(aside, path)
            aside.unlink()
        return path.read_text().strip()
