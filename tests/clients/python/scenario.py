"""Goes through every connector and sync job method of the Python client, in versions 8 and 9, and those of API keys.

Prints `has METHOD` for each method that the client has, and `called METHOD` after each call.
"""

import base64
import os
import sys

from elasticsearch import (
    ApiError,
    AuthenticationException,
    AuthorizationException,
    ConflictError,
    Elasticsearch,
    NotFoundError,
)
from elasticsearch import __version__ as version
from elastic_transport import TlsError

# What lies among the methods and is none of the API.
NOT_OF_THE_API = {"perform_request", "transport"}
STATISTICS = {"deleted_document_count": 1, "indexed_document_count": 2, "indexed_document_volume": 3}
FIELD = {
    "default_value": None,
    "depends_on": [],
    "display": "textbox",
    "label": "Host",
    "options": [],
    "order": 1,
    "placeholder": "db.example",
    "required": True,
    "sensitive": False,
    "tooltip": "Where it is",
    "type": "str",
    "ui_restrictions": [],
    "validations": [],
    "value": "",
}
RULE = {
    "created_at": "2026-01-02T03:04:05Z",
    "field": "name",
    "id": "a",
    "order": 0,
    "policy": "exclude",
    "rule": "equals",
    "updated_at": "2026-01-02T03:04:05Z",
    "value": "x",
}


class Recorded:
    """The methods of a namespace, each call of which is printed once it was answered."""

    def __init__(self, namespace):
        self._namespace = namespace

    def __getattr__(self, name):
        method = getattr(self._namespace, name)

        def call(**arguments):
            answer = method(**arguments)
            print("called", name)
            return answer

        return call


def equal(found, expected):
    assert found == expected, f"found {found!r}, expected {expected!r}"


def updated(answer):
    equal(dict(answer), {"result": "updated"})


def refused(kind, status, error_type, call):
    try:
        call()
    except kind as error:
        equal((error.status_code, error.error), (status, error_type))
    else:
        raise AssertionError(f"not refused with {status}")


def connectors(client):
    api = Recorded(client.connector)
    equal(
        dict(api.put(connector_id="c", index_name="search-c", name="C", service_type="s3", language="en")),
        {"result": "created", "id": "c"},
    )
    equal(dict(api.put(connector_id="c", description="one")), {"result": "updated", "id": "c"})
    other = api.post(name="D", is_native=False, description="two")
    equal(other["result"], "created")
    other = other["id"]

    listed = api.list(from_=0, size=10)
    equal((listed["count"], [one["id"] for one in listed["results"]]), (2, ["c", other]))
    for filters in (
        {"index_name": ["search-c", "search-x"]},
        {"connector_name": "C"},
        {"service_type": ["s3", "mysql"]},
        {"query": "one"},
    ):
        listed = api.list(**filters)
        equal((listed["count"], listed["results"][0]["id"]), (1, "c"))
    equal(api.list(size=1, from_=1)["results"][0]["id"], other)

    equal(dict(api.delete(connector_id=other, delete_sync_jobs=True)), {"acknowledged": True})
    refused(
        NotFoundError, 404, "resource_not_found_exception", lambda: client.connector.get(connector_id=other)
    )
    got = api.get(connector_id="c", pretty=True)
    equal((got["id"], got["status"], got["deleted"], got["language"]), ("c", "created", False, "en"))
    # Version 8 of the client does not know these parameters.
    if version[0] >= 9:
        equal(api.get(connector_id=other, include_deleted=True)["deleted"], True)
        equal(api.list(include_deleted=True)["count"], 2)
        equal(dict(api.delete(connector_id=other, hard=True)), {"acknowledged": True})
        equal(api.list(include_deleted=True)["count"], 1)


