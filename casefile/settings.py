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
    vault: str = Field("", description="Folder or s3://bucket/prefix for originals; default HOME/vault.")
    packets: str = Field("", description="s3://bucket/prefix that gets a copy of every packet; empty: none.")
    s3_endpoint_url: str = Field("", description="Endpoint of an S3-compatible store; empty for AWS.")
    s3_region: str = Field("", description="Region; empty: as the AWS tools find it.")
    s3_addressing: str = Field("", description="path or virtual; empty: path with an endpoint, else virtual.")
    s3_sse: str = Field("", description="Encryption of what we put: AES256 or aws:kms; empty: the bucket's.")
    s3_kms_key: str = Field("", description="Key id for aws:kms.")
    s3_connect_seconds: float = Field(5.0, description="Longest wait for a connection to the store.")
    s3_read_seconds: float = Field(30.0, description="Longest wait for the store's next bytes.")
    s3_retries: int = Field(4, description="Tries of one request, with growing random pauses.")
    s3_processed: str = Field("leave", description="When a fax is filed, its object is left, tagged, moved or deleted.")
    s3_processed_prefix: str = Field("processed/", description="Where moved objects go in the same bucket.")
    sqs_queue_url: str = Field("", description="Queue with the bucket's notifications; empty: polling alone.")
    sqs_endpoint_url: str = Field("", description="Endpoint of an SQS-compatible queue; empty for AWS.")
    sidecar_suffix: str = Field("", description="Metadata files beside faxes in an export folder, e.g. .json or .xml.")
    sidecar_seconds: float = Field(10.0, description="How long a fax waits for its metadata file.")
    stable_seconds: float = Field(2.0, description="A dropped file counts once unchanged this long.")
    poll_seconds: float = Field(2.0, description="Seconds between two looks at the inbox.")
    max_file_mb: int = Field(200, description="Larger files are set aside as too_large.")
    max_pages: int = Field(2000, description="Files with more pages are set aside as too_large.")
    max_page_megapixels: int = Field(80, description="Larger page images are read at reduced size.")
    ocr_seconds: int = Field(60, description="Longest one page may take in the OCR program.")
    second_reader_words: int = Field(24, description="Words a page read again by the second reader; 0: off.")
    ocr_processes: int = Field(0, description="OCR processes at once; 0 means one per core.")
    lanes: int = Field(1, description="Faxes one watcher works on at once, beside one long fax.")
    long_fax_pages: int = Field(20, description="Faxes with more pages have a lane of their own.")
    lease_seconds: float = Field(60.0, description="A worker that is silent this long has lost its fax to another.")
    max_failures: int = Field(5, description="A fax that failed this often is set aside.")
    max_deaths: int = Field(8, description="A fax whose workers died this often is set aside.")
    work_slots: int = Field(0, description="Faxes worked on at once by all workers together; 0: no bound.")
    min_free_mb: int = Field(512, description="With less disk than this nothing new is taken in; below half, no work.")
    max_clock_skew_seconds: float = Field(60.0, description="Clocks that differ by more are reported.")
    use_prefect: bool = Field(True, description="Run the steps as Prefect flows; without it they run plain.")
    health_port: int = Field(0, description="Port on 127.0.0.1 for /health and /metrics; 0: none.")
    log_format: str = Field("plain", description="plain or json.")
    bates_prefix: str = Field("CB", description="Letters before every Bates number.")
    organisation: str = Field("Harbor Home Care", description="Our name on letters.")
    reply_fax: str = Field("555-010-0142", description="Fax number that replies to our requests come to.")
    timezone: str = Field("America/New_York", description="Time zone of the office; business hours count in it.")
    payers: str = Field("", description="File with plan types and filing limits of payers; default HOME/payers.toml.")
    portal_exports: str = Field("", description="Folder with a portal's referral exports; default HOME/portal.")
    oidc_issuer: str = Field("", description="Single sign-on: the provider's https:// address; empty: off.")
    oidc_client_id: str = Field("", description="Single sign-on: the desk's name at the provider.")
    oidc_client_secret: str = Field("", repr=False, description="Single sign-on: the desk's secret there.")
    oidc_name_claim: str = Field("email", description="Claim that is the account's name; an email only if verified.")
    oidc_role_claim: str = Field("", description="Claim that gives a role to people without an account; empty: none.")
    oidc_roles: str = Field("", description="Its values and our roles: value=role, comma between; empty: same names.")
    contact: str = Field("Appeals desk, phone 555-010-0199", description="Contact line on letters.")

    @property
    def inbox_location(self) -> str:
        """The watched folder or bucket."""
        return self.inbox or str(self.home / "inbox")

    @property
    def vault_folder(self) -> Path:
        """Where originals are kept; for a vault in S3, where working copies lie."""
        if self.vault.startswith("s3://"):
            return self.home / "vault-cache"
        return Path(self.vault) if self.vault else self.home / "vault"

    @property
    def payers_file(self) -> Path:
        """The organisation's own table of payers; it need not exist."""
        return Path(self.payers) if self.payers else self.home / "payers.toml"

    @property
    def portal_folder(self) -> Path:
        """Where a portal's referral exports are put; it need not exist."""
        return Path(self.portal_exports) if self.portal_exports else self.home / "portal"

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force; plain postgresql:// means psycopg 3."""
        if not self.database_url:
            return f"sqlite:///{(self.home / 'casebinder.sqlite').absolute()}"
        return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
