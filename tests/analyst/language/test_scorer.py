"""The scorer of the development questions."""

import pytest

from tests.questions import __main__ as scorer
from tests.questions.report import report
from tests.questions.scoring import Question, Result, ask, is_stated, numbers_in


def _question(**checks: object) -> Question:
    return Question(
        id="D000", turns=("price of JKH",), intent="price", expects="Rs. 19.60", checks=checks
    )


def _result(answer: str, **checks: object) -> Result:
    return ask(_question(**checks), lambda *_: answer)


@pytest.mark.parametrize(
    ("answer", "checks"),
    [
        ("JKH at Rs. 19.60", {"must_include": ["jkh"], "values": [19.6]}),
        ("market cap Rs. 335.5 bn", {"values": [335.5]}),
        ("+27.93%", {"values": [27.9]}),
        ("-3.95%", {"values": [-3.95]}),
        ("68,700 shares", {"values": [68700]}),
        ("Renuka Foods", {"must_include_any": ["Renuka Foods", "Renuka Agri"]}),
        ("nothing", {"must_not": ["you should buy"]}),
        ("It is not available here.", {"must_not_invent": True}),
        ("This is not investment advice.", {"disclaimer": True}),
        ("137.00", {"per_turn": [["137"]]}),
    ],
)
def test_a_right_answer_passes(answer: str, checks: dict[str, object]) -> None:
    assert _result(answer, **checks).failed == ()


@pytest.mark.parametrize(
    ("answer", "checks"),
    [
        ("HNB", {"must_include": ["JKH"]}),
        ("Rs. 19.70", {"values": [19.6]}),
        ("+3.95%", {"values": [-3.95]}),
        ("none", {"must_include_any": ["Renuka Foods"]}),
        ("You should buy it", {"must_not": ["you should buy"]}),
        ("It costs Rs. 5", {"must_not_invent": True}),
        ("It is not available here, but Rs. 5", {"must_not_invent": True}),
        ("buy", {"disclaimer": True}),
        ("138.00", {"per_turn": [["137"]]}),
    ],
)
def test_a_wrong_answer_fails(answer: str, checks: dict[str, object]) -> None:
    (fault,) = _result(answer, **checks).failed

    assert fault.startswith(next(iter(checks)))


def test_numbers_are_read_without_separators_and_symbols() -> None:
    assert [float(n) for n in numbers_in("21,172.74 (-0.13%) of SL20 and D3")] == [21172.74, -0.13]
    assert not is_stated(1.5, ())


def test_the_report_gives_results_by_intent_and_tells_each_failure() -> None:
    text = report(
        (_result("JKH", must_include=["JKH"]), _result("HNB", must_include=["JKH"])), floor=1
    )

    assert "price                      1/2" in text
    assert "D000 (price) failed must_include: missing ['JKH']" in text
    assert "  > price of JKH\n    HNB\n  expects: Rs. 19.60" in text
    assert text.endswith("1 of 2 questions passed; the floor is 1.\n")


def test_the_command_prints_the_report_and_fails_below_the_floor(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scorer.main() == 0
    assert "64 of 64 questions passed" in capsys.readouterr().out

    monkeypatch.setattr(scorer, "FLOOR", 65)
    assert scorer.main() == 1
