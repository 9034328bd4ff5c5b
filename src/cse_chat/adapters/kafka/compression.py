"""LZ4 at its quick level."""

import sys
from functools import partial
from typing import Final

from aiokafka.codec import lz4_encode
from aiokafka.record.default_records import DefaultRecordBatchBuilder

_QUICK: Final = 1


def compress_quickly() -> None:
    """Have every producer of this process compress so; saying it again changes nothing.

    The library compresses at level 9, which takes two to thirteen times as long and makes a batch 5 %
    smaller; and for each batch, however small, it fills a table of 256 KiB.
    """
    # There is no other way in: the builder, be it in C or in Python, takes no level.
    builders = sys.modules[DefaultRecordBatchBuilder.__module__]
    builders.__dict__["lz4_encode"] = partial(lz4_encode, level=_QUICK)