def changes(client):
    api = Recorded(client.connector)

    def stored(*path):
        value = client.connector.get(connector_id="c")
        for part in path:
            value = value[part]
        return value

    updated(api.check_in(connector_id="c"))
    assert stored("last_seen").endswith("Z"), stored("last_seen")
    updated(api.update_name(connector_id="c", name="New", description="changed"))
    equal((stored("name"), stored("description")), ("New", "changed"))
    updated(api.update_service_type(connector_id="c", service_type="mysql"))
    equal(stored("service_type"), "mysql")
    updated(api.update_index_name(connector_id="c", index_name="content-c"))
    equal(stored("index_name"), "content-c")
    updated(api.update_native(connector_id="c", is_native=True))
    equal(stored("is_native"), True)
    updated(api.update_status(connector_id="c", status="needs_configuration"))
    equal(stored("status"), "needs_configuration")
    updated(api.update_configuration(connector_id="c", configuration={"host": FIELD}))
    equal(dict(stored("configuration", "host")), FIELD)
    equal(stored("status"), "configured")
    updated(api.update_configuration(connector_id="c", values={"host": "db"}))
    equal(stored("configuration", "host", "value"), "db")
    updated(api.update_api_key_id(connector_id="c", api_key_id="k", api_key_secret_id="s"))
    equal((stored("api_key_id"), stored("api_key_secret_id")), ("k", "s"))
    features = {
        "document_level_security": {"enabled": True},
        "incremental_sync": {"enabled": False},
        "native_connector_api_keys": {"enabled": True},
        "sync_rules": {"advanced": {"enabled": False}, "basic": {"enabled": True}},
    }
    updated(api.update_features(connector_id="c", features=features))
    equal(stored("features"), features)
    pipeline = {
        "extract_binary_content": True,
        "name": "p",
        "reduce_whitespace": True,
        "run_ml_inference": False,
    }
    updated(api.update_pipeline(connector_id="c", pipeline=pipeline))
    equal(stored("pipeline"), pipeline)
    full = {"enabled": True, "interval": "0 0 3 * * ?"}
    updated(api.update_scheduling(connector_id="c", scheduling={"full": full}))
    equal((stored("scheduling", "full"), stored("scheduling", "incremental", "enabled")), (full, False))

    snippet = {"created_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05Z", "value": {"q": 1}}
    updated(api.update_filtering(connector_id="c", rules=[RULE], advanced_snippet=snippet))
    rules = stored("filtering", 0, "draft", "rules")
    equal((rules[0]["id"], rules[0]["policy"], rules[-1]["id"]), ("a", "exclude", "DEFAULT"))
    equal(stored("filtering", 0, "draft", "advanced_snippet", "value"), {"q": 1})
    equal(stored("filtering", 0, "draft", "validation", "state"), "edited")
    invalid = {"state": "invalid", "errors": [{"ids": ["a"], "messages": ["no"]}]}
    updated(api.update_filtering_validation(connector_id="c", validation=invalid))
    equal(stored("filtering", 0, "draft", "validation"), invalid)
    refused(
        ApiError, 400, "status_exception", lambda: client.connector.update_active_filtering(connector_id="c")
    )
    valid = {"state": "valid", "errors": []}
    updated(api.update_filtering_validation(connector_id="c", validation=valid))
    updated(api.update_active_filtering(connector_id="c"))
    equal(stored("filtering", 0, "active", "rules", 0, "id"), "a")

    updated(
        api.last_sync(
            connector_id="c",
            last_sync_status="completed",
            last_sync_error=None,
            last_synced="2026-01-02T03:04:05Z",
            last_indexed_document_count=42,
            sync_cursor={"page": 1},
        )
    )
    equal((stored("last_sync_status"), stored("last_indexed_document_count")), ("completed", 42))
    equal((stored("last_synced"), stored("sync_cursor")), ("2026-01-02T03:04:05Z", {"page": 1}))
    updated(api.update_error(connector_id="c", error="away"))
    equal((stored("error"), stored("status")), ("away", "error"))
    refused(
        ApiError,
        400,
        "status_exception",
        lambda: client.connector.update_status(connector_id="c", status="created"),
    )


