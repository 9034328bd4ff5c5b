"""What is installed is what is in the repository, the files of the pages and the scripts included."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_wheel_has_every_file_of_the_source_byte_for_byte(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=50)  # noqa: S603 - our own words
    (path,) = tmp_path.glob("*.whl")
    ours = {
        str(file.relative_to(ROOT / "src")): file.read_bytes()
        for file in (ROOT / "src/cse_chat").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }

    with zipfile.ZipFile(path) as wheel:
        shipped = {name: wheel.read(name) for name in wheel.namelist() if ".dist-info/" not in name}

    assert shipped == ours
    for needed in ("swagger-ui-bundle.js", "scripts/settle.lua"):
        assert any(name.endswith(needed) for name in shipped)
