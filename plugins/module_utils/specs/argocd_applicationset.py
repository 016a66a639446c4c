# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of argocd_applicationset. Written by `make generate` from DOCUMENTATION; do not edit."""

from __future__ import annotations

_SHARED_1 = {
    "match_labels": {"type": "dict", "aliases": ["matchLabels"]},
    "match_expressions": {
        "type": "list",
        "elements": "dict",
        "aliases": ["matchExpressions"],
        "options": {
            "key": {"type": "str", "required": True, "no_log": False},
            "operator": {"type": "str", "required": True},
            "values": {"type": "list", "elements": "str"},
        },
    },
}

_SHARED_2 = {"path": {"type": "str", "required": True}, "exclude": {"type": "bool"}}

_SHARED_3 = {
    "secret_name": {
        "type": "str",
        "aliases": ["secretName"],
        "required": True,
        "no_log": False,
    },
    "key": {"type": "str", "required": True, "no_log": False},
}

_SHARED_4 = {
    "config_map_name": {"type": "str", "aliases": ["configMapName"], "required": True},
    "key": {"type": "str", "required": True, "no_log": False},
}

_SHARED_5 = {
    "username": {"type": "str", "required": True},
    "password_ref": {
        "type": "dict",
        "aliases": ["passwordRef"],
        "required": True,
        "no_log": False,
        "options": _SHARED_3,
    },
}

