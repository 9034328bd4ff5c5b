local function read_hash(key)
  local flat, fields = redis.call('HGETALL', key), {}
  for n = 1, #flat, 2 do
    fields[flat[n]] = flat[n + 1]
  end
  return fields
end

-- What of the tail of a request's row is marked.
local function what_is_done(fields)
  local done = {}
  for _, tail in ipairs({'history', 'dead-letter', 'response'}) do
    if fields['done:' .. tail] then
      done[#done + 1] = tail
    end
  end
  return done
end
