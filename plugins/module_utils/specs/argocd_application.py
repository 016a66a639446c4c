# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of argocd_application. Written by `make generate` from DOCUMENTATION; do not edit."""

from __future__ import annotations

_SHARED_1 = {
    "release_name": {"type": "str", "aliases": ["releaseName"]},
    "value_files": {"type": "list", "elements": "str", "aliases": ["valueFiles"]},
    "ignore_missing_value_files": {"type": "bool", "aliases": ["ignoreMissingValueFiles"]},
    "values": {"type": "str"},
    "values_object": {"type": "dict", "aliases": ["valuesObject"]},
    "parameters": {
        "type": "list",
        "elements": "dict",
        "options": {
            "name": {"type": "str"},
            "value": {"type": "str"},
            "force_string": {"type": "bool", "aliases": ["forceString"]},
        },
    },
    "file_parameters": {
        "type": "list",
        "elements": "dict",
        "aliases": ["fileParameters"],
        "options": {"name": {"type": "str"}, "path": {"type": "str"}},
    },
    "version": {"type": "str"},
    "pass_credentials": {"type": "bool", "aliases": ["passCredentials"], "no_log": False},
    "skip_crds": {"type": "bool", "aliases": ["skipCrds"]},
    "skip_tests": {"type": "bool", "aliases": ["skipTests"]},
    "skip_schema_validation": {"type": "bool", "aliases": ["skipSchemaValidation"]},
    "namespace": {"type": "str"},
    "kube_version": {"type": "str", "aliases": ["kubeVersion"]},
    "api_versions": {"type": "list", "elements": "str", "aliases": ["apiVersions"]},
}

_SHARED_2 = {
    "name_prefix": {"type": "str", "aliases": ["namePrefix"]},
    "name_suffix": {"type": "str", "aliases": ["nameSuffix"]},
    "namespace": {"type": "str"},
    "images": {"type": "list", "elements": "str"},
    "replicas": {
        "type": "list",
        "elements": "dict",
        "options": {
            "name": {"type": "str", "required": True},
            "count": {"type": "raw", "required": True},
        },
    },
    "patches": {
        "type": "list",
        "elements": "dict",
        "options": {
            "path": {"type": "str"},
            "patch": {"type": "str"},
            "target": {
                "type": "dict",
                "options": {
                    "group": {"type": "str"},
                    "version": {"type": "str"},
                    "kind": {"type": "str"},
                    "name": {"type": "str"},
                    "namespace": {"type": "str"},
                    "label_selector": {"type": "str", "aliases": ["labelSelector"]},
                    "annotation_selector": {"type": "str", "aliases": ["annotationSelector"]},
                },
            },
            "options": {"type": "dict"},
        },
    },
    "components": {"type": "list", "elements": "str"},
    "ignore_missing_components": {"type": "bool", "aliases": ["ignoreMissingComponents"]},
    "common_labels": {"type": "dict", "aliases": ["commonLabels"]},
    "force_common_labels": {"type": "bool", "aliases": ["forceCommonLabels"]},
    "label_without_selector": {"type": "bool", "aliases": ["labelWithoutSelector"]},
    "label_include_templates": {"type": "bool", "aliases": ["labelIncludeTemplates"]},
    "common_annotations": {"type": "dict", "aliases": ["commonAnnotations"]},
    "force_common_annotations": {"type": "bool", "aliases": ["forceCommonAnnotations"]},
    "common_annotations_envsubst": {"type": "bool", "aliases": ["commonAnnotationsEnvsubst"]},
    "version": {"type": "str"},
    "kube_version": {"type": "str", "aliases": ["kubeVersion"]},
    "api_versions": {"type": "list", "elements": "str", "aliases": ["apiVersions"]},
}

_SHARED_3 = {
    "name": {"type": "str", "required": True},
    "value": {"type": "str", "required": True},
    "code": {"type": "bool"},
}

_SHARED_4 = {
    "recurse": {"type": "bool"},
    "include": {"type": "str"},
    "exclude": {"type": "str"},
    "jsonnet": {
        "type": "dict",
        "options": {
            "ext_vars": {
                "type": "list",
                "elements": "dict",
                "aliases": ["extVars"],
                "options": _SHARED_3,
            },
            "tlas": {
                "type": "list",
                "elements": "dict",
                "options": _SHARED_3,
            },
            "libs": {"type": "list", "elements": "str"},
        },
    },
}

