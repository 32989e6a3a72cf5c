-- POST /v1/tickets: a new request each time, each under a key of its own.
-- Arguments: kind, branch, API key, a number that no other slice of the run has used, and the
-- milliseconds that each connection rests between two requests.
local body = '{"branch":"%s","kind":"%s","channel":"phone","channel_ref":"call-%d",' ..
    '"customer":{"name":"王芳","phone":"+8613%011d","address":"杭州市西湖区文三路 1 号"},' ..
    '"product_model":"BX-200","serial_number":"BX200-%d","symptom":"not_heating",' ..
    '"description":"通电后不加热","impact":"high","urgency":"high","service_mode":"onsite"}'
local kind, branch, number, rest

function init(arguments)
    kind, branch = arguments[1], arguments[2]
    wrk.headers["Authorization"] = "Bearer " .. arguments[3]
    wrk.headers["Content-Type"] = "application/json"
    number = arguments[4] * 10000000
    rest = tonumber(arguments[5])
end

function delay()
    return rest
end

function request()
    number = number + 1
    wrk.headers["Idempotency-Key"] = "bench-" .. number
    return wrk.format("POST", "/v1/tickets", nil,
        string.format(body, branch, kind, number, number, number))
end
