-- Set or refresh the mark of a partition. KEYS: the mark. ARGV: run id, life in ms, the run of the
-- server that has it all; '' for whichever the mark is of. Returns 0 if this is another run.
local life, complete = ARGV[2], ARGV[3]
if complete == '' then
  complete = read_hash(KEYS[1]).run_id
end
if complete ~= run_id then
  return 0
end
local now = server_time()
call('HSET', KEYS[1], 'run_id', run_id, 'at', now)
call('PEXPIRE', KEYS[1], life)
return 1
