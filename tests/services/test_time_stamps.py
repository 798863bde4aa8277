"""An authority outside stamps each checkpoint, and openssl's own tools say the same of what it gave."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlalchemy import text

from config.settings import load_settings
from records.journal.checkpoints.stamps import stamps_of
from services.checkpoints import CheckpointUnfit, make_checkpoint
from services.doctor.programmes import check_stamps
from services.house import House
from services.witness.time_stamps import (
    StampUnfit,
    ask_stamp,
    read_authority,
    stamp_newest,
)
from services.witness.time_stamps import (
    check_stamps as held,
)
from tests.conftest import missing
from tests.services.conftest import NOW

HOUR = timedelta(hours=1)
CONFIG = """
[ tsa ]
default_tsa = here
[ here ]
serial = {folder}/serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
[ stamps ]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[ roots ]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
"""


def run(*words: object) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an authority: its root `ca.pem`, and the certificate that it stamps with."""
    if shutil.which("openssl") is None:
        missing("openssl, which plays the time-stamping authority")
    folder = tmp_path_factory.mktemp("authority")
    (folder / "openssl.cnf").write_text(CONFIG.format(folder=folder), encoding="utf-8")
    (folder / "serial").write_text("01\n", encoding="utf-8")
    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    root = ("-keyout", folder / "ca.key", "-out", folder / "ca.pem")
    config = ("-config", folder / "openssl.cnf")
    with (folder / "openssl.cnf").open("a", encoding="utf-8") as more:
        more.write("[ req ]\ndistinguished_name = dn\n[ dn ]\n")
    run(
        "req",
        "-x509",
        *new,
        *root,
        "-days",
        "3650",
        "-subj",
        "/CN=Root",
        "-extensions",
        "roots",
        *config,
    )
    run(
        "req",
        *new,
        "-keyout",
        folder / "tsa.key",
        "-out",
        folder / "tsa.csr",
        "-subj",
        "/CN=Stamps",
        *config,
    )
    signed = (
        "-CA",
        folder / "ca.pem",
        "-CAkey",
        folder / "ca.key",
        "-CAcreateserial",
        "-days",
        "3650",
    )
    ends = ("-extfile", folder / "openssl.cnf", "-extensions", "stamps", "-out", folder / "tsa.pem")
    run("x509", "-req", "-in", folder / "tsa.csr", *signed, *ends)
    return folder


class _Authority(BaseHTTPRequestHandler):
    folder: Path
    manner = "stamps"

    def do_POST(self) -> None:
        """Stamp what comes, or misbehave."""
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["Content-Type"] == "application/timestamp-query"
        if self.manner == "refuses":
            self.send_error(503)
            return
        told = b"no stamp" if self.manner == "babbles" else self._stamp(asked)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(told)

    def _stamp(self, asked: bytes) -> bytes:
        here, query, answer = self.folder, self.folder / "q", self.folder / "a"
        if self.manner != "repeats":
            query.write_bytes(asked)
        key = ("-signer", here / "tsa.pem", "-inkey", here / "tsa.key")
        run(
            "ts",
            "-reply",
            "-config",
            here / "openssl.cnf",
            "-queryfile",
            query,
            *key,
            "-out",
            answer,
        )
        return answer.read_bytes()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def door(authority: Path) -> Iterator[tuple[str, type[_Authority]]]:
    """Where the authority answers, and how."""
    manner = type("_Here", (_Authority,), {"folder": authority})
    server = HTTPServer(("127.0.0.1", 0), manner)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/tsr", manner
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def stamping(house: House, tmp_path: Path, door: tuple[str, type[_Authority]]) -> House:
    """A house whose checkpoints are stamped."""
    url, folder = house.settings.database_url, tmp_path / "kept"
    house.settings = load_settings(
        database_url=url, checkpoint_folder=folder, timestamp_url=door[0]
    )
    return house


def test_a_checkpoint_is_stamped_and_openssl_agrees(stamping: House, authority: Path) -> None:
    stamping.sweep(NOW, pause_seconds=0)
    [one] = stamps_of(stamping.engine)
    [said] = held([one], read_authority(authority / "ca.pem"))
    assert (said.size, said.why) == (one.checkpoint.size, "")
    assert said.at
    folder = Path(str(stamping.settings.checkpoint_folder))
    [note], [stamp] = folder.glob("*.checkpoint"), folder.glob("*.tsr")
    assert note.stem == stamp.stem
    run("ts", "-verify", "-data", note, "-in", stamp, "-CAfile", authority / "ca.pem")
    stamping.sweep(NOW + HOUR, pause_seconds=0)
    assert len(stamps_of(stamping.engine)) == 1


@pytest.mark.parametrize("manner", ["refuses", "babbles", "repeats"])
def test_one_that_does_not_serve_stops_nothing_and_is_asked_again(
    stamping: House, door: tuple[str, type[_Authority]], manner: str
) -> None:
    ask_stamp(door[0], b"something else")
    door[1].manner = manner
    stamping.sweep(NOW, pause_seconds=0)
    assert stamps_of(stamping.engine) == []
    assert list(check_stamps(stamping, NOW + HOUR)) == []
    [told] = check_stamps(stamping, NOW + 4 * HOUR)
    assert (told.state, told.since) == ("warn", NOW)
    door[1].manner = "stamps"
    stamping.sweep(NOW + HOUR / 2, pause_seconds=0)
    assert stamps_of(stamping.engine) == []
    stamping.sweep(NOW + HOUR, pause_seconds=0)
    assert len(stamps_of(stamping.engine)) == 1
    assert list(check_stamps(stamping, NOW + 4 * HOUR)) == []


def test_one_that_is_away_is_told_apart(house: House) -> None:
    with pytest.raises(StampUnfit, match="ConnectionRefusedError"):
        ask_stamp("http://127.0.0.1:9/", b"x")
    make_checkpoint(house.engine, house.settings, NOW)
    assert not stamp_newest(house.engine, house.settings, NOW)


def test_a_stamp_of_something_else_or_by_another_does_not_hold(
    stamping: House, authority: Path, tmp_path: Path
) -> None:
    stamping.sweep(NOW, pause_seconds=0)
    [one] = stamps_of(stamping.engine)
    ours = read_authority(authority / "ca.pem")
    other = one._replace(checkpoint=one.checkpoint._replace(note="another"))
    damaged = one._replace(stamp=one.stamp[:-20])
    assert [said.why for said in held([other, damaged], ours)] == ["of-something-else", "no-stamp"]
    root = ("-keyout", tmp_path / "k", "-out", tmp_path / "other.pem", "-subj", "/CN=Other")
    run("req", "-x509", "-newkey", "rsa:2048", "-nodes", *root)
    [said] = held([one], read_authority(tmp_path / "other.pem"))
    assert (said.at, said.why) == (None, "not-by-this-authority")
    assert said.difference.witness == "time-stamp"
    for wrong in (authority / "tsa.pem", authority / "serial"):
        with pytest.raises(CheckpointUnfit, match="no certificate of an authority"):
            read_authority(wrong)


def test_tables_of_before_take_a_stamp(stamping: House) -> None:
    with stamping.engine.connect() as connection:
        names = {row.name for row in connection.execute(text("PRAGMA table_info(checkpoints)"))}
    assert {"stamp", "stamp_tried_at"} <= names
