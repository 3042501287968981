"""What is wrong with a checkout is found before a deploy changes anything, and all of it at once."""

from pathlib import Path

import pytest

from common.deployment.checks import repository_problems
from common.deployment.flow_files import load_flows
from common.deployment.manifest import read_manifest
from common.deployment.problems import Problem, refusal
from common.errors import ConfigError
from tests.common.deployment.conftest import MAIN, edited

ALMA = "flows/library/patrons_to_alma.py:patrons_to_alma"
PARAMETERS = f"entrypoint: {ALMA}\n    parameters: "


def told(checkout: Path) -> str:
    """What a deploy of the checkout is refused for; "" if nothing is wrong with it."""
    flows, problems = load_flows(checkout)
    problems += repository_problems(checkout, read_manifest(checkout), flows, MAIN.release)
    return str(refusal(problems)) if problems else ""


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("tags: [library]", "tagz: [library]", "patrons_to_alma: unknown key tagz (did you mean tags?)"),
        ("memory: 2g", "memry: 2g", "unknown key work_pool.job_variables.memry (did you mean memory?)"),
        ("memory: 2g", "memory: 2 GB", "work_pool.job_variables.memory: string should match"),
        ("slug: nightly,", "slug: nightly, active: true,", "unknown key schedules.0.active"),
        ("slug: nightly, ", "", "schedules.0.slug: field required"),
        ('"30 21 *', '"99 21 *', 'schedules.0.cron: invalid cron string: "99 21 * * *"'),
        ("America/Denver", "America/Boise", "the campus counts its days in America/Denver"),
        ("release.env", "$CAMPUS_ENV", "work_pool.job_variables.env.CAMPUS_ENV: input should be '{{ release"),
        ("/app", "/opt/prefect", "prefect.yaml: pull.0.prefect.deployments.steps.set_working_directory"),
        (f"{ALMA}\n", f"{ALMA}\n    parameters: {{as_of: '{{{{ $NOPE }}}}'}}\n", "set NOPE"),
        (ALMA, f"{ALMA}\n    parameters: {{as_of: '{{{{ prefect.blocks.secret.x }}}}'}}", "stored in clear"),
        (ALMA, f"{ALMA}\n    parameters: {{as_of: '{{{{ release.versio }}}}'}}", "mean release.version?"),
        (ALMA, "flows/library/patron_to_alma.py:patron_to_alma", "did you mean library/patrons_to_alma?"),
        (ALMA, "flows/student_affairs/engage.py:engage", "engage.py:engage is no flow"),
        ("name: patrons_to_alma", "name: patrons", "library/patrons_to_alma: no stanza of prefect.yaml deploys"),
        ("name: patrons_to_alma", "name: patrons", "deployment, file and function have one name"),
        ("name: accounts_to_engage", "name: patrons_to_alma", "2 stanzas of this name"),
        ("tags: [library]", "tags: [library, nightly]", "tags has to be [library]"),
        ("[{<<: *campus_time, slug: nightly", "[&x {<<: *campus_time, slug: a, cron: '0 1 * * *'}, *x, {<<: *campus_time, slug: nightly", "2 schedules have the slug a"),
        (f"entrypoint: {ALMA}", f"{PARAMETERS}{{as_off: 2026-09-01}}", "no parameter as_off (did you mean as_of?)"),
        (f"entrypoint: {ALMA}", f"{PARAMETERS}{{as_of: tomorrow}}", "as_of: Input should be a valid date"),
    ],
)  # fmt: skip
def test_a_slip_in_the_file_is_found(checkout: Path, right: str, wrong: str, words: str) -> None:
    """Prefect ignores most of these, and finds the others after it has changed half of the deployments."""
    edited(checkout / "prefect.yaml", right, wrong)
    assert words in told(checkout)


def test_a_date_need_not_be_quoted(checkout: Path) -> None:
    """Prevents a refusal of what Prefect takes: YAML has dates, JSON has none."""
    edited(checkout / "prefect.yaml", f"entrypoint: {ALMA}", f"{PARAMETERS}{{as_of: 2026-09-01}}")
    assert read_manifest(checkout).deployments[0].parameters == {"as_of": "2026-09-01"}
    assert told(checkout) == ""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            "import nothing_like_that\n",
            "library/patrons_to_alma: the file does not import: ModuleNotFoundError",
        ),
        ("del patrons_to_alma\n", "library/patrons_to_alma: the file holds no flow of that name"),
        ("patrons_to_alma.fn.feed = None\n", "make it with @campus_flow"),
    ],
)
def test_a_flow_that_cannot_run_is_found(checkout: Path, code: str, words: str) -> None:
    """Prefect deploys a file that does not import, by its text, with exit code 0."""
    with (checkout / "flows" / "library" / "patrons_to_alma.py").open("a", encoding="utf-8") as file:
        file.write(code)
    assert words in told(checkout)


def test_a_parameter_that_nobody_gives_is_found(checkout: Path) -> None:
    """Prevents a nightly run that fails before its first line."""
    flow = checkout / "flows" / "library" / "patrons_to_alma.py"
    edited(flow, "as_of: date | None = None", "as_of: date | None")
    assert "patrons_to_alma: parameter as_of is missing, and a schedule cannot give it." in told(checkout)


def test_a_group_without_owner_is_found(checkout: Path) -> None:
    """Prevents a delivery that nobody is asked about."""
    edited(checkout / ".github" / "CODEOWNERS", "/flows/library/ ", "#/flows/library/ ")
    assert "patrons_to_alma: nobody owns it: .github/CODEOWNERS needs a line for /flows/library/." in told(
        checkout
    )


def test_a_file_that_is_no_yaml_is_one_sentence(checkout: Path) -> None:
    """Prefect says that it skips the file, and deploys nothing."""
    (checkout / "prefect.yaml").write_text("deployments: [\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"prefect\.yaml: this is not YAML: .*line 2"):
        read_manifest(checkout)


def test_what_is_wrong_at_many_places_alike_is_told_once() -> None:
    """Prevents one slip in an anchor from being a page of the same sentence."""
    places = [Problem(f"flow_{number}", "unknown key memry.") for number in range(30)]
    assert str(refusal([*places, Problem("flow_1", "tags: field required.")])) == (
        "2 things are wrong; nothing was changed.\n"
        "  1. flow_0, flow_1 and 28 more: unknown key memry.\n"
        "  2. flow_1: tags: field required."
    )
