-- What every script begins with. ARGV[1] names the run of the server that it was sent to.

local run_id = ARGV[1]
local OWNER_LIFE = 30 * 24 * 3600 * 1000

-- Milliseconds by the server's own clock: those of its callers may differ.
local function server_time()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function read_hash(key)
  local flat, fields = redis.call('HGETALL', key), {}
  for n = 1, #flat, 2 do
    fields[flat[n]] = flat[n + 1]
  end
  return fields
end

-- Whether a thread is the user's, or could be. A deleted one is nobody's.
local function is_free_for(owner, user)
  return owner ~= 'deleted' and (not owner or owner == user)
end

local function own(owner_key, user)
  redis.call('SET', owner_key, user, 'PX', OWNER_LIFE)
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
