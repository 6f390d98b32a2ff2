-- What wrk sends: POST /v1/batch (or /v1/track), every message with an id of its own.
-- Arguments after "--": write key (Basic), events per request (1: /v1/track), persons, tag, seconds of sending.
-- The share of bodies that never changes is made once; per event only a few short strings are put between.
-- After the seconds are over nothing more is sent, so that every request is answered before wrk ends and what was
-- answered can be counted exactly.

local ffi = require("ffi")
ffi.cdef("typedef struct { long s; long us; } moment; int gettimeofday(moment *at, void *zone);")
local moment = ffi.new("moment")
local function now()
    ffi.C.gettimeofday(moment, nil)
    return tonumber(moment.s) + tonumber(moment.us) / 1e6
end

local threads = 0
function setup(thread)
    threads = threads + 1
    thread:set("number", threads)
end

local TYPES = {"Product Viewed", "Product Added", "Checkout Started", "Payment Info Entered", "Order Completed", "Order Refunded"}
local CONTEXT = '{"library":{"name":"analytics-python","version":"2.3.4"},"locale":"es-CL","timezone":"America/Santiago"}'
local FAR = 3600 * 1000

local key, size, persons, tag, seconds, path, headers, began, count

function init(arguments)
    key, size, persons, tag = arguments[1], tonumber(arguments[2]), tonumber(arguments[3]), arguments[4]
    seconds = tonumber(arguments[5])
    path = size == 1 and "/v1/track" or "/v1/batch"
    headers = {["Content-Type"] = "application/json", ["Authorization"] = "Basic " .. key}
    count = 0
    math.randomseed(number)
end

local function event(parts, at)
    count = count + 1
    -- persons = 0: every event names somebody nobody has seen
    local who = persons > 0 and tostring(math.random(persons)) or tag .. number .. "x" .. count
    parts[#parts + 1] = '{"type":"track","event":"'
    parts[#parts + 1] = TYPES[count % 6 + 1]
    parts[#parts + 1] = '","messageId":"'
    parts[#parts + 1] = tag .. "-" .. number .. "-" .. count
    parts[#parts + 1] = '","userId":"C'
    parts[#parts + 1] = who
    parts[#parts + 1] = '","anonymousId":"0b0e6b3c-7d41-4c39-a4f5-'
    parts[#parts + 1] = who
    parts[#parts + 1] = '","timestamp":"'
    parts[#parts + 1] = at
    parts[#parts + 1] = '","properties":{"order_id":"'
    parts[#parts + 1] = tag .. number .. "-" .. math.floor(count / 6)
    parts[#parts + 1] = '","total":42990,"currency":"CLP","delivery":"ship","region":"RM"},"context":'
    parts[#parts + 1] = CONTEXT
    parts[#parts + 1] = "}"
end

function request()
    local at = os.date("!%Y-%m-%dT%H:%M:%S.000Z")
    local parts = {}
    if size == 1 then
        event(parts, at)
    else
        parts[1] = '{"batch":['
        for n = 1, size do
            if n > 1 then parts[#parts + 1] = "," end
            event(parts, at)
        end
        parts[#parts + 1] = '],"sentAt":"' .. at .. '"}'
    end
    return wrk.format("POST", path, headers, table.concat(parts))
end

function delay()
    local at = now()
    began = began or at
    return at - began < seconds and 0 or FAR
end

function done(summary, latency)
    local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
    io.write(string.format('{"answered":%d,"refused":%d,"broken":%d,"p50_ms":%.2f,"p99_ms":%.2f,"max_ms":%.2f}\n',
        summary.requests - summary.errors.status, summary.errors.status, failed,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
