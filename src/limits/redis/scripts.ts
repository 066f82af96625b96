/**
 * What Redis runs. Each script is one step: nothing happens between its check and its change. Only Redis' own clock
 * tells the time, all numbers are whole, and every key has a time to live. All keys of one namespace share a hash tag,
 * so that a cluster keeps them in one slot; a script reaches keys that its lease names.
 *
 * Keys: `c:METER` a hash: s spent, h held, o no bucket is older, NUMBER a bucket, r what was restored after
 * a wipe. `l:CALL` its parts (MessagePack of
 * [key, kind, a, b, amount, bucket or -1 while it is held]), "" once it is settled. `due` calls by their deadline.
 */
import { LIMITS } from "../../wire/limits.ts";

export interface Script {
  readonly lua: string;
  readonly sha: string;
}

/** Milliseconds by Redis' clock. */
const SERVER_TIME = `(function() local t = redis.call('TIME'); return t[1] * 1000 + math.floor(t[2] / 1000) end)()`;

/** `now`: a Lua expression, for tests that move the clock. */
export function scriptsOf(now = SERVER_TIME) {
  const script = (lua: string): Script => {
    const whole = `local now = ${now}\n${PRELUDE}\n${lua}`;
    return { lua: whole, sha: new Bun.CryptoHasher("sha1").update(whole).digest("hex") };
  };
  return {
    admit: script(ADMIT),
    settle: script(SETTLE),
    release: script(RELEASE),
    renew: script(RENEW),
    seed: script(SEED),
    levels: script(LEVELS),
    correct: script(CORRECT),
    beat: script(BEAT),
    name: script(NAME),
    restore: script(RESTORE),
  };
}

/** How long a replica counts as one after its last word. */
const REPLICA_MS = 15_000;

const PRELUDE = `
local call, floor, min, max = redis.call, math.floor, math.min, math.max
local ROLLING, FIXED, NONE, HELD, LESS, SEEDED = 114, 102, 110, 104, 116, 115
local IDLE, OVER, SETTLED = ${LIMITS.counterIdleMs}, ${LIMITS.leaseOverMs}, ${LIMITS.settledMs}
local prefix = string.sub(KEYS[1], 1, -4)

-- What has left the window is spent no longer.
local function leave(c)
  local first, gone = c.cur - c.b, {}
  if first - c.o > 64 then
    local all = call('HGETALL', c.key)
    for i = 1, #all, 2 do
      local bucket = tonumber(all[i])
      if bucket and bucket < first then
        c.s = c.s - tonumber(all[i + 1])
        gone[#gone + 1] = all[i]
      end
    end
  else
    for bucket = c.o, first - 1 do gone[#gone + 1] = bucket end
    for _, amount in ipairs(call('HMGET', c.key, unpack(gone))) do
      if amount then c.s = c.s - tonumber(amount) end
    end
  end
  for i = 1, #gone, 1000 do call('HDEL', c.key, unpack(gone, i, min(i + 999, #gone))) end
  c.o = first
  call('HSET', c.key, 's', c.s, 'o', first)
end

local function open(key, k, a, b)
  local cur = k == ROLLING and floor(now / a) or 0
  local v = call('HMGET', key, 's', 'h', 'o', cur)
  local c = { key = key, k = k, a = a, b = b, cur = cur, known = v[1] and true,
    s = tonumber(v[1] or 0), h = tonumber(v[2] or 0), o = tonumber(v[3] or cur), n = tonumber(v[4] or 0) }
  if k == ROLLING and c.o < cur - b then leave(c) end
  return c
end

-- lease: what is held must not be forgotten before its lease is over.
local function save(c, lease)
  local ttl
  if c.k == ROLLING then
    call('HSET', c.key, 's', c.s, 'h', c.h, 'o', min(c.o, c.cur), c.cur, c.n)
    ttl = (c.b + 1) * c.a
  elseif c.k == FIXED then
    call('HSET', c.key, 's', c.s, 'h', c.h)
    ttl = c.b == 0 and IDLE or max(1000, c.b - now)
  elseif c.h == 0 then
    if c.known then call('DEL', c.key) end
    return
  else
    call('HSET', c.key, 's', 0, 'h', c.h)
    ttl = 0
  end
  ttl = max(1, min(ttl, IDLE), 2 * lease)
  if c.known then call('PEXPIRE', c.key, ttl, 'GT') else call('PEXPIRE', c.key, ttl) end
  c.known = true
end

local function spend(c, amount)
  c.s = c.s + amount
  c.n = c.n + amount
end

local function unspend(c, amount, bucket)
  if c.k ~= ROLLING then
    c.s = max(0, c.s - amount)
  elseif bucket == c.cur then
    amount = min(amount, c.n)
    c.n = c.n - amount
    c.s = c.s - amount
  else
    amount = min(amount, tonumber(call('HGET', c.key, bucket) or 0))
    if amount > 0 then call('HINCRBY', c.key, bucket, -amount) end
    c.s = c.s - amount
  end
end

-- Calls whose deadline has passed: what they held counts as spent, and the call is remembered for its true end.
local function expire()
  for _, id in ipairs(call('ZRANGE', KEYS[1], '-inf', now, 'BYSCORE', 'LIMIT', 0, 100)) do
    call('ZREM', KEYS[1], id)
    local lease = prefix .. 'l:' .. id
    local packed = call('GET', lease)
    if packed and packed ~= '' then
      local kept = {}
      for _, part in ipairs(cmsgpack.unpack(packed)) do
        local keep = part[6] >= 0
        if not keep then
          local c = open(part[1], part[2], part[3], part[4])
          if c.known then
            c.h = max(0, c.h - part[5])
            keep = c.k ~= NONE
            if keep then spend(c, part[5]); part[6] = c.cur end
            save(c, 0)
          end
        end
        if keep then kept[#kept + 1] = part end
      end
      call('SET', lease, cmsgpack.pack(kept), 'PX', OVER)
    end
  end
end
`;

