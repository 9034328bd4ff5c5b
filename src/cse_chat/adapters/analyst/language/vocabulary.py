"""Words of company names: which decide who is meant, and which may not."""

from cse_chat.adapters.analyst.language.text import word_set

CORPORATE_SUFFIXES = frozenset({"plc", "limited", "ltd", "pvt"})

# Shared by many names: none of them, alone or together, says which company is meant.
GENERIC = word_set(
    "plc limited ltd pvt company co companies corporation corp holdings holding group the and of sl "
    "lanka lankan ceylon sri colombo asia asian pan eastern east west north south city royal "
    "united union national nation first general central standard international global worldwide "
    "merchant mercantile associated people peoples public commercial business digital prime capital "
    "equity fund funds trust securities treasuries brokers investment investments ventures bank "
    "banks banking finance financial leasing credit insurance assurance life takaful hotel hotels "
    "resort resorts beach leisure palm garden village house housing land lands property properties "
    "realty estate real residencies building development developments developers plantation "
    "plantations estates tea coconut valley farms food foods milk mills beverage brewery tobacco "
    "grain power energy hydro gas lubricants motor motors engineering electricals cable cables "
    "packaging printing printers publishers ceramic ceramics tile tiles glass chemicals plastics "
    "products exports trading stores cold apparel fabric fibre printing hospital hospitals health "
    "surgical software telecom services service solutions systems industries industrial works "
    "office equipment agri agro boat cargo shipping lake dock commodities consultants gems "
    "jewellery diamonds falls smallholder factories overseas new share shares stock "
    "stocks market exchange savings",
)

# Symbols and short names that are also words of every day: in lower case they name a company
# only where a name must stand ("price of sun").
EVERYDAY = word_set(
    "auto blue calf care cars coop dial dock east eden hunt jets lamb lion lite mask pack palm "
    "para peg reef rich shot sing soy sun tap tyre wind york plc brew comb tile tang colo ext "
    "access alliance nations guardian fortress telecom cal lb hela prima beira tokyo spence "
    "amaya arrack sierra alpha lee three galle swiss diesel convenience dolphin citrus "
    "millennium lotus hunter distilleries exterminators paragon radiant kingsbury lighthouse "
    "pegasus equity grand serv acme greg mal cit mel conn gest hari it",
)

BEFORE_NAME = word_set(
    "of for about compare vs versus against owns own audits controls buy sell with does did has is "
    "company stock and or price show",
)

AFTER_NAME = word_set(
    "price prices share shares stock stocks quote volume turnover market mcap ytd trading vs versus "
    "performance history dividend dividends directors board return returns chart plc",
)

# What people call sectors, beyond the names and aliases in the data; by words of the sector name.
SECTOR_WORDS = {
    "telecommunication services": "telecoms telcos telecommunication telecommunications",
    "consumer services": "hospitality resort resorts restaurants",
    "diversified financials": "financials nbfis financial microfinance",
    "food, beverage & tobacco": "beverages foods tobacco plantation-companies agriculture",
    "health care equipment & services": "hospitals health medical",
    "software & services": "technology tech",
    "capital goods": "conglomerates engineering",
    "consumer durables & apparel": "textiles garment garments clothing fabrics",
    "materials": "materials chemicals",
    "retailing": "retailers motors",
    "food & staples retailing": "supermarkets staples",
    "automobiles & components": "automobile automobiles tyres",
    "utilities": "utility electricity renewables",
    "insurance": "insurers insurer",
    "real estate management & development": "properties realty",
    "transportation": "logistics",
    "household & personal products": "household personal-care",
    "commercial & professional services": "professional-services commercial-services printing",
    "energy": "fuel petroleum",
}

# What a mistyped word of a date may have been meant to be.
DATE_WORDS = word_set(
    "today yesterday week weeks month months year years quarter since january february march april "
    "june july august september october november december monday tuesday wednesday thursday "
    "friday session sessions",
)
