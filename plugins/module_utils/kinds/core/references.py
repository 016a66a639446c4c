# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Kubernetes' own kinds refer to."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import (
    CONFIGMAP,
    SECRET,
    SERVICE,
    SERVICE_ACCOUNT,
    References,
    keyed,
    named,
    rules,
    typed,
)

_RBAC = "rbac.authorization.k8s.io"
_CLAIM = ("", "PersistentVolumeClaim")


def _pod(spec: str) -> References:
    """The references of a pod's spec at a path; what is marked as optional may be missing."""
    containers = [f"{spec}.{name}[]" for name in ("containers", "initContainers")]
    sources = [f"{container}.envFrom[]" for container in containers]
    variables = [f"{container}.env[].valueFrom" for container in containers]
    projected = f"{spec}.volumes[].projected.sources[]"
    return rules(
        named(f"{spec}.serviceAccountName", SERVICE_ACCOUNT),
        named(f"{spec}.priorityClassName", ("scheduling.k8s.io", "PriorityClass"), cluster_wide=True),
        keyed(f"{spec}.imagePullSecrets[]", SECRET),
        named(f"{spec}.volumes[].persistentVolumeClaim.claimName", _CLAIM),
        keyed(f"{spec}.volumes[].configMap", CONFIGMAP),
        keyed(f"{spec}.volumes[].secret", SECRET, name="secretName"),
        keyed(f"{projected}.configMap", CONFIGMAP),
        keyed(f"{projected}.secret", SECRET),
        *(keyed(f"{source}.configMapRef", CONFIGMAP) for source in sources),
        *(keyed(f"{source}.secretRef", SECRET) for source in sources),
        *(keyed(f"{variable}.configMapKeyRef", CONFIGMAP) for variable in variables),
        *(keyed(f"{variable}.secretKeyRef", SECRET) for variable in variables),
    )


_WEBHOOK = rules(typed("webhooks[].clientConfig.service", "", "Service"))
_TEMPLATE = _pod("spec.template.spec")
_BINDING = rules(typed("roleRef", _RBAC, "Role"), typed("subjects[]", "", "ServiceAccount"))

# (group, kind) → the references of the kind. Users and groups among the subjects of a binding are no objects.
REFERENCES: dict[tuple[str, str], References] = {
    ("apps", "Deployment"): _TEMPLATE,
    ("apps", "StatefulSet"): _TEMPLATE,
    ("apps", "DaemonSet"): _TEMPLATE,
    ("batch", "Job"): _TEMPLATE,
    ("batch", "CronJob"): _pod("spec.jobTemplate.spec.template.spec"),
    ("", "Pod"): _pod("spec"),
    ("", "ServiceAccount"): rules(keyed("imagePullSecrets[]", SECRET)),
    (_RBAC, "RoleBinding"): _BINDING,
    (_RBAC, "ClusterRoleBinding"): _BINDING,
    ("autoscaling", "HorizontalPodAutoscaler"): rules(typed("spec.scaleTargetRef", "apps", "Deployment")),
    ("networking.k8s.io", "Ingress"): rules(
        named("spec.ingressClassName", ("networking.k8s.io", "IngressClass"), cluster_wide=True),
        keyed("spec.defaultBackend.service", SERVICE),
        keyed("spec.rules[].http.paths[].backend.service", SERVICE),
        named("spec.tls[].secretName", SECRET),
    ),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): _WEBHOOK,
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): _WEBHOOK,
    ("apiregistration.k8s.io", "APIService"): rules(typed("spec.service", "", "Service")),
}