/**
 * KEYS: due, lease, meters. ARGV: id, lease in ms, "told" where it is not asked, else the generation that the caller
 * knows, and of each meter: mode, amount, max, a, b.
 */
const ADMIT = `
expire()
local id, lease, told = ARGV[1], tonumber(ARGV[2]), ARGV[3] == 'told'
-- Whoever knows another generation has levels to restore before it asks.
if not told and call('GET', prefix .. 'generation') ~= ARGV[3] then return { 3 } end
local packed = call('GET', KEYS[2])
local cs, unknown = {}, {}
for i = 3, #KEYS do
  local at = 4 + (i - 3) * 5
  local counts, k, less, seeded = string.byte(ARGV[at], 1, 4)
  local c = open(KEYS[i], k, tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4]))
  c.held, c.less, c.amount, c.max = counts == HELD, less == LESS, tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  if seeded == SEEDED and not c.known then unknown[#unknown + 1] = i - 3 end
  c.skip = told and seeded == SEEDED and not c.known
  cs[#cs + 1] = c
end

local function wait(c, need)
  if c.k == NONE then return -1 end
  if c.k == FIXED then
    return c.a > 0 and c.s + need > c.max and max(0, c.a - now) or -1
  end
  local may, stays = c.max - c.h - need, c.s
  if may < 0 then return -1 end
  local all, buckets = call('HGETALL', c.key), {}
  for i = 1, #all, 2 do
    local bucket = tonumber(all[i])
    if bucket then buckets[#buckets + 1] = { bucket, tonumber(all[i + 1]) } end
  end
  table.sort(buckets, function(x, y) return x[1] < y[1] end)
  for _, bucket in ipairs(buckets) do
    stays = stays - bucket[2]
    if stays <= may then return (bucket[1] + c.b + 1) * c.a - now end
  end
  return -1
end

if not told then
  if #unknown > 0 then return { 2, unpack(unknown) } end
  if packed == '' and #cs > 0 then return { 1, 0, cs[1].s, cs[1].h, -1 } end
  for i, c in ipairs(cs) do
    local need = c.less and min(1, c.amount) or c.amount
    if c.s + c.h + need > c.max then return { 1, i - 1, c.s, c.h, wait(c, need) } end
  end
elseif packed then
  return { 0 }
end

local parts, answer, holds, windowed = packed and cmsgpack.unpack(packed) or {}, { 0 }, false, false
for _, c in ipairs(cs) do
  if not c.skip then
    local amount, bucket = c.amount, -1
    if c.held then
      if c.less and not told then amount = min(amount, c.max - c.s - c.h) end
      c.h = c.h + amount
      holds, windowed = true, windowed or c.k ~= NONE
      save(c, lease)
    else
      bucket = c.cur
      spend(c, amount)
      save(c, 0)
    end
    parts[#parts + 1] = { c.key, c.k, c.a, c.b, amount, bucket }
    answer[#answer + 1] = c.s
    answer[#answer + 1] = c.h
    answer[#answer + 1] = amount
  end
end
if #parts > 0 then
  -- What is held is found again by its lease, however late.
  call('SET', KEYS[2], cmsgpack.pack(parts), 'PX', windowed and IDLE + OVER or OVER)
  if holds or call('ZSCORE', KEYS[1], id) then
    call('ZADD', KEYS[1], now + lease, id)
    call('PEXPIRE', KEYS[1], IDLE + OVER)
  end
end
return answer
`;

