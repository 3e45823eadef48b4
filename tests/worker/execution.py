"""The execution of one job, from the claim to the last word."""

import asyncio
import traceback
from datetime import datetime, timezone

from elasticsearch import BadRequestError, ConflictError

from content import ContentIndex
from host import Gone
from rules import is_wanted
from source import Source


def now():
    return datetime.now(timezone.utc).isoformat()


class Stopped(Exception):
    """The job ends before its work is done, as `canceled`, as `suspended` or, if it is gone, as nothing."""


class Execution:
    """A job, and how far it is."""

    def __init__(self, worker, job):
        self.worker, self.host = worker, worker.host
        self.connectors, self.jobs = worker.connectors, worker.jobs
        self.id = job.id
        self.connector_id = job.get("connector.id")
        self.is_incremental = job.get("job_type") == "incremental"
        # How it has to end, once that is known from outside.
        self.end = None
        self.content, self.source = None, None
        # What it had done before it was suspended.
        self.before = {}

    async def run(self):
        connector = await self.connectors.read(self.connector_id)
        claim = {"worker_hostname": self.worker.name, "sync_cursor": connector.get("sync_cursor")}
        try:
            await self.host.send("PUT", f"/_connector/_sync_job/{self.id}/_claim", claim)
        except (BadRequestError, ConflictError):
            # Another worker has it, or it was canceled.
            self.worker.say("lost", self.id)
            return
        self.worker.say("claimed", self.id)
        started = {"status": "connected", "error": None, "last_sync_status": "in_progress", "last_sync_error": None}
        heartbeat = None
        try:
            await self.connectors.change(self.connector_id, lambda _: started)
            job = await self.jobs.read(self.id)
            self.before = job.source
            heartbeat = asyncio.create_task(self.keep_alive())
            await self.work(job)
            status, error = "completed", None
        except Gone:
            status, error = None, None
        except Stopped as stopped:
            status, error = stopped.args[0], None
        except Exception as failure:  # Whatever it is, it is the error of the job.
            traceback.print_exc()
            status, error = "error", f"{type(failure).__name__}: {failure}"
        if heartbeat:
            heartbeat.cancel()
            await asyncio.gather(heartbeat, return_exceptions=True)
        try:
            await self.finish(status, error)
        except Gone:
            status = None
        self.worker.say("ended", self.id, status or "gone")

    async def work(self, job):
        """Reads the source, and makes the content index like it."""
        self.content = ContentIndex(self.host, job.get("connector.index_name"), job.get("connector.pipeline"))
        await self.content.prepare()
        filtering = job.get("connector.filtering") or []
        # A job has either the rules alone or all that belongs to them.
        filtering = filtering[0] if isinstance(filtering, list) and filtering else filtering
        rules = (filtering or {}).get("rules") or (filtering or {}).get("active", {}).get("rules", [])
        there = set() if self.is_incremental else await self.content.ids()
        async with Source(job.get("connector.configuration")) as source:
            self.source = source
            cursor = job.get("connector.sync_cursor") if self.is_incremental else None
            async for id, document in source.documents(cursor):
                if self.end:
                    raise Stopped(self.end)
                if is_wanted(document, rules):
                    there.discard(id)
                    await self.content.index(id, document)
        for id in there:
            await self.content.delete(id)
        await self.content.flush()

    async def keep_alive(self):
        """Tells that the worker lives, and learns whether the job is still wanted."""
        while True:
            try:
                await self.host.send("PUT", f"/_connector/_sync_job/{self.id}/_check_in")
                statistics = {**self.statistics(), "last_seen": now()}
                await self.host.send("PUT", f"/_connector/_sync_job/{self.id}/_stats", statistics)
                job = await self.jobs.read(self.id)
                if job.get("status") == "canceling":
                    self.end = "canceled"
                elif job.get("status") != "in_progress":
                    self.worker.say("unexpected:", self.id, "is", job.get("status"))
                await self.connectors.read(self.connector_id)
            except Gone:
                self.end = "gone"
            except Exception as failure:
                self.worker.say("unexpected:", repr(failure))
            await asyncio.sleep(self.worker.tick)

    def statistics(self):
        """The counts of a job, which go on where it was suspended."""
        content = self.content
        done = {
            "indexed_document_count": content.indexed if content else 0,
            "deleted_document_count": content.deleted if content else 0,
            "indexed_document_volume": content.volume if content else 0,
        }
        return {name: count + (self.before.get(name) or 0) for name, count in done.items()}

    async def finish(self, status, error):
        """The last writes, to the job and to its connector."""
        if status in (None, "gone"):
            return
        if status == "suspended":
            await self.content.flush()
        statistics = self.statistics()
        time = now()
        changes = {"status": status, "error": error, "last_seen": time, **statistics}
        if self.content:
            changes["total_document_count"] = await self.content.count()
        if status in ("completed", "error"):
            changes["completed_at"] = time
        if status == "canceled":
            changes["canceled_at"] = time
        await self.jobs.write(self.id, changes)
        async with self.worker.writing:
            await self.connectors.write(self.connector_id, self.last_sync(status, error, statistics, time))

    def last_sync(self, status, error, statistics, time):
        """What a connector says of its last sync."""
        changes = {
            "status": "error" if status == "error" else "connected",
            "error": error,
            "last_sync_status": status,
            "last_sync_error": error,
            "last_synced": time,
        }
        if status != "suspended":
            changes["last_indexed_document_count"] = statistics["indexed_document_count"]
            changes["last_deleted_document_count"] = statistics["deleted_document_count"]
        if status == "completed":
            changes["sync_cursor"] = self.source.cursor
        return changes
