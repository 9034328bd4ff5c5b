-- ARGV after those of registering: token, lease, how many of the newest turns to return, tail of
-- the attempt's event.
local token, lease, newest, started = unpack(ARGV, 14, 17)

if is_settled then
  return settlement
end
-- The same call once more, because its reply got lost: the same claim.
local again = holder == token and (not thread_holder or thread_holder == token)
if not again and lease_end and tonumber(lease_end) > now then
  if is_known then
    return {'busy'}
  end
  call('HSET', REQUEST, 'status', 'accepted', 'attempt', 0, 'spent', 0, unpack(fields))
  reply = {'busy'}
else
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
    local n = #tails + 1
    heads[n] = '"attempt":' .. attempt .. ',"timestamp":"' .. iso_time(now) .. '",'
    tails[n] = started
  end
  call('HSET', REQUEST, 'status', 'running', 'attempt', attempt, 'spent', spent,
    'token', token, unpack(fields))
  changes = {'claimed', id, 'token', token, 'lease', now + lease}
  local recent = newest ~= '0' and turns_before > 0
    and call('LRANGE', MESSAGES, -newest, -1) or {}
  reply = {'claimed', attempt, spent, recent}
end
