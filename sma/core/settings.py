"""One frozen Settings object, read once at start from `SMA_*` variables, `.env` and a folder of secrets.

Production refuses what is only fit for a demonstration: plain-http addresses, a test clock, missing keys.
"""

from functools import cached_property
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SecretsSettingsSource, SettingsConfigDict

from sma.core import crypto

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# Not names of a machine: they mean "listen on every one".
EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - compared with, not listened on


class Settings(BaseSettings):
    """Everything an operator can choose. Each field is an `SMA_` variable; the README lists them all."""

    model_config = SettingsConfigDict(
        env_prefix="SMA_", env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    environment: Literal["development", "production"] = "development"
    secrets_folder: Path | None = Field(default=None, description="one file a setting, such as sma_keys")
    data_folder: Path = Path("data")
    database_url: SecretStr | None = Field(default=None, description="empty: SQLite in the data folder")
    broker_url: SecretStr | None = Field(default=None, description="empty: messages in the data folder")
    queue_name: str = Field(default="sma", pattern=r"^[A-Za-z0-9._-]{1,60}$", description="on a shared broker")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535, description="0: any free one")
    base_url: str | None = Field(default=None, description="empty: where `sma serve` listens")
    allowed_hosts: str = Field(default="", description="further names of this system, comma separated; * for any")
    keys: SecretStr | None = Field(default=None, description="id:base64 keys, newest first, comma separated")
    index_key: SecretStr | None = Field(default=None, description="base64 key of the blind index")
    mail_url: SecretStr | None = Field(default=None, description="smtp://…; empty: a Maildir in the data folder")
    mail_from: str = "appointments@saltwater.example"
    clinic_name: str = "Saltwater Aboriginal Health Service"
    clinic_alias: str = "Saltwater"
    clinic_phone: str = "(02) 5550 1000"
    idle_minutes: int = Field(default=30, ge=1, le=480)
    absolute_hours: int = Field(default=12, ge=1, le=72)
    require_totp_for_export: bool = False
    test_clock: Path | None = None
    log_level: str = "INFO"
    body_limit_bytes: int = Field(default=2_000_000, ge=10_000)
    metrics_token: SecretStr | None = Field(default=None, description="empty: /metrics answers loopback only")

    @field_validator("secrets_folder")
    @classmethod
    def _folder_is_there(cls, folder: Path | None) -> Path | None:
        if folder is not None and (trouble := cls._trouble_in(folder)):
            raise ValueError(trouble)
        return folder

    @classmethod
    def _trouble_in(cls, folder: Path) -> str | None:
        """Say why a folder of secrets cannot be read; what is not ours in it does not matter."""
        if not folder.is_dir():
            return "there is no such folder"
        ours = {f"sma_{name}" for name in cls.model_fields}
        for path in sorted(folder.iterdir()):
            try:
                if path.name.lower() in ours:
                    path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                return f"{path.name} in it must be a file of UTF-8 text that this account may read"
        return None

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if self.environment != "production":
            return self
        missing = [name for name in ("keys", "index_key", "mail_url") if getattr(self, name) is None]
        if missing:
            raise ValueError("production needs " + ", ".join(f"SMA_{name.upper()}" for name in missing))
        if urlsplit(self.base_url or "").scheme != "https":
            raise ValueError("production needs an https address in SMA_BASE_URL")
        if self.test_clock is not None:
            raise ValueError("production refuses SMA_TEST_CLOCK")
        return self

    @model_validator(mode="after")
    def _keys_are_keys(self) -> Self:
        if (self.keys is None) != (self.index_key is None):
            raise ValueError("give both SMA_KEYS and SMA_INDEX_KEY, or neither")
        if self.keys is not None and self.index_key is not None:
            try:
                crypto.Keyring.parse(self.keys.get_secret_value(), self.index_key.get_secret_value())
            except ValueError:
                # The reason is left out: it could quote a part of a key.
                raise ValueError(
                    "SMA_KEYS must look like id:key,id:key and SMA_INDEX_KEY be one key; a key is 32 bytes in base64"
                ) from None
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - replaced by the folder that is named
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read secrets from files too, as containers and systemd hand them over; a variable of that name wins."""
        usual = (init_settings, env_settings, dotenv_settings)
        named = [source().get("secrets_folder") for source in usual]
        folder = next((Path(each) for each in named if each), None)
        if folder is None or cls._trouble_in(folder):  # the latter is refused above, with the other settings
            return usual
        return (*usual, SecretsSettingsSource(settings_cls, secrets_dir=folder))

    def listens_at(self, scheme: str) -> str:
        """The address of the port on which `sma serve` listens, as a browser on this machine would type it."""
        at = "127.0.0.1" if self.host in EVERYWHERE else self.host
        return f"{scheme}://{f'[{at}]' if ':' in at else at}:{self.port}"

    @property
    def address(self) -> str:
        """Where people reach this system; without SMA_BASE_URL, where it listens."""
        return self.base_url or self.listens_at("http")

    @property
    def known_hosts(self) -> frozenset[str] | None:
        """The names under which this system answers; None for any, as in development unless some are listed."""
        listed = {name.strip().lower().strip("[]") for name in self.allowed_hosts.split(",") if name.strip()}
        if "*" in listed or not (listed or self.is_production):
            return None
        own = {urlsplit(self.address).hostname or "", self.host}
        return frozenset(listed | own | LOOPBACK) - EVERYWHERE

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @cached_property
    def resolved_database_url(self) -> str:
        """The database to use, with the driver named."""
        if self.database_url is None:
            return f"sqlite:///{self.data_folder.resolve() / 'sma.db'}"
        url = self.database_url.get_secret_value()
        for plain in ("postgresql://", "postgres://"):
            if url.startswith(plain):
                return "postgresql+psycopg://" + url.removeprefix(plain)
        return url

    @cached_property
    def keyring(self) -> crypto.Keyring:
        """The keys that seal identifiers. In development they are made once and kept in the data folder."""
        if self.keys is not None and self.index_key is not None:
            return crypto.Keyring.parse(self.keys.get_secret_value(), self.index_key.get_secret_value())
        return crypto.Keyring.kept_in(self.data_folder / "keys")
