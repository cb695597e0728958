-- For wrk: posts the bodies of a file in turns, see ../ServiceApp/BodyFiles.cs. No two requests have the same ids, in whatever run.
--
--   wrk … -s ingest.lua URL -- FILE PATH CONTENT-TYPE ENCODING RUN FIRST
--
-- RUN is the number of the run, which goes into the ids; FIRST is how many bodies of the file have been sent before.
local ffi = require("ffi")
local bit = require("bit")

local bodies = {}
local next_body
local next_id = 0
local run
local write

-- The last 8 bytes of a trace id: 0, the run in 3 bytes, and a number that no other span of the run has.
local function write_bytes(at)
  at[1], at[2], at[3] = bit.rshift(run, 16), bit.rshift(run, 8), run
  at[4], at[5], at[6], at[7] = bit.rshift(next_id, 24), bit.rshift(next_id, 16), bit.rshift(next_id, 8), next_id
end

local digits = {}
for byte = 0, 255 do
  digits[byte] = { string.format("%02x", byte):byte(1, 2) }
end

local function write_hex_byte(at, value)
  local pair = digits[bit.band(value, 255)]
  at[0], at[1] = pair[1], pair[2]
end

local function write_hex(at)
  write_hex_byte(at + 2, bit.rshift(run, 16))
  write_hex_byte(at + 4, bit.rshift(run, 8))
  write_hex_byte(at + 6, run)
  write_hex_byte(at + 8, bit.rshift(next_id, 24))
  write_hex_byte(at + 10, bit.rshift(next_id, 16))
  write_hex_byte(at + 12, bit.rshift(next_id, 8))
  write_hex_byte(at + 14, next_id)
end

local function read_number(file)
  local a, b, c, d = file:read(4):byte(1, 4)
  return a + b * 0x100 + c * 0x10000 + d * 0x1000000
end

function init(arguments)
  local name, path, content_type, encoding = arguments[1], arguments[2], arguments[3], arguments[4]
  run = tonumber(arguments[5])
  write = content_type == "application/json" and write_hex or write_bytes
  wrk.headers["Content-Type"] = content_type
  if encoding ~= "identity" then
    wrk.headers["Content-Encoding"] = encoding
  end

  local file = assert(io.open(name, "rb"))
  while true do
    local here = file:seek()
    if not file:read(1) then
      break
    end
    file:seek("set", here)
    local length, count = read_number(file), read_number(file)
    local ids = ffi.new("uint32_t[?]", count)
    for i = 0, count - 1 do
      ids[i] = read_number(file)
    end
    local body = file:read(length)
    local text = wrk.format("POST", path, nil, body)
    -- Changed in place: a copy for each request would take wrk longer than the server takes to read it. Nobody else has these strings.
    local first = ffi.cast("uint8_t *", ffi.cast("const char *", text)) + #text - length
    bodies[#bodies + 1] = { text = text, first = first, ids = ids, count = count }
  end
  file:close()
  next_body = tonumber(arguments[6]) % #bodies
end

function request()
  local body = bodies[next_body + 1]
  next_body = (next_body + 1) % #bodies
  local first, ids = body.first, body.ids
  for i = 0, body.count - 1 do
    write(first + ids[i])
    next_id = next_id + 1
  end
  return body.text
end
