"""The gate before everything else: what is refused whatever it names."""

import re
from enum import Enum, auto


class Gate(Enum):
    """Why a question gets no ordinary answer."""

    INJECTION = auto()
    ADVICE = auto()
    PREDICTION = auto()
    OTHER_MARKET = auto()


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_INJECTION = _any_of(
    r"\b(?:ignore|disregard|forget|override|bypass|skip)\b.{0,60}"
    r"\b(?:instructions?|prompts?|rules|guidelines|constraints|above|training|safety)\b",
    r"\bsystem\s+(?:prompt|message|instructions?)\b",
    r"\b(?:your|the|hidden|initial|original)\s+(?:prompt|instructions|configuration|source code)\b",
    r"\bapi[\s_-]*keys?\b",
    r"\b(?:passwords?|credentials?|secrets?|access tokens?|private keys?|env(?:ironment)? vari\w+)\b",
    r"\byou are (?:now|no longer)\b",
    r"\b(?:act|behave|respond) as (?:if|a|an|my|the)\b",
    r"\bpretend\b",
    r"\brole\s?play\b",
    r"\b(?:jail\s?break|developer mode|dan mode|do anything now|god mode)\b",
    r"\b(?:drop|delete|truncate|alter)\s+(?:the\s+)?(?:table|database)\b",
    r"\bselect\b.+\bfrom\b.+\bwhere\b|\bunion\s+select\b",
    r"<\s*/?\s*(?:script|iframe|img|system|assistant)\b",
    r"\b(?:javascript|data):\S",
    r"\b(?:run|execute|eval)\b.{0,20}\b(?:code|command|shell|python|script)\b",
    r"/etc/passwd|\brm -rf\b",
)

_ADVICE = _any_of(
    r"\bshould\s+(?:i|we|one|you|my|people|someone|anyone)\b",
    r"\b(?:worth|consider)\s+(?:buying|selling|holding|investing|it to (?:buy|invest))\b",
    r"\b(?:good|bad|great|right|wise|smart|safe|better|best)\b.{0,25}"
    r"\b(?:buy|invest(?:ment|ing)?|to (?:buy|sell|hold)|time to)\b",
    r"\b(?:recommend|recommendation|recommendations|advise|advice)\b",
    r"\bsuggest\b.{0,40}\b(?:stocks?|shares?|compan\w+|invest\w*|buy\w*|sell\w*)\b",
    r"\b(?:stocks?|shares?|compan(?:y|ies)|what|which one|where|how)\b.{0,30}"
    r"\b(?:to|can i|shall i|do i|could i|would you|must i)\s+(?:buy|sell|invest)\b",
    r"\b(?:buy|hold|sell),?\s+or\s+(?:buy|hold|sell|not|wait|keep)\b",
    r"\ba (?:strong )?(?:buy|sell|hold)\b",
    r"\b(?:under|over)[\s-]?valued\b",
    r"\b(?:shall|can|may) i (?:buy|sell|invest)\b",
    r"\b(?:which|what)\b.{0,30}\b(?:would|will) you (?:buy|sell|pick|choose)\b",
    r"\bmake (?:me )?(?:money|rich|a profit)\b",
)

_PREDICTION = _any_of(
    r"\b(?:predict\w*|forecast\w*|prophe\w+|projection|outlook)\b",
    r"\b(?:price\s+targets?|target\s+prices?)\b",
    r"\btomorrow\w*\b",
    r"\bnext\s+(?:\w+\s+)?(?:day|days|week|weeks|month|months|quarter|year|years|session|monday|"
    r"tuesday|wednesday|thursday|friday)\b",
    r"\bwill\b.{0,60}\b(?:be|go|rise|fall|reach|hit|increase|decrease|gain|drop|crash|recover|"
    r"perform|do|close|open|trade|double|move|continue|keep|happen|win|lose|grow|outperform)\b",
    r"\b(?:going to|gonna)\s+(?:be|go|rise|fall|reach|hit|increase|decrease|gain|drop|crash|recover|"
    r"perform|do|close|open|trade|double|move|continue|keep|happen|grow)\b",
    r"\b(?:is|are)\s+(?:it|they|\S+)\s+(?:expected|likely)\s+to\b",
    r"\b(?:in|the)\s+(?:the\s+)?(?:near\s+)?future\b",
    r"\b(?:where|how high|how low|how far)\s+(?:is|will|can|could|might)\b.{0,40}\b(?:headed|go|end up)\b",
)

_OTHER_MARKET = _any_of(
    r"\b(?:tesla|apple|google|alphabet|microsoft|amazon|nvidia|netflix|facebook|meta|intel|samsung|"
    r"toyota|alibaba|infosys|reliance industries|berkshire hathaway|coca[\s-]?cola|walmart)\b",
    r"\b(?:bitcoin|btc|ethereum|eth|crypto\w*|dogecoin|forex)\b",
    r"\b(?:nasdaq|nyse|dow jones|the dow|nikkei|nifty|sensex|ftse|dax|hang seng|s ?(?:&|and) ?p ?500|"
    r"new york stock exchange|london stock exchange|bombay stock exchange|wall street)\b",
    r"\b(?:gold|silver|oil|crude|brent)\s+(?:price|rate|futures)\b",
    r"\bprice of (?:gold|silver|oil|crude)\b",
    r"\b(?:usd|dollar|euro|exchange)\s+rates?\b|\b(?:usd|eur|gbp)\b",
)


def gate(text: str) -> Gate | None:
    """Return why cleaned *text* is refused or hedged, the gravest reason first; else None."""
    for reason, pattern in (
        (Gate.INJECTION, _INJECTION),
        (Gate.ADVICE, _ADVICE),
        (Gate.PREDICTION, _PREDICTION),
        (Gate.OTHER_MARKET, _OTHER_MARKET),
    ):
        if pattern.search(text):
            return reason
    return None
