#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: grafana_dashboard
short_description: Manage dashboards of Grafana as ConfigMaps
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes a ConfigMap with the JSON of a dashboard, and the label by which the sidecar of
    Grafana's Helm chart (and of kube-prometheus-stack) finds it. No access to Grafana itself is needed.
  - The JSON is checked for what Grafana would refuse, which it tells in its log alone, and for what is left of another
    Grafana in an export.
notes:
  - A dashboard that was exported "for sharing" asks for its data sources (C(__inputs)), and nobody is asked when it is
    read from a file. It is refused unless O(inputs) answers.
  - The number C(id) of another Grafana is left out, with a warning. A dashboard without C(uid) gets a warning, too,
    because links to it do not last.
  - Grafana has the dashboard a little later, when the sidecar and then Grafana have seen the change. The task does not
    wait for that.
  - The sidecar looks for ConfigMaps in the namespace of Grafana, unless the chart's values tell it otherwise
    (C(sidecar.dashboards.searchNamespace)).
extends_documentation_fragment:
  - meshops.lifecycle.namespaced
  - meshops.lifecycle.connection
  - meshops.lifecycle.wait
  - meshops.lifecycle.delivery
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.service_monitor
  - module: meshops.lifecycle.prometheus_rule
  - name: Provisioning of Grafana
    description: How Grafana reads dashboards from files.
    link: https://grafana.com/docs/grafana/latest/administration/provisioning/
options:
  state:
    description:
      - V(present) makes the ConfigMap what the task declares; V(absent) deletes it.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - Name of the ConfigMap.
    type: str
    required: true
  dashboard:
    description:
      - The dashboard as a dictionary, or as JSON text. Text in it with braces needs C(!unsafe), or use O(src).
      - Excludes O(src). One of the two is needed unless O(state=absent).
    type: raw
  src:
    description:
      - A file on the controller with the JSON of the dashboard. It is read as it is and not templated, so that the
        braces of legends survive.
    type: str
  inputs:
    description:
      - Answers for what an export "for sharing" asks for, by name, for example V(DS_PROMETHEUS). For a data source it
        is the uid or the name of the one to use. They are also filled in where C(__inputs) was removed from the JSON.
    type: dict
  file:
    description:
      - Name of the file that the sidecar writes, the key of the ConfigMap. Two dashboards of the same file name in the
        same folder overwrite each other.
      - Defaults to O(name) with C(.json).
    type: str
  folder:
    description:
      - Folder of Grafana that the dashboard is shown in. It takes effect when Grafana's provider has
        C(foldersFromFilesStructure), in the values of the chart C(sidecar.dashboards.provider).
    type: str
  folder_annotation:
    description:
      - Annotation that the sidecar reads the folder from. The default is the sidecar's own; many set
        C(sidecar.dashboards.folderAnnotation) of the chart to V(grafana_folder).
    type: str
    default: k8s-sidecar-target-directory
  label:
    description:
      - Label that the sidecar looks for, C(sidecar.dashboards.label) of the chart.
    type: str
    default: grafana_dashboard
  label_value:
    description:
      - Value of the label, C(sidecar.dashboards.labelValue) of the chart.
    type: str
    default: "1"
  labels:
    description:
      - Further labels of the ConfigMap. A label that an earlier run declared and that is no longer declared is removed.
    type: dict
  annotations:
    description:
      - Further annotations of the ConfigMap, owned like O(labels).
    type: dict
  force_conflicts:
    description:
      - Whether to take over fields that another field manager owns. Otherwise the task fails and names the owner.
    type: bool
    default: false
  field_manager:
    description:
      - Name of the field manager that owns the declared fields.
    type: str
    default: meshops.lifecycle
"""

EXAMPLES = r"""
---
- name: A dashboard from a file of the role, in the folder Mesh
  meshops.lifecycle.grafana_dashboard:
    name: dashboard-shop
    namespace: monitoring
    src: dashboards/shop.json
    folder: Mesh
    folder_annotation: grafana_folder

- name: One of grafana.com, which asks for its data source
  meshops.lifecycle.grafana_dashboard:
    name: dashboard-istio-mesh
    namespace: monitoring
    src: dashboards/istio-mesh.json
    inputs:
      DS_PROMETHEUS: prometheus

- name: A small one as it stands here
  meshops.lifecycle.grafana_dashboard:
    name: dashboard-reviews
    namespace: monitoring
    dashboard:
      uid: reviews
      title: Reviews
      tags: [shop]
      schemaVersion: 39
      time: {from: now-1h, to: now}
      panels:
        - id: 1
          title: Requests by version
          type: timeseries
          gridPos: {x: 0, y: 0, w: 24, h: 10}
          datasource: {type: prometheus, uid: prometheus}
          targets:
            - refId: A
              expr: sum by (destination_version) (rate(istio_requests_total{destination_app="reviews"}[1m]))
              legendFormat: !unsafe "{{destination_version}}"

- name: Remove a dashboard
  meshops.lifecycle.grafana_dashboard:
    name: dashboard-reviews
    namespace: monitoring
    state: absent
"""

RETURN = r"""
---
changed:
  description:
    - Whether the cluster was changed, or would have been in check mode.
  returned: always
  type: bool
  sample: true
result:
  description:
    - The ConfigMap as the cluster holds it after the task, without the bookkeeping of the server.
    - In check mode it is what the server answered to the dry run. Empty when the ConfigMap is absent.
  returned: success
  type: dict
  sample:
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: dashboard-reviews
      namespace: monitoring
      labels: {grafana_dashboard: "1"}
    data:
      dashboard-reviews.json: '{"uid": "reviews", "title": "Reviews"}'
resources:
  description:
    - The action for each object; for this module, one entry.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: The kind of the object.
      type: str
      returned: always
    namespace:
      description: The namespace of the object.
      type: str
      returned: always
    name:
      description: The name of the object.
      type: str
      returned: always
    action:
      description:
        - The action, one of V(created), V(changed), V(deleted) or V(unchanged).
      type: str
      returned: always
    taken_over_from:
      description:
        - The field managers, such as kubectl's, whose fields this task has taken over. This can happen without a change
          of any value.
      type: list
      elements: str
      returned: when an object was taken over
  sample:
    - kind: ConfigMap
      namespace: monitoring
      name: dashboard-reviews
      action: changed
diff:
  description:
    - The ConfigMap before and after the change, without the bookkeeping of the server.
  returned: in diff mode, when something changes
  type: dict
validated:
  description:
    - Whether the cluster itself judged what was written, admission webhooks included.
    - It is V(false) in check mode when the namespace does not exist yet.
  returned: success
  type: bool
  sample: true
waited:
  description: Whether the task waited, for the ConfigMap to be stored or gone.
  returned: success
  type: bool
  sample: false
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, Roles, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import CONFIGMAP
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.grafana_dashboard import declared
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.grafana_dashboard import ARGUMENTS

ENTRY = Entry(
    "grafana_dashboard",
    ARGUMENTS,
    manage(CONFIGMAP, declare=declared),
    roles=Roles(text="dashboard"),
    mutually_exclusive=[("dashboard", "src")],
    required_if=[("state", "present", ("dashboard", "src"), True)],
)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
