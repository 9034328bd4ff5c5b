-- What the scripts about one request begin with. All have the same keys:
local REQUEST, MAILBOX, OWNER, OPEN, MESSAGES, META, EVENTS, STREAM, LISTED = unpack(KEYS)
-- and begin with the same arguments; lives and times are milliseconds, what is unknown is ''.
local answer_life, history_life = tonumber(ARGV[2]), tonumber(ARGV[3])
local new_epoch, id, thread, user = unpack(ARGV, 4, 7)

-- What is made here is made at each call: a function or a table costs as much as a command, so there are
-- no more than are needed. What a key does not hold is false; of a request that is unknown it is nil.
local now, now_us = server_time()
local is_known = call('HEXISTS', REQUEST, 'thread') == 1
local known_thread, known_user, known_status, holder, attempts, spent, said, replies, is_asked,
  is_dead_letter, is_response
if is_known then
  known_thread, known_user, known_status, holder, attempts, spent, said, replies, is_asked,
    is_dead_letter, is_response = unpack(call('HMGET', REQUEST, 'thread', 'user', 'status', 'token',
      'attempt', 'spent', 'said', 'replies', 'asked', 'done:dead-letter', 'done:response'))
end
local begun_in, known_epoch, last_offset, kept_at, aged_at, turns, known_title, thread_holder,
  lease_end, reserved_for = unpack(call('HMGET', META, 'run_id', 'epoch', 'offset', 'kept_at',
    'aged_at', 'turns', 'title', 'token', 'lease', 'reserved'))
local owner = call('GET', OWNER)

-- A key that holds something else fails here, before anything is written: a script that fails
-- keeps what it wrote before.
local turns_before = call('LLEN', MESSAGES)
local open_before = call('ZCARD', OPEN)
local has_events = call('XLEN', EVENTS) > 0

local is_another = is_known and (known_thread ~= thread or known_user ~= user)
local is_settled = is_known and known_status ~= 'accepted' and known_status ~= 'running'

-- A server that was started anew may have lost the last second: then positions in the thread's
-- events are no longer to be trusted, and a new epoch begins.
local begins = begun_in ~= run_id
local epoch = begins and new_epoch or known_epoch
local offset = begins and 0 or tonumber(last_offset or 0)
