"""Settings: what is read, what is refused, and that every problem is told at once."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from cse_chat.entrypoints.environment import SettingProblem, SettingsError, variables
from cse_chat.entrypoints.settings import Settings

ROOT = Path(__file__).parents[2]


def problems_of(env: dict[str, str]) -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(env)
    return {problem.variable: problem.rule for problem in caught.value.problems}


def test_an_empty_environment_gives_the_defaults_of_the_contract() -> None:
    settings = Settings.from_env({})

    assert (settings.http.host, settings.http.port) == ("127.0.0.1", 8000)
    assert settings.http.wait == timedelta(seconds=30)
    assert settings.http.drain == timedelta(seconds=20)
    assert (settings.agent.name, settings.agent.attempts) == ("analyst", 3)
    assert settings.agent.deadline == timedelta(minutes=5)
    assert settings.agent.max_deadline == timedelta(hours=1)
    assert settings.agent.echo_delay == timedelta(0)
    assert settings.worker.concurrency == 100
    assert settings.worker.lease == timedelta(seconds=5)
    assert settings.worker.drain == timedelta(seconds=20)
    assert (settings.worker.window_records, settings.worker.window_bytes) == (10_000, 64 * 2**20)
    assert settings.redis.answer_ttl == settings.redis.history_ttl == timedelta(days=1)
    assert (settings.requests.transport, settings.replies.transport) == ("kafka", "redis")
    kafka = settings.kafka
    assert (kafka.bootstrap_servers, kafka.partitions, kafka.replication) == (
        "127.0.0.1:9092",
        12,
        1,
    )
    assert settings.redis.url == "redis://127.0.0.1:6379/0"
    assert settings.worker.port == 9100
    assert (settings.auth.mode, settings.auth.allow_anonymous) == ("none", False)


def test_every_variable_ends_up_in_its_place() -> None:
    settings = Settings.from_env(
        {
            "CSE_CHAT__HTTP__PORT": "8080",
            "CSE_CHAT__HTTP__WAIT_SECONDS": "0.5",
            "CSE_CHAT__AGENT__NAME": "echo",
            "CSE_CHAT__DATA_DIR": "/srv/cse",
            "PATH": "/bin",
        }
    )

    assert settings.http.port == 8080
    assert settings.http.wait == timedelta(milliseconds=500)
    assert settings.agent.name == "echo"
    assert settings.data_dir == Path("/srv/cse")


def test_an_empty_variable_is_an_unset_one() -> None:
    assert Settings.from_env({"CSE_CHAT__HTTP__PORT": ""}).http.port == 8000


@pytest.mark.parametrize("make", [Settings, lambda: Settings.from_env({})])
def test_only_the_mapping_is_read_and_not_the_process(
    monkeypatch: pytest.MonkeyPatch, make: type[Settings]
) -> None:
    monkeypatch.setenv("CSE_CHAT__HTTP__PORT", "1")
    monkeypatch.setenv("CSE_CHAT__DATA_DIR", "/nowhere")

    settings = make()

    assert settings.http.port == 8000
    assert settings.data_dir != Path("/nowhere")


def test_files_go_to_the_data_folder_of_the_user_by_default() -> None:
    assert Settings.from_env({"XDG_DATA_HOME": "/data"}).data_dir == Path("/data/cse-chat")


def test_settings_do_not_change() -> None:
    settings = Settings()

    with pytest.raises(ValidationError):
        settings.http.port = 1


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("HTTP__PORT", "65536", "less than or equal to 65535"),
        ("HTTP__PORT", "eighty", "valid integer"),
        ("HTTP__HOST", "two words", "match pattern"),
        ("HTTP__WAIT_SECONDS", "0", "greater than 0"),
        ("HTTP__WAIT_SECONDS", "nan", "finite"),
        ("HTTP__DRAIN_SECONDS", "inf", "finite"),
        ("AGENT__NAME", "oracle", "names no installed agent; there are: "),
        ("AGENT__NAME", "ehco", "did you mean echo?"),
        ("AGENT__ATTEMPTS", "0", "greater than or equal to 1"),
        ("AGENT__ECHO_SECONDS", "-1", "greater than or equal to 0"),
        ("WORKER__CONCURRENCY", "1.5", "valid integer"),
        ("REQUESTS__TRANSPORT", "spool", "should be 'kafka' or 'memory'"),
        ("REPLIES__TRANSPORT", "kafka", "not built yet; use redis or memory"),
        ("KAFKA__BOOTSTRAP_SERVERS", "broker", "should match pattern"),
        ("KAFKA__SESSION_SECONDS", "1", "greater than or equal to 6"),
        ("REDIS__URL", "127.0.0.1:6379", "should match pattern"),
        ("REDIS__URL", "redis://host:port/0", "its port should be a number"),
        ("REDIS__URL", "redis://host:70000/0", "its port should be a number"),
        ("REDIS__URL", "redis://host/answers", "should be the number of a database"),
        ("AUTH__MODE", "jwt", "not built yet; use none"),
        ("AUTH__MODE", "basic", "should be 'none'"),
    ],
)
def test_an_unusable_value_is_named_with_its_rule(name: str, value: str, rule: str) -> None:
    problems = problems_of({f"CSE_CHAT__{name}": value})

    assert list(problems) == [f"CSE_CHAT__{name}"]
    assert rule in problems[f"CSE_CHAT__{name}"]


@pytest.mark.parametrize(
    "url",
    ["redis://host", "redis://:p@host:1/2", "rediss://u:p@host/", "unix:///run/redis.sock?db=1"],
)
def test_the_address_of_redis_can_have_every_form_that_the_client_knows(url: str) -> None:
    assert Settings.from_env({"CSE_CHAT__REDIS__URL": url}).redis.url == url


@pytest.mark.parametrize("url", ["redis://:canary@host:port/0", "redis://:can/ary@host/0"])
def test_what_is_wrong_with_an_address_is_told_without_its_password(url: str) -> None:
    (rule,) = problems_of({"CSE_CHAT__REDIS__URL": url}).values()

    assert "can" not in rule


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("CSE_CHAT__HTTP__PROT", "did you mean CSE_CHAT__HTTP__PORT?"),
        ("cse_chat__http__port", "did you mean CSE_CHAT__HTTP__PORT?"),
        ("CSE_CHAT__AGENT_NAME", "did you mean CSE_CHAT__AGENT__NAME?"),
        ("CSE_CHAT__X", ".env.example"),
        ("CSE_CHAT__SPOOL__MAX_BYTES", "not built yet"),
    ],
)
def test_an_unknown_variable_is_an_error(name: str, rule: str) -> None:
    problems = problems_of({name: "1"})

    assert list(problems) == [name]
    assert rule in problems[name]


def test_a_whole_section_as_json_is_no_setting() -> None:
    """The library would take it, past the names that `.env.example` lists."""
    assert list(problems_of({"CSE_CHAT__HTTP": '{"port": 1}'})) == ["CSE_CHAT__HTTP"]


def test_what_kubernetes_sets_for_a_service_of_our_name_is_left_alone() -> None:
    assert Settings.from_env({"CSE_CHAT_PORT": "tcp://10.0.0.1:80"}).http.port == 8000


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_anybody_may_ask_on_a_loopback_host(host: str) -> None:
    assert Settings.from_env({"CSE_CHAT__HTTP__HOST": host}).http.host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.org"])  # noqa: S104
def test_elsewhere_start_up_refuses_and_says_why(host: str) -> None:
    problems = problems_of({"CSE_CHAT__HTTP__HOST": host})

    rule = problems["CSE_CHAT__HTTP__HOST"]
    assert "prove who they are" in rule
    assert "--allow-anonymous, or CSE_CHAT__AUTH__ALLOW_ANONYMOUS=true" in rule


def test_anybody_may_ask_elsewhere_when_that_is_said() -> None:
    said = {"CSE_CHAT__HTTP__HOST": "10.0.0.1", "CSE_CHAT__AUTH__ALLOW_ANONYMOUS": "true"}

    assert Settings.from_env(said).lets_strangers_in
    assert not Settings.from_env(said | {"CSE_CHAT__HTTP__HOST": "::1"}).lets_strangers_in
    refused = problems_of(said | {"CSE_CHAT__AUTH__ALLOW_ANONYMOUS": "false"})
    assert list(refused) == ["CSE_CHAT__HTTP__HOST"]


def test_an_answer_must_outlive_the_longest_deadline_and_the_drain() -> None:
    usable = {
        "CSE_CHAT__AGENT__MAX_DEADLINE_SECONDS": "300",
        "CSE_CHAT__WORKER__DRAIN_SECONDS": "10",
        "CSE_CHAT__REDIS__ANSWER_TTL_SECONDS": "311",
    }

    assert Settings.from_env(usable).redis.answer_ttl == timedelta(seconds=311)
    assert list(problems_of(usable | {"CSE_CHAT__REDIS__ANSWER_TTL_SECONDS": "310"})) == [
        "CSE_CHAT__REDIS__ANSWER_TTL_SECONDS"
    ]


def test_the_usual_deadline_does_not_exceed_the_longest() -> None:
    assert list(problems_of({"CSE_CHAT__AGENT__DEADLINE_SECONDS": "3601"})) == [
        "CSE_CHAT__AGENT__DEADLINE_SECONDS"
    ]


def test_every_problem_is_told_at_once() -> None:
    """Also those of several variables together, beside one that cannot be read at all."""
    problems = problems_of(
        {
            "CSE_CHAT__HTTP__HOST": "0.0.0.0",  # noqa: S104 -- that it is refused is the point
            "CSE_CHAT__HTTP__PORT": "x",
            "CSE_CHAT__REDIS__ANSWER_TTL_SECONDS": "5",
            "CSE_CHAT__NONSENSE": "1",
        }
    )

    assert list(problems) == [
        "CSE_CHAT__HTTP__HOST",
        "CSE_CHAT__HTTP__PORT",
        "CSE_CHAT__NONSENSE",
        "CSE_CHAT__REDIS__ANSWER_TTL_SECONDS",
    ]


def test_a_variable_is_named_once_even_if_it_breaks_two_rules() -> None:
    problems = problems_of(
        {
            "CSE_CHAT__AGENT__DEADLINE_SECONDS": "9999999",
            "CSE_CHAT__AGENT__MAX_DEADLINE_SECONDS": "1",
        }
    )

    assert list(problems) == ["CSE_CHAT__AGENT__DEADLINE_SECONDS"]


def test_no_value_is_quoted() -> None:
    """A value in the wrong place may be a password."""
    names = [variable.name for variable in variables(Settings) if variable.default]

    with pytest.raises(SettingsError) as caught:
        Settings.from_env(dict.fromkeys([*names, "CSE_CHAT__OTHER"], "hunter2 canary"))

    assert len(caught.value.problems) == len(names) + 1
    assert "canary" not in str(caught.value)


def test_the_message_names_every_problem() -> None:
    error = SettingsError(
        SettingProblem(variable="A", rule="is bad"), SettingProblem(variable="B", rule="is worse")
    )

    assert str(error) == "A is bad; B is worse"


def test_the_example_file_lists_every_variable_with_its_default_and_meaning() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    listed = re.findall(r"^# (.+)\n([A-Z_]+)=(.*)$", text, re.MULTILINE)

    assert listed == [(known.meaning, known.name, known.default) for known in variables(Settings)]
    assert all(known.meaning.endswith(".") for known in variables(Settings))


def test_the_example_file_is_usable_as_it_is() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    env = dict(re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE))

    assert Settings.from_env(env) == Settings.from_env({})
