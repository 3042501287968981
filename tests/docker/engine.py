"""The Docker engine, and the images that the tests need: pulled where a registry answers, else made from Debian's packages."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

__all__ = ["FLOWS_IMAGE", "SANDBOX_IMAGE", "build_images", "docker", "need_engine"]

ROOT = Path(__file__).resolve().parents[2]
FLOWS_IMAGE, SANDBOX_IMAGE = "campus-flows:test", "campus-sandbox:test"
STAND_INS = {
    "CAMPUS_BASE_IMAGE": "campus-base:bookworm",
    "POSTGRES_IMAGE": "campus-postgres:15",
    "REDIS_IMAGE": "campus-redis:7",
    "NGINX_IMAGE": "campus-nginx:1.22",
    "REGISTRY_IMAGE": "campus-registry:2",
}
OFFICIAL = {
    "CAMPUS_BASE_IMAGE": "python:3.11-slim-bookworm",
    "POSTGRES_IMAGE": "postgres:17",
    "REDIS_IMAGE": "redis:7",
    "NGINX_IMAGE": "nginx:1.28",
    "REGISTRY_IMAGE": "registry:2",
}


def docker(*arguments: str, environment: Mapping[str, str] | None = None, host: str | None = None) -> str:
    """What a docker command prints; RuntimeError with what it complained of when it fails."""
    command = ["docker", *(("--host", host) if host else ()), *arguments]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=_neutral() | dict(environment or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments[:4])} ...:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout


def need_engine() -> None:
    """Skips, and says so, where there is no Docker engine or no compose."""
    for command, package in (("version", "docker.io"), ("compose version", "docker-compose of trixie")):
        try:
            docker(*command.split())
        except (OSError, RuntimeError):
            pytest.skip(f"NOT TESTED IN CONTAINERS: docker {command} fails here (Debian: {package})")


def _neutral() -> dict[str, str]:
    """Our environment without what would have precedence over a ``.env``."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("CAMPUS_", "COMPOSE_", "PREFECT_"))}


@cache
def build_images() -> dict[str, str]:
    """Builds the images of flows and sandbox; answers the variables of ``.env`` that name what they are built from."""
    build = {"CAMPUS_BUILD_NETWORK": os.environ.get("CAMPUS_BUILD_NETWORK", "host")}
    if bundle := os.environ.get("SSL_CERT_FILE"):
        build["CAMPUS_CA_BUNDLE"] = bundle
    images = OFFICIAL
    if not _all_there(OFFICIAL):
        images = STAND_INS
        if not _all_there(STAND_INS):
            if os.geteuid() != 0 or not shutil.which("debootstrap"):
                pytest.skip(
                    "NOT TESTED IN CONTAINERS: no registry answers, and stand-ins need root and debootstrap"
                )
            subprocess.run([ROOT / "docker" / "stand-ins" / "build"], check=True, env=os.environ | build)
    named = images | build
    for image, options in ((FLOWS_IMAGE, ()), (SANDBOX_IMAGE, ("--target", "sandbox"))):
        subprocess.run([ROOT / "docker" / "build", image, *options], check=True, env=os.environ | named)
    return named | {"CAMPUS_IMAGE": FLOWS_IMAGE, "CAMPUS_SANDBOX_IMAGE": SANDBOX_IMAGE}


def _all_there(images: Mapping[str, str]) -> bool:
    return all(map(_is_there, images.values()))


def _is_there(image: str) -> bool:
    try:
        docker("image", "inspect", image)
    except RuntimeError:
        try:
            docker("pull", "--quiet", image)
        except RuntimeError:
            return False
    return True
