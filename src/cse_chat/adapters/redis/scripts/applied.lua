-- How far a partition's responses are in this server. KEYS: its mark. Returns the run that the
-- script ran in, the run that the mark is of and the mark's time, the last two '' without a mark.
local mark = read_hash(KEYS[1])
return {run_id, mark.run_id or '', mark.at or ''}