/** KEYS: due, lease, meters. ARGV: id, and of each meter: mode, what it came to, a, b. */
const SETTLE = `
expire()
local packed = call('GET', KEYS[2])
if packed == '' then return 0 end
local own = {}
for _, part in ipairs(packed and cmsgpack.unpack(packed) or {}) do
  local list = own[part[1]]
  if list then list[#list + 1] = part else own[part[1]] = { part } end
end

local function finish(c, list, actual)
  local more = actual
  for _, part in ipairs(list) do
    if part[6] < 0 then c.h = max(0, c.h - part[5]) else more = more - part[5] end
  end
  if more >= 0 then
    spend(c, more)
  else
    for _, part in ipairs(list) do
      if part[6] >= 0 and more < 0 then
        local taken = min(part[5], -more)
        unspend(c, taken, part[6])
        more = more + taken
      end
    end
  end
  save(c, 0)
end

for i = 3, #KEYS do
  local at = 2 + (i - 3) * 4
  local _, k, _, seeded = string.byte(ARGV[at], 1, 4)
  local key, actual = KEYS[i], tonumber(ARGV[at + 1])
  local list = own[key]
  -- A charge that came to what was charged stands already.
  if not (list and #list == 1 and list[1][6] >= 0 and list[1][5] == actual) then
    local c = open(key, k, tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]))
    if c.known or (seeded ~= SEEDED and k ~= NONE) then finish(c, list or {}, actual) end
  end
  own[key] = nil
end
for key, list in pairs(own) do
  local c = open(key, list[1][2], list[1][3], list[1][4])
  if c.known then finish(c, list, 0) end
end
call('ZREM', KEYS[1], ARGV[1])
call('SET', KEYS[2], '', 'PX', SETTLED)
return 1
`;

/** KEYS: due, lease. ARGV: id. As if the call had never been let in, nor ended. */
const RELEASE = SETTLE.replace("call('SET', KEYS[2], '', 'PX', SETTLED)", "call('DEL', KEYS[2])");

