-- What the scripts about one request share. All have the same keys:
local REQUEST, MAILBOX, OWNER, OPEN, MESSAGES, META, EVENTS, STREAM, LISTED = unpack(KEYS)
-- and begin with the same arguments; lives and times are milliseconds, what is unknown is ''.
local _, answer_life, history_life, new_epoch, id, thread, user = unpack(ARGV)
local MOST_TURNS = 1000

local now_us = server_us()
local now = math.floor(now_us / 1000)
local row = read_hash(REQUEST)
local meta = read_hash(META)
local owner = redis.call('GET', OWNER)

-- A key that holds something else fails here, before anything is written: a script that fails
-- keeps what it wrote before.
redis.call('LLEN', MESSAGES)
local open_before = redis.call('ZCARD', OPEN)
local has_events = redis.call('XLEN', EVENTS) > 0

local function is_known()
  return row.thread ~= nil
end

local function is_another()
  return is_known() and (row.thread ~= thread or row.user ~= user)
end

local function is_settled()
  return is_known() and row.status ~= 'accepted' and row.status ~= 'running'
end

local function settlement()
  return {'settled', redis.call('GET', MAILBOX), row.durability or '', row.settled_by or '0',
    what_is_done(row)}
end

-- Fields of REQUEST, written when it is kept.
local fields = {}

local function note(...)
  for _, value in ipairs({...}) do
    fields[#fields + 1] = value
  end
end

-- Row and mailbox end at the same moment: one without the other would say something wrong. Until
-- it is settled there is no mailbox.
local function keep_request()
  if #fields > 0 then
    redis.call('HSET', REQUEST, unpack(fields))
  end
  redis.call('PEXPIREAT', REQUEST, now + answer_life)
  if is_settled() then
    redis.call('PEXPIREAT', MAILBOX, now + answer_life)
  end
end

-- So do the keys of a thread.
local function keep_thread()
  for _, key in ipairs({OPEN, MESSAGES, META, EVENTS}) do
    redis.call('PEXPIREAT', key, now + history_life)
  end
end

-- Fields of META, written when the thread is used.
local changes = {}

local function change(...)
  for _, value in ipairs({...}) do
    changes[#changes + 1] = value
  end
end

-- A server that was started anew may have lost the last second: then positions in the thread's
-- events are no longer to be trusted, and a new epoch begins.
local epoch, offset = meta.epoch, tonumber(meta.offset or 0)
local begins = meta.run_id ~= run_id
if begins then
  epoch, offset = new_epoch, 0
end
local told = {}

-- To prolong the life of a thread costs as much as six calls: a thread that is known to have been
-- kept less than a hundredth of its life ago is left as it is. Whoever makes a key keeps it.
local keeps = begins or not is_known() or not meta.kept_at
  or now - meta.kept_at > history_life / 100

-- Events of another epoch are of no more use.
local function forget_events()
  if has_events then
    redis.call('DEL', EVENTS)
    has_events = false
  end
end

-- Give an event its position. It is told once everything is written.
local function record(members, tail)
  if begins and offset == 0 then
    forget_events()
  end
  offset = offset + 1
  told[#told + 1] = keep_event(EVENTS, epoch, offset, members, tail)
end

local function tell()
  for _, event in ipairs(told) do
    redis.call('PUBLISH', STREAM, event)
  end
end

local function record_said(first, said, at)
  local time = '"timestamp":"' .. iso_time(now) .. '",'
  local known = tonumber(row.said or 0)
  for n = at, #said do
    local number = first + n - at
    if number > known then
      record(time, said[n])
      known = number
    end
  end
  return known
end

-- Events go when they are older than the history's life, too, at latest when they are twice as old.
local function drop_aged_events()
  if begins or not meta.aged_at then
    change('aged_at', now, 'aged_offset', offset)
  elseif now - meta.aged_at > tonumber(history_life) then
    redis.call('XTRIM', EVENTS, 'MINID', (meta.aged_offset + 1) .. '-0')
    change('aged_at', now, 'aged_offset', offset)
  end
end

-- Note that the thread is used.
local function use_thread()
  change('offset', offset)
  if not meta.created then
    change('created', now)
  end
  if begins then
    if offset == 0 then
      forget_events()
    end
    change('run_id', run_id, 'epoch', epoch)
  end
  drop_aged_events()
  if keeps then
    own(OWNER, user)
    change('kept_at', now)
  end
  redis.call('HSET', META, unpack(changes))
  if keeps then
    keep_thread()
  end
end

local function name_thread(title)
  if title ~= '' and not meta.title then
    change('title', title)
  end
end

-- How many there ever were gives each turn a number that stays when older ones are dropped.
local function add_turns(...)
  local added = select('#', ...)
  local length = redis.call('RPUSH', MESSAGES, ...)
  local before = math.max(tonumber(meta.turns or 0), length - added)
  change('turns', before + added)
  if length > MOST_TURNS then
    redis.call('LTRIM', MESSAGES, -MOST_TURNS, -1)
  end
end

-- A thread's place is kept for one that is being accepted; who has become known needs it no more.
local function end_reservation()
  if meta.reserved == id then
    redis.call('HDEL', META, 'reserved', 'reserved_until')
  end
end

-- Put the thread first among the user's. Call it before anything else is written: a key that
-- holds something else fails here. Threads whose history ran out are left out by who reads the list,
-- and go when another thread comes; an attempt may prolong a history, but not beyond its request.
local function list_thread()
  redis.call('ZADD', LISTED, now_us, thread)
  if keeps then
    redis.call('PEXPIREAT', LISTED, now + history_life)
  end
  if not meta.created then
    local oldest = now_us - 1000 * (history_life + answer_life)
    redis.call('ZREMRANGEBYSCORE', LISTED, '-inf', oldest)
  end
end

-- Make an accepted request known, with the user's turn; whoever calls this uses the thread and
-- keeps the request.
local function register(deadline, durability, reply_channel, asked, accepted, title)
  list_thread()
  note('thread', thread, 'user', user, 'status', 'accepted', 'attempt', 0, 'spent', 0,
    'deadline', deadline, 'durability', durability, 'replies', reply_channel, 'asked', 1,
    'begins', epoch .. '-' .. offset)
  record('"queue_position":' .. open_before .. ',', accepted)
  -- They stand in the order they came, however many in a millisecond.
  local last = open_before > 0 and redis.call('ZRANGE', OPEN, -1, -1, 'WITHSCORES')[2] or 0
  redis.call('ZADD', OPEN, math.max(now, last + 1), id)
  end_reservation()
  add_turns(asked)
  name_thread(title)
  row = {thread = thread, user = user, status = 'accepted', attempt = 0, spent = 0}
end

-- Whether nobody has claimed the thread since. The token of a claim that ended stays: whoever had
-- the thread before that claim does not get it back. Without one the thread was forgotten.
local function is_claimed_by(token)
  return meta.token == nil or meta.token == token
end

local function end_claim(token)
  redis.call('HDEL', REQUEST, 'token')
  if meta.token == token then
    redis.call('HDEL', META, 'claimed', 'lease')
  end
end

-- The same with what is written anyway, of one that keeps its request and uses its thread.
local function end_claim_with_it(token)
  note('token', '')
  if meta.token == token then
    change('claimed', '', 'lease', 0)
  end
end
