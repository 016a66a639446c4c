-- SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Health of a route or a ListenerSet, by the conditions that the controllers of its Gateways have written.
local status = obj.status or {}
local generation = obj.metadata.generation or 0
local refused = {Accepted = "False", ResolvedRefs = "False", Conflicted = "True"}
local judged, waiting = false, "no Gateway has judged it yet"
local errors, pending = {}, {}

local function judge(place, conditions)
  for _, condition in ipairs(conditions or {}) do
    if (condition.observedGeneration or generation) < generation then
      waiting = place .. "not yet judged as it is now"
      return
    end
    judged = judged or condition.type == "Accepted"
    local text = place .. (condition.message or condition.reason or condition.type)
    if condition.status == refused[condition.type] then
      table.insert(errors, text)
    elseif condition.type == "Programmed" and condition.status ~= "True" then
      table.insert(pending, text)
    end
  end
end

for _, parent in ipairs(status.parents or {}) do
  judge((parent.parentRef and parent.parentRef.name or "a Gateway") .. ": ", parent.conditions)
end
judge("", status.conditions)
for _, listener in ipairs(status.listeners or {}) do
  judge(listener.name .. ": ", listener.conditions)
end
if #errors > 0 then
  return {status = "Degraded", message = table.concat(errors, "; ")}
end
if #pending > 0 or not judged then
  return {status = "Progressing", message = pending[1] or waiting}
end
return {status = "Healthy", message = ""}
