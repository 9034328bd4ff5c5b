-- ARGV after those of registering: token, lease, how many of the newest turns to return, tail of
-- the attempt's event; of an early answer the channel of all gateways, the agent's turn, the outcome,
-- the heads of its announcement and of its event, the tails of what was said. Without a token nothing
-- is claimed: the early answer settles it, or it is registered alone.
local token, lease, newest, started, every_gateway, answered, outcome, head, ended = unpack(ARGV, 14, 22)
local SAID = 23

if is_settled then
  return settlement
end
-- The same call once more, because its reply got lost: the same claim.
local again = token ~= '' and holder == token and (not thread_holder or thread_holder == token)
local is_busy = not again and lease_end and tonumber(lease_end) > now
-- The question is all that was ever said in the thread, and nobody has run it.
local is_early = outcome and not is_busy and not again and tonumber(attempts or 0) == 0 and length == 1
  and not refusal(owner, user)
if is_busy or (token == '' and not is_early) then
  if is_known then
    return {'busy'}
  end
  call('HSET', REQUEST, 'status', 'accepted', 'attempt', 0, 'spent', 0, unpack(fields))
  reply = {'busy'}
else
  local time
  local attempt = tonumber(attempts or 0)
  spent = tonumber(spent or 0)
  if not again then
    attempt = attempt + 1
    if known_status == 'running' then
      spent = spent + 1 -- it was not released: whoever ran it is gone
    end
    if is_known then
      fields = {'said', 0}
    end
    time = '"timestamp":"' .. iso_time(now) .. '",'
    local n = #tails + 1
    heads[n], tails[n] = '"attempt":' .. attempt .. ',' .. time, started
  end
  if is_early then
    opens, is_opened = nil, false
    if open_before > 0 then
      call('ZREM', OPEN, id)
    end
    if is_known then -- else it was just now
      is_listed = call('ZADD', LISTED, now_us, thread) == 1
    end
    length, added = call('RPUSH', MESSAGES, answered), added + 1
    for n = SAID, #ARGV do
      heads[#heads + 1], tails[#tails + 1] = time, ARGV[n]
    end
    heads[#heads + 1], tails[#tails + 1] = ended, string.sub(outcome, 2)
    call('SET', MAILBOX, outcome, 'PXAT', now + answer_life)
    call('HSET', REQUEST, 'status', 'answered', 'attempt', 1, 'spent', 0, 'settled_by', 1,
      'done:history', 1, unpack(fields))
    local channel = (replies or '') ~= '' and replies or ARGV[10]
    if channel == '' then
      channel = every_gateway
    end
    announced = {MAILBOX, outcome, channel, head .. outcome .. '}'}
    reply = {'first', what_is_done(true, is_dead_letter, is_response)}
  else
    call('HSET', REQUEST, 'status', 'running', 'attempt', attempt, 'spent', spent,
      'token', token, unpack(fields))
    changes = {'claimed', id, 'token', token, 'lease', now + lease}
    local recent = newest ~= '0' and turns_before > 0
      and call('LRANGE', MESSAGES, -newest, -1) or {}
    reply = {'claimed', attempt, spent, recent}
  end
end