/** KEYS: due. ARGV: lease in ms, ids. */
const RENEW = `
expire()
local lease = tonumber(ARGV[1])
for i = 2, #ARGV do
  if call('ZADD', KEYS[1], 'XX', 'CH', now + lease, ARGV[i]) == 1 then
    local packed = call('GET', prefix .. 'l:' .. ARGV[i])
    for _, part in ipairs(packed and packed ~= '' and cmsgpack.unpack(packed) or {}) do
      if part[6] < 0 then call('PEXPIRE', part[1], 2 * lease, 'GT') end
    end
  end
end
return 1
`;

/** KEYS: due, meter. ARGV: mode, a, b, and of each bucket: its number, amount. */
const SEED = `
local _, k = string.byte(ARGV[1], 1, 4)
local c = open(KEYS[2], k, tonumber(ARGV[2]), tonumber(ARGV[3]))
if c.known then return 0 end
save(c, 0)
for i = 4, #ARGV, 2 do
  local bucket, amount = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
  if k ~= ROLLING then
    call('HINCRBY', c.key, 's', amount)
  elseif bucket >= c.cur - c.b then
    call('HINCRBY', c.key, 's', amount)
    call('HINCRBY', c.key, bucket, amount)
    c.o = min(c.o, bucket)
  end
end
if k == ROLLING then call('HSET', c.key, 'o', c.o) end
return 1
`;

/** KEYS: due, meters. ARGV of each meter: mode, a, b. */
const LEVELS = `
expire()
local answer = {}
for i = 2, #KEYS do
  local at = 1 + (i - 2) * 3
  local _, k = string.byte(ARGV[at], 1, 4)
  local c = open(KEYS[i], k, tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]))
  answer[#answer + 1] = c.known and c.s or -1
  answer[#answer + 1] = c.h
end
return answer
`;

/** KEYS: due, meter. ARGV: mode, a, b, by. */
const CORRECT = `
expire()
local _, k, _, seeded = string.byte(ARGV[1], 1, 4)
local c, by = open(KEYS[2], k, tonumber(ARGV[2]), tonumber(ARGV[3])), tonumber(ARGV[4])
if k == NONE or (seeded == SEEDED and not c.known) then return 0 end
if by >= 0 then
  spend(c, by)
elseif k ~= ROLLING then
  unspend(c, -by, 0)
else
  local all, buckets = call('HGETALL', c.key), {}
  for i = 1, #all, 2 do buckets[#buckets + 1] = tonumber(all[i]) end
  table.sort(buckets)
  for _, bucket in ipairs(buckets) do
    local before = c.s
    unspend(c, -by, bucket)
    by = by + before - c.s
  end
end
save(c, 0)
return 1
`;

/** KEYS: due. ARGV: who is here. How many are here, and by which name what is counted goes: another after a wipe, "" before anybody named it. */
const BEAT = `
expire()
local here = prefix .. 'replicas'
call('ZADD', here, now, ARGV[1])
call('ZREMRANGEBYSCORE', here, '-inf', now - ${REPLICA_MS})
call('PEXPIRE', here, ${2 * REPLICA_MS})
call('PEXPIRE', prefix .. 'generation', IDLE)
return { call('ZCARD', here), call('GET', prefix .. 'generation') or '' }
`;

/** KEYS: due. ARGV: a name. The name by which what is counted goes from here on. */
const NAME = `
call('SET', prefix .. 'generation', ARGV[1], 'PX', IDLE, 'NX')
return call('GET', prefix .. 'generation')
`;

/** KEYS: due, meters. ARGV of each meter: mode, a, b, the level that a replica heard before the wipe. Of several the highest counts: r is what was restored so far. */
const RESTORE = `
for i = 2, #KEYS do
  local at = 1 + (i - 2) * 4
  local _, k = string.byte(ARGV[at], 1, 4)
  local c = open(KEYS[i], k, tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]))
  local level, before = tonumber(ARGV[at + 3]), tonumber(call('HGET', KEYS[i], 'r') or 0)
  if level > before then
    spend(c, level - before)
    save(c, 0)
    call('HSET', KEYS[i], 'r', level)
  end
end
return 1
`;
