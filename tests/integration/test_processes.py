"""The processes of the other tests end with them, however those end."""

from pathlib import Path
from typing import Final

from tests.orphans import assert_it_leaves_nobody_behind

_STARTS_BOTH_ROLES: Final = """\
import sys
from pathlib import Path
from brokers.ports import free_port
from tests.integration.processes import RunningProcess
nowhere = f"127.0.0.1:{free_port()}"
settings = {"KAFKA__BOOTSTRAP_SERVERS": nowhere, "REDIS__URL": f"redis://{nowhere}/0"}
for role in ("gateway", "worker"):
    service = RunningProcess(Path(sys.argv[1]) / role, role=role, **settings).__enter__()
    print(service.process.pid, flush=True)
sys.stdin.read()
"""


async def test_no_gateway_and_no_worker_outlives_a_killed_test_run(tmp_path: Path) -> None:
    await assert_it_leaves_nobody_behind(_STARTS_BOTH_ROLES, tmp_path, number=2)
