-- What `record` does, also where the thread's positions are those of another run. ARGV after the shared
-- ones: token, number of what was said first, the tails of the events.
local token, first = ARGV[8], ARGV[9]
local SAID = 10
if row.token ~= token or not is_claimed_by(token) or is_settled() then
  return 0
end
redis.call('HSET', REQUEST, 'said', record_said(first, ARGV, SAID))
user = row.user
use_thread()
tell()
return 1
