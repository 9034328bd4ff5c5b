-- What every script begins with. ARGV[1] names the run of the server that it was sent to.

local run_id = ARGV[1]
local OWNER_LIFE = 30 * 24 * 3600 * 1000

-- Microseconds by the server's own clock: those of its callers may differ.
local function server_us()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

-- The same in milliseconds.
local function server_time()
  return math.floor(server_us() / 1000)
end

-- The same as text. There is no os.date here; the days are counted from 1 March of the year 0.
local function iso_time(ms)
  local day, rest = math.floor(ms / 86400000), ms % 86400000
  local z = day + 719468
  local era = math.floor(z / 146097)
  local of_era = z - era * 146097
  local year = math.floor((of_era - math.floor(of_era / 1460) + math.floor(of_era / 36524)
    - math.floor(of_era / 146096)) / 365)
  local of_year = of_era - (365 * year + math.floor(year / 4) - math.floor(year / 100))
  local m = math.floor((5 * of_year + 2) / 153)
  local month = m < 10 and m + 3 or m - 9
  local second = math.floor(rest / 1000)
  return string.format('%04d-%02d-%02dT%02d:%02d:%02d.%03dZ',
    year + era * 400 + (month <= 2 and 1 or 0), month, of_year - math.floor((153 * m + 2) / 5) + 1,
    math.floor(second / 3600), math.floor(second / 60) % 60, second % 60, rest % 1000)
end

-- The epoch of who was told that nothing of a thread's events is kept: of no thread, and of this run,
-- so that whoever comes back after another run may have recorded and lost some is told a gap.
local function nothing_yet()
  return string.sub(redis.sha1hex(run_id), 1, 16)
end

local function read_hash(key)
  local flat, fields = redis.call('HGETALL', key), {}
  for n = 1, #flat, 2 do
    fields[flat[n]] = flat[n + 1]
  end
  return fields
end

local MOST_EVENTS = 10000

-- Keep an event at its position; return it as it is told.
local function keep_event(events, epoch, offset, members, tail)
  local event = '{"cursor":"' .. epoch .. '-' .. offset .. '",' .. members .. tail
  redis.call('XADD', events, 'MAXLEN', '~', MOST_EVENTS, offset .. '-0', 'e', event)
  return event
end

-- What the owner key of a deleted thread holds for as long as it would be remembered: no user's id.
local DELETED = '(deleted)'

-- Whether a thread is the user's, or could be. A deleted one is nobody's.
local function is_free_for(owner, user)
  return owner ~= DELETED and (not owner or owner == user)
end

-- Why it is not.
local function refusal(owner)
  return owner == DELETED and 'deleted' or 'not-owner'
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
