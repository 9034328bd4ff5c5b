-- What the scripts about one request share. All have the same keys:
local REQUEST, MAILBOX, OWNER, OPEN, MESSAGES, META = unpack(KEYS)
-- and begin with the same arguments; lives and times are milliseconds, what is unknown is ''.
local _, answer_life, history_life, new_epoch, id, thread, user = unpack(ARGV)
local MOST_TURNS = 1000

local now = server_time()
local row = read_hash(REQUEST)
local meta = read_hash(META)
local owner = redis.call('GET', OWNER)

-- A key that holds something else fails here, before anything is written: a script that fails
-- keeps what it wrote before.
redis.call('LLEN', MESSAGES)
redis.call('ZCARD', OPEN)

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

-- Row and mailbox end at the same moment: one without the other would say something wrong. Until
-- it is settled there is no mailbox.
local function keep_request()
  redis.call('PEXPIREAT', REQUEST, now + answer_life)
  if is_settled() then
    redis.call('PEXPIREAT', MAILBOX, now + answer_life)
  end
end

-- So do the keys of a thread.
local function keep_thread()
  for _, key in ipairs({OPEN, MESSAGES, META}) do
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

-- Note that the thread is used. A server that was started anew may have lost the last second:
-- then positions in the thread's events are no longer to be trusted, and a new epoch begins.
local function use_thread()
  own(OWNER, user)
  change('updated', now)
  if not meta.created then
    change('created', now)
  end
  if meta.run_id ~= run_id then
    change('run_id', run_id, 'epoch', new_epoch, 'offset', 0)
  end
  redis.call('HSET', META, unpack(changes))
  keep_thread()
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

-- Make an accepted request known, with the user's turn; whoever calls this uses the thread and
-- keeps the request.
local function register(deadline, durability, reply_channel, asked)
  redis.call('HSET', REQUEST, 'thread', thread, 'user', user, 'status', 'accepted', 'attempt', 0,
    'spent', 0, 'deadline', deadline, 'durability', durability, 'replies', reply_channel,
    'asked', 1)
  redis.call('ZADD', OPEN, now, id)
  add_turns(asked)
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
