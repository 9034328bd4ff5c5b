-- The epoch of who was told that nothing of a thread's events is kept: of no thread, and of this run,
-- so that whoever comes back after another run may have recorded and lost some is told a gap.
local function nothing_yet()
  return string.sub(redis.sha1hex(run_id), 1, 16)
end
