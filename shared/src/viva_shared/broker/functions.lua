#!lua name=viva1
-- The mailbox protocol: every write that touches more than one key, each atomic, each on the keys of one interview.
-- docs/protocol.md explains it; tests/model/ checks it. A token is "<holder>|<epoch>".

local function holds(lease_key, token)
  return redis.call('GET', lease_key) == token
end

local function is_open(state_key)
  return redis.call('HGET', state_key, 'status') == 'open'
end

local function why_closed(state_key)
  return redis.call('HGET', state_key, 'status') or 'missing'
end

local function entry_after(in_key, cursor)
  local entry = redis.call('XRANGE', in_key, '(' .. cursor, '+', 'COUNT', 1)[1]
  return entry and entry[1]
end

local function open_effects(state_key)
  local ids = {}
  for _, field in ipairs(redis.call('HKEYS', state_key)) do
    if string.sub(field, 1, 7) == 'effect:' then ids[#ids + 1] = field end
  end
  table.sort(ids)
  return ids
end

-- create: state, in, seen | scenario, event_id, event
local function create(keys, args)
  if redis.call('EXISTS', keys[1]) == 1 then return {'exists'} end
  redis.call('HSET', keys[1], 'status', 'open', 'state', '', 'scenario', args[1],
    'version', 0, 'cursor', '0-0', 'epoch', 0, 'tries', 0, 'tries_of', '')
  redis.call('SADD', keys[3], args[2])
  return {'created', redis.call('XADD', keys[2], '*', 'event', args[3])}
end

-- append: state, in, seen, bot_epoch, lease | event_id, event, bot_epoch or '', token or ''
local function append(keys, args)
  if not is_open(keys[1]) then return {'refused', why_closed(keys[1])} end
  if args[3] ~= '' and redis.call('GET', keys[4]) ~= args[3] then return {'refused', 'fenced'} end
  if args[4] ~= '' and not holds(keys[5], args[4]) then return {'refused', 'lost'} end
  if redis.call('SISMEMBER', keys[3], args[1]) == 1 then return {'duplicate'} end
  local entry_id = redis.call('XADD', keys[2], '*', 'event', args[2])  -- first: it fails on a key of another type
  redis.call('SADD', keys[3], args[1])
  return {'appended', entry_id}
end

-- replace: state, in | identities: whom the interview was created for or '', whom to replace or '', the new one; event
local function replace(keys, args)
  if not is_open(keys[1]) then return {'refused', why_closed(keys[1])} end
  if (redis.call('HGET', keys[1], 'candidate') or args[1]) ~= args[2] then return {'other'} end
  local entry_id = redis.call('XADD', keys[2], '*', 'event', args[4])  -- first: it fails on a key of another type
  redis.call('HSET', keys[1], 'candidate', args[3])
  return {'replaced', entry_id}
end

-- acquire: state, lease, in | holder, ttl_ms. A holder takes its own lease again, with a new epoch: the tenure that
-- had it is over, or this is the repeat of a call whose answer was lost. A try counts for the next input; with none,
-- for all open effects together: which of them killed the last holder nobody knows.
local function acquire(keys, args)
  if not is_open(keys[1]) then return {why_closed(keys[1])} end
  local token = redis.call('GET', keys[2])
  if token and string.match(token, '^(.*)|') ~= args[1] then return {'busy', token} end
  local epoch = redis.call('HINCRBY', keys[1], 'epoch', 1)
  redis.call('SET', keys[2], args[1] .. '|' .. epoch, 'PX', args[2])
  local nxt = entry_after(keys[3], redis.call('HGET', keys[1], 'cursor'))
    or table.concat(open_effects(keys[1]), ' ')
  if redis.call('HGET', keys[1], 'tries_of') ~= nxt then
    redis.call('HSET', keys[1], 'tries_of', nxt, 'tries', 0)
  end
  if nxt ~= '' then redis.call('HINCRBY', keys[1], 'tries', 1) end
  return {'held', epoch, redis.call('HGETALL', keys[1])}
end

-- move the cursor: the part that a commit and a reject share
local function advance(state_key, cursor)
  redis.call('HSET', state_key, 'cursor', cursor, 'tries', 0, 'tries_of', '')
  return redis.call('HINCRBY', state_key, 'version', 1)
end

-- A commit or reject that is repeated because its answer was lost: only the holder of the lease moves the cursor.
local function is_done(state_key, cursor)
  return redis.call('HGET', state_key, 'cursor') == cursor
end

-- commit: state, lease, out | token, old cursor, new cursor, state, #outputs, outputs…, #closed, closed…, (id, effect)…
local function commit(keys, args)
  if not holds(keys[2], args[1]) then return {'lost'} end
  if is_done(keys[1], args[3]) then return {'committed'} end
  if redis.call('HGET', keys[1], 'cursor') ~= args[2] then return {'stale'} end
  local at = 5
  for i = 1, tonumber(args[at]) do redis.call('XADD', keys[3], '*', 'event', args[at + i]) end
  at = at + tonumber(args[at]) + 1
  for i = 1, tonumber(args[at]) do redis.call('HDEL', keys[1], 'effect:' .. args[at + i]) end
  at = at + tonumber(args[at]) + 1
  for i = at, #args, 2 do redis.call('HSET', keys[1], 'effect:' .. args[i], args[i + 1]) end
  redis.call('HSET', keys[1], 'state', args[4])
  return {'committed', advance(keys[1], args[3])}
end

-- A letter is six arguments: stream, entry id, event_id or '', event (cut at the limit), its whole size, reason.
local function write_letter(dead_key, args, at)
  return redis.call('XADD', dead_key, '*', 'stream', args[at], 'entry_id', args[at + 1], 'event_id', args[at + 2],
    'event', args[at + 3], 'size', args[at + 4], 'reason', args[at + 5])
end

-- reject: state, lease, out, dead | token, old cursor, new cursor, output, letter
local function reject(keys, args)
  if not holds(keys[2], args[1]) then return {'lost'} end
  if is_done(keys[1], args[3]) then return {'rejected'} end
  if redis.call('HGET', keys[1], 'cursor') ~= args[2] then return {'stale'} end
  write_letter(keys[4], args, 5)
  redis.call('XADD', keys[3], '*', 'event', args[4])
  return {'rejected', advance(keys[1], args[3])}
end

-- emit: lease, out | token, outputs…
local function emit(keys, args)
  if not holds(keys[1], args[1]) then return {'lost'} end
  for i = 2, #args do redis.call('XADD', keys[2], '*', 'event', args[i]) end
  return {'emitted'}
end

-- confirm: state, lease | token, effect ids…
local function confirm(keys, args)
  if not holds(keys[2], args[1]) then return {'lost'} end
  for i = 2, #args do redis.call('HDEL', keys[1], 'effect:' .. args[i]) end
  redis.call('HSET', keys[1], 'tries', 0, 'tries_of', '')
  return {'confirmed'}
end

-- release: state, lease, in | token
local function release(keys, args)
  if not holds(keys[2], args[1]) then return {'lost'} end
  if entry_after(keys[3], redis.call('HGET', keys[1], 'cursor')) then return {'news'} end
  if #open_effects(keys[1]) > 0 then return {'effects'} end
  redis.call('DEL', keys[2])
  return {'released'}
end

-- hand_back: state, lease | token. A draining worker gives the lease away with work left; that is not a try.
local function hand_back(keys, args)
  if not holds(keys[2], args[1]) then return {'lost'} end
  redis.call('DEL', keys[2])
  if tonumber(redis.call('HGET', keys[1], 'tries')) > 0 then redis.call('HINCRBY', keys[1], 'tries', -1) end
  return {'handed_back'}
end

-- renew: lease | token, ttl_ms
local function renew(keys, args)
  if not holds(keys[1], args[1]) then return {'lost'} end
  redis.call('PEXPIRE', keys[1], args[2])
  return {'renewed'}
end

-- bot_acquire: state, bot, bot_epoch | holder, ttl_ms
local function bot_acquire(keys, args)
  if not is_open(keys[1]) then return {why_closed(keys[1])} end
  if redis.call('EXISTS', keys[2]) == 1 then return {'busy'} end
  local epoch = redis.call('INCR', keys[3])
  redis.call('SET', keys[2], args[1] .. '|' .. epoch, 'PX', args[2])
  return {'held', epoch}
end

-- bot_renew: bot, bot_epoch | token, epoch, ttl_ms. An expired lease that nobody took is taken again.
local function bot_renew(keys, args)
  if redis.call('GET', keys[2]) ~= args[2] then return {'fenced'} end
  redis.call('SET', keys[1], args[1], 'PX', args[3])
  return {'renewed'}
end

-- bot_release: bot | token
local function bot_release(keys, args)
  if not holds(keys[1], args[1]) then return {'lost'} end
  redis.call('DEL', keys[1])
  return {'released'}
end

-- take_room: state, in, seen, bot, bot_epoch | holder, fence or '', event_id, event (both '' for none)
-- The candidate goes on in writing: who writes for them has the room, as a bot would, but for good. With fence the bot
-- that is there loses it. What the candidate does instead is appended in the same moment.
local function take_room(keys, args)
  if not is_open(keys[1]) then return {'refused', why_closed(keys[1])} end
  if args[3] ~= '' and redis.call('SISMEMBER', keys[3], args[3]) == 1 then return {'duplicate'} end
  local token = redis.call('GET', keys[4])
  local is_ours = token and string.match(token, '^(.*)|') == args[1]
  if token and not is_ours and args[2] == '' then return {'busy'} end
  if args[3] ~= '' then
    redis.call('XADD', keys[2], '*', 'event', args[4])  -- first: it fails on a key of another type
    redis.call('SADD', keys[3], args[3])
  end
  if is_ours then return {'held', string.match(token, '|(.*)$')} end
  local epoch = redis.call('INCR', keys[5])
  redis.call('SET', keys[4], args[1] .. '|' .. epoch)
  return {'held', epoch}
end

-- leave: ready | group, consumer. Forget a consumer, unless a doorbell is still pending for it.
local function leave(keys, args)
  if #redis.call('XPENDING', keys[1], args[1], '-', '+', 1, args[2]) > 0 then return {'pending'} end
  redis.call('XGROUP', 'DELCONSUMER', keys[1], args[1], args[2])
  return {'left'}
end

-- bury: dead, buried, state (if it is an interview's) | how many to keep or 0 for all, letters…
-- What cannot be read becomes one dead letter, however many readers find it: buried remembers, also what an operator
-- has dropped. Answers for each letter whether it is new.
local function bury(keys, args)
  if keys[3] and not is_open(keys[3]) then return {'refused', why_closed(keys[3])} end
  local answer = {'buried'}
  for at = 2, #args, 6 do
    local what = args[at] .. ' ' .. args[at + 1] .. ' ' .. args[at + 2]
    local is_new = not redis.call('ZSCORE', keys[2], what)
    if is_new then
      local id = write_letter(keys[1], args, at)
      redis.call('ZADD', keys[2], string.match(id, '^%d+'), what)
    end
    answer[#answer + 1] = is_new and 1 or 0
  end
  local kept = tonumber(args[1])
  if kept > 0 then
    redis.call('XTRIM', keys[1], 'MAXLEN', '~', kept)
    redis.call('ZREMRANGEBYRANK', keys[2], 0, -kept - 1)
  end
  return answer
end

-- keep_report: state, report | report
local function keep_report(keys, args)
  if not is_open(keys[1]) then return {'refused', why_closed(keys[1])} end
  redis.call('SET', keys[2], args[1])
  return {'kept'}
end

-- keep_call: state, calls | call, record, how many to keep. The first record of a call stays.
local function keep_call(keys, args)
  if not is_open(keys[1]) then return {'refused', why_closed(keys[1])} end
  local kept = redis.call('HGET', keys[2], args[1])
  if kept then return {'kept', kept} end
  if redis.call('HLEN', keys[2]) >= tonumber(args[3]) then return {'full'} end
  redis.call('HSET', keys[2], args[1], args[2])
  return {'kept', args[2]}
end

-- claim_dispatch: state, dispatched | ttl_ms
local function claim_dispatch(keys, args)
  if not is_open(keys[1]) then return {why_closed(keys[1])} end
  if redis.call('SET', keys[2], 1, 'NX', 'PX', args[1]) then return {'claimed'} end
  return {'taken'}
end

-- What is left of an interview to which nothing may be written any more; the epoch, lest an old one be given again.
local function leave_tombstone(state_key, status, ttl_s)
  local epoch = redis.call('HGET', state_key, 'epoch') or 0
  redis.call('DEL', state_key)
  redis.call('HSET', state_key, 'status', status, 'epoch', epoch)
  redis.call('EXPIRE', state_key, ttl_s)
end

-- archive: state, lease, in, out, others… | version, last output or '0-0', ttl_s, tombstone_ttl_s
-- Only what is at rest and was recorded as it is: else something that was acknowledged would be missing there.
local function archive(keys, args)
  if not is_open(keys[1]) then return {why_closed(keys[1])} end
  local cursor, version = unpack(redis.call('HMGET', keys[1], 'cursor', 'version'))
  local last = redis.call('XREVRANGE', keys[4], '+', '-', 'COUNT', 1)[1]
  if redis.call('EXISTS', keys[2]) == 1 then return {'held'} end
  if entry_after(keys[3], cursor) then return {'news'} end
  if next(open_effects(keys[1])) then return {'effects'} end
  if version ~= args[1] or (last and last[1] or '0-0') ~= args[2] then return {'changed'} end
  for i = 3, #keys do redis.call('EXPIRE', keys[i], args[3], 'NX') end  -- a bot's lease has its own time to live
  leave_tombstone(keys[1], 'archived', args[4])
  return {'archived'}
end

-- delete: state, others… | tombstone_ttl_s. Whoever holds it finds its lease gone. Answers what it was before.
local function delete(keys, args)
  local before = 'missing'
  if redis.call('TYPE', keys[1]).ok == 'hash' then
    before = why_closed(keys[1])
  elseif redis.call('EXISTS', keys[1]) == 1 then
    before = 'damaged'
    redis.call('DEL', keys[1])
  end
  for i = 2, #keys do redis.call('DEL', keys[i]) end
  if before ~= 'missing' then leave_tombstone(keys[1], 'deleted', args[1]) end
  return {before}
end

redis.register_function('viva1_create', create)
redis.register_function('viva1_append', append)
redis.register_function('viva1_replace', replace)
redis.register_function('viva1_acquire', acquire)
redis.register_function('viva1_commit', commit)
redis.register_function('viva1_reject', reject)
redis.register_function('viva1_emit', emit)
redis.register_function('viva1_confirm', confirm)
redis.register_function('viva1_release', release)
redis.register_function('viva1_hand_back', hand_back)
redis.register_function('viva1_renew', renew)
redis.register_function('viva1_bot_acquire', bot_acquire)
redis.register_function('viva1_bot_renew', bot_renew)
redis.register_function('viva1_bot_release', bot_release)
redis.register_function('viva1_take_room', take_room)
redis.register_function('viva1_leave', leave)
redis.register_function('viva1_bury', bury)
redis.register_function('viva1_keep_report', keep_report)
redis.register_function('viva1_keep_call', keep_call)
redis.register_function('viva1_claim_dispatch', claim_dispatch)
redis.register_function('viva1_archive', archive)
redis.register_function('viva1_delete', delete)
