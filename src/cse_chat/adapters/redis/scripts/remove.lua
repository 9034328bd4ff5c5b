-- Forget a thread of which nothing is open, and let nobody have it again.
-- KEYS: owner, open requests, messages, meta, events, threads of the user.
-- ARGV: run id, user, thread, channel of deletions, what the keys of a request and its mailbox begin with.
-- Returns 'not-owner'; 'open' and ids; or 'removed', how many turns and how many answers went.
local OWNER, OPEN, MESSAGES, META, EVENTS, LISTED = unpack(KEYS)
local _, user, thread, deletions, requests, mailboxes = unpack(ARGV)

if call('GET', OWNER) ~= user then
  return {'not-owner'}
end

-- Thread and status of one of its requests; of what is forgotten or another's, nothing.
local function status_of(id)
  local row = call('HMGET', requests .. id, 'thread', 'status')
  return row[1] == thread and row[2] or nil
end

local open = {}
for _, id in ipairs(call('ZRANGE', OPEN, 0, -1)) do
  local status = status_of(id)
  if status == 'accepted' or status == 'running' then
    open[#open + 1] = id
  end
end
if #open > 0 then
  return {'open', open}
end

-- A quote in what was said is escaped: the first match is the member itself.
local ids = {}
local turns = call('LRANGE', MESSAGES, 0, -1)
for _, turn in ipairs(turns) do
  local id = string.match(turn, '"correlation_id":"([^"]+)"')
  if id then
    ids[id] = true
  end
end
call('ZREM', LISTED, thread)
own(OWNER, DELETED)
local answers = 0
for id in pairs(ids) do
  local status = status_of(id)
  if status and status ~= 'cancelled' then
    call('UNLINK', requests .. id, mailboxes .. id)
    answers = answers + 1
  end
end
call('UNLINK', OPEN, MESSAGES, META, EVENTS)
call('PUBLISH', deletions, thread)
return {'removed', #turns, answers}
