"""
Settings: those of this installation, from environment variables such as `WEERKLANK_SMTP_HOST`.

Any of them may come from a file instead: `WEERKLANK_SMTP_PASSWORD_FILE` names the file that holds the value.
Settings say where things run; what is due when is policy (config/policy.toml) and belongs to a programme.
"""

import os
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.setting_values import (
    THIS_MACHINE,
    BareAddress,
    DatabaseAddress,
    Port,
    Seconds,
    Sender,
    Several,
    WatchmanAddress,
    WebAddress,
)
from config.validation_messages import Unfit, complaints
from states.language.languages import SOURCE
from states.values.values import ReaderLanguage

PREFIX = "WEERKLANK_"
FROM_FILE = "_FILE"


class SettingsUnfit(Unfit):
    """A setting that is not allowed; each line names the variable, the value and what is allowed."""


def _data_dir() -> Path:
    return user_data_path("weerklank", appauthor=False)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class SmtpSettings(_Part):
    """The mail server that takes our mail (`WEERKLANK_SMTP_…`)."""

    host: str | None = None
    """Name or address of the mail server, like smtp.bedrijf.nl."""
    port: Port = 587
    """Its port: 587 goes with starttls, 465 with tls, 25 with none."""
    tls: Literal["none", "starttls", "tls"] = "starttls"
    """How the connection is protected; none is for a server on this machine."""
    user: str | None = None
    """The name to log in with; leave it out when the server asks for none."""
    password: SecretStr | None = None
    """Its password; better in a file: WEERKLANK_SMTP_PASSWORD_FILE."""
    timeout: Seconds = 30.0
    """Seconds to wait for the server before it counts as not answering."""
    connections: Annotated[int, Field(ge=1, le=100)] = 8
    """The most connections to it at once, over all machines that share the records in PostgreSQL."""


OVERVIEW = "/artifacts/key/weerklank"
"""Where the overview stands on the pages of Prefect: that of an artifact is found by its key, which stays."""


class PrefectSettings(_Part):
    """The Prefect server that `weerklank up` starts (`WEERKLANK_PREFECT_…`)."""

    host: str = "127.0.0.1"
    """The address on which the server listens."""
    port: Port = 4200
    """The port of its pages and its API."""
    home: Path = Field(default_factory=lambda: _data_dir() / "prefect")
    """The folder in which Prefect keeps its own database; never shared with the records."""
    names: Annotated[tuple[str, ...], Several] = ()
    """Further names under which its pages are called, with spaces between them: of a proxy before it."""
    api_url: WebAddress | None = None
    """The API of a Prefect server that runs elsewhere, like http://prefect.intern:4200/api."""
    ui_url: WebAddress | None = None
    """Where people find its pages, like https://prefect.bedrijf.nl, where that is not the API without /api."""

    @property
    def api(self) -> str:
        """The address of the API that flows and `doctor` talk to."""
        return self.api_url or f"http://{self.host}:{self.port}/api"

    @property
    def pages(self) -> str:
        """The address of its pages, for people."""
        return self.ui_url or self.api.removesuffix("/api")

    @property
    def overview(self) -> str:
        """The address of the page that says what is late, whose turn it is and what comes."""
        return f"{self.pages}{OVERVIEW}"


class PortalSettings(_Part):
    """The web pages that `weerklank up` serves (`WEERKLANK_PORTAL_…`)."""

    host: str = "127.0.0.1"
    """The address on which the pages are served."""
    port: Port = 8420
    """The port of the pages."""
    processes: Annotated[int, Field(ge=1, le=16)] = 1
    """The processes that make pages; as many as the machine has cores where many people come at once."""


class OidcSettings(_Part):
    """The sign-in of your own organisation (`WEERKLANK_OIDC_…`); needs the extra `oidc`."""

    issuer: WebAddress | None = None
    """The address of the provider, like https://login.bedrijf.nl; it must confirm e-mail addresses."""
    client_id: str | None = None
    """The name under which the provider knows these pages."""
    client_secret: SecretStr | None = None
    """Its secret; better in a file: WEERKLANK_OIDC_CLIENT_SECRET_FILE."""

    @model_validator(mode="after")
    def _sure(self) -> Self:
        address = urlsplit(self.issuer or "https://")
        if address.scheme != "https" and address.hostname not in THIS_MACHINE:
            message = "who signs in is asked over https only"
            raise ValueError(message)
        if self.issuer and not self.client_id:
            message = "an issuer needs WEERKLANK_OIDC_CLIENT_ID"
            raise ValueError(message)
        return self


