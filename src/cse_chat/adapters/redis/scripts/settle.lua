-- ARGV after the shared ones: deadline, durability, reply channel, user's turn, title of a thread
-- that begins with it, agent's turn, status, outcome, head of its announcement, head of its event,
-- attempt, token, the channel of every gateway, that of workers, number of what was said first of
-- the rest, the tails of their events.
local deadline, durability, reply_channel, asked, title, answered, status, outcome, head, ended,
  attempt, token, every_gateway, control, first = unpack(ARGV, 8, 22)
local SAID = 23

if is_another() then
  return {'id-conflict'}
end
local holds_claim = token ~= '' and row.token == token
if is_settled() then
  if holds_claim then
    end_claim(token)
  end
  return settlement()
end
if token ~= '' and not holds_claim then
  return {'lost'}
end

if owner == DELETED and status ~= 'cancelled' then
  return {'deleted'}
end

local is_own_thread = is_free_for(owner, user)
if is_own_thread then
  list_thread()
end
if not is_known() then
  note('thread', thread, 'user', user, 'attempt', 0, 'spent', 0, 'deadline', deadline,
    'durability', durability, 'replies', reply_channel, 'begins', epoch .. '-' .. offset)
  end_reservation()
end
note('status', status, 'settled_by', attempt, 'done:history', 1)
redis.call('SET', MAILBOX, outcome, 'PXAT', now + answer_life)
redis.call('ZREM', OPEN, id)
if holds_claim then
  end_claim_with_it(token)
end
if is_own_thread then
  if asked ~= '' and not row.asked then
    add_turns(asked, answered)
    name_thread(title)
  else
    add_turns(answered)
  end
  if holds_claim then
    record_said(first, ARGV, SAID)
  end
  record(ended, string.sub(outcome, 2))
  use_thread()
end
keep_request()

tell()
redis.call('PUBLISH', MAILBOX, outcome)
local channel = row.replies
if not channel or channel == '' then
  channel = reply_channel
end
if channel == '' then
  channel = every_gateway
end
redis.call('PUBLISH', channel, head .. outcome .. '}')
if status == 'cancelled' and row.token and not holds_claim then
  redis.call('PUBLISH', control, '{"type":"cancelled","correlation_id":"' .. id .. '"}')
end
row['done:history'] = '1'
return {'first', what_is_done(row)}