def sync_jobs(client):
    api = Recorded(client.connector)
    job = api.sync_job_post(id="c", job_type="full", trigger_method="scheduled")["id"]
    second = api.sync_job_post(id="c", job_type="incremental")["id"]

    listed = api.sync_job_list(status="pending", connector_id="c", job_type=["full", "incremental"], size=1)
    equal((listed["count"], [one["id"] for one in listed["results"]]), (2, [job]))
    equal(client.connector.sync_job_list(from_=1)["results"][0]["id"], second)
    equal(client.connector.sync_job_list(job_type="access_control").body, {"count": 0, "results": []})

    updated(api.sync_job_claim(connector_sync_job_id=job, worker_hostname="w", sync_cursor={"page": 1}))
    refused(
        ConflictError,
        409,
        "version_conflict_engine_exception",
        lambda: client.connector.sync_job_claim(connector_sync_job_id=job, worker_hostname="v"),
    )
    updated(api.sync_job_check_in(connector_sync_job_id=job))
    updated(
        api.sync_job_update_stats(
            connector_sync_job_id=job, total_document_count=5, metadata={"a": {"b": 1}}, **STATISTICS
        )
    )
    updated(api.sync_job_error(connector_sync_job_id=job, error="away"))
    got = api.sync_job_get(connector_sync_job_id=job)
    for name, value in {
        **STATISTICS,
        "id": job,
        "status": "error",
        "error": "away",
        "job_type": "full",
        "trigger_method": "scheduled",
        "worker_hostname": "w",
        "total_document_count": 5,
        "metadata": {"a": {"b": 1}},
    }.items():
        equal(got[name], value)
    equal((got["connector"]["id"], got["connector"]["sync_cursor"]), ("c", {"page": 1}))
    for name in ("created_at", "started_at", "last_seen", "completed_at"):
        assert got[name].endswith("Z"), (name, got[name])

    updated(api.sync_job_cancel(connector_sync_job_id=second))
    refused(
        ApiError,
        400,
        "status_exception",
        lambda: client.connector.sync_job_cancel(connector_sync_job_id=second),
    )
    canceled = client.connector.sync_job_get(connector_sync_job_id=second)
    equal((canceled["status"], canceled["canceled_at"]), ("canceled", canceled["cancelation_requested_at"]))
    equal(dict(api.sync_job_delete(connector_sync_job_id=second)), {"acknowledged": True})
    refused(
        NotFoundError,
        404,
        "resource_not_found_exception",
        lambda: client.connector.sync_job_get(connector_sync_job_id=second),
    )


