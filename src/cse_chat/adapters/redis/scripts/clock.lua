-- Milliseconds, and microseconds, by the server's own clock: those of its callers may differ.
local function server_time()
  local time = call('TIME')
  local us = time[1] * 1000000 + time[2]
  return math.floor(us / 1000), us
end

-- Milliseconds as text. There is no os.date here; the days are counted from 1 March of the year 0.
local function iso_time(ms)
  local floor = math.floor
  local rest = ms % 86400000
  local day = (ms - rest) / 86400000 + 719468
  local year = floor((10000 * day + 14780) / 3652425)
  local of_year = day - (365 * year + floor(year / 4) - floor(year / 100) + floor(year / 400))
  if of_year < 0 then -- the mean year was too short
    year = year - 1
    of_year = day - (365 * year + floor(year / 4) - floor(year / 100) + floor(year / 400))
  end
  local month = floor((100 * of_year + 52) / 3060) -- from March, which is 0
  -- What is left of a number behind its point is cut off.
  return string.format('%04d-%02d-%02dT%02d:%02d:%02d.%03dZ',
    month < 10 and year or year + 1, month < 10 and month + 3 or month - 9,
    of_year - floor((306 * month + 5) / 10) + 1,
    rest / 3600000, rest / 60000 % 60, rest / 1000 % 60, rest % 1000)
end
