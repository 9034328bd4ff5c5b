"""Processes of contestants: what they say, and how they end."""

import os
import sys
from pathlib import Path

import pytest

from bench.errors import BrokenRunError
from bench.services import Service, running


def a_service(folder: Path, script: str) -> Service:
    return Service("it", sys.executable, "-c", script, folder=folder, env=dict(os.environ))


READY = 'import signal; print("listens at http://127.0.0.1:7", flush=True); signal.pause()'


def test_a_service_is_where_it_says_after_however_many_lines(tmp_path: Path) -> None:
    service = a_service(tmp_path, f'print("a banner"); print("more"); {READY}')
    with running([service]):
        assert service.port == 7
        service.end()


def test_a_service_that_does_not_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    service = a_service(tmp_path, 'import sys; sys.exit("no data here")')
    with (
        pytest.raises(BrokenRunError, match=r"(?s)it did not start;.*no data here"),
        running([service]),
    ):
        pytest.fail("it was entered")  # pragma: no cover - it must not be


def test_a_service_that_ends_badly_is_told(tmp_path: Path) -> None:
    service = a_service(
        tmp_path,
        "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(3));"
        ' print("ready", flush=True); signal.pause()',
    )
    with running([service]):
        with pytest.raises(BrokenRunError, match="it ended with 3"):
            service.end()
        with pytest.raises(BrokenRunError, match="did not say where"):
            _ = service.port


def test_one_that_does_not_start_takes_the_others_along(tmp_path: Path) -> None:
    other = a_service(tmp_path / "other", READY)
    broken = a_service(tmp_path / "broken", "pass")
    with pytest.raises(BrokenRunError), running([other, broken]):
        pytest.fail("it was entered")  # pragma: no cover - it must not be

    with pytest.raises(BrokenRunError, match="it was not started"):
        _ = other.pid


def test_what_a_service_started_ends_with_it(tmp_path: Path) -> None:
    child = tmp_path / "child"
    service = a_service(
        tmp_path / "parent",
        "import signal, subprocess, sys;"
        f' subprocess.Popen([sys.executable, "-c", "import os, signal;'
        f" open({str(child)!r}, 'w').write(str(os.getpid())); signal.pause()\"]);"
        ' print("ready", flush=True); signal.pause()',
    )
    with running([service]):
        while not (child.exists() and child.read_text()):
            pass
    pid = int(child.read_text())

    while Path(f"/proc/{pid}").exists() and " Z " not in Path(f"/proc/{pid}/stat").read_text():
        pass
