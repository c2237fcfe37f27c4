"""The bucket as inbox and vault, against a real S3 server; notifications and faults against moto."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from intake.inbox import Changed, Drop, Position
from intake.s3 import S3Options
from intake.s3_inbox import S3Inbox
from intake.s3_vault import DamagedOriginal, S3Vault, put_packet
from intake.sqs import Notices, created
from intake.vault import sha256_of


def inbox(s3: Any, **more: Any) -> S3Inbox:
    _, bucket, url = s3
    return S3Inbox(bucket, "in/", S3Options(url, retries=1), **more)


def put(s3: Any, key: str, body: bytes = b"x", **more: Any) -> None:
    client, bucket, _ = s3
    client.put_object(Bucket=bucket, Key=key, Body=body, **more)


def keys(s3: Any) -> list[str]:
    client, bucket, _ = s3
    return [row["Key"] for row in client.list_objects_v2(Bucket=bucket).get("Contents", [])]


def drain(box: S3Inbox, position: Position = Position()) -> tuple[list[Drop], Position]:  # noqa: B008
    drops: list[Drop] = []
    start = position
    for batch, reached in box.look(start):
        drops, position = drops + batch, reached
    return drops, position


def test_odd_keys_metadata_and_urgency_come_through(s3: Any, tmp_path: Path) -> None:
    odd = "in/Fax März + 1 & 2%/é.pdf"
    put(s3, odd, b"bytes", Metadata={"sender": "5550100199", "Priority": "STAT"})
    put(s3, "in/URGENT/b.pdf")
    put(s3, "out/c.pdf")
    box = inbox(s3)
    drops, _ = drain(box)
    assert [(drop.key, drop.urgent) for drop in drops] == [(odd, False), ("in/URGENT/b.pdf", True)]
    assert box.fetch(drops[0], tmp_path / "x") == {"from": "5550100199", "priority": "STAT"}
    assert (tmp_path / "x").read_bytes() == b"bytes"


def test_a_reused_key_is_another_drop_and_the_replaced_bytes_are_never_taken_for_it(s3: Any, tmp_path: Path) -> None:
    put(s3, "in/a.pdf", b"first")
    box = inbox(s3)
    (old,), _ = drain(box)
    put(s3, "in/a.pdf", b"second")
    with pytest.raises(Changed):
        box.fetch(old, tmp_path / "x")
    (new,), _ = drain(box)
    assert new.fingerprint != old.fingerprint
    client, bucket, _ = s3
    client.delete_object(Bucket=bucket, Key="in/a.pdf")
    with pytest.raises(Changed):
        box.fetch(new, tmp_path / "x")


def test_the_listing_goes_on_where_it_stopped_and_sees_new_last_keys_first(
    s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intake.s3_inbox.SWEEP_PAGES", 1)
    for number in range(5):
        put(s3, f"in/{number}.pdf")
    box = inbox(s3)
    real = box._client.get_paginator

    def two_a_page(name: str) -> Any:
        pages = real(name)
        whole = pages.paginate
        pages.paginate = lambda **arguments: whole(**arguments, PaginationConfig={"PageSize": 2})
        return pages

    box._client.get_paginator = two_a_page
    seen, position = drain(box)
    assert ([drop.key for drop in seen], position) == (["in/0.pdf", "in/1.pdf"], Position("in/1.pdf", "in/1.pdf"))
    put(s3, "in/9.pdf")
    seen, position = drain(box, Position("in/1.pdf", "in/4.pdf"))
    assert [drop.key for drop in seen] == ["in/9.pdf", "in/2.pdf", "in/3.pdf"]
    assert position == Position("in/3.pdf", "in/9.pdf")


@pytest.mark.parametrize("processed, how, left", [
    ("leave", "left", ["in/a.pdf"]), ("tag", "tagged", ["in/a.pdf"]),
    ("move", "moved", ["processed/in/a.pdf"]), ("delete", "deleted", []),
])  # fmt: skip
def test_processed_objects_are_marked_as_told(s3: Any, processed: str, how: str, left: list[str]) -> None:
    put(s3, "in/a.pdf", b"first")
    box = inbox(s3, processed=processed)
    (drop,), _ = drain(box)
    assert box.mark(drop.key, drop.fingerprint) == how
    assert keys(s3) == left
    client, bucket, _ = s3
    if processed == "tag":
        assert client.get_object_tagging(Bucket=bucket, Key="in/a.pdf")["TagSet"][0]["Value"] == "processed"
        assert client.get_object(Bucket=bucket, Key="in/a.pdf")["Body"].read() == b"first"


@pytest.mark.parametrize("processed", ["tag", "move", "delete"])
def test_an_object_that_was_replaced_is_not_marked(s3: Any, processed: str) -> None:
    put(s3, "in/a.pdf", b"first")
    box = inbox(s3, processed=processed)
    (old,), _ = drain(box)
    put(s3, "in/a.pdf", b"second")
    assert box.mark(old.key, old.fingerprint) == "replaced"
    assert keys(s3) == ["in/a.pdf"]


def test_moved_objects_below_the_prefix_are_no_new_faxes(s3: Any) -> None:
    put(s3, "in/done/in/a.pdf")
    put(s3, "in/b.pdf")
    drops, _ = drain(inbox(s3, processed="move", processed_prefix="in/done/"))
    assert [drop.key for drop in drops] == ["in/b.pdf"]


def test_a_wrong_word_for_processed_is_refused(s3: Any) -> None:
    with pytest.raises(ValueError, match="CASEBINDER_S3_PROCESSED"):
        inbox(s3, processed="shred")


def test_the_vault_in_a_bucket_keeps_bytes_once_and_checks_them(s3: Any, tmp_path: Path) -> None:
    client, bucket, url = s3
    source = tmp_path / "fax"
    source.write_bytes(b"original bytes")
    vault = S3Vault(bucket, "vault", tmp_path / "copies", S3Options(url))
    sha256 = vault.put(source)
    assert vault.put(source) == sha256 == sha256_of(source)
    assert vault.path(sha256).read_bytes() == b"original bytes"
    assert vault.path(sha256).stat().st_mode & 0o777 == 0o400
    assert keys(s3) == [f"vault/{sha256[:2]}/{sha256}"]
    client.put_object(Bucket=bucket, Key=vault.key(sha256), Body=b"other bytes")
    assert vault.put(source) == sha256
    vault.path(sha256).unlink()
    with pytest.raises(DamagedOriginal):
        vault.path(sha256)
    assert not list((tmp_path / "copies").rglob(".incoming*"))


def test_a_packet_is_copied_under_its_key(s3: Any, tmp_path: Path) -> None:
    client, bucket, url = s3
    path = tmp_path / "appeal.pdf"
    path.write_bytes(b"%PDF packet")
    address = put_packet((bucket, "packets"), S3Options(url), "C-0001/appeal-1234.pdf", path)
    assert address == f"s3://{bucket}/packets/C-0001/appeal-1234.pdf"
    assert client.get_object(Bucket=bucket, Key="packets/C-0001/appeal-1234.pdf")["Body"].read() == b"%PDF packet"


def test_old_working_copies_make_room(s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, bucket, url = s3
    monkeypatch.setattr("intake.s3_vault.KEEP_SECONDS", -1)
    vault = S3Vault(bucket, "", tmp_path / "copies", S3Options(url), copies_mb=1)
    for number in range(3):
        source = tmp_path / "fax"
        source.write_bytes(bytes([number]) * 600_000)
        vault.path(vault.put(source))
    assert len(list((tmp_path / "copies").glob("*/*"))) == 1


def test_what_we_put_asks_for_the_encryption_in_the_settings() -> None:
    assert S3Options(sse="aws:kms", kms_key="k").put_arguments() == {
        "ServerSideEncryption": "aws:kms",
        "SSEKMSKeyId": "k",
    }
    assert S3Options().put_arguments() == {}


def notice(bucket: str, key: str, etag: str = "e") -> str:
    row = {
        "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": bucket}, "object": {"key": key, "size": 1, "eTag": etag}},
    }
    return json.dumps({"Records": [row]})


def test_notifications_name_drops_and_go_only_when_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "specimen")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "specimen")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="faxes")
        queue = boto3.client("sqs")
        url = queue.create_queue(QueueName="q", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
        for body in (
            notice("faxes", "in/a+b%2B.pdf"),
            notice("faxes", "out/c.pdf"),
            '{"Event": "s3:TestEvent"}',
            "no JSON",
        ):
            queue.send_message(QueueUrl=url, MessageBody=body)
        box = S3Inbox("faxes", "in/", S3Options(), notices=Notices(url, "", S3Options()))
        look = box.look(Position())
        drops, _ = next(look)
        assert [(drop.key, drop.fingerprint) for drop in drops] == [("in/a b+.pdf", "e")]
        assert queue.receive_message(QueueUrl=url, VisibilityTimeout=0).get("Messages"), (
            "not recorded yet, so not deleted"
        )
        list(look)
        assert not queue.receive_message(QueueUrl=url).get("Messages")


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"Records": 5}', '{"Records": [{"eventName": "ObjectCreated:Put"}]}',
                                  notice("other", "in/a.pdf")])  # fmt: skip
def test_messages_that_make_no_sense_name_nothing(body: str) -> None:
    assert created(body, "faxes", "in/") == []


def test_a_notice_wrapped_by_sns_counts() -> None:
    assert created(json.dumps({"Type": "Notification", "Message": notice("faxes", "in/a.pdf")}), "faxes", "in/")


def test_a_passing_fault_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two refusals with 503, then an answer: the listing succeeds; with one try only, it does not."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "specimen")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "specimen")
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    from botocore.awsrequest import AWSResponse

    for tries, good in ((4, True), (1, False)):
        with mock_aws():
            boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="faxes")
            box = S3Inbox("faxes", "in/", S3Options(region="us-east-1", retries=tries))
            left = [2]

            def refuse(request: Any, left: list[int] = left, **_: Any) -> Any:
                if not left[0]:
                    return None
                left[0] -= 1

                class Raw:
                    def stream(self, *_: Any, **__: Any) -> Any:
                        yield b"<Error><Code>SlowDown</Code></Error>"

                return AWSResponse(request.url, 503, {}, Raw())

            box._client.meta.events.register_first("before-send.s3", refuse)
            if good:
                assert drain(box)[0] == []
            else:
                with pytest.raises(ClientError, match="SlowDown"):
                    drain(box)