class Settings(BaseSettings):
    """Everything that may differ per installation; a missing variable has a safe default."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    database_url: DatabaseAddress = Field(
        default_factory=lambda: f"sqlite:///{_data_dir() / 'weerklank.db'}"
    )
    """Where the records are kept: an SQLite file of its own, or PostgreSQL."""
    channel: Literal["smtp", "maildir", "none"] = "none"
    """How mail leaves: over smtp, into a maildir folder, or none: it waits until a channel is set."""
    sender: Sender = "Weerklank <weerklank@localhost>"
    """The From of every mail; an address of your own domain. Replies go to the responsible manager, or to nobody."""
    bounce_address: BareAddress | None = None
    """Where mail servers report what did not arrive and calendars answer; default: bounces at the sender's domain."""
    verp: bool = True
    """Whether each mail leaves from bounces+NAME@…; off when that mailbox takes no addresses with a plus."""
    maildir: Path = Field(default_factory=lambda: _data_dir() / "mail")
    """The folder for mail when the channel is maildir."""
    smtp: SmtpSettings = SmtpSettings()
    chat_urls: Annotated[tuple[SecretStr, ...], Several] = ()
    """Where alerts to the manager are also posted, as Apprise addresses with spaces between them."""
    heartbeat_url: WatchmanAddress | None = None
    """A secret address that is called after each sweep: a watchman outside misses a machine that fell silent."""
    base_url: WebAddress | None = None
    """The public address of the pages, for the links in mail."""
    language: ReaderLanguage = SOURCE
    """The language of this command line; mail follows its reader."""
    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    """How much is logged; logs hold ids and counts, never names, addresses or texts."""
    mail_batch: Annotated[int, Field(ge=1, le=5_000)] = 200
    """Number of messages that one connection claims at a time."""
    mail_connections: Annotated[int, Field(ge=1, le=32)] = 1
    """Number of connections over which each delivery sends; never more than the mail server may have."""
    mail_composers: Annotated[int, Field(ge=0, le=32)] = 4
    """Number of processes that write the letters of large deliveries, at most; 0 or 1: whoever sends them does."""
    mail_lease: Annotated[int, Field(ge=30, le=86_400)] = 900
    """Seconds after which messages claimed by a process that died are taken up again."""
    key_file: Path | None = None
    """The file with the key that locks the secrets of codes; beside the records by default. Keep a copy elsewhere."""
    checkpoint_key: Path | None = None
    """The file with the key that signs checkpoints of the journal; beside the records by default. Keep a copy."""
    checkpoint_folder: Path | None = None
    """Where the signed checkpoint of each day is put, to be kept by others; it may be a git repository."""
    timestamp_url: WebAddress | None = None
    """A time-stamping authority (RFC 3161), like https://tsa.example: it stamps each checkpoint, once a day."""
    privacy_record: Path | None = None
    """The file in which the company says who gets data outside it (`weerklank privacy record --blank` makes one)."""
    clock_file: Path | None = None
    """Demonstrations only: a file that holds the moment which everything takes for the present."""
    prefect: PrefectSettings = Field(default_factory=PrefectSettings)
    portal: PortalSettings = Field(default_factory=PortalSettings)
    oidc: OidcSettings = Field(default_factory=OidcSettings)

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.channel == "smtp" and not self.smtp.host:
            message = "smtp needs WEERKLANK_SMTP_HOST, the name of the mail server"
            raise ValueError(message)
        if self.channel == "smtp" and self.clock_file:
            message = (
                "a demonstration writes to nobody: take WEERKLANK_CLOCK_FILE away, "
                "or set WEERKLANK_CHANNEL to maildir"
            )
            raise ValueError(message)
        if self.smtp.user and self.smtp.tls == "none" and self.smtp.host not in THIS_MACHINE:
            message = (
                "a password is not sent in the clear: WEERKLANK_SMTP_TLS must be starttls or tls"
            )
            raise ValueError(message)
        return self

    @cached_property
    def sqlite_file(self) -> Path | None:
        """The file of the records, None when they are not in SQLite or only in memory."""
        name = self.database_url.removeprefix("sqlite:///")
        return None if name in {self.database_url, "", ":memory:"} else Path(name)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        *_: PydanticBaseSettingsSource,
        **__: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given in code wins over the environment; there is no `.env` file."""
        return init_settings, _Environment(settings_cls)


_SECRETS = frozenset({"heartbeat_url"})
"""Secrets that may be unfit: what is wrong with them is said without repeating them."""


class _Environment(PydanticBaseSettingsSource):
    """The variables of `variables()` and no others, each from itself or from the file that `…_FILE` names."""

    def get_field_value(self, field: object, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - fixed by the library
        return self().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for variable, (*parents, last) in variables().items():
            if value := read_variable(variable):
                place = found.setdefault(parents[0], {}) if parents else found
                place[last] = SecretStr(value) if last in _SECRETS else value
        return found


def variables() -> dict[str, tuple[str, ...]]:
    """Every environment variable that sets something, with the path of what it sets."""
    known: dict[str, tuple[str, ...]] = {}
    for name, field in Settings.model_fields.items():
        part = field.annotation
        inner = part.model_fields if isinstance(part, type) and issubclass(part, _Part) else {}
        paths: list[tuple[str, ...]] = [(name, key) for key in inner] or [(name,)]
        for keys in paths:
            known[PREFIX + "_".join(keys).upper()] = keys
    return known


def unknown_variables() -> list[str]:
    """The environment variables that look like ours and set nothing: most likely typing errors."""
    known = {name + end for name in variables() for end in ("", FROM_FILE)}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)


def load_settings(**given: Any) -> Settings:  # noqa: ANN401 - any setting
    """
    The settings of the environment, with *given* ones on top.

    Raises SettingsUnfit, which names each variable that is not allowed.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsUnfit([_by_variable(line) for line in complaints(error)]) from None


def _by_variable(line: str) -> str:
    where, said = line.split(": ", 1)
    name = PREFIX + where.split("[")[0].replace(".", "_").upper()
    return f"{'settings' if where.startswith('(') else name}: {said}"


def file_named_for(variable: str) -> str | None:
    """The file from which *variable* is read, None when it is not: what stands in the variable itself wins."""
    return None if os.environ.get(variable) else os.environ.get(variable + FROM_FILE) or None


def read_variable(variable: str) -> str | None:
    """What is given for *variable*, by itself or in a file. Raises SettingsUnfit for a file that cannot be read."""
    file = file_named_for(variable)
    return _content(variable + FROM_FILE, file) if file else os.environ.get(variable)


def _content(variable: str, file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        problem = getattr(error, "strerror", None) or "is not UTF-8 text"
        raise SettingsUnfit([f"{variable}: '{file}' cannot be read: {problem}"]) from None
