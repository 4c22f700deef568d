"""Who on the machine can read what the product writes."""

import os
import subprocess
import sys
from pathlib import Path


def test_a_new_database_is_for_the_clinics_own_account_even_in_a_folder_open_to_all(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SMA_")}

    subprocess.run(
        [sys.executable, "-c", "from sma.cli import main; main()", "db", "upgrade"],
        env=environment | {"SMA_DATA_FOLDER": str(folder)},
        cwd=tmp_path,
        umask=0o022,
        check=True,
    )

    modes = {path.name: oct(path.stat().st_mode & 0o077) for path in folder.iterdir() if path.is_file()}
    assert "sma.db" in modes
    assert set(modes.values()) == {"0o0"}, modes
