"""A pack becomes a SQLite file, whatever happens to either."""

import gzip
import hashlib
import json
import multiprocessing
import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cse_chat.adapters.analyst.data.builder import built, main
from cse_chat.adapters.analyst.data.errors import MarketDataError
from cse_chat.adapters.analyst.data.packs import Pack
from cse_chat.adapters.analyst.data.reader import Reader
from cse_chat.adapters.analyst.market.market import Market


@pytest.fixture
def copy(pack: Pack, tmp_path: Path) -> Path:
    """A pack to damage."""
    return Path(shutil.copytree(pack.folder, tmp_path / "copy"))


def test_the_file_is_named_by_the_digest_and_built_once(pack: Pack, tmp_path: Path) -> None:
    path = built(pack, tmp_path)
    made = path.stat().st_mtime_ns
    assert pack.digest[:16] in path.name
    assert built(pack, tmp_path) == path
    assert path.stat().st_mtime_ns == made
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_the_shipped_pack_is_built_by_a_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 0
    (path,) = tmp_path.iterdir()
    assert capsys.readouterr().out == f"{path}\n"
    assert main([str(path)]) == 1
    assert "no file made" in capsys.readouterr().err


def test_another_pack_is_another_file(pack: Pack, copy: Path, tmp_path: Path) -> None:
    manifest = copy / "manifest.json"
    manifest.write_text(manifest.read_text().replace("delayed", "late"))
    assert built(Pack.open(copy), tmp_path) != built(pack, tmp_path)


def test_a_relative_folder_will_do(
    pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Market.open(Path("data"), pack.folder) as market:
        assert market.data_date.isoformat() == pack.as_of


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def overwritten(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[4096:8192] = b"x" * 4096
    path.write_bytes(raw)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def of_another_pack(path: Path) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE meta SET value = 'other' WHERE key = 'digest'")
    connection.close()


@pytest.mark.parametrize("damage", [cut_short, overwritten, emptied, of_another_pack])
def test_a_damaged_file_is_built_again(
    pack: Pack, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    damage(built(pack, tmp_path))
    with Market.open(tmp_path, pack.folder) as market:
        quote = market.quotes.latest("ALFA.N0000")
        assert quote
        assert quote.close == 110


def test_a_missing_table_is_named_with_the_repair(copy: Path, tmp_path: Path) -> None:
    (copy / "bar.tsv.gz").unlink()
    with pytest.raises(MarketDataError, match=r"bar\.tsv\.gz.*make data FROM=") as caught:
        Market.open(tmp_path / "data", copy)
    assert caught.value.file == copy / "bar.tsv.gz"


def test_a_damaged_table_is_named(copy: Path, tmp_path: Path) -> None:
    with (copy / "seat.tsv.gz").open("ab") as file:
        file.write(b"x")
    with pytest.raises(MarketDataError, match=r"seat\.tsv\.gz: is damaged"):
        Market.open(tmp_path / "data", copy)
    assert not list((tmp_path / "data").iterdir())


def resign(copy: Path, table: str) -> None:
    """Make the manifest agree with a changed file."""
    manifest = json.loads((copy / "manifest.json").read_text())
    packed = (copy / f"{table}.tsv.gz").read_bytes()
    manifest["tables"][table]["sha256"] = hashlib.sha256(packed).hexdigest()
    (copy / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no gzip", "not gzip of UTF-8 text"),
        (gzip.compress(b"caf\xe9\tX", mtime=0), "not gzip of UTF-8 text"),
        (gzip.compress(b"4010\n", mtime=0), "has a row of another shape"),
        (gzip.compress(b"4010\tBanks\n4010\tBanks\n", mtime=0), "contradicts itself"),
    ],
)
def test_a_signed_table_of_another_kind_is_refused(
    copy: Path, tmp_path: Path, content: bytes, message: str
) -> None:
    (copy / "sector.tsv.gz").write_bytes(content)
    resign(copy, "sector")
    with pytest.raises(MarketDataError, match=message):
        Market.open(tmp_path / "data", copy)
    assert not list((tmp_path / "data").iterdir())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is damaged"),
        ('{"schema": 1}', "is damaged"),
        ('{"schema": 0}', "schema 0, not 1"),
        ("[]", "is damaged"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_named(copy: Path, content: str, message: str) -> None:
    (copy / "manifest.json").write_text(content)
    with pytest.raises(MarketDataError, match=rf"manifest\.json: {message}"):
        Pack.open(copy)


def test_a_folder_without_a_pack_is_named(tmp_path: Path) -> None:
    with pytest.raises(MarketDataError, match=r"manifest\.json: cannot be read"):
        Pack.open(tmp_path)


def test_a_data_folder_that_is_a_file_is_named(pack: Pack, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(MarketDataError, match=r"data: no file made .*can be written"):
        built(pack, tmp_path / "data")


def test_a_folder_in_the_place_of_the_file_is_named(pack: Pack, tmp_path: Path) -> None:
    path = tmp_path / f"market-{pack.digest[:16]}.sqlite"
    (path / "in the way").mkdir(parents=True)
    with pytest.raises(MarketDataError, match="not written"):
        built(pack, tmp_path)
    assert list(tmp_path.iterdir()) == [path]


def test_two_processes_may_build_at_once(pack: Pack, tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=built, args=(pack, tmp_path)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=20)
    assert [process.exitcode for process in processes] == [0, 0]
    (path,) = tmp_path.iterdir()
    assert built(pack, tmp_path) == path


def test_each_thread_has_a_connection_of_its_own(pack: Pack, tmp_path: Path) -> None:
    reader = Reader(built(pack, tmp_path))
    found: list[int] = []

    def count() -> None:
        ((number,),) = reader.rows("SELECT count(*) FROM security")
        found.append(number)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    count()
    reader.close()
    assert found == [9] * 5


def test_a_reader_opens_again_after_closing(pack: Pack, tmp_path: Path) -> None:
    reader = Reader(built(pack, tmp_path))
    for _ in range(2):
        assert reader.rows("SELECT value FROM meta WHERE key = ?", ("as_of",))[0][0] == pack.as_of
        reader.close()


def test_a_reader_cannot_write(pack: Pack, tmp_path: Path) -> None:
    reader = Reader(built(pack, tmp_path))
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.rows("DELETE FROM bar")
    reader.close()
