-- ARGV after those of registering: token, lease, how many of the newest turns to return, tail of
-- the attempt's event.
local token, lease, newest, started = unpack(ARGV, 14, 17)

if is_settled then
  return settlement()
end
-- The same call once more, because its reply got lost: the same claim.
local again = is_known and row.token == token and (not meta.token or meta.token == token)
if not again and meta.lease and tonumber(meta.lease) > now then
  if is_known then
    return {'busy'}
  end
  call('HSET', REQUEST, 'status', 'accepted', unpack(fields))
  reply = {'busy'}
else
  local attempt, spent = tonumber(row.attempt or 0), tonumber(row.spent or 0)
  if not again then
    attempt = attempt + 1
    if row.status == 'running' then
      spent = spent + 1 -- it was not released: whoever ran it is gone
    end
    if is_known then
      fields = {'spent', spent, 'said', 0}
    end
    local n = #tails + 1
    heads[n] = '"attempt":' .. attempt .. ',"timestamp":"' .. iso_time(now) .. '",'
    tails[n] = started
  end
  call('HSET', REQUEST, 'status', 'running', 'attempt', attempt,
    'token', token, unpack(fields))
  changes = {'claimed', id, 'token', token, 'lease', now + lease}
  local turns = newest ~= '0' and turns_before > 0
    and call('LRANGE', MESSAGES, -newest, -1) or {}
  reply = {'claimed', attempt, spent, turns}
end
