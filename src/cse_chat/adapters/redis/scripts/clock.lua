-- The server's own clock: those of its callers may differ. Microseconds.
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