_SHARED_5 = {
    "name": {"type": "str", "required": True},
    "value": {"type": "str", "required": True},
}

_SHARED_6 = {
    "name": {"type": "str"},
    "env": {
        "type": "list",
        "elements": "dict",
        "options": _SHARED_5,
    },
    "parameters": {
        "type": "list",
        "elements": "dict",
        "options": {
            "name": {"type": "str"},
            "string": {"type": "str"},
            "array": {"type": "list", "elements": "str"},
            "map": {"type": "dict"},
        },
    },
}

_SHARED_7 = {
    "repo_url": {"type": "str", "aliases": ["repoURL"], "required": True},
    "path": {"type": "str"},
    "target_revision": {"type": "str", "aliases": ["targetRevision"]},
    "chart": {"type": "str"},
    "ref": {"type": "str"},
    "name": {"type": "str"},
    "tag_prefix": {"type": "str", "aliases": ["tagPrefix"]},
    "helm": {
        "type": "dict",
        "options": _SHARED_1,
    },
    "kustomize": {
        "type": "dict",
        "options": _SHARED_2,
    },
    "directory": {
        "type": "dict",
        "options": _SHARED_4,
    },
    "plugin": {
        "type": "dict",
        "options": _SHARED_6,
    },
}

ARGUMENTS = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "name": {"type": "str"},
    "labels": {"type": "dict"},
    "annotations": {"type": "dict"},
    "definition": {"type": "dict"},
    "src": {"type": "str"},
    "validate": {
        "type": "str",
        "choices": ["strict", "warn", "ignore"],
        "default": "strict",
    },
    "spec_extra": {"type": "dict"},
    "force_conflicts": {"type": "bool", "default": False},
    "field_manager": {"type": "str", "default": "meshops.lifecycle"},
    "namespace": {"type": "str", "default": "argocd"},
    "kubeconfig": {"type": "raw"},
    "context": {"type": "str"},
    "host": {"type": "str"},
    "api_key": {"type": "str", "no_log": True},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "ca_cert": {"type": "path", "aliases": ["ssl_ca_cert"]},
    "client_cert": {"type": "path", "aliases": ["cert_file"]},
    "client_key": {"type": "path", "aliases": ["key_file"], "no_log": False},
    "validate_certs": {"type": "bool", "aliases": ["verify_ssl"]},
    "impersonate_user": {"type": "str"},
    "impersonate_groups": {"type": "list", "elements": "str"},
    "proxy": {"type": "str"},
    "no_proxy": {"type": "str"},
    "proxy_headers": {
        "type": "dict",
        "options": {
            "basic_auth": {"type": "str", "no_log": True},
            "proxy_basic_auth": {"type": "str", "no_log": True},
            "user_agent": {"type": "str"},
        },
    },
    "wait": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 120},
    "wait_for": {"type": "str"},
    "delivery": {"type": "str", "choices": ["cluster", "git"], "default": "cluster"},
    "git": {
        "type": "dict",
        "options": {
            "repository": {"type": "str"},
            "branch": {"type": "str"},
            "path": {"type": "str", "default": "."},
            "working_tree": {"type": "path"},
            "commit": {"type": "bool", "default": True},
            "push": {"type": "bool", "default": True},
            "commit_message": {"type": "str"},
            "author_name": {"type": "str"},
            "author_email": {"type": "str"},
            "sign": {"type": "str"},
            "sign_format": {"type": "str", "choices": ["openpgp", "ssh", "x509"]},
            "username": {"type": "str"},
            "password": {"type": "str", "no_log": True},
            "ca_cert": {"type": "path"},
            "ssh_key_file": {"type": "path", "no_log": False},
            "known_hosts_file": {"type": "path"},
            "seal_command": {"type": "list", "elements": "str"},
            "seal_key": {"type": "str", "no_log": True},
            "application": {"type": "str"},
            "application_namespace": {"type": "str", "default": "argocd"},
        },
    },
    "max_minor_upgrade": {"type": "int"},
    "upgrade_from": {"type": "str"},
    "wait_children": {"type": "bool", "default": True},
    "wait_health": {
        "type": "list",
        "elements": "str",
        "choices": ["Healthy", "Suspended", "Progressing", "Degraded", "Missing"],
        "default": ["Healthy"],
    },
    "refresh": {"type": "str", "choices": ["normal", "hard"]},
    "retry_failed": {"type": "bool", "default": True},
    "cascade": {"type": "bool", "default": True},
    "propagation_policy": {"type": "str", "choices": ["foreground", "background"]},
    "spec": {
        "type": "dict",
        "options": {
            "project": {"type": "str"},
            "destination": {
                "type": "dict",
                "options": {
                    "server": {"type": "str"},
                    "name": {"type": "str"},
                    "namespace": {"type": "str"},
                },
            },
            "source": {
                "type": "dict",
                "options": _SHARED_7,
            },
            "sources": {
                "type": "list",
                "elements": "dict",
                "options": _SHARED_7,
            },
            "source_hydrator": {
                "type": "dict",
                "aliases": ["sourceHydrator"],
                "options": {
                    "dry_source": {
                        "type": "dict",
                        "aliases": ["drySource"],
                        "required": True,
                        "options": {
                            "repo_url": {
                                "type": "str",
                                "aliases": ["repoURL"],
                                "required": True,
                            },
                            "path": {"type": "str", "required": True},
                            "target_revision": {
                                "type": "str",
                                "aliases": ["targetRevision"],
                                "required": True,
                            },
                            "helm": {
                                "type": "dict",
                                "options": _SHARED_1,
                            },
                            "kustomize": {
                                "type": "dict",
                                "options": _SHARED_2,
                            },
                            "directory": {
                                "type": "dict",
                                "options": _SHARED_4,
                            },
                            "plugin": {
                                "type": "dict",
                                "options": _SHARED_6,
                            },
                        },
                    },
                    "sync_source": {
                        "type": "dict",
                        "aliases": ["syncSource"],
                        "required": True,
                        "options": {
                            "target_branch": {
                                "type": "str",
                                "aliases": ["targetBranch"],
                                "required": True,
                            },
                            "path": {"type": "str", "required": True},
                            "repo_url": {"type": "str", "aliases": ["repoURL"]},
                        },
                    },
                    "hydrate_to": {
                        "type": "dict",
                        "aliases": ["hydrateTo"],
                        "options": {
                            "target_branch": {
                                "type": "str",
                                "aliases": ["targetBranch"],
                                "required": True,
                            },
                        },
                    },
                },
            },
            "sync_policy": {
                "type": "dict",
                "aliases": ["syncPolicy"],
                "options": {
                    "automated": {
                        "type": "dict",
                        "options": {
                            "prune": {"type": "bool"},
                            "self_heal": {"type": "bool", "aliases": ["selfHeal"]},
                            "allow_empty": {"type": "bool", "aliases": ["allowEmpty"]},
                            "enabled": {"type": "bool"},
                        },
                    },
                    "sync_options": {
                        "type": "list",
                        "elements": "str",
                        "aliases": ["syncOptions"],
                    },
                    "retry": {
                        "type": "dict",
                        "options": {
                            "limit": {"type": "int"},
                            "refresh": {"type": "bool"},
                            "backoff": {
                                "type": "dict",
                                "options": {
                                    "duration": {"type": "str"},
                                    "factor": {"type": "int"},
                                    "max_duration": {"type": "str", "aliases": ["maxDuration"]},
                                },
                            },
                        },
                    },
                    "managed_namespace_metadata": {
                        "type": "dict",
                        "aliases": ["managedNamespaceMetadata"],
                        "options": {
                            "labels": {"type": "dict"},
                            "annotations": {"type": "dict"},
                        },
                    },
                },
            },
            "ignore_differences": {
                "type": "list",
                "elements": "dict",
                "aliases": ["ignoreDifferences"],
                "options": {
                    "group": {"type": "str"},
                    "kind": {"type": "str", "required": True},
                    "name": {"type": "str"},
                    "namespace": {"type": "str"},
                    "json_pointers": {
                        "type": "list",
                        "elements": "str",
                        "aliases": ["jsonPointers"],
                    },
                    "jq_path_expressions": {
                        "type": "list",
                        "elements": "str",
                        "aliases": ["jqPathExpressions"],
                    },
                    "managed_fields_managers": {
                        "type": "list",
                        "elements": "str",
                        "aliases": ["managedFieldsManagers"],
                    },
                },
            },
            "info": {
                "type": "list",
                "elements": "dict",
                "options": _SHARED_5,
            },
            "revision_history_limit": {"type": "int", "aliases": ["revisionHistoryLimit"]},
        },
    },
}
