-- GET of a path, one after another, of those a file lists.  Arguments: API key, the file.
local paths = {}
local at = 0

function init(arguments)
    wrk.headers["Authorization"] = "Bearer " .. arguments[1]
    for path in io.lines(arguments[2]) do
        paths[#paths + 1] = path
    end
end

function request()
    at = at % #paths + 1
    return wrk.format("GET", paths[at])
end
