-- The load of `placet bench ballots`, for wrk: ballots with fresh keys of voters drawn at random, through one
-- trusted proxy's header. Arguments: ground file, ballots a request. What was acknowledged is counted here.
local threads = {}

function setup(thread)
  thread:set("number", #threads + 1)
  table.insert(threads, thread)
end

function init(arguments)
  math.randomseed(os.time() * 1000 + number * 7919)
  batch = tonumber(arguments[2])
  acknowledged, refused = 0, 0
  local lines = io.lines(arguments[1])
  local path = "/api/v1/consultations/" .. lines() .. "/ballots"
  statements, voters = {}, {}
  for _ = 1, tonumber(lines()) do
    local statement, version = lines():match("(%S+) (%S+)")
    table.insert(statements, '","statement":"' .. statement .. '","version":' .. version .. ',"vote":')
  end
  for line in lines do
    local cookie, token = line:match("(%S+) (%S+)")
    table.insert(voters, "POST " .. path .. " HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid=" .. cookie ..
      "\r\nAuthorization: Bearer " .. token .. "\r\nContent-Type: application/json\r\n" ..
      "X-Forwarded-For: 192.0.2.7\r\nContent-Length: ")
  end
end

local function key()
  return string.format("%08x-%04x-4%03x-a%03x-%06x%06x", math.random(0, 0x7fffffff), math.random(0, 0xffff),
    math.random(0, 0xfff), math.random(0, 0xfff), math.random(0, 0xffffff), math.random(0, 0xffffff))
end

function request()
  local ballots = {}
  for i = 1, batch do
    ballots[i] = '{"key":"' .. key() .. statements[math.random(#statements)] .. math.random(-1, 1) .. "}"
  end
  local body = '{"ballots":[' .. table.concat(ballots, ",") .. "]}"
  return voters[math.random(#voters)] .. #body .. "\r\n\r\n" .. body
end

function response(status, headers, body)
  local from = 1
  while true do
    local _, last = body:find('"recorded"', from, true)
    if not last then break end
    acknowledged = acknowledged + 1
    from = last + 1
  end
  if status ~= 200 then refused = refused + 1 end
end

function done(summary, latency, requests)
  local n_acknowledged, n_refused = 0, 0
  for _, thread in ipairs(threads) do
    n_acknowledged = n_acknowledged + thread:get("acknowledged")
    n_refused = n_refused + thread:get("refused")
  end
  local errors = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format('JSON {"seconds": %.3f, "requests": %d, "acknowledged": %d, "refused_requests": %d, ' ..
    '"socket_errors": %d, "p50_ms": %.2f, "p99_ms": %.2f, "longest_ms": %.2f}\n',
    summary.duration / 1e6, summary.requests, n_acknowledged, n_refused, errors,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end
