"""What a worker does again and again, beside the jobs."""

from datetime import datetime, timezone

from elasticsearch import ConflictError

from host import Gone
from rules import validation
from schedule import is_due
from source import CONFIGURATION, FEATURES

JOB_TYPES = {"full": "last_sync_scheduled_at", "incremental": "last_incremental_sync_scheduled_at"}
# How old the last sign of life of a connector may be.
SILENCE = 1


def time_of(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


async def populate(worker, connector):
    """A new connector gets its fields."""
    def fields(found):
        if found.get("configuration"):
            return None
        return {"configuration": CONFIGURATION, "features": FEATURES, "status": "needs_configuration"}

    if not connector.get("configuration"):
        await worker.connectors.change(connector.id, fields)


def is_configured(connector):
    """Whether all fields have a value."""
    fields = (connector.get("configuration") or {}).values()
    return fields and all(field["value"] not in (None, "") for field in fields)


async def heartbeat(worker, connector):
    """Says every time that all is well, which mostly changes nothing; a failed sync stays visible."""
    async with worker.writing:
        connector = await worker.connectors.read(connector.id)
        if not is_configured(connector):
            return
        status, error = "connected", None
        if connector.get("last_sync_status") == "error":
            status, error = "error", connector.get("last_sync_error")
        await worker.connectors.write(connector.id, {"status": status, "error": error})
    last_seen = connector.get("last_seen")
    silence = (datetime.now(timezone.utc) - time_of(last_seen)).total_seconds() if last_seen else SILENCE
    if silence >= SILENCE:
        await worker.host.send("PUT", f"/_connector/{connector.id}/_check_in")


async def validate(worker, connector):
    """A draft of sync rules that was edited is looked at, and becomes active if it makes sense."""
    for filtering in connector.get("filtering") or []:
        if filtering["draft"]["validation"]["state"] != "edited":
            continue
        outcome = validation(filtering["draft"])
        path = f"/_connector/{connector.id}/_filtering"
        await worker.host.send("PUT", f"{path}/_validation", {"validation": outcome})
        if outcome["state"] == "valid":
            await worker.host.send("PUT", f"{path}/_activate")


async def schedule(worker, connector):
    """Creates the jobs that are due; of several workers, the one that notes the time first."""
    now = datetime.now(timezone.utc)
    for job_type, field in JOB_TYPES.items():
        plan = connector.get(f"scheduling.{job_type}") or {}
        since = connector.get(field)
        since = max(worker.started, time_of(since)) if since else worker.started
        if not plan.get("enabled") or not is_due(plan["interval"], since, now):
            continue
        try:
            await worker.connectors.write_guarded(connector, {field: now.isoformat()})
        except ConflictError:
            # Another worker, or another change: the next round shows which.
            return
        job = {"id": connector.id, "job_type": job_type, "trigger_method": "scheduled"}
        created = await worker.host.send("POST", "/_connector/_sync_job", job)
        worker.say("scheduled", created["id"])
        return


async def end_idle_jobs(worker):
    """Jobs whose worker is silent for long have failed."""
    query = {
        "bool": {
            "filter": [
                {"terms": {"status": ["in_progress", "canceling"]}},
                {"range": {"last_seen": {"lte": f"now-{worker.idle_after}s"}}},
            ]
        }
    }
    for job in await worker.jobs.find(query):
        if job.id in worker.running:
            continue
        error = f"the job was idle: no sign of life for {worker.idle_after} seconds"
        time = datetime.now(timezone.utc).isoformat()
        changes = {"status": "error", "error": error, "last_sync_status": "error", "last_sync_error": error}
        try:
            await worker.jobs.write(job.id, {"status": "error", "error": error, "completed_at": time})
            async with worker.writing:
                await worker.connectors.write(job.get("connector.id"), changes)
        except Gone:
            continue
        worker.say("idle", job.id)


async def remove_orphans(worker):
    """Jobs of connectors that are not there any more go."""
    connectors = await worker.connectors.find({"match_all": {}})
    ids = [connector.id for connector in connectors]
    for job in await worker.jobs.find({"bool": {"must_not": {"terms": {"connector.id": ids}}}}):
        if job.id in worker.running:
            continue
        try:
            await worker.jobs.delete(job.id)
            worker.say("removed", job.id)
        except Gone:
            continue
