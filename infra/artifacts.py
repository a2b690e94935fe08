#!/usr/bin/env python3
"""What was built for Lambda, and whether that is what is deployed.

artifacts.py write ARCHITECTURE PROFILE GLIBC   checks the binaries in target/lambda and writes target/lambda/manifest.json
artifacts.py check                              checks that target/lambda is what the manifest says; prints
                                                architecture, profile and version
"""

import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
LAMBDA = ROOT / "target" / "lambda"
MANIFEST = LAMBDA / "manifest.json"

# The number of each architecture in the header of an ELF file.
MACHINES = {183: "arm64", 62: "x86_64"}


class Wrong(Exception):
    pass


def machine(binary: pathlib.Path) -> str:
    """The architecture of a 64-bit little-endian ELF executable."""
    head = binary.read_bytes()[:20]
    if head[:6] != b"\x7fELF\x02\x01":
        raise Wrong(f"{binary} is no ELF file of 64 bits")
    return MACHINES.get(int.from_bytes(head[18:20], "little"), "another architecture")


def needed_glibc(binary: pathlib.Path) -> tuple[int, ...]:
    """The latest version of glibc that the binary needs, from the names of symbol versions in it."""
    listed = subprocess.run(
        ["readelf", "--version-info", "--wide", str(binary)], check=True, capture_output=True, text=True
    ).stdout
    versions = re.findall(r"Name: GLIBC_([0-9.]+)", listed)
    if not versions:
        raise Wrong(f"{binary} needs no glibc: is it linked dynamically?")
    return max(version(text) for text in versions)


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def binaries() -> dict[str, pathlib.Path]:
    functions = sorted(path.name for path in (ROOT / "functions").iterdir() if path.is_dir())
    found = {function: LAMBDA / function / "bootstrap" for function in functions}
    for function, path in found.items():
        if not path.is_file():
            raise Wrong(f"{path.relative_to(ROOT)} is missing: run make build")
    return found


def sha256(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def project_version() -> str:
    """The version of the workspace, with the commit where there is one."""
    cargo = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude", "*"], cwd=ROOT, capture_output=True, text=True
    )
    commit = described.stdout.strip()
    return f"{cargo}+{commit}" if described.returncode == 0 and commit else cargo


def write(architecture: str, profile: str, glibc: str) -> None:
    functions = {}
    for function, path in binaries().items():
        if (found := machine(path)) != architecture:
            raise Wrong(f"{function} is built for {found}, not for {architecture}")
        needs = needed_glibc(path)
        if needs > version(glibc):
            raise Wrong(
                f"{function} needs glibc {'.'.join(map(str, needs))}, and provided.al2023 has {glibc}: "
                "install cargo-zigbuild (pip install cargo-zigbuild), which builds for that one"
            )
        functions[function] = {"bytes": path.stat().st_size, "sha256": sha256(path)}
        print(f"{functions[function]['bytes'] / 1e6:7.2f} MB  {function}")
    built = {
        "version": project_version(),
        "architecture": architecture,
        "profile": profile,
        "glibc": glibc,
        "functions": functions,
    }
    MANIFEST.write_text(json.dumps(built, indent=2) + "\n")
    total = sum(function["bytes"] for function in functions.values())
    print(f"{total / 1e6:7.2f} MB  {len(functions)} functions, {architecture}, {profile}, {built['version']}")


def check() -> None:
    if not MANIFEST.is_file():
        raise Wrong("nothing is built: run make build")
    built = json.loads(MANIFEST.read_text())
    found = binaries()
    if found.keys() != built["functions"].keys():
        raise Wrong("other functions were built than there are: run make build")
    for function, path in found.items():
        if sha256(path) != built["functions"][function]["sha256"]:
            raise Wrong(f"{path.relative_to(ROOT)} is not what was built: run make build")
    print(built["architecture"], built["profile"], built["version"])


def main(arguments: list[str]) -> int:
    try:
        match arguments:
            case ["write", architecture, profile, glibc]:
                write(architecture, profile, glibc)
            case ["check"]:
                check()
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except Wrong as wrong:
        print(f"error: {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
