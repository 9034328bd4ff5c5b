-- What every script begins with. ARGV[1] names the run of the server that it was sent to.
local run_id = ARGV[1]
local call = redis.call
