"""Every setting: name, default, help. Read once at the edge and passed on; no other module reads the environment."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings from the environment or `.env`; each name is prefixed `CASEBINDER_`."""

    model_config = SettingsConfigDict(env_prefix="CASEBINDER_", env_file=".env", extra="ignore")

    home: Path = Field(Path("casebinder-data"), description="Folder for everything the program keeps.")
    inbox: str = Field("", description="Watched folder or s3://bucket/prefix; default HOME/inbox.")
    database_url: str = Field("", description="SQLAlchemy URL; default SQLite in HOME.")
    vault: str = Field("", description="Folder for originals; default HOME/vault.")
    s3_endpoint_url: str = Field("", description="Endpoint of an S3-compatible store; empty for AWS.")
    stable_seconds: float = Field(2.0, description="A dropped file counts once unchanged this long.")
    poll_seconds: float = Field(2.0, description="Seconds between two looks at the inbox.")
    max_file_mb: int = Field(200, description="Larger files are set aside as too_large.")
    max_pages: int = Field(2000, description="Files with more pages are set aside as too_large.")
    max_page_megapixels: int = Field(80, description="Larger page images are read at reduced size.")
    ocr_seconds: int = Field(60, description="Longest one page may take in the OCR program.")
    second_reader_words: int = Field(28, description="Words a page read again by the second reader; 0: off.")
    ocr_processes: int = Field(0, description="OCR processes at once; 0 means one per core.")
    bates_prefix: str = Field("CB", description="Letters before every Bates number.")
    organisation: str = Field("Harbor Home Care", description="Our name on letters.")
    reply_fax: str = Field("555-010-0142", description="Fax number that replies to our requests come to.")
    timezone: str = Field("America/New_York", description="Time zone of the office; business hours count in it.")
    payers: str = Field("", description="File with plan types and filing limits of payers; default HOME/payers.toml.")
    contact: str = Field("Appeals desk, phone 555-010-0199", description="Contact line on letters.")

    @property
    def inbox_location(self) -> str:
        """The watched folder or bucket."""
        return self.inbox or str(self.home / "inbox")

    @property
    def vault_folder(self) -> Path:
        """Where originals are kept."""
        return Path(self.vault) if self.vault else self.home / "vault"

    @property
    def payers_file(self) -> Path:
        """The organisation's own table of payers; it need not exist."""
        return Path(self.payers) if self.payers else self.home / "payers.toml"

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force; plain postgresql:// means psycopg 3."""
        if not self.database_url:
            return f"sqlite:///{(self.home / 'casebinder.sqlite').absolute()}"
        return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
