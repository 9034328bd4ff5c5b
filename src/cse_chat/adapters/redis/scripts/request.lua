-- What the scripts about one request begin with. All have the same keys:
local REQUEST, MAILBOX, OWNER, OPEN, MESSAGES, META, EVENTS, STREAM, LISTED = unpack(KEYS)
-- and begin with the same arguments; lives and times are milliseconds, what is unknown is ''.
local answer_life, history_life, new_epoch, id, thread, user = unpack(ARGV, 2, 7)

-- What a key does not hold is false. There are no more functions here than are needed, and few of
-- them name what is outside of them: to make one takes the server as long as two commands.
local now_us = server_us()
local now = math.floor(now_us / 1000)
local held = call('HMGET', REQUEST, 'thread', 'user', 'status', 'token', 'attempt', 'spent',
  'said', 'replies', 'asked', 'done:dead-letter', 'done:response')
local row = {thread = held[1], user = held[2], status = held[3], token = held[4],
  attempt = held[5], spent = held[6], said = held[7], replies = held[8], asked = held[9],
  ['done:dead-letter'] = held[10], ['done:response'] = held[11]}
held = call('HMGET', META, 'run_id', 'epoch', 'offset', 'kept_at', 'aged_at', 'created',
  'title', 'turns', 'token', 'lease', 'reserved')
local meta = {run_id = held[1], epoch = held[2], offset = held[3], kept_at = held[4],
  aged_at = held[5], created = held[6], title = held[7], turns = held[8], token = held[9],
  lease = held[10], reserved = held[11]}
local owner = call('GET', OWNER)

-- A key that holds something else fails here, before anything is written: a script that fails
-- keeps what it wrote before.
local turns_before = call('LLEN', MESSAGES)
local open_before = call('ZCARD', OPEN)
local has_events = call('XLEN', EVENTS) > 0

local is_known = row.thread
local is_another = is_known and (row.thread ~= thread or row.user ~= user)
local is_settled = is_known and row.status ~= 'accepted' and row.status ~= 'running'

-- A server that was started anew may have lost the last second: then positions in the thread's
-- events are no longer to be trusted, and a new epoch begins.
local begins = meta.run_id ~= run_id
local epoch = begins and new_epoch or meta.epoch
local offset = begins and 0 or tonumber(meta.offset or 0)
