"""Settings: one frozen object, read once from the environment and the home's own file.

Every fault is named at once, at start. The environment wins over ``hotline.env`` in the home, which
``hotline up`` writes (mode 0600) for a district that has set nothing.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from intake.crypto import KeyRing, KeyRingError, generate_keys, parse_keys

PROFILES = Path(__file__).parent / "profiles"
HOME_FILE = "hotline.env"
DEFAULT_PORT = 8000

#: The environment's names, and the field each one fills.
NAMES = {
    "HOTLINE_HOME": "home",
    "HOTLINE_PROFILE": "profile_folder",
    "HOTLINE_KEYS": "keys",
    "HOTLINE_PHONE": "phone",
    "DATABASE_URL": "database_url",
    "REDIS_URL": "redis_url",
    "PUBLIC_BASE_URL": "public_base_url",
    "TWILIO_ACCOUNT_SID": "account_sid",
    "TWILIO_AUTH_TOKEN": "auth_token",
    "TWILIO_AUTH_TOKEN_OLD": "auth_token_old",
    "TWILIO_NUMBER": "carrier_number",
    "TWILIO_API_BASE": "api_base",
    "SMTP_URL": "smtp_url",
    "MAIL_FROM": "mail_from",
    "MAIL_TO": "mail_to",
    "TRUSTED_PROXIES": "trusted_proxies",
}

#: Those that name the carrier, or the simulator in its place.
CARRIER_NAMES = frozenset(
    {
        "HOTLINE_PHONE",
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_AUTH_TOKEN_OLD",
        "TWILIO_NUMBER",
        "TWILIO_API_BASE",
    }
)

_HOME_FILE_HEAD = (
    "# This hotline's secrets. Keep a copy in a safe place: without HOTLINE_KEYS nothing can be read."
)

_FIELDS = {field: name for name, field in NAMES.items()}


class SettingsError(Exception):
    """The settings cannot be used; ``faults`` has one line for each thing to mend."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class Settings(BaseModel):
    """The house's settings. ``phone`` switches the telephone simulator on.

    ``trusted_proxies`` is how many proxies of one's own stand before the web apps: so many addresses at the
    end of X-Forwarded-For are believed, and none without.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, hide_input_in_errors=True
    )

    home: Path
    profile_folder: Path = PROFILES / "landkreis-kassel"
    keys: KeyRing
    phone: bool = False
    database_url: str = ""
    redis_url: str = ""
    public_base_url: str = f"http://127.0.0.1:{DEFAULT_PORT}"
    account_sid: str = ""
    auth_token: str = ""
    auth_token_old: str = ""
    carrier_number: str = ""
    api_base: str = "https://api.twilio.com"
    smtp_url: str = ""
    mail_from: str = ""
    mail_to: str = ""
    trusted_proxies: int = Field(default=0, ge=0, le=9)

    @field_validator("keys", mode="before")
    @classmethod
    def _read_keys(cls, value: object) -> KeyRing:
        try:
            return value if isinstance(value, KeyRing) else parse_keys(str(value))
        except KeyRingError as error:
            raise ValueError(str(error)) from None

    @field_validator("profile_folder", mode="before")
    @classmethod
    def _find_profile(cls, value: object) -> Path:
        """A folder, or the name of one of the profiles that come with the house."""
        named = PROFILES / str(value)
        folder = named if named.is_dir() else Path(str(value))
        if not (folder / "profile.toml").is_file():
            raise ValueError(f"no profile.toml in {value}; give a folder that has one, or a built-in name")
        return folder

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("must begin with postgresql:// or sqlite:///")
        return value

    @field_validator("redis_url")
    @classmethod
    def _known_broker(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://", "redis+socket://")):
            raise ValueError("must begin with redis://, rediss:// or redis+socket://")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _known_mail_server(cls, value: str) -> str:
        parts = urlsplit(value)
        try:
            is_known = parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0
        except ValueError:  # no number where the port stands
            is_known = False
        if value and not is_known:
            raise ValueError("must be smtp://user:password@host:587 or smtps://user:password@host:465")
        return value

    @field_validator("mail_from", "mail_to")
    @classmethod
    def _an_address(cls, value: str) -> str:
        name, _, domain = value.rpartition("@")
        if value and not (name and domain and value.isascii() and value.isprintable() and " " not in value):
            raise ValueError("must be one mail address")
        return value

    @field_validator("public_base_url", "api_base")
    @classmethod
    def _whole_url(cls, value: str, info: ValidationInfo) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("must be a whole address such as https://hotline.example.org")
        if info.field_name == "public_base_url" and (parts.query or parts.fragment):
            raise ValueError("must not have a query or a fragment")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _fill_in(self) -> Settings:
        """What was left out lies in the home: SQLite's file and the broker's socket."""
        home = self.home.resolve()
        set_field = object.__setattr__  # the object is frozen once it is whole
        if not self.database_url:
            set_field(self, "database_url", f"sqlite:///{home / 'hotline.sqlite3'}")
        if not self.redis_url:
            set_field(self, "redis_url", f"redis+socket://{home / 'broker.sock'}?virtual_host=0")
        return self

    @property
    def is_encrypted(self) -> bool:
        """Whether the house is reached by https; the proxy before it speaks it."""
        return self.public_base_url.startswith("https:")

    @property
    def is_trial(self) -> bool:
        """Whether it is only tried out: the telephone is simulated, and this machine alone reaches it."""
        return self.phone and urlsplit(self.public_base_url).hostname in ("127.0.0.1", "localhost", "::1")

    @property
    def has_carrier(self) -> bool:
        """Whether calls and texts can go out: credentials and a number are there."""
        return bool(self.account_sid and self.auth_token and self.carrier_number)

    @property
    def has_mail(self) -> bool:
        """Whether alarms go out by mail: a server, a sender and an address are there."""
        return bool(self.smtp_url and self.mail_from and self.mail_to)

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens a webhook may be signed with: two during rotation, none if there is no carrier."""
        return tuple(token for token in (self.auth_token, self.auth_token_old) if token)


