"""What the answer to each intent takes into account; see `coverage`."""

from collections.abc import Mapping

from cse_chat.adapters.analyst.language.company_abilities import COMPANY_ABILITIES
from cse_chat.adapters.analyst.language.intents import Intent
from cse_chat.adapters.analyst.language.market_abilities import MARKET_ABILITIES
from cse_chat.adapters.analyst.language.takes import Takes

# The ways in which each is answered; an intent that says itself what it cannot give is not there.
WAYS: Mapping[Intent, tuple[Takes, ...]] = {**COMPANY_ABILITIES, **MARKET_ABILITIES}
