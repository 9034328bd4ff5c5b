local function read_hash(key)
  local flat, fields = call('HGETALL', key), {}
  for n = 1, #flat, 2 do
    fields[flat[n]] = flat[n + 1]
  end
  return fields
end

-- What of the tail of a request is marked.
local function what_is_done(history, dead_letter, response)
  local done = {}
  if history then
    done[1] = 'history'
  end
  if dead_letter then
    done[#done + 1] = 'dead-letter'
  end
  if response then
    done[#done + 1] = 'response'
  end
  return done
end