_SHARED_6 = {
    "token_ref": {
        "type": "dict",
        "aliases": ["tokenRef"],
        "required": True,
        "no_log": False,
        "options": _SHARED_3,
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
    "wait_health": {
        "type": "list",
        "elements": "str",
        "choices": ["Healthy", "Suspended", "Progressing", "Degraded", "Missing"],
        "default": ["Healthy"],
    },
    "spec": {
        "type": "dict",
        "options": {
            "generators": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "list": {
                        "type": "dict",
                        "options": {
                            "elements": {"type": "list", "elements": "raw"},
                            "elements_yaml": {"type": "str", "aliases": ["elementsYaml"]},
                            "template": {"type": "dict"},
                        },
                    },
                    "clusters": {
                        "type": "dict",
                        "options": {
                            "selector": {
                                "type": "dict",
                                "options": _SHARED_1,
                            },
                            "flat_list": {"type": "bool", "aliases": ["flatList"]},
                            "values": {"type": "dict"},
                            "template": {"type": "dict"},
                        },
                    },
                    "git": {
                        "type": "dict",
                        "options": {
                            "repo_url": {
                                "type": "str",
                                "aliases": ["repoURL"],
                                "required": True,
                            },
                            "revision": {"type": "str", "required": True},
                            "directories": {
                                "type": "list",
                                "elements": "dict",
                                "options": _SHARED_2,
                            },
                            "files": {
                                "type": "list",
                                "elements": "dict",
                                "options": _SHARED_2,
                            },
                            "path_param_prefix": {"type": "str", "aliases": ["pathParamPrefix"]},
                            "requeue_after_seconds": {"type": "int", "aliases": ["requeueAfterSeconds"]},
                            "values": {"type": "dict"},
                            "template": {"type": "dict"},
                        },
                    },
                    "scm_provider": {
                        "type": "dict",
                        "aliases": ["scmProvider"],
                        "options": {
                            "github": {
                                "type": "dict",
                                "options": {
                                    "organization": {"type": "str", "required": True},
                                    "api": {"type": "str"},
                                    "token_ref": {
                                        "type": "dict",
                                        "aliases": ["tokenRef"],
                                        "no_log": False,
                                        "options": _SHARED_3,
                                    },
                                    "app_secret_name": {
                                        "type": "str",
                                        "aliases": ["appSecretName"],
                                        "no_log": False,
                                    },
                                    "all_branches": {
                                        "type": "bool",
                                        "aliases": ["allBranches"],
                                    },
                                    "exclude_archived_repos": {
                                        "type": "bool",
                                        "aliases": ["excludeArchivedRepos"],
                                    },
                                },
                            },
                            "gitlab": {
                                "type": "dict",
                                "options": {
                                    "group": {"type": "str", "required": True},
                                    "api": {"type": "str"},
                                    "token_ref": {
                                        "type": "dict",
                                        "aliases": ["tokenRef"],
                                        "no_log": False,
                                        "options": _SHARED_3,
                                    },
                                    "all_branches": {
                                        "type": "bool",
                                        "aliases": ["allBranches"],
                                    },
                                    "include_subgroups": {
                                        "type": "bool",
                                        "aliases": ["includeSubgroups"],
                                    },
                                    "include_shared_projects": {
                                        "type": "bool",
                                        "aliases": ["includeSharedProjects"],
                                    },
                                    "include_archived_repos": {
                                        "type": "bool",
                                        "aliases": ["includeArchivedRepos"],
                                    },
                                    "topic": {"type": "str"},
                                    "insecure": {"type": "bool"},
                                    "ca_ref": {
                                        "type": "dict",
                                        "aliases": ["caRef"],
                                        "options": _SHARED_4,
                                    },
                                },
                            },
                            "gitea": {
                                "type": "dict",
                                "options": {
                                    "owner": {"type": "str", "required": True},
                                    "api": {"type": "str", "required": True},
                                    "token_ref": {
                                        "type": "dict",
                                        "aliases": ["tokenRef"],
                                        "no_log": False,
                                        "options": _SHARED_3,
                                    },
                                    "all_branches": {
                                        "type": "bool",
                                        "aliases": ["allBranches"],
                                    },
                                    "exclude_archived_repos": {
                                        "type": "bool",
                                        "aliases": ["excludeArchivedRepos"],
                                    },
                                    "insecure": {"type": "bool"},
                                },
                            },
                            "bitbucket": {
                                "type": "dict",
                                "options": {
                                    "owner": {"type": "str", "required": True},
                                    "user": {"type": "str", "required": True},
                                    "app_password_ref": {
                                        "type": "dict",
                                        "aliases": ["appPasswordRef"],
                                        "required": True,
                                        "no_log": False,
                                        "options": _SHARED_3,
                                    },
                                    "all_branches": {
                                        "type": "bool",
                                        "aliases": ["allBranches"],
                                    },
                                },
                            },
                            "bitbucket_server": {
                                "type": "dict",
                                "aliases": ["bitbucketServer"],
                                "options": {
                                    "project": {"type": "str", "required": True},
                                    "api": {"type": "str", "required": True},
                                    "basic_auth": {
                                        "type": "dict",
                                        "aliases": ["basicAuth"],
                                        "options": _SHARED_5,
                                    },
                                    "bearer_token": {
                                        "type": "dict",
                                        "aliases": ["bearerToken"],
                                        "no_log": False,
                                        "options": _SHARED_6,
                                    },
                                    "all_branches": {
                                        "type": "bool",
                                        "aliases": ["allBranches"],
                                    },
                                    "insecure": {"type": "bool"},
                                    "ca_ref": {
                                        "type": "dict",
                                        "aliases": ["caRef"],
                                        "options": _SHARED_4,
                                    },
                                },
                            },
                            "azure_dev_ops": {
                                "type": "dict",
                                "aliases": ["azureDevOps"],
                                "options": {
                                    "organization": {"type": "str", "required": True},
                                    "team_project": {
                                        "type": "str",
                                        "aliases": ["teamProject"],
                                        "required": True,
                                    },
                                    "api": {"type": "str"},
                                    "access_token_ref": {
                                        "type": "dict",
                                        "aliases": ["accessTokenRef"],
                                        "required": True,
                                        "no_log": False,
                                        "options": _SHARED_3,
                                    },
                                    "all_branches": {
                                        "type": "bool",
                                        "aliases": ["allBranches"],
                                    },
                                },
                            },
                            "aws_code_commit": {
                                "type": "dict",
                                "aliases": ["awsCodeCommit"],
                                "options": {
                                    "role": {"type": "str"},
                                    "region": {"type": "str"},
                                    "all_branches": {
                                        "type": "bool",
                                        "aliases": ["allBranches"],
                                    },
                                    "tag_filters": {
                                        "type": "list",
                                        "elements": "dict",
                                        "aliases": ["tagFilters"],
                                        "options": {
                                            "key": {
                                                "type": "str",
                                                "required": True,
                                                "no_log": False,
                                            },
                                            "value": {"type": "str"},
                                        },
                                    },
                                },
                            },
                            "filters": {
                                "type": "list",
                                "elements": "dict",
                                "options": {
                                    "repository_match": {
                                        "type": "str",
                                        "aliases": ["repositoryMatch"],
                                    },
                                    "paths_exist": {
                                        "type": "list",
                                        "elements": "str",
                                        "aliases": ["pathsExist"],
                                    },
                                    "paths_do_not_exist": {
                                        "type": "list",
                                        "elements": "str",
                                        "aliases": ["pathsDoNotExist"],
                                    },
                                    "label_match": {"type": "str", "aliases": ["labelMatch"]},
                                    "branch_match": {"type": "str", "aliases": ["branchMatch"]},
                                },
                            },
                            "clone_protocol": {"type": "str", "aliases": ["cloneProtocol"]},
                            "requeue_after_seconds": {"type": "int", "aliases": ["requeueAfterSeconds"]},
                            "values": {"type": "dict"},
                            "template": {"type": "dict"},
                        },
                    },
                    "pull_request": {
                        "type": "dict",
                        "aliases": ["pullRequest"],
                        "options": {
                            "github": {
                                "type": "dict",
                                "options": {
                                    "owner": {"type": "str", "required": True},
                                    "repo": {"type": "str", "required": True},
                                    "api": {"type": "str"},
                                    "token_ref": {
                                        "type": "dict",
                                        "aliases": ["tokenRef"],
                                        "no_log": False,
                                        "options": _SHARED_3,
                                    },
                                    "app_secret_name": {
                                        "type": "str",
                                        "aliases": ["appSecretName"],
                                        "no_log": False,
                                    },
                                    "labels": {"type": "list", "elements": "str"},
                                },
                            },
                            "gitlab": {
                                "type": "dict",
                                "options": {
                                    "project": {"type": "str", "required": True},
                                    "api": {"type": "str"},
                                    "token_ref": {
                                        "type": "dict",
                                        "aliases": ["tokenRef"],
                                        "no_log": False,
                                        "options": _SHARED_3,
                                    },
                                    "labels": {"type": "list", "elements": "str"},
                                    "pull_request_state": {
                                        "type": "str",
                                        "aliases": ["pullRequestState"],
                                    },
                                    "insecure": {"type": "bool"},
                                    "ca_ref": {
                                        "type": "dict",
                                        "aliases": ["caRef"],
                                        "options": _SHARED_4,
                                    },
                                },
                            },
                            "gitea": {
                                "type": "dict",
                                "options": {
                                    "owner": {"type": "str", "required": True},
                                    "repo": {"type": "str", "required": True},
                                    "api": {"type": "str", "required": True},
                                    "token_ref": {
                                        "type": "dict",
                                        "aliases": ["tokenRef"],
                                        "no_log": False,
                                        "options": _SHARED_3,
                                    },
                                    "insecure": {"type": "bool"},
                                    "labels": {"type": "list", "elements": "str"},
                                },
                            },
                            "bitbucket": {
                                "type": "dict",
                                "options": {
                                    "owner": {"type": "str", "required": True},
                                    "repo": {"type": "str", "required": True},
                                    "api": {"type": "str"},
                                    "basic_auth": {
                                        "type": "dict",
                                        "aliases": ["basicAuth"],
                                        "options": _SHARED_5,
                                    },
                                    "bearer_token": {
                                        "type": "dict",
                                        "aliases": ["bearerToken"],
                                        "no_log": False,
                                        "options": _SHARED_6,
                                    },
                                },
                            },
                            "bitbucket_server": {
                                "type": "dict",
                                "aliases": ["bitbucketServer"],
                                "options": {
                                    "project": {"type": "str", "required": True},
                                    "repo": {"type": "str", "required": True},
                                    "api": {"type": "str", "required": True},
                                    "basic_auth": {
                                        "type": "dict",
                                        "aliases": ["basicAuth"],
                                        "options": _SHARED_5,
                                    },
                                    "bearer_token": {
                                        "type": "dict",
                                        "aliases": ["bearerToken"],
                                        "no_log": False,
                                        "options": _SHARED_6,
                                    },
                                    "insecure": {"type": "bool"},
                                    "ca_ref": {
                                        "type": "dict",
                                        "aliases": ["caRef"],
                                        "options": _SHARED_4,
                                    },
                                },
                            },
                            "azuredevops": {
                                "type": "dict",
                                "options": {
                                    "organization": {"type": "str", "required": True},
                                    "project": {"type": "str", "required": True},
                                    "repo": {"type": "str", "required": True},
                                    "api": {"type": "str"},
                                    "token_ref": {
                                        "type": "dict",
                                        "aliases": ["tokenRef"],
                                        "no_log": False,
                                        "options": _SHARED_3,
                                    },
                                    "labels": {"type": "list", "elements": "str"},
                                },
                            },
                            "filters": {
                                "type": "list",
                                "elements": "dict",
                                "options": {
                                    "branch_match": {"type": "str", "aliases": ["branchMatch"]},
                                    "target_branch_match": {
                                        "type": "str",
                                        "aliases": ["targetBranchMatch"],
                                    },
                                    "title_match": {"type": "str", "aliases": ["titleMatch"]},
                                },
                            },
                            "continue_on_repo_not_found_error": {
                                "type": "bool",
                                "aliases": ["continueOnRepoNotFoundError"],
                            },
                            "requeue_after_seconds": {"type": "int", "aliases": ["requeueAfterSeconds"]},
                            "values": {"type": "dict"},
                            "template": {"type": "dict"},
                        },
                    },
                    "cluster_decision_resource": {
                        "type": "dict",
                        "aliases": ["clusterDecisionResource"],
                        "options": {
                            "config_map_ref": {
                                "type": "str",
                                "aliases": ["configMapRef"],
                                "required": True,
                            },
                            "name": {"type": "str"},
                            "label_selector": {
                                "type": "dict",
                                "aliases": ["labelSelector"],
                                "options": _SHARED_1,
                            },
                            "requeue_after_seconds": {"type": "int", "aliases": ["requeueAfterSeconds"]},
                            "values": {"type": "dict"},
                            "template": {"type": "dict"},
                        },
                    },
                    "plugin": {
                        "type": "dict",
                        "options": {
                            "config_map_ref": {
                                "type": "dict",
                                "aliases": ["configMapRef"],
                                "required": True,
                                "options": {"name": {"type": "str", "required": True}},
                            },
                            "input": {
                                "type": "dict",
                                "options": {"parameters": {"type": "dict"}},
                            },
                            "requeue_after_seconds": {"type": "int", "aliases": ["requeueAfterSeconds"]},
                            "values": {"type": "dict"},
                            "template": {"type": "dict"},
                        },
                    },
                    "matrix": {
                        "type": "dict",
                        "options": {
                            "generators": {
                                "type": "list",
                                "elements": "dict",
                                "required": True,
                            },
                            "template": {"type": "dict"},
                        },
                    },
                    "merge": {
                        "type": "dict",
                        "options": {
                            "generators": {
                                "type": "list",
                                "elements": "dict",
                                "required": True,
                            },
                            "merge_keys": {
                                "type": "list",
                                "elements": "str",
                                "aliases": ["mergeKeys"],
                                "required": True,
                                "no_log": False,
                            },
                            "template": {"type": "dict"},
                        },
                    },
                    "selector": {
                        "type": "dict",
                        "options": _SHARED_1,
                    },
                },
            },
            "template": {
                "type": "dict",
                "options": {
                    "metadata": {
                        "type": "dict",
                        "required": True,
                        "options": {
                            "name": {"type": "str"},
                            "namespace": {"type": "str"},
                            "labels": {"type": "dict"},
                            "annotations": {"type": "dict"},
                            "finalizers": {"type": "list", "elements": "str"},
                        },
                    },
                    "spec": {"type": "dict", "required": True},
                },
            },
            "template_patch": {"type": "str", "aliases": ["templatePatch"]},
            "go_template": {"type": "bool", "aliases": ["goTemplate"]},
            "go_template_options": {
                "type": "list",
                "elements": "str",
                "aliases": ["goTemplateOptions"],
            },
            "strategy": {
                "type": "dict",
                "options": {
                    "type": {"type": "str"},
                    "rolling_sync": {
                        "type": "dict",
                        "aliases": ["rollingSync"],
                        "options": {
                            "steps": {
                                "type": "list",
                                "elements": "dict",
                                "options": {
                                    "match_expressions": {
                                        "type": "list",
                                        "elements": "dict",
                                        "aliases": ["matchExpressions"],
                                        "options": {
                                            "key": {"type": "str", "no_log": False},
                                            "operator": {"type": "str"},
                                            "values": {"type": "list", "elements": "str"},
                                        },
                                    },
                                    "max_update": {"type": "raw", "aliases": ["maxUpdate"]},
                                },
                            },
                        },
                    },
                    "deletion_order": {"type": "str", "aliases": ["deletionOrder"]},
                },
            },
            "sync_policy": {
                "type": "dict",
                "aliases": ["syncPolicy"],
                "options": {
                    "applications_sync": {
                        "type": "str",
                        "choices": [
                            "create-only",
                            "create-update",
                            "create-delete",
                            "sync",
                        ],
                        "aliases": ["applicationsSync"],
                    },
                    "preserve_resources_on_deletion": {
                        "type": "bool",
                        "aliases": ["preserveResourcesOnDeletion"],
                    },
                },
            },
            "preserved_fields": {
                "type": "dict",
                "aliases": ["preservedFields"],
                "options": {
                    "annotations": {"type": "list", "elements": "str"},
                    "labels": {"type": "list", "elements": "str"},
                },
            },
            "ignore_application_differences": {
                "type": "list",
                "elements": "dict",
                "aliases": ["ignoreApplicationDifferences"],
                "options": {
                    "name": {"type": "str"},
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
                },
            },
            "apply_nested_selectors": {"type": "bool", "aliases": ["applyNestedSelectors"]},
        },
    },
}
