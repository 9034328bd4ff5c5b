"""Words that hint at nothing, and which of them a question may leave unread."""

from cse_chat.adapters.analyst.language.text import word_set

# Words that carry no hint but are no names either.
FILLER = word_set(
    "a about after again ago do all also am an and any anyone anything are around as ask asked at away "
    "back be because been before being below between brand briefly but by called can cannot "
    "colombo come compute could currently data date day days did does don during dont either else "
    "end enough ever everything exactly exist few figure figures fine find for from full general get give "
    "go going good got great cool cook group had happen happened happening has have having he her here his how i if "
    "im in including into is isnt just kind know known last late lately latest least less let lets "
    "like lk lkr look main make many may maybe me mean million mine minimum moment month months "
    "mr mrs ms much my near need never new next nice no not now nowadays number of off oh ok okay "
    "old on once one ones only or order ordinary other others our out over own past people pick choose please "
    "pls plz point points possible present previous prior put question quick quickly quite ranked "
    "ranking ratio really recent recently right rs rupee rupees s said same say says see seen "
    "session sessions several she should since so some somebody someone something soon sort sorted "
    "sri still such sure t table tell than that thats the then there these thing things think this "
    "those through till q1 q2 q3 q4 time times to today todays together too total traded two type under until "
    "up upon us use usual usually various very via voting want wanted was way we week weeks well "
    "were what whats when where whether while will wish with within without would yeah year years "
    "yes yesterday yet you your yours billion bn mn percent pct percentage ytd above below over "
    "under greater exceeding higher lower first second third fourth fifth sixth seventh eighth "
    "ninth tenth latter former quarter monday tuesday wednesday thursday friday january february "
    "march april june july august september october november december jan feb mar apr jun jul aug "
    "sep sept oct nov dec three four six seven eight nine ten twenty fifteen twelve half invest "
    "investing investment investor investors buy sell hold recommend recommended predict "
    "prediction forecast tomorrow future target ignore instructions prompt system lanka ceylon "
    "share shares per non nonvoting nv between and ended ending starting start started hows "
    "whos its thereof trade traded trades daily hand hands compared rank ranks ranked screen "
    "filter sort long short term amount amounts pay paid pays highs lows",
)

# What people say around a question: without it the same is asked.
_COURTESY = word_set(
    "abt actually aiya among amongst appreciate apiece asap assignment assistant balanna basically become becomes becoming "
    "beginner bit bot brief bro buddy came chatbot check checking cheers clarify colleague confirm could "
    "couldnt curious current dear doing dude eka ekak essay explain far fetch finally following friend gave "
    "getting gimme gives given glad gonna guys happens happy hav hear heard helpful homework hoping "
    "hw id idea ideally ill im indeed inform instead interested ive job keen kindly kiyanna learn "
    "learning learnt lemme listen lovely lot maam madam makes making malli man mata mate mention "
    "might minute morning must shall namely newbie obviously oya penwanna perhaps ppl pray precisely presently "
    "project provide pull puluwan query questions reading ready regarding regards remind report "
    "research respect respectively rn seem seems sentence short showing shown showed shows simple "
    "simply sir sorry standing stands stand stood state student teach teacher teh thesis thought "
    "thx told true truly trying ty u updated ur urgent useful waht wants wat watching wats whichever "
    "whatever wht wonder wondered wondering word words work yea yep yo youd youre writing",
)

# Words of no hint that change what is asked: each  be read as part of something.
_SIGNIFICANT = word_set(
    "after ago before below above over under between greater exceeding higher lower less half "
    "never no not without dont isnt ratio long term next new old other others own past future "
    "first second third fourth fifth sixth seventh eighth ninth tenth latter former million billion "
    "bn mn percent pct percentage together two three four six seven eight nine ten twelve fifteen "
    "twenty until till type through since week weeks month months year years quarter days ytd "
    "sessions monday tuesday wednesday thursday friday january february march april june july "
    "august september october november december jan feb mar apr jun jul aug sep sept oct nov dec "
    "tomorrow target invest buy sell hold recommend recommended predict prediction forecast "
    "ignore instructions prompt system ended ending starting started start end non voting ordinary "
    "usual usually least minimum choose amount  amounts same today yesterday prior "
    "previous q1 q2 q3 q4",
)

# The words that a question may leave unread.
NEUTRAL = (FILLER | _COURTESY) - _SIGNIFICANT
