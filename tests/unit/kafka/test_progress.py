"""What of a partition is acknowledged, with rubbish between the requests."""

from hypothesis import given
from hypothesis import strategies as st

from cse_chat.adapters.kafka.progress import PartitionProgress


def test_nothing_is_acknowledged_at_first() -> None:
    assert PartitionProgress().position is None


def test_what_the_reader_says_counts() -> None:
    progress = PartitionProgress()
    progress.deliver(4)
    progress.finish(5)

    assert progress.position == 5


def test_it_never_goes_back() -> None:
    progress = PartitionProgress()
    progress.finish(5)
    progress.finish(3)

    assert progress.position == 5


def test_rubbish_before_everything_is_passed_once_it_is_kept() -> None:
    progress = PartitionProgress()
    assert progress.set_aside(0) is False
    assert progress.position is None

    progress.keep(0)

    assert progress.position == 1


def test_rubbish_behind_an_unfinished_delivery_waits_for_it() -> None:
    progress = PartitionProgress()
    progress.deliver(0)
    progress.set_aside(1)
    progress.keep(1)
    assert progress.position is None

    progress.finish(1)

    assert progress.position == 2


def test_rubbish_that_is_not_kept_holds_back_what_is_finished_behind_it() -> None:
    progress = PartitionProgress()
    progress.deliver(0)
    progress.set_aside(1)
    progress.deliver(2)
    progress.finish(3)
    assert progress.position == 1

    progress.keep(1)

    assert progress.position == 3


def test_rubbish_that_is_kept_is_known_when_it_is_read_again() -> None:
    progress = PartitionProgress()
    progress.deliver(0)
    progress.set_aside(1)
    progress.keep(1)

    progress.rewind()
    progress.deliver(0)

    assert progress.set_aside(1) is True
    progress.finish(1)
    assert progress.position == 2


@given(
    records=st.lists(st.booleans(), max_size=20),
    data=st.data(),
)
def test_the_position_never_passes_what_is_unfinished_or_not_kept(
    records: list[bool], data: st.DataObject
) -> None:
    """And in the end it passes everything; ``True`` is a request, ``False`` rubbish."""
    progress = PartitionProgress()
    open_: set[int] = set()
    delivered: list[int] = []
    unread = list(enumerate(records))
    while unread or open_:
        if unread and (not open_ or data.draw(st.booleans())):
            offset, is_request = unread.pop(0)
            open_.add(offset)
            if is_request:
                progress.deliver(offset)
                delivered.append(offset)
            else:
                progress.set_aside(offset)
        else:
            ended = data.draw(st.sampled_from(sorted(open_)))
            open_.discard(ended)
            if records[ended]:
                _say_prefix(progress, delivered, open_)
            else:
                progress.keep(ended)
        assert all((progress.position or 0) <= offset for offset in open_)
    assert progress.position == (len(records) or None)


def _say_prefix(progress: PartitionProgress, delivered: list[int], open_: set[int]) -> None:
    """Say what a reader says: the prefix of its deliveries that is finished."""
    finished = None
    for offset in delivered:
        if offset in open_:
            break
        finished = offset
    if finished is not None:
        progress.finish(finished + 1)
