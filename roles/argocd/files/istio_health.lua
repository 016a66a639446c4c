-- SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- Health of an object of Istio, by what istiod's analysis has written into its status. Nothing written is no fault.
local meanings = {
  IST0101 = "it names something that does not exist",
  IST0106 = "it breaks a rule of its schema",
  IST0109 = "another VirtualService has the same host",
  IST0110 = "another Sidecar selects the same pods",
  IST0111 = "another Sidecar is for the whole namespace too",
  IST0112 = "it has to name the port of a Service that has several",
  IST0145 = "another Gateway has the same host and port",
  IST0149 = "it matches a claim of tokens that no RequestAuthentication reads",
  IST0159 = "another Telemetry selects the same pods",
  IST0160 = "another Telemetry is for the whole namespace too",
  IST0161 = "the credential of a server is missing or no certificate",
  IST0173 = "no pod is in a subset"
}
local status = obj.status or {}
local generation = obj.metadata.generation or 0

-- Of an object that has been put right istiod leaves the old verdict standing: it is of an older generation.
local function outdated(seen)
  return (tonumber(seen) or generation) < generation
end

local errors, others = {}, {}
if not outdated(status.observedGeneration) then
  for _, said in ipairs(status.validationMessages or {}) do
    local code = said.type and said.type.code or "IST0001"
    local text = code .. ": " .. (meanings[code] or "see " .. (said.documentationUrl or "istioctl analyze"))
    table.insert(said.level == "ERROR" and errors or others, text)
  end
end
for _, condition in ipairs(status.conditions or {}) do
  if condition.status == "False" and not outdated(condition.observedGeneration) then
    local bound = condition.type == "WaypointAccepted" or condition.type == "istio.io/WaypointBound"
    local text = condition.type .. ": " .. (condition.message or condition.reason or "no")
    table.insert(bound and errors or others, text)
  end
end
if #errors > 0 then
  local more = ". More: istioctl analyze -n " .. (obj.metadata.namespace or "default")
  return {status = "Degraded", message = table.concat(errors, "; ") .. more}
end
return {status = "Healthy", message = table.concat(others, "; ")}
