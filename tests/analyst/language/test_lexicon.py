"""Names that mean several things."""

import shutil
from pathlib import Path

from cse_chat.adapters.analyst.data.importer.folder import import_folder
from cse_chat.adapters.analyst.language.lexicon import Lexicon, Sense
from cse_chat.adapters.analyst.language.mentions import MentionKind
from cse_chat.adapters.analyst.market.market import Market
from tests.analyst.data.conftest import RECORDED


def _lexicon(folder: Path, *aliases: str) -> Lexicon:
    source = Path(shutil.copytree(RECORDED, folder / "recorded"))
    with (source / "aliases.csv").open("a") as file:
        file.writelines(f"{alias}\n" for alias in aliases)
    pack = import_folder(source, folder / "pack")
    with Market.open(folder / "data", pack.folder) as market:
        return Lexicon.of(market.directory)


def test_an_alias_of_two_companies_names_a_family(tmp_path: Path) -> None:
    lexicon = _lexicon(
        tmp_path, "BRVO.N0000,quebec group,company", "GOLF.N0000,quebec group,company"
    )

    assert lexicon.names["quebecgroup"] == (
        Sense(MentionKind.FAMILY, ("BRVO.N0000", "GOLF.N0000")),
    )


def test_a_company_comes_before_a_person_of_the_same_name(tmp_path: Path) -> None:
    lexicon = _lexicon(tmp_path, "GOLF.N0000,anton quebec,company")

    assert lexicon.names["antonquebec"] == (Sense(MentionKind.COMPANY, ("GOLF.N0000",)),)


def test_a_name_is_found_with_and_without_what_stands_in_brackets(tmp_path: Path) -> None:
    lexicon = _lexicon(tmp_path)

    for key in ("charliefoodsceylon", "charliefoods", "charliefoodsceylonplc"):
        assert lexicon.names[key] == (Sense(MentionKind.COMPANY, ("CHRL.N0000",)),)


def test_the_beginning_of_a_name_decides_only_if_it_is_not_generic(tmp_path: Path) -> None:
    lexicon = _lexicon(tmp_path)

    assert lexicon.prefixes["delta"] == ("DELT.N0000",)
    assert "cal" not in lexicon.names