def api_keys(client):
    security = client.security
    manager = security.authenticate()
    equal((manager["username"], manager["api_key"]["name"]), ("admin", "manager"))
    reads = {"cluster": ["monitor", "monitor_connector"]}
    reader = security.create_api_key(
        name="reader", expiration="1d", role_descriptors={"reads": reads}, metadata={"team": "search"}
    )
    id, secret = reader["id"], reader["api_key"]
    equal(reader["name"], "reader")
    equal(reader["encoded"], base64.b64encode(f"{id}:{secret}".encode()).decode())
    for key in (reader["encoded"], (id, secret)):
        other = client.options(api_key=key)
        caller = other.security.authenticate()
        equal((caller["username"], dict(caller["api_key"])["id"]), ("admin", id))
        equal((caller["authentication_type"], caller["enabled"]), ("api_key", True))
        equal(other.connector.get(connector_id="c")["id"], "c")
        refused(
            AuthorizationException,
            403,
            "security_exception",
            lambda: other.connector.update_name(connector_id="c", name="X"),
        )
    wanted = {"application": "tributary", "privileges": ["monitor_connector"], "resources": ["connector:c"]}
    held = other.security.has_privileges(cluster=["monitor", "manage_connector"], application=[wanted])
    equal(held["cluster"], {"monitor": True, "manage_connector": False})
    equal(held["application"], {"tributary": {"connector:c": {"monitor_connector": True}}})
    equal((held["username"], held["has_all_requested"]), ("admin", False))

    [found] = security.get_api_key(id=id, with_limited_by=True)["api_keys"]
    equal((found["name"], found["type"], found["invalidated"]), ("reader", "rest", False))
    equal((found["username"], found["metadata"]), ("admin", {"team": "search"}))
    equal((found["expiration"] - found["creation"], found["expiration"]), (86_400_000, reader["expiration"]))
    equal(found["role_descriptors"]["reads"]["cluster"], reads["cluster"])
    equal(len(found["limited_by"]), 1)

    works = {
        "cluster": ["monitor", "work_connector"],
        "applications": [
            {"application": "tributary", "privileges": ["*"], "resources": ["connector:worked-*"]},
        ],
    }
    worker = security.create_api_key(name="worker", role_descriptors={"works": works})
    client.connector.put(connector_id="worked-1", name="W")
    its_own = client.options(api_key=worker["encoded"]).connector
    listed = its_own.list()
    equal((listed["count"], [one["id"] for one in listed["results"]]), (1, ["worked-1"]))
    updated(its_own.check_in(connector_id="worked-1"))
    refused(
        NotFoundError, 404, "resource_not_found_exception", lambda: its_own.check_in(connector_id="c")
    )
    equal(client.connector.list()["count"], 2)

    gone = security.invalidate_api_key(ids=[id])
    equal((gone["invalidated_api_keys"], gone["error_count"]), ([id], 0))
    equal(security.invalidate_api_key(ids=[id])["previously_invalidated_api_keys"], [id])
    refused(AuthenticationException, 401, "security_exception", lambda: other.connector.list())
    equal(security.get_api_key(id=id)["api_keys"][0]["invalidated"], True)
    active = security.get_api_key(active_only=True, owner=True)["api_keys"]
    equal(sorted(key["name"] for key in active), ["manager", "worker"])


def conventions(client):
    """What every method takes."""
    equal(client.info()["tagline"], "You Know, for Search")
    equal(client.connector.sync_job_list(filter_path=["count"], human=True, pretty=True).body, {"count": 1})
    equal(client.connector.list(filter_path="-results").body, {"count": 1})
    answer = client.options(opaque_id="client-7").connector.list()
    equal(answer.meta.headers["x-opaque-id"], "client-7")
    assert answer.meta.headers["content-type"].startswith("application/vnd.elasticsearch+json")


def options():
    """What the client is given of its certificate authority and API key."""
    given = {
        "ca_certs": os.environ.get("TRIBUTARY_TEST_CA_CERTIFICATE"),
        "api_key": os.environ.get("TRIBUTARY_TEST_API_KEY"),
    }
    return {name: value for name, value in given.items() if value}


def trusts_a_fingerprint(url, fingerprint):
    more = {name: value for name, value in options().items() if name != "ca_certs"}
    with Elasticsearch(url, ssl_assert_fingerprint=fingerprint, **more) as client:
        equal(client.info()["tagline"], "You Know, for Search")
    wrong = fingerprint[:-2] + ("00" if fingerprint[-2:] != "00" else "01")
    try:
        Elasticsearch(url, ssl_assert_fingerprint=wrong, max_retries=0, **more).info()
    except TlsError:
        return
    raise AssertionError("another fingerprint is trusted")


def main():
    if fingerprint := os.environ.get("TRIBUTARY_TEST_FINGERPRINT"):
        trusts_a_fingerprint(sys.argv[1], fingerprint)
    # Requests are packed and answers asked for packed, as the client does it.
    with Elasticsearch(sys.argv[1], http_compress=True, **options()) as client:
        for name in dir(type(client.connector)):
            if not name.startswith("_") and name not in NOT_OF_THE_API:
                print("has", name)
        connectors(client)
        changes(client)
        sync_jobs(client)
        conventions(client)
        api_keys(client)


main()
