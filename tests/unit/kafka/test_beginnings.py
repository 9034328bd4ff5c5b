from cse_chat.adapters.kafka.beginnings import Beginnings


def test_new_is_what_comes_behind_where_a_partition_ended_when_its_reading_began() -> None:
    beginnings = Beginnings()
    beginnings.note(3, 5, end=8)

    assert beginnings.offsets == {3: 5}
    assert [beginnings.is_new(3, offset) for offset in (5, 7, 8, 9)] == [False, False, True, True]
    assert not beginnings.is_new(4, 9)


def test_where_nobody_knows_the_end_nothing_is_new() -> None:
    beginnings = Beginnings()
    beginnings.note(3, 5, end=None)

    assert not beginnings.is_new(3, 10**9)


def test_what_is_read_again_is_not_new_and_what_comes_behind_it_is() -> None:
    beginnings = Beginnings()
    beginnings.note(3, 5, end=8)
    beginnings.note(4, 0, end=1)

    beginnings.read_again({3: 12})

    assert [beginnings.is_new(3, offset) for offset in (8, 11, 12)] == [False, False, True]
    assert not beginnings.is_new(4, 10**9)
    assert beginnings.offsets == {3: 5, 4: 0}


def test_of_partitions_that_were_taken_away_nothing_is_known() -> None:
    beginnings = Beginnings()
    beginnings.note(3, 5, end=8)

    beginnings.forget()

    assert beginnings.offsets == {}
    assert not beginnings.is_new(3, 9)
