"""Every word of a question is read, or the answer says which was not."""

import pytest

from cse_chat.adapters.analyst.language.intents import Intent
from cse_chat.adapters.analyst.market.market import Market
from cse_chat.adapters.analyst.narration.answerer import Answerer
from tests.analyst.answers.test_understanding import PARAPHRASES

# What says itself that it answers nothing, or refuses whatever else a text says.
REFUSED = frozenset(
    {
        Intent.INJECTION,
        Intent.NOT_UNDERSTOOD,
        Intent.NO_SUCH_NUMBER,
        Intent.OTHER_MARKET,
        Intent.OUT_OF_SCOPE,
        Intent.REASON,
        Intent.TOO_MANY_CONDITIONS,
        Intent.UNKNOWN_COMPANY,
    }
)
TALK = frozenset({Intent.GREETING, Intent.HELP, Intent.THANKS})
HEDGED = frozenset({Intent.ADVICE, Intent.PREDICTION, Intent.UNAVAILABLE})
ANSWERED = [
    (question, intent)
    for intent, asked in PARAPHRASES.items()
    if intent not in REFUSED | TALK | HEDGED
    for question in asked
]

COURTEOUS = (
    "please {}",
    "{} please",
    "can you tell me {}?",
    "Hi, {}",
    "I was wondering: {}",
    "ok so {} then",
    "could you kindly find out {}, my dear friend",
    "I am a student writing an essay. {}",
)

# Each changes what is asked, and no answer takes it into account.
CHANGES = (
    "{} excluding Fridays",
    "{} adjusted for inflation",
    "{} per employee",
    "{} except the oldest",
    "{} weighted by rainfall",
    "{} but not really",
    "{} without Zorbland",
    "volatility of {}",
    "{} at quarter past noon",
    "{} under the old regime",
)

OF_COMPANIES = (
    "price of {}",
    "what is the share price of {} now?",
    "how much is one {} share worth",
    "what did {} close at yesterday",
    "how did {} do this month",
    "what was the volume of {} today",
    "which sector does {} belong to",
    "who are the shareholders of {}",
    "who is on the board of {}",
    "who is the auditor of {}",
    "when did {} last announce a dividend",
    "what is the market cap of {}",
    "what is the 52 week range of {}",
    "give me the prices of {} for the last 10 days",
    "average closing price of {} in June",
    "on which day did {} trade the most",
    "what subsidiaries does {} have",
    "tell me about {}",
    "compare {} and ASPI this year",
)
EVERY = 7  # one company in so many


@pytest.mark.parametrize("form", COURTEOUS)
def test_courtesy_around_a_question_changes_nothing(answerer: Answerer, form: str) -> None:
    misread = {
        text: found
        for question, intent in ANSWERED
        if (found := answerer.answer(text := form.format(question)).request.intent) is not intent
    }

    assert misread == {}


@pytest.mark.parametrize("form", CHANGES)
def test_a_word_that_changes_a_question_is_never_left_out(answerer: Answerer, form: str) -> None:
    answered = {
        text: found
        for question, _ in ANSWERED
        if (found := answerer.answer(text := form.format(question)).request.intent) not in REFUSED
    }

    assert answered == {}


def test_a_refusal_states_no_figure(answerer: Answerer) -> None:
    for question, _ in ANSWERED:
        draft = answerer.answer(f"{question} weighted by rainfall").draft
        assert draft.artifacts == ()
        assert draft.scope is None


@pytest.mark.parametrize("template", OF_COMPANIES)
def test_what_is_asked_of_one_company_is_understood_of_every_other(
    answerer: Answerer, market: Market, template: str
) -> None:
    refused = [
        listing.label
        for listing in market.directory.listings()[::EVERY]
        if answerer.answer(template.format(listing.symbol)).request.intent in REFUSED
    ]

    assert refused == []


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("harmonic mean of JKH in June", "harmonic"),
        ("top gainers among unicorns", "unicorns"),
        ("companies not in the banking sector", "not"),
        ("price of JKH in 5 minutes", "minutes"),
        ("price of 100 JKH shares", "100"),
        ("average price of banks", "average"),
        ("highest price of JKH on 2026-03-17", "2026-03-17"),
        ("companies owned by JKH and audited by KPMG", "owned"),
        ("market PE this year", "this year"),
        ("how is the banking sector doing in Zanzibar", "Zanzibar"),
        ("who owned JKH in 2020", "in 2020"),
        ("directors of JKH yesterday", "yesterday"),
        ("which sector is the largest", "largest"),
    ],
)
def test_the_refusal_names_what_was_not_understood(
    answerer: Answerer, question: str, word: str
) -> None:
    answered = answerer.answer(question)

    assert answered.request.intent is Intent.NOT_UNDERSTOOD
    assert f'"{word}"' in answered.draft.text


@pytest.mark.parametrize(
    "question",
    [
        "companies with a P/E below 5",
        "stocks with the lowest PE",
        "which banks have a dividend yield above 5%",
        "highest EPS",
        "price of JKH in dollars",
    ],
)
def test_a_figure_the_data_lack_gets_no_list(answerer: Answerer, question: str) -> None:
    answered = answerer.answer(question)

    assert answered.request.intent is Intent.UNAVAILABLE
    assert answered.draft.subjects == () or len(answered.draft.subjects) == 1
    assert "Rs." not in answered.draft.text


@pytest.mark.parametrize(
    "name",
    [
        "Tesco", "Nokia", "Honda", "Trent", "Samsung", "Cisco", "Bata", "Sony", "Pfizer", "Aviva",
        "Prudential", "Barclays", "Visa", "Oracle", "Volkswagen", "Starbucks", "Boeing", "Wipro",
        "Citibank", "Brandix", "Damro", "Daraz", "Virtusa", "Maliban", "Foobar", "Expolanka",
        "Unilever", "Pepsi", "Shell", "Fiat", "Ford", "Vodafone", "Emirates", "Adani",
    ],
)  # fmt: skip
def test_an_unlisted_name_becomes_no_listed_one(answerer: Answerer, name: str) -> None:
    for form in ("price of {}", "{} share price", "who owns {}", "biggest shareholder of {}"):
        for spelt in (name, name.lower()):
            answered = answerer.answer(form.format(spelt))
            assert answered.request.intent in REFUSED, form.format(spelt)
            assert "Rs." not in answered.draft.text
