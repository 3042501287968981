"""The dashboard, as somebody at a browser sees it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.docker.stack import Stack

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

PICTURE = os.environ.get("CAMPUS_PICTURE")  # where to put the README's picture, if it is to be taken anew


@pytest.fixture
def dashboard(stack: Stack) -> Iterator[Page]:
    """A browser at the dashboard's door."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("NOT TESTED IN A BROWSER: no chromium on this machine (Debian: chromium)")
    with sync_playwright() as playwright:
        # its own sandbox needs rights that a container or root does not have; it sees our pages only
        running = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = running.new_page(viewport={"width": 1280, "height": 720})
        page.goto(stack.url.removesuffix("/api"))
        yield page
        running.close()


def test_it_shows_the_flows_to_whoever_knows_the_login(stack: Stack, dashboard: Page) -> None:
    """The image is read-only for the server: without a place to write, it answers and has no dashboard."""
    for name in ("accounts_to_engage", "customers_to_permits", "patrons_to_alma"):
        assert stack.finished(stack.start_run(name))[0] == "COMPLETED"
    dashboard.get_by_placeholder("admin:pass").fill("campus:guess")
    dashboard.get_by_role("button", name="Login").click()
    expect(dashboard.get_by_role("button", name="Login")).to_be_visible()

    dashboard.get_by_placeholder("admin:pass").fill(stack.values["PREFECT_AUTH_STRING"])
    dashboard.get_by_role("button", name="Login").click()
    dashboard.get_by_role("link", name="Runs", exact=True).click()
    expect(dashboard.get_by_text("Completed").first).to_be_visible(timeout=30_000)
    expect(dashboard.get_by_text("patrons_to_alma").first).to_be_visible()
    dashboard.get_by_role("link", name="Deployments", exact=True).click()
    expect(dashboard.get_by_text("students_to_engage").first).to_be_visible()
    if PICTURE:
        dashboard.screenshot(path=Path(PICTURE))
