"""The words and phrases that give a cue."""

from cse_chat.adapters.analyst.language.cues import Cue

PHRASES: dict[tuple[Cue, ...], str] = {
    (Cue.ABOUT,): "tell me about|tell about|about|profile|info|information|details|describe|who is|"
    "what is|introduce|background|company card|what kind of|what type of",
    (
        Cue.ABOUT,
        Cue.DETAIL,
    ): "isin|delisted|suspended|outstanding|listing date|listed on|was listed|shares outstanding|"
    "shares in issue|issued shares|founded|established|beta|incorporated",
    (Cue.AVERAGE,): "average|mean|avg|averages|averaged",
    (Cue.MEDIAN,): "median",
    (Cue.TOTAL,): "total|sum|altogether|cumulative|in all|sum of|totals|combined",
    (Cue.CURRENCY,): "usd|dollar|dollars|euro|euros|eur|gbp|pounds|inr|us dollars",
    (Cue.DAYS,): "which day|what day|which date|what date|which session|on which day|on what day|"
    "on which date|busiest day|which days|what days|single day|in one day|in a day|one day|"
    "which trading day|single session|daily",
    (Cue.DAYS, Cue.TOP, Cue.PERFORM): "best day|best session|best days",
    (Cue.DAYS, Cue.BOTTOM, Cue.PERFORM): "worst day|worst session|worst days",
    (Cue.DAYS, Cue.TOP, Cue.GAIN): "biggest daily gain|largest daily gain|biggest one day gain|"
    "largest one day gain|biggest single day gain|largest single day gain|best daily gain|biggest daily rise|"
    "largest daily rise|biggest daily jump",
    (Cue.DAYS, Cue.BOTTOM, Cue.LOSE): "biggest daily loss|largest daily loss|biggest one day loss|"
    "largest one day loss|biggest single day loss|largest single day loss|worst daily loss|biggest daily fall|"
    "largest daily fall|biggest daily drop|largest daily drop|biggest one day fall|biggest one day drop|"
    "biggest single day fall|biggest single day drop|largest single day fall|largest one day fall|largest one day drop",
    (Cue.HIGHER,): "higher|more expensive|dearer|pricier|costlier",
    (Cue.HIGHER, Cue.SIZE): "bigger|larger",
    (Cue.LOWER,): "lower|cheaper|less expensive",
    (Cue.LOWER, Cue.SIZE): "smaller",
    (Cue.TOP, Cue.PRICE): "all time high|record high|highest price ever|all time peak",
    (Cue.BOTTOM, Cue.PRICE): "all time low|record low|lowest price ever",
    (Cue.TRADED,): "trade|traded",
    (Cue.ACTIVE,): "active|actively traded|heavily traded|most traded|traded most|busiest|"
    "liquid|most traded shares",
    (Cue.ANNOUNCE,): "announcement|announcements|announce|announced|disclosure|disclosures|filing|"
    "filings|notices",
    (Cue.AUDIT,): "audit|audits|auditor|auditors|audited|auditing|audit clients|clients",
    (Cue.BETTER, Cue.COMPARE): "did better|better|do better|performed better|outperform|"
    "outperformed|beat|beats|beaten|beating|did worse|worse|stronger|ahead of",
    (Cue.BOARD,): "director|directors|board|board members|board of directors|"
    "board member|directorate",
    (Cue.BOARD, Cue.CHIEF): "ceo|chief executive|chief executive officer|managing director|md",
    (Cue.BOARD, Cue.CHAIR): "chairman|chairperson|chairwoman|chair|chairs",
    (Cue.BOTTOM,): "bottom|min|worst|least|minimum|weakest|lowest|fewest|laggards",
    (Cue.BOTTOM, Cue.PERFORM): "worst performing|worst performer|worst performers|underperforming|"
    "poorest performing",
    (Cue.BREADTH,): "breadth|advancers|decliners|advances|declines|advance decline|"
    "advancing|declining|up and down|market breadth|in the green|in the red",
    (
        Cue.CHANGE,
    ): "percent change|% change|change %|change percent|change percentage|change|changed|changes|move|moved|movement|net change|percentage change",
    (Cue.CHEAP,): "cheap|cheapest|lowest priced|lowest price|least expensive|low priced|penny",
    (Cue.CLOSE,): "close|closes|closing|closed|closing price|close price|ended",
    (Cue.PREVIOUS,): "previous close|prior close|previous closing price|prev close",
    (Cue.COMPANY,): "company|companies|firm|firms|stock|stocks|share|shares|counter|counters|"
    "securities|security|equities|listed|listed companies|listings|scrip|scrips|names",
    (Cue.COMPARE,): "compare|compared|comparing|comparison|versus|vs|against|side by side|"
    "difference between|with each other",
    (Cue.CONTROL,): "ultimately|ultimate|control|controls|controlling|controlled|controller|"
    "ownership chain|chain|behind|top of the chain|ultimate parent|ultimate owner",
    (Cue.COUNT,): "how many|count|number of|total number",
    (Cue.DIVIDEND,): "dividend|dividends|payout|payouts|cash dividend|dividend announcement|dps|"
    "dividend announced|dividend announcements",
    (Cue.EACH,): "each|every|per|by sector",
    (Cue.TOP, Cue.EXPENSIVE): "expensive|most expensive|priciest|costliest|dearest|highest priced|"
    "highest price|most costly|highest share price",
    (
        Cue.FLOWS,
    ): "foreign|foreigners|flow|flows|foreign flow|foreign flows|foreign holding|foreign holdings|foreign shareholding|net foreign|inflow|inflows|outflow|outflows|foreign buying|"
    "foreign selling|domestic|foreign investors",
    (Cue.FOLLOW,): "what about|how about|and what about|and how about|same for|also for",
    (
        Cue.FUNDAMENTAL,
    ): "eps|earnings per share|revenue|revenues|sales|profit|profits|profitability|"
    "earnings|net profit|net income|income|book value|nav|net asset value|roe|roa|debt|ebitda|"
    "cash flow|margin|margins|balance sheet|assets|liabilities|financials|turnover ratio|"
    "quarterly results|results|intrinsic value|fair value|gearing",
    (
        Cue.GAIN,
    ): "closed higher|close higher|ended higher|traded higher|gain|gains|gained|gaining|rose|rise|risen|rising|"
    "increase|increased|climb|climbed|jumped|surged|rallied|up|went up|gone up|go up|advanced|appreciated|soared|grew|grown|green",
    (Cue.GAIN, Cue.MOVER): "gainer|gainers|winner|winners|movers|mover",
    (Cue.LOSE, Cue.MOVER): "loser|losers",
    (Cue.TOP, Cue.SIZE): "largest|biggest",
    (Cue.BOTTOM, Cue.SIZE): "smallest",
    (
        Cue.SHARED,
        Cue.BOARD,
    ): "share directors|shares directors|share any directors|share a director|"
    "sharing directors|share board members|common directors|same directors|shared directors|"
    "directors in common|share common directors|share the same directors|share some directors",
    (Cue.WHY,): "why|reason|reasons|because of what|what caused",
    (Cue.TOP, Cue.GAIN): "top performing|top performer|top performers|best performing|"
    "best performer|best performers|strongest performers|best stocks|best shares|best stock|"
    "best share|top stocks|top shares|did best|done best|performed best|performing best",
    (Cue.GREETING,): "hi|hello|hey|ayubowan|vanakkam|good morning|good afternoon|good evening|"
    "greetings|hiya|hi there|hello there|how are you",
    (Cue.HELP,): "help|what can you do|what can i ask|capabilities|who are you|what are you|"
    "how do you work|what do you know|what do you do|how does this work",
    (Cue.HIGH,): "high|highs|day high|intraday high",
    (Cue.HISTORY,): "history|historical|daily prices|chart|graph|plot|prices|closes|"
    "closing prices|day by day|past prices|daily history|daily closes|daily closing prices|historic|values|levels",
    (Cue.INDEX,): "index|indices|indexes|benchmark",
    (Cue.LIST,): "list|show|members|constituents|belong|display|name|give me",
    (
        Cue.LOSE,
    ): "closed lower|close lower|ended lower|traded lower|lost|lose|loses|losing|fell|fall|fallen|falling|down|drop|dropped|"
    "decline|declined|decrease|decreased|tumbled|sank|went down|gone down|go down|slid|plunged|slipped|red",
    (Cue.LOW,): "low|lows|day low|intraday low",
    (Cue.MARKET,): "market|bourse|exchange|cse|stock market|colombo stock exchange|stock exchange|"
    "the exchange|colombo bourse|share market",
    (Cue.MARKET_CAP,): "market cap|market capitalization|market capitalisation|mcap|marketcap|"
    "capitalization|capitalisation|market value|mkt cap|market caps",
    (Cue.TOP, Cue.MARKET_CAP): "most valuable|biggest company|biggest companies|largest company|"
    "largest companies|biggest firms|largest firms|biggest stocks|largest stocks",
    (Cue.MORE, Cue.ABOUT): "tell me more|more about|tell me more about|more details|more",
    (Cue.NEWS,): "news|headlines|rumours|rumors",
    (Cue.OPEN,): "open|opened|opening|opening price|open price",
    (Cue.ORDER_BOOK,): "order book|bid|bids|ask price|asks|market depth|depth|bid and ask|offer",
    (Cue.OWN,): "own|owns|owner|owners|parent|shareholder|shareholders|holder|holders|hold|holds|"
    "stake|stakes|stakeholder|ownership|owning|holding company|parent company|belongs to|"
    "shareholding|shareholdings|main shareholders|major shareholders|has shares in|invested in|top holders",
    (Cue.OWN, Cue.OWNED): "owned|held|belonging",
    (
        Cue.PERFORM,
    ): "perform|performed|performing|performance|performer|performs|doing|done|fare|fared|"
    "return|returns|returned|how has|how have|how did|how does|how is|how are|how was|"
    "how are things|do this|do over|do last",
    (Cue.PRICE,): "price|priced|quote|quotes|trading at|how much|how much is|cost|costs|worth|rate|"
    "last traded|ltp|trading|trade at|trades at|share price|stock price|value|last price|"
    "current price|market price|going for|price of",
    (Cue.PRONOUN,): "it|its|they|them|their|this company|that company|this stock|that stock|"
    "the company|the stock|this one|that one|those|these|this share|that share|both",
    (Cue.SECTOR,): "sector|sectors|industry|industries|sector wise|industry group|sectoral",
    (
        Cue.SHARED,
    ): "common|in common|shared|interlock|interlocks|interlocking|both boards|overlap|overlapping|mutual",
    (Cue.SIT,): "sit on|sits on|sit|sits|serve on|serves on|serve|serves|seat|seats|"
    "directorship|directorships|director of|boards",
    (Cue.SUBSIDIARY,): "subsidiary|subsidiaries|group companies|associates|affiliates|"
    "holdings in|investments of|portfolio|daughter companies",
    (Cue.SUMMARY,): "summary|overview|snapshot|wrap|recap|market today|summarise|summarize|"
    "market update|update|round up|roundup",
    (Cue.THANKS,): "thanks|thank you|thank|bye|goodbye|ok thanks|great thanks",
    (
        Cue.TOP,
    ): "top|topmost|best|highest|most|leading|maximum|strongest|max|greatest|leaders|hottest",
    (Cue.TRADES,): "trades|transactions|number of trades|deals",
    (Cue.TREND,): "trend|trending|trends|trajectory|past trend",
    (Cue.TURNOVER,): "turnover|value traded|traded value|rupee value|value of trades|trading value",
    (Cue.UNCHANGED,): "unchanged|flat|no change",
    (Cue.VALUATION,): "p e|pe|p e ratio|pe ratio|per ratio|price earnings|price to earnings|"
    "price to earnings ratio|price earnings ratio|p bv|pbv|p b|pb ratio|price to book|"
    "price to book value|dividend yield|dy|yield|valuation|valuations|multiple|earnings multiple|"
    "trading multiple|p b ratio|price book",
    (Cue.VOLUME,): "volume|volumes|shares traded|traded volume|trading volume|number of shares|"
    "shares changed hands|traded shares",
    (Cue.WHEN,): "when|when was|when did|when is|when were",
    (Cue.WHICH,): "which|what|whats",
    (Cue.WHO,): "who|whom|whose",
    (Cue.YEAR_RANGE,): "52 week|52 weeks|52 wk|52w|year high|year low|yearly high|yearly low|"
    "12 month high|12 month low|one year high|one year low|annual high|annual low|52 week high|"
    "52 week low|52 weeks high|fifty two week|52 week range|52 weeks range|price range|trading range|year range|12 month range",
}
