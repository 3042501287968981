"""S3: what is peculiar to it, beside the contract of every file store in ``stores``."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from common.blocks import S3Bucket
from common.connectors.s3 import S3
from common.connectors.s3_upload import PART
from common.errors import ConfigError, DataFlowError, DeliveryError, TransientError
from tests.servers.process import HOST, free_port
from tests.servers.proxy import FaultyNetwork
from tests.servers.s3 import BUCKET, NAMES_AT_ONCE, S3Server

Connect = Callable[..., S3]


def page(server: S3Server, **options: Any) -> S3:
    fields = {
        "name": "s3-sandbox",
        "bucket": BUCKET,
        "endpoint": server.endpoint,
        "access_key_id": server.owner.id,
        "secret_access_key": server.owner.secret,
    }
    return S3(**fields | options)


@pytest.fixture
def s3_to(s3: S3Server) -> Iterator[Connect]:
    """Makes a connector to the empty bucket; any argument can be given otherwise."""
    s3.clear()
    yield lambda **options: page(s3, **options)
    s3.clear()


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file of three parts, the last one short."""
    local = tmp_path / "students.csv"
    local.write_bytes(b"0123456789" * (2 * PART // 10) + b"the end")
    return local


def test_every_part_carries_its_checksum(s3_to: Connect, s3: S3Server, large: Path) -> None:
    """Without one a part that was damaged on the way becomes a delivered file of the right size."""
    with s3_to() as store:
        store.put(large, "students.csv")
        store.put_bytes(b"small", "small.csv")
    for name in ("students.csv", "small.csv"):
        found = s3.client.head_object(Bucket=BUCKET, Key=name, ChecksumMode="ENABLED")
        assert found["ChecksumSHA256"]
    assert s3.sizes()["students.csv"] == large.stat().st_size
    assert s3.client.head_object(Bucket=BUCKET, Key="students.csv")["ETag"].endswith('-3"')


def test_an_upload_that_fails_leaves_no_parts_to_pay_for(s3_to: Connect, s3: S3Server, large: Path) -> None:
    """Parts of an unfinished upload are seen by nobody and stored, and billed, for ever."""
    with (
        FaultyNetwork(s3.port, after=1_000_000, spared=2) as network,
        s3_to(endpoint=f"http://{HOST}:{network.port}", attempts=1) as store,
        pytest.raises(TransientError, match=r"write /students\.csv"),
    ):
        store.put(large, "students.csv")
    assert s3.sizes() == {}
    assert s3.unfinished() == 0


def test_a_part_that_is_lost_is_sent_again(s3_to: Connect, s3: S3Server, large: Path, tmp_path: Path) -> None:
    """A connection that breaks once in a gigabyte must not send the whole gigabyte anew."""
    with (
        FaultyNetwork(s3.port, after=1_000_000, spared=2) as network,
        s3_to(endpoint=f"http://{HOST}:{network.port}") as store,
    ):
        store.put(large, "students.csv")
        store.get("students.csv", tmp_path / "back.csv")
    assert (tmp_path / "back.csv").read_bytes() == large.read_bytes()


def test_a_silent_store_ends_the_wait(s3_to: Connect, s3: S3Server) -> None:
    """Without a limit a stalled upload would hold its run, and the next ones, for ever."""
    with (
        FaultyNetwork(s3.port, after=100_000, fault="stall") as network,
        s3_to(endpoint=f"http://{HOST}:{network.port}", attempts=1, read_timeout=0.3) as store,
        pytest.raises(TransientError, match="in time"),
    ):
        store.put_bytes(b"x" * 1_000_000, "students.csv")
    assert s3.sizes() == {}


@pytest.mark.parametrize("size", [5, PART + 1])
def test_a_file_is_never_replaced_where_the_page_forbids_it(
    size: int, s3_to: Connect, s3: S3Server, tmp_path: Path
) -> None:
    """A partner that keeps every file as evidence must find the first one, whatever runs a second time."""
    local = tmp_path / "grades.csv"
    local.write_bytes(b"1" * size)
    with s3_to(replace=False) as store:
        store.put(local, "grades.csv")
        store.put_bytes(b"other", "other.csv")
        with pytest.raises(DeliveryError, match="is there already, and the page forbids to replace it"):
            store.move("other.csv", "grades.csv")
        local.write_bytes(b"2" * size)
        with pytest.raises(DeliveryError, match="is there already, and the page forbids to replace it"):
            store.put(local, "grades.csv")
        store.get("grades.csv", tmp_path / "kept.csv")
    assert (tmp_path / "kept.csv").read_bytes() == b"1" * size
    assert s3.unfinished() == 0


@pytest.mark.parametrize("size", [5, PART + 1])
def test_the_very_same_file_counts_as_delivered_where_nothing_is_replaced(
    size: int, s3_to: Connect, tmp_path: Path
) -> None:
    """An upload whose answer was lost is tried again, and finds its own file there: that is no failure."""
    local = tmp_path / "grades.csv"
    local.write_bytes(b"1" * size)
    with s3_to(replace=False) as store:
        store.put(local, "grades.csv")
        assert store.put(local, "grades.csv").bytes == size


def test_a_file_moved_onto_itself_is_still_there(s3_to: Connect, s3: S3Server) -> None:
    """A move is a copy and a deletion: of one name that would lose the file."""
    with s3_to(path="done") as store:
        store.put_bytes(b"x", "grades.csv")
        store.move("grades.csv", "./grades.csv")
    assert s3.sizes() == {"done/grades.csv": 1}


def test_more_names_than_one_answer_holds_are_all_listed(s3_to: Connect, s3: S3Server) -> None:
    """S3 tells a number of names at once: the rest must not be taken for absent."""
    names = [f"{number:02}.csv" for number in range(2 * NAMES_AT_ONCE + 1)]
    for name in names:
        s3.client.put_object(Bucket=BUCKET, Key=f"many/{name}", Body=b"")
    s3.client.put_object(Bucket=BUCKET, Key="many/", Body=b"")  # a console's sign for a folder
    with s3_to() as store:
        files = store.list("many")
    assert [file.name for file in files] == names


def test_encryption_at_rest_is_asked_for(s3_to: Connect, s3: S3Server, large: Path) -> None:
    """A bucket whose policy insists on it refuses every upload that does not ask."""
    with s3_to(encryption="aws:kms", kms_key="alias/campus") as store:
        store.put_bytes(b"x", "small.csv")
        store.put(large, "large.csv")
        store.move("small.csv", "moved.csv")
    for name in ("large.csv", "moved.csv"):
        found = s3.client.head_object(Bucket=BUCKET, Key=name)
        assert found["ServerSideEncryption"] == "aws:kms"
        assert found["SSEKMSKeyId"] == "alias/campus"
    with pytest.raises(ConfigError, match="a KMS key needs encryption"):
        s3_to(kms_key="alias/campus")


def test_nothing_of_this_machine_decides_where_and_as_whom(
    s3_to: Connect, s3: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator's own AWS profile must not deliver students' data to the operator's own bucket."""
    (tmp_path / "config").write_text("[default]\nregion = eu-north-1\ns3 =\n  addressing_style = virtual\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "nobody-has-this-profile")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{HOST}:{free_port()}")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "someone-elses-session")
    with s3_to() as store:
        assert store.put_bytes(b"x", "small.csv").bytes == 1
    assert s3.sizes() == {"small.csv": 1}
    with s3_to(endpoint="", region="us-west-2") as store:
        assert store._session.url == "https://s3.us-west-2.amazonaws.com"
    with pytest.raises(ConfigError, match="go together"):
        s3_to(access_key_id="")


@pytest.mark.parametrize(
    ("options", "step", "kind", "message"),
    [
        ({"endpoint": "http://s3.partner.invalid"}, "resolves", TransientError, "does not resolve"),
        ({"endpoint": f"http://{HOST}:{free_port()}"}, "answers", TransientError, "no server listens there"),
        ({"access_key_id": "AKIAUNKNOWN000000000"}, "login", ConfigError, "InvalidAccessKeyId"),
        ({"secret_access_key": "wrong-secret-3318"}, "login", ConfigError, "SignatureDoesNotMatch"),
        ({"bucket": "campus-deliverys"}, "readable", ConfigError, "no such bucket"),
        ({"bucket": "Not A Bucket"}, "login", ConfigError, "no valid name"),
    ],
    ids=["name", "port", "key", "secret", "bucket", "not a bucket"],
)
def test_what_is_wrong_at_a_bucket_is_told_by_its_step(
    options: dict[str, Any], step: str, kind: type[DataFlowError], message: str, strict_s3: S3Server
) -> None:
    """Name, network, key and bucket are in the hands of different people; none is told a secret."""
    told: list[str] = []
    with pytest.raises(kind, match=message) as caught:
        page(strict_s3, **options).probe(told.append)
    assert told[-1] == step
    assert strict_s3.owner.secret not in str(caught.value)
    assert "wrong-secret-3318" not in str(caught.value)


def test_a_bucket_that_only_takes_files_is_told_of_as_one(strict_s3: S3Server) -> None:
    """Partners grant no more than the upload: a check that insists on reading would call every such page wrong."""
    key = strict_s3.keys["mailbox"]
    store = page(strict_s3, access_key_id=key.id, secret_access_key=key.secret, path="uw")
    remark = store.probe()
    assert "may not be listed: files can be left there, not fetched" in remark
    assert "uw/campus-probe-s3-sandbox.part stays" in remark
    with store:
        assert store.put_bytes(b"x", "students.csv").path == "uw/students.csv"


@pytest.mark.parametrize("endpoint", ["minio.campus.example", "ftp://minio", "https://key:secret@minio"])
def test_an_endpoint_that_is_none_is_said_so(endpoint: str, s3_to: Connect) -> None:
    """An address without its scheme would be looked for as a file, or a secret would stand in it for all to see."""
    with pytest.raises(ConfigError, match="endpoint must be") as caught:
        s3_to(endpoint=endpoint)
    assert "secret" not in str(caught.value)


def test_a_page_tells_the_connector_everything(s3: S3Server) -> None:
    """A field that the connector is never told of would be a promise of the form that nobody keeps."""
    s3.clear()
    fields = S3Bucket(
        bucket=BUCKET,
        endpoint=s3.endpoint,
        access_key_id=s3.owner.id,
        secret_access_key=SecretStr(s3.owner.secret),
        path="uw",
        replace=False,
        encryption="AES256",
    )
    with fields.open("handshake-sandbox") as store:
        store.put_bytes(b"x", "students.csv")
        with pytest.raises(
            DeliveryError, match=r"Page handshake-sandbox .*uw/students\.csv is there already"
        ):
            store.put_bytes(b"other", "students.csv")
    found = s3.client.head_object(Bucket=BUCKET, Key="uw/students.csv")
    assert found["ServerSideEncryption"] == "AES256"
    s3.clear()


def test_no_secret_is_logged(s3_to: Connect, caplog: pytest.LogCaptureFixture, s3: S3Server) -> None:
    """boto writes every signed request at DEBUG; our own lines have to tell the story without."""
    with caplog.at_level(logging.INFO), s3_to() as store:
        store.put_bytes(b"a-row-of-somebody", "students.csv")
    assert "s3_put page=s3-sandbox path=/students.csv bytes=17" in caplog.text
    assert s3.owner.secret not in caplog.text
    assert "a-row-of-somebody" not in caplog.text


def test_nothing_works_outside_a_with_statement(s3_to: Connect) -> None:
    """A client that nobody closes would keep its connections."""
    with pytest.raises(ConfigError, match="with statement"):
        s3_to().put_bytes(b"x", "students.csv")
