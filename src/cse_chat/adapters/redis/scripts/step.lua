-- What a step that uses its thread leaves to `written` to write. Of its events what comes before the
-- tail and the tail, in the order of their positions:
local heads, tails = {}, {}
-- how many turns it has added, how many there are then, and the title of a thread that has none:
local added, length, title = 0, turns_before, ''
-- fields of its row and of META, what else is told, as channels and messages, and what the step returns.
local uses_thread, is_listed, is_opened = true, false, false
local fields, changes, announced, reply = {}, {}, {}, nil
-- Its place among the open requests, unless it has one or needs none.
local opens