def load_settings(environ: Mapping[str, str], home: Path | None = None) -> Settings:
    """Settings from ``environ`` over the home's file; raises ``SettingsError`` with every fault."""
    folder = home or Path(environ.get("HOTLINE_HOME") or "var")
    kept = read_home_file(folder)
    if environ.get("TWILIO_ACCOUNT_SID"):
        # A carrier is named as a whole: nothing of the home's simulated one may mix with it.
        kept = {name: value for name, value in kept.items() if name not in CARRIER_NAMES}
    found = {**kept, **{name: environ[name] for name in NAMES if environ.get(name)}}
    values: dict[str, object] = {NAMES[name]: value for name, value in found.items() if name in NAMES}
    values["home"] = folder
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(
            [_fault(item["loc"], item["type"], item["msg"]) for item in error.errors()]
        ) from None


def _fault(location: tuple[int | str, ...], kind: str, message: str) -> str:
    name = _FIELDS[str(location[0])]
    if kind == "missing":
        return f"{name} is not set; 'hotline up' makes what is needed, or 'hotline keys' prints a key ring"
    return f"{name}: {message.removeprefix('Value error, ')}"


def read_home_file(home: Path) -> dict[str, str]:
    """The lines ``NAME=value`` of the home's own file; nothing if there is none."""
    path = home / HOME_FILE
    if not path.is_file():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def ensure_home(home: Path, values: Mapping[str, str]) -> None:
    """Make the home (0700) and its file (0600), with keys if there are none, and ``values`` added.

    What stands in the file already is kept: a key ring once written is needed for ever.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    known = read_home_file(home)
    wanted = {"HOTLINE_KEYS": known.get("HOTLINE_KEYS") or generate_keys(), **values, **known}
    if wanted != known:
        _write_home_file(home, wanted)


def change_home_file(home: Path, values: Mapping[str, str]) -> None:
    """Put ``values`` into the home's file in place of what stands there; the rest is kept."""
    _write_home_file(home, read_home_file(home) | dict(values))


def _write_home_file(home: Path, wanted: Mapping[str, str]) -> None:
    """Put ``wanted`` into the file, whole or not at all, its owner's alone; other lines stay as they are."""
    path = home / HOME_FILE
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else [_HOME_FILE_HEAD]
    places = {line.partition("=")[0].strip(): number for number, line in enumerate(lines)}
    for name, value in wanted.items():
        line = f"{name}={value}"
        if name in places:
            lines[places[name]] = line
        else:
            lines.append(line)
    text = "".join(f"{line}\n" for line in lines)
    fresh = home / f".{HOME_FILE}.{secrets.token_hex(4)}"
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(home / HOME_FILE)
