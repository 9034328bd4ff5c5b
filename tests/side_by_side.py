"""How tests are dealt out to processes that run side by side, by `pytest -n` (a plugin).

What waits longest begins first, so that the last process does not end long after the others. A file
stays in one process, with what its tests share. Servers live as long as their process: folders whose
tests have some to themselves stay together, too.
"""

from collections import Counter
from typing import Final

import pytest
from typing_extensions import override
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

_EACH_ALONE: Final = ("tests/bench/test_cases.py",)
_TOGETHER: Final = ("tests/integration/kafka/", "tests/integration/roles/")
_LONG: Final = ("tests/bench/test_cases.py", "tests/integration/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put first what takes long; alone in one process, tests keep their order.

    Raises:
        UsageError: Tests have one id: who deals would take them for one, and run one.
    """
    for item in items:
        if label := getattr(item, "operation_label", ""):  # Schemathesis gives all of them one id
            item._id = item.id.with_params(label)
    alike = [test for test, times in Counter(item.nodeid for item in items).items() if times > 1]
    if alike:
        raise pytest.UsageError(f"several tests have one id: {alike}")
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _rank(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Deal by what belongs together."""
    config.option.loadscopereorder = False  # it would put first what has most tests
    return _Dealer(config, log)


class _Dealer(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    @override
    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(_EACH_ALONE):
            return nodeid
        together = (folder for folder in _TOGETHER if nodeid.startswith(folder))
        return next(together, nodeid.partition("::")[0])


def _rank(nodeid: str) -> int:
    return next((n for n, path in enumerate(_LONG) if nodeid.startswith(path)), len(_LONG))
