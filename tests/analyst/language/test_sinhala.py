"""Questions in Sinhala script and romanised, with names in Latin letters and in the script."""

import pytest

from cse_chat.adapters.analyst.language.intents import Intent
from cse_chat.adapters.analyst.language.lexicon import Lexicon
from cse_chat.adapters.analyst.language.transliteration import Skeletons, symbol_called
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.narration.answerer import Answerer


@pytest.fixture(scope="module")
def skeletons(market: Market) -> Skeletons:
    return Skeletons.of(Lexicon.of(market.directory))


@pytest.mark.parametrize(
    ("question", "intent", "company"),
    [
        ("JKH හිමිකරු කවුද", Intent.PARENT, "JKH"),
        ("JKH ගේ අයිතිකරු කවුද", Intent.PARENT, "JKH"),
        ("JKH අයිති කාටද", Intent.PARENT, "JKH"),
        ("Dialog කොටස්කරුවන් කවුද", Intent.PARENT, "DIAL"),
        ("JKH අයිති මොනවාද", Intent.SUBSIDIARIES, "JKH"),
        ("JKH himikaru kawda", Intent.PARENT, "JKH"),
        ("sampath bank aithikaru kauda", Intent.PARENT, "SAMP"),
        ("JKH kageda", Intent.PARENT, "JKH"),
        ("hnb aithi katada", Intent.PARENT, "HNB"),
        ("dialog eke viganaka kauda", Intent.AUDITOR, "DIAL"),
        ("JKH adyakshawaru kawda", Intent.DIRECTORS, "JKH"),
        ("JKH ගේ අධ්‍යක්ෂවරු කවුද", Intent.DIRECTORS, "JKH"),
        ("JKH mila kochcharada", Intent.QUOTE, "JKH"),
        ("JKH මේ මාසයේ", Intent.TREND, "JKH"),
        ("hnb me masaye", Intent.TREND, "HNB"),
        ("සම්පත් බැංකුවේ මිල", Intent.QUOTE, "SAMP"),
        ("සම්පත් බැංකුවේ අයිතිකරු කවුද", Intent.PARENT, "SAMP"),
        ("කාගිල්ස් හිමිකරුවන් කවුද", Intent.PARENT, "CARG"),
        ("කාගිල්ස් බැංකුවේ මිල කීයද", Intent.QUOTE, "CBNK"),
        ("ජේකේඑච් මිල කීයද", Intent.QUOTE, "JKH"),
        ("ඩයලොග් විගණක කවුද", Intent.AUDITOR, "DIAL"),
    ],
)
def test_a_question_in_sinhala_is_understood(
    answerer: Answerer, question: str, intent: Intent, company: str
) -> None:
    request = answerer.answer(question).request

    assert (request.intent, request.companies) == (intent, (f"{company}.N0000",))


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("සම්පත්", "SAMP"),
        ("ඩයලොග්", "DIAL"),
        ("හේලීස්", "HAYL"),
        ("ජෝන් කීල්ස්", "JKH"),
        ("හැටන් නැෂනල්", "HNB"),
        ("සිංගර්", "SINS"),
        ("සෙලාන්", "SEYB"),
        ("මෙල්ස්ටාකෝප්", "MELS"),
        ("හේකාබ්", "HAYC"),
        ("වල්ලිබෙල්", "VONE"),
        ("රිචඩ් පීරිස්", "RICH"),
        ("බුකිට් ඩරා", "BUKI"),
        ("ටොකියෝ සිමෙන්ති", "TKYO"),
        ("නේෂන්ස් ට්‍රස්ට්", "NTB"),
        ("සිලෝන් ටුබැකෝ", "CTC"),
        ("අයිට්කන් ස්පෙන්ස්", "SPEN"),
    ],
)
def test_a_name_in_sinhala_script_is_found_by_its_consonants(
    skeletons: Skeletons, name: str, symbol: str
) -> None:
    assert skeletons.find(name.split()) == f"{symbol}.N0000"


@pytest.mark.parametrize(
    "words",
    [
        "නෙස්ලේ", "ටෙස්ලා", "ලංකා", "එක්ස්පෝලංකා", "ඇපල්", "ගූගල්", "මහජන", "ටොයෝටා",
        "මයික්‍රොසොෆ්ට්", "ඇමසන්", "එයාර්ටෙල්", "කොළඹ", "ගාල්ල", "මහනුවර", "ගෙදර", "පාසල",
        "ආයතනය", "සේවකයන්", "වාර්තාව", "ආදායම", "සල්ලි", "රුපියල්", "අපි යමු",
    ],
)  # fmt: skip
def test_other_words_of_sinhala_name_no_company(skeletons: Skeletons, words: str) -> None:
    assert skeletons.find(words.split()) is None


@pytest.mark.parametrize(
    ("called", "symbol"),
    [("ජේකේඑච්", "JKH"), ("එච්එන්බී", "HNB"), ("ජේ කේ එච්", "JKH"), ("ඒ", None), ("මිල", None)],
)
def test_a_symbol_is_read_letter_by_letter(called: str, symbol: str | None) -> None:
    assert symbol_called(called.split()) == symbol


def test_a_name_in_the_script_that_is_unknown_is_told(answerer: Answerer) -> None:
    answered = answerer.answer("නෙස්ලේ මිල කීයද")

    assert answered.request.intent is Intent.NOT_UNDERSTOOD
    assert "symbols (JKH) and English names always work" in answered.draft.text
    assert "Rs." not in answered.draft.text


def test_me_is_english_among_english_words(answerer: Answerer) -> None:
    request = answerer.answer("tell me the price of JKH").request

    assert request.intent is Intent.QUOTE
