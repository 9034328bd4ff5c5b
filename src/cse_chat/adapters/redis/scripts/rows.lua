local function read_hash(key)
  local flat, fields = call('HGETALL', key), {}
  for n = 1, #flat, 2 do
    fields[flat[n]] = flat[n + 1]
  end
  return fields
end

-- What of the tail of a request's row is marked.
local function what_is_done(fields)
  local done = {}
  if fields['done:history'] then
    done[1] = 'history'
  end
  if fields['done:dead-letter'] then
    done[#done + 1] = 'dead-letter'
  end
  if fields['done:response'] then
    done[#done + 1] = 'response'
  end
  return done
end
