-- ARGV after the shared ones: deadline, durability, reply channel, user's turn, title of a thread
-- that begins with it, agent's turn, status, outcome, head of its announcement, head of its event,
-- attempt, token, the channel of workers, number of what was said first of the rest, the tails of
-- their events.
local deadline, durability, reply_channel, asked, named, answered, status, outcome, head, ended,
  attempt, token, control, first = unpack(ARGV, 8, 21)
local SAID = 22
local MOST_TURNS = 1000

if is_another then
  return {'id-conflict'}
end
local holds_claim = token ~= '' and holder == token
if is_settled then
  if holds_claim then
    call('HDEL', REQUEST, 'token')
    if thread_holder == token then
      call('HDEL', META, 'claimed', 'lease')
    end
  end
  return settlement
end
if token ~= '' and not holds_claim then
  return {'lost'}
end
if owner == DELETED and status ~= 'cancelled' then
  return {'deleted'}
end

uses_thread = not refusal(owner, user)
if uses_thread then
  -- Before anything else is written: a key that holds something else fails here.
  is_listed = call('ZADD', LISTED, now_us, thread) == 1
  if asked ~= '' and not is_asked then
    added, length, title = 2, call('RPUSH', MESSAGES, asked, answered), named
  else
    added, length = 1, call('RPUSH', MESSAGES, answered)
  end
  if length > MOST_TURNS then -- here alone: an answer brings two turns
    call('LTRIM', MESSAGES, -MOST_TURNS, -1)
  end
  if holds_claim and ARGV[SAID] then
    local time = '"timestamp":"' .. iso_time(now) .. '",'
    local known = tonumber(said or 0)
    for n = SAID, #ARGV do
      if first + n - SAID > known then
        heads[#heads + 1], tails[#tails + 1] = time, ARGV[n]
      end
    end
  end
  heads[#heads + 1], tails[#tails + 1] = ended, string.sub(outcome, 2)
end
call('SET', MAILBOX, outcome, 'PXAT', now + answer_life)
call('ZREM', OPEN, id)
if not is_known then
  call('HSET', REQUEST, 'status', status, 'settled_by', attempt, 'done:history', 1,
    'thread', thread, 'user', user, 'deadline', deadline, 'durability', durability,
    'begins', epoch .. '-' .. offset)
elseif holds_claim then
  call('HSET', REQUEST, 'status', status, 'settled_by', attempt, 'done:history', 1, 'token', '')
else
  call('HSET', REQUEST, 'status', status, 'settled_by', attempt, 'done:history', 1)
end
if holds_claim and thread_holder == token then
  changes = {'claimed', '', 'lease', 0}
end

local channel = (replies or '') ~= '' and replies or reply_channel
announced = {MAILBOX, outcome, channel, head .. outcome .. '}'}
if status == 'cancelled' and holder and not holds_claim then
  announced[5], announced[6] = control, '{"type":"cancelled","correlation_id":"' .. id .. '"}'
end
reply = {'first', what_is_done(true, is_dead_letter, is_response)}
