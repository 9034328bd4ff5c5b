"""What is installed is what is in the repository, the files of the pages included."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_wheel_has_every_file_of_the_pages_byte_for_byte(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=50)  # noqa: S603 - our own words
    (path,) = tmp_path.glob("*.whl")
    static = ROOT / "src/cse_chat/entrypoints/http/static"
    ours = {
        str(file.relative_to(ROOT / "src")): file.read_bytes()
        for file in static.rglob("*")
        if file.is_file()
    }

    with zipfile.ZipFile(path) as wheel:
        shipped = {name: wheel.read(name) for name in wheel.namelist() if "/static/" in name}

    assert shipped == ours
    assert any(name.endswith("swagger-ui-bundle.js") for name in shipped)
