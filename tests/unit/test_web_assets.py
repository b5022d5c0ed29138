"""Files by others reach the browser from `node_modules`, whole and with their licences."""

import json
from pathlib import Path

import pytest

from infra.assets import FILES, NOTICE, REPOSITORY, AssetMissing, install_assets


@pytest.fixture
def node_modules(tmp_path: Path) -> Path:
    folder = tmp_path / "node_modules"
    for package, source in FILES.values():
        path = folder / package / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content of {source}")
        (folder / package / "package.json").write_text(
            json.dumps({"version": "1.2.3", "license": "EUPL-1.2"})
        )
    return folder


def test_every_named_file_and_the_notice_arrive(node_modules: Path, tmp_path: Path) -> None:
    install_assets(node_modules, tmp_path / "vendor")

    arrived = {
        p.relative_to(tmp_path / "vendor").as_posix() for p in tmp_path.rglob("vendor/**/*")
    }
    assert set(FILES) | {NOTICE} <= arrived
    assert "| htmx.org | 1.2.3 | EUPL-1.2 |" in (tmp_path / "vendor" / NOTICE).read_text()


def test_a_second_run_writes_nothing(node_modules: Path, tmp_path: Path) -> None:
    install_assets(node_modules, tmp_path / "vendor")

    assert install_assets(node_modules, tmp_path / "vendor") == (0, 0)


def test_a_changed_file_is_replaced_and_a_stray_one_goes(
    node_modules: Path, tmp_path: Path
) -> None:
    vendor = tmp_path / "vendor"
    install_assets(node_modules, vendor)
    (vendor / "kern" / "kern.min.css").write_text("old")
    (vendor / "left-over.js").write_text("")

    assert install_assets(node_modules, vendor) == (1, 1)
    assert (vendor / "kern" / "kern.min.css").read_text() == "content of dist/kern.min.css"
    assert not (vendor / "left-over.js").exists()


def test_a_missing_file_names_the_remedy_and_leaves_nothing_half_done(
    node_modules: Path, tmp_path: Path
) -> None:
    (node_modules / "htmx.org" / "dist" / "htmx.min.js").unlink()

    with pytest.raises(AssetMissing, match="make install"):
        install_assets(node_modules, tmp_path / "vendor")
    assert not (tmp_path / "vendor").exists()


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((REPOSITORY / "package-lock.json").read_text())

    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert not [name for name, entry in packages.items() if "resolved" in entry]
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
