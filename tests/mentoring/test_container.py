"""What docker-compose.yml starts, checked against what the programme is."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
OURS = ["web", "worker", "beat", "migrate"]


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def test_every_part_of_the_programme_is_a_service(services):
    assert set(services) == {*OURS, "postgres", "redis"}


def test_nothing_starts_before_the_database_is_prepared(services):
    for name in ("web", "worker", "beat"):
        waits_for = services[name]["depends_on"]
        assert waits_for["migrate"] == {"condition": "service_completed_successfully"}
        assert waits_for["postgres"] == {"condition": "service_healthy"}


def test_what_falls_is_started_again(services):
    """Celery ends a worker whose children are killed at a bad moment."""
    assert {services[name]["restart"] for name in services if name != "migrate"} == {"unless-stopped"}


def test_what_others_wait_for_can_say_that_it_is_healthy(services):
    for name in ("web", "postgres", "redis"):
        assert services[name]["healthcheck"]["test"][0] == "CMD"


def test_only_the_web_is_reached_and_only_from_this_machine(services):
    ports = {name: service["ports"] for name, service in services.items() if "ports" in service}

    assert ports == {"web": ["127.0.0.1:8000:8000"]}


def test_commands_name_programs_and_apps_that_exist(services):
    commands = [shlex.split(services[name]["command"]) for name in ("worker", "beat", "migrate")]

    assert [command[0] for command in commands] == ["celery", "celery", "python"]
    assert (ROOT / commands[2][1]).exists()
    assert (ROOT / "mentoring/management/commands" / f"{commands[2][2]}.py").exists()


def test_the_example_gives_every_variable_that_the_compose_file_asks_for():
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    given = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert asked <= given


def test_the_image_runs_as_nobody_in_particular():
    lines = (ROOT / "Dockerfile").read_text().splitlines()

    assert lines.index("USER mentoring") < next(n for n, line in enumerate(lines) if line.startswith("CMD"))
