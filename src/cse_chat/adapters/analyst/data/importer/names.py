"""Company names as people write them, from the upper case of the exchange."""

import re

# Read as letters though they could be words. Those without a vowel (PLC, HNB) need no entry.
SPELT = "ACL AIA AMW CAL CIC CWE DIMO EML HVA IOC JAT LAUGFS LOLC TAL UB UML"
INITIALISMS = frozenset(SPELT.split())
LOWER = frozenset({"and", "in", "of", "on"})


def title_case(name: str) -> str:
    """Write the upper-case *name* in title case: `C T Holdings PLC`, `LOLC Finance PLC`.

    Words that have a small letter already are left (`hSenid`), as are initialisms.
    """
    name = name.replace("“", "").replace("”", "").replace(" - ", "-").strip().rstrip(".")
    first, *others = name.split()
    return " ".join([_word(first, first=True), *(_word(word) for word in others)])


def _word(word: str, *, first: bool = False) -> str:
    letters = re.sub(r"[^A-Za-z]", "", word)
    if not letters.isupper() or letters in INITIALISMS or not re.search("[AEIOUY]", letters):
        return word
    if word.lower() in LOWER and not first:
        return word.lower()
    # capitalize() would put (CEYLON) into small letters: its first character is the bracket
    return re.sub(r"(^|[-(./])([A-Za-z])", lambda m: m.group(1) + m.group(2).upper(), word.lower())
