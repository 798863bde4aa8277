"""A process that listens and several that answer: fair shares, no connection lost, and an end that is said."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest

from flows.machine.processes import free_port, is_open
from portal import process_group
from portal.enter.rate_limit import ConnectionLimits
from portal.process_group import Inherited
from tests.patience import PATIENCE, wait_for
from tests.test_house import ROOT

GROUP = """
import sys
from portal.process_group import serve
sys.exit(serve("127.0.0.1", int(sys.argv[1]), int(sys.argv[2]), [sys.executable, "-c", *sys.argv[3:]]))
"""
ANSWERS_BY_ITS_NUMBER = """
import os, select, socket, sys
line = socket.socket(fileno=int(sys.argv[-1].split(",")[0]))
line.send(b"r")
open_ = {}
while True:
    for one in select.select([line, *open_], [], [])[0]:
        if one is line:
            said, found, _, _ = socket.recv_fds(line, 1, 1)
            if not said:
                sys.exit()
            line.send(b"+")
            open_ |= {socket.socket(fileno=number): True for number in found}
        elif one.recv(100):
            one.sendall(b"%d\\n" % os.getpid())
        else:
            del open_[one]
            one.close()
            line.send(b"-")
"""
DIES_AT_ONCE = "import sys; sys.exit(7)"
DIES_WHEN_READY = """
import socket, sys
socket.socket(fileno=int(sys.argv[-1].split(",")[0])).send(b"r")
sys.exit(7)
"""
TAKES_NOTHING_UNTIL_THE_OTHER_IS_THERE = ANSWERS_BY_ITS_NUMBER.replace(
    "open_ = {}",
    "open_ = {}\nif not os.path.exists(sys.argv[1]): open(sys.argv[1], 'w'); os.kill(os.getpid(), 19)",
)

RESTS_WHEN_READY = ANSWERS_BY_ITS_NUMBER.replace(
    "open_ = {}", "open_ = {}; os.kill(os.getpid(), 19)"
)
MORE_THAN_A_LINE_HOLDS = 400


@contextmanager
def group(
    worker: str, *given: str, processes: int = 2
) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    """Run a group of *processes* that run the text *worker*; the port and the process that listens."""
    port = free_port("127.0.0.1", 0)
    told = [str(port), str(processes), worker, *given]
    listens = subprocess.Popen(
        [sys.executable, "-c", GROUP, *told], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    try:
        yield port, listens
    finally:
        listens.terminate()
        listens.communicate(timeout=PATIENCE)


def workers(listens: "subprocess.Popen[str]") -> list[psutil.Process]:
    return psutil.Process(listens.pid).children()


def call(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def who(made: socket.socket) -> int:
    """The number of the process that answers *made*."""
    made.sendall(b"who?\n")
    return int(made.recv(100))


def ready(port: int, listens: "subprocess.Popen[str]", processes: int = 2) -> None:
    """Wait until every process answers."""

    def all_answer() -> bool:
        with ExitStack() as stack:
            made = [stack.enter_context(call(port)) for _ in range(processes)]
            return len({who(one) for one in made}) == processes

    wait_for(lambda: is_open("127.0.0.1", port))
    wait_for(all_answer)


def test_connections_are_shared_out_evenly() -> None:
    with group(ANSWERS_BY_ITS_NUMBER, processes=3) as (port, listens), ExitStack() as stack:
        ready(port, listens, 3)
        made = [stack.enter_context(call(port)) for _ in range(30)]
        assert set(Counter(map(who, made)).values()) == {10}
        first = who(made[0])
        for one in [one for one in made if who(one) == first][:4]:
            one.close()
        wait_for(lambda: who(stack.enter_context(call(port))) == first)


def test_whoever_is_killed_is_replaced_and_the_next_call_is_answered() -> None:
    with group(ANSWERS_BY_ITS_NUMBER) as (port, listens):
        ready(port, listens)
        for _ in range(3):
            before = workers(listens)
            before[0].kill()
            with call(port) as made, call(port) as another:
                assert {who(made), who(another)} <= {one.pid for one in workers(listens)}
            ready(port, listens)
            assert before[0].pid not in {one.pid for one in workers(listens)}
        listens.terminate()
        assert listens.communicate(timeout=PATIENCE)[1].count("another takes its place") == 3
        assert listens.returncode == 0


def test_what_was_handed_to_one_that_dies_before_it_took_it_goes_to_another(tmp_path: Path) -> None:
    stopped = tmp_path / "stopped"
    with group(TAKES_NOTHING_UNTIL_THE_OTHER_IS_THERE, str(stopped)) as (port, listens):
        wait_for(lambda: stopped.exists() and is_open("127.0.0.1", port))
        held = next(one for one in workers(listens) if one.status() == psutil.STATUS_STOPPED)
        with ExitStack() as stack:
            made = [stack.enter_context(call(port)) for _ in range(4)]
            for one in made:
                one.sendall(b"who?\n")
            held.kill()
            answers = {int(one.recv(100)) for one in made}
        assert held.pid not in answers


def test_who_comes_while_every_line_is_full_waits_and_is_answered() -> None:
    with group(RESTS_WHEN_READY, processes=1) as (port, listens), ExitStack() as stack:
        wait_for(lambda: is_open("127.0.0.1", port))
        made = [stack.enter_context(call(port)) for _ in range(MORE_THAN_A_LINE_HOLDS)]
        for one in made:
            one.sendall(b"who?\n")
        (worker,) = workers(listens)
        worker.resume()
        assert {int(one.recv(100)) for one in made} == {worker.pid}


@pytest.mark.parametrize(
    ("worker", "said", "starts"),
    [
        (DIES_AT_ONCE, "The pages did not start (status 7)", 0),
        (DIES_WHEN_READY, "another start does not mend", process_group.MOST_ENDS),
    ],
    ids=["at once", "when it is ready"],
)
def test_whoever_dies_again_and_again_is_given_up_with_a_sentence(
    worker: str, said: str, starts: int
) -> None:
    with group(worker) as (_, listens):
        words = listens.communicate(timeout=PATIENCE)[1]
        assert said in words
        assert words.count("another takes its place") == starts
        assert listens.returncode == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_end_it_ends_all(number: int) -> None:
    with group(ANSWERS_BY_ITS_NUMBER) as (port, listens):
        ready(port, listens)
        before = workers(listens)
        listens.send_signal(number)
        assert listens.wait(PATIENCE) == 0
        assert not any(one.is_running() for one in before)
        assert not is_open("127.0.0.1", port)


def test_when_the_one_that_listens_is_killed_the_others_end_too() -> None:
    with group(ANSWERS_BY_ITS_NUMBER) as (port, listens):
        ready(port, listens)
        before = workers(listens)
        listens.kill()
        wait_for(lambda: not any(one.is_running() for one in before))


def test_a_port_that_is_taken_is_an_error() -> None:
    port = free_port("127.0.0.1", 0)
    with socket.create_server(("127.0.0.1", port)), pytest.raises(OSError, match="in use"):
        process_group.serve("127.0.0.1", port, 2, [sys.executable])


def test_all_together_let_in_no_more_than_one_would() -> None:
    whole = ConnectionLimits()
    for processes in (1, 2, 3, 16):
        share = whole.divided_by(processes)
        assert share.places * processes <= whole.places
        assert share.per_address * processes <= whole.per_address


def test_what_a_worker_inherits_is_said_in_one_word() -> None:
    told = Inherited(3, 4, 2)
    assert Inherited.of_text(str(told)) == told


def test_all_count_how_long_pages_take_in_one_folder_that_goes_with_them() -> None:
    with group(ANSWERS_BY_ITS_NUMBER) as (port, listens):
        ready(port, listens)
        told = {one.environ()["PROMETHEUS_MULTIPROC_DIR"] for one in workers(listens)}
        (folder,) = map(Path, told)
        held = os.open(folder, os.O_RDONLY)
        with pytest.raises(BlockingIOError):  # or those who tidy up would take it
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(held)
    assert not folder.exists()
