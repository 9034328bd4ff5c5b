"""Features that stand for one another in the shapes of questions."""

from cse_chat.adapters.analyst.language.cues import Cue
from cse_chat.adapters.analyst.language.intents import Feature, Sign

DAY_FIELDS = {
    Cue.OPEN,
    Cue.HIGH,
    Cue.LOW,
    Cue.CLOSE,
    Cue.PREVIOUS,
    Cue.VOLUME,
    Cue.TURNOVER,
    Cue.TRADES,
    Cue.CHANGE,
}
TRADING = {Cue.VOLUME, Cue.TURNOVER, Cue.TRADES}
# With these a ratio is asked of companies, not of the whole market.
OF_MANY: set[Feature] = {
    Cue.COMPANY,
    Cue.COUNT,
    Cue.TOP,
    Cue.BOTTOM,
    Cue.CHEAP,
    Cue.EXPENSIVE,
    Cue.EACH,
    Cue.SECTOR,
    Sign.THRESHOLD,
}
AGGREGATES = {Cue.AVERAGE, Cue.MEDIAN, Cue.TOTAL}
# With "highest" or "lowest" these ask for a day of many.
DAY_FIGURES = {*DAY_FIELDS, Cue.PRICE, Cue.GAIN, Cue.LOSE, Cue.ACTIVE, Cue.TRADED, Cue.PERFORM}
EXTREMES = {Cue.TOP, Cue.BOTTOM}
MOVES = {Cue.GAIN, Cue.LOSE}
NAMED = {Sign.SUBJECT, Sign.INDEX_NAMED, Sign.PERSON_NAMED}
