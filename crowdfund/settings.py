"""What an operator may set: environment variables, or lines of a `.env` beside the working folder, each with a default."""

from __future__ import annotations

import os
import secrets
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from crowdfund import money

SANDBOX_KEY_PREFIX = "sk_test_sandbox_"


class SettingsError(Exception):
    """The settings contradict each other; starting would be dangerous. The message says which and why."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One reading of the settings. Names of variables are CROWDFUND_ and the field's name in capitals."""

    database_url: str = "sqlite:///var/crowdfund.db"
    base_url: str = "http://127.0.0.1:8000"
    secret: str = field(default="", repr=False)
    statement_key: str = field(default="", repr=False)
    stripe_key: str = field(default="", repr=False)
    stripe_webhook_secret: str = field(default="", repr=False)
    smtp_url: str = field(default="", repr=False)
    mail_from: str = "crowdfund <hello@crowdfund.example>"
    operator: tuple[str, ...] = ()
    contact: str = ""
    workers: int = 0
    uploads: Path = Path("var/uploads")
    currencies: tuple[str, ...] = ("EUR", "USD", "CNY")
    fee_bps: int = 500
    commission_bps: int = 500
    sandbox_url: str = ""
    trusted_proxies: tuple[str, ...] = ()
    data: Path = Path("var")
    work_apart: bool = False

    @property
    def sandbox(self) -> bool:
        """Whether payments are simulated: no Stripe key, or one that only the sandbox knows."""
        return not self.stripe_key or self.stripe_key.startswith(SANDBOX_KEY_PREFIX)

    @property
    def sandbox_origin(self) -> str:
        """Where the sandbox answers: the site's host, the port after the site's own, unless set."""
        if self.sandbox_url:
            return self.sandbox_url
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.hostname}:{(parts.port or 80) + 1}"

    @property
    def contact_address(self) -> str:
        """Where people write to: the address set for it, else the one that mails come from."""
        return self.contact or self.mail_from.rpartition("<")[2].rstrip(">")

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite:")

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https:")

    @property
    def clock_file(self) -> Path:
        return self.data / "clock"

    def with_(self, **changes: object) -> Settings:
        return replace(self, **changes)  # type: ignore[arg-type]


def read(environ: dict[str, str] | None = None) -> Settings:
    """The settings of this process. Raises SettingsError where they contradict each other."""
    found = {**_dotenv(Path(".env")), **(os.environ if environ is None else environ)}

    def of(name: str, default: str = "") -> str:
        return found.get(f"CROWDFUND_{name}", default).strip()

    plain = Settings()
    data = Path(of("DATA", str(plain.data)))
    settings = Settings(
        database_url=of("DATABASE_URL", plain.database_url),
        base_url=of("BASE_URL", plain.base_url).rstrip("/"),
        secret=of("SECRET") or _kept_secret(data),
        statement_key=of("STATEMENT_KEY"),
        stripe_key=of("STRIPE_KEY"),
        stripe_webhook_secret=of("STRIPE_WEBHOOK_SECRET"),
        smtp_url=of("SMTP_URL"),
        mail_from=of("MAIL_FROM", plain.mail_from),
        operator=tuple(line.strip() for line in of("OPERATOR").split("|") if line.strip()),
        contact=of("CONTACT"),
        workers=_whole("WORKERS", of("WORKERS", "0")),
        uploads=Path(of("UPLOADS", str(data / "uploads"))),
        currencies=tuple(code.strip().upper() for code in of("CURRENCIES", ",".join(plain.currencies)).split(",")),
        fee_bps=_whole("FEE_BPS", of("FEE_BPS", str(plain.fee_bps))),
        commission_bps=_whole("COMMISSION_BPS", of("COMMISSION_BPS", str(plain.commission_bps))),
        sandbox_url=of("SANDBOX_URL").rstrip("/"),
        trusted_proxies=tuple(p.strip() for p in of("TRUSTED_PROXIES").split(",") if p.strip()),
        data=data,
        work_apart=of("WORK") == "apart",
    )
    _refuse_contradictions(settings)
    return settings


def _refuse_contradictions(settings: Settings) -> None:
    if settings.sandbox_url and not settings.sandbox:
        raise SettingsError("CROWDFUND_SANDBOX_URL is set together with a real Stripe key: unset one of them.")
    if not settings.sandbox and not settings.stripe_webhook_secret:
        raise SettingsError(
            "CROWDFUND_STRIPE_WEBHOOK_SECRET is missing: without it no event of Stripe can be believed."
        )
    if not settings.sandbox and settings.clock_file.exists() and any(settings.clock_file.read_bytes()):
        raise SettingsError("The clock of this data folder was moved: a real Stripe key with a test clock is refused.")
    if settings.is_sqlite and settings.workers > 1:
        raise SettingsError("SQLite is for one process: set CROWDFUND_WORKERS to 1, or use PostgreSQL.")
    if settings.database_url.split(":", 1)[0] not in ("sqlite", "postgres", "postgresql", "asyncpg"):
        raise SettingsError("CROWDFUND_DATABASE_URL starts with sqlite:/// or postgres://.")
    if odd := [code for code in settings.currencies if not money.can_be_offered(code)]:
        raise SettingsError(f"CROWDFUND_CURRENCIES: funds can't be kept in {', '.join(odd)}.")
    if settings.statement_key and not _is_key(settings.statement_key):
        raise SettingsError("CROWDFUND_STATEMENT_KEY is the 32 bytes of an Ed25519 key in base64: 44 letters.")
    if not 0 <= settings.fee_bps <= 3_000:
        raise SettingsError("CROWDFUND_FEE_BPS is between 0 and 3000 basis points.")
    if not 0 <= settings.commission_bps <= 3_000:
        raise SettingsError("CROWDFUND_COMMISSION_BPS is between 0 and 3000 basis points.")


def _whole(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise SettingsError(f"CROWDFUND_{name} is a whole number, not {text!r}.")
    return int(text)


def _dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, value in pairs}


def _is_key(letters: str) -> bool:
    try:
        return len(b64decode(letters, validate=True)) == 32
    except ValueError:
        return False


def _kept_secret(data: Path) -> str:
    """The secret made on first start and kept beside the data: it signs links, so it has to survive a restart."""
    return kept(data / "secret", lambda: secrets.token_urlsafe(48))


def kept(path: Path, make: Callable[[], str]) -> str:
    """What stands in a file that only this site reads; made the first time, by one of those who ask."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.write(make())
        except FileExistsError:
            pass  # another process of the same start was faster
    return path.read_text(encoding="ascii").strip()


_current: Settings | None = None


def current() -> Settings:
    """The settings in force in this process; read once."""
    global _current
    if _current is None:
        _current = read()
    return _current


def use(settings: Settings) -> None:
    """Put settings in force: the command line and the tests do."""
    global _current
    _current = settings
