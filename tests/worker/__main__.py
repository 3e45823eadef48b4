"""A worker for the tests: a small connector service of our own, with the requests that connector services send.

Its only argument is an object with its settings. Each line of its output is an event, such as `claimed JOB`; what should
not happen is a line that begins with `unexpected:`.
"""

import asyncio
import json
import signal
import sys
import traceback
from datetime import datetime, timezone

from control import CONNECTORS, SYNC_JOBS, ControlIndex
from execution import Execution
from host import Gone, Host
from services import end_idle_jobs, heartbeat, populate, remove_orphans, schedule, validate
from source import SERVICE_TYPE


class Worker:
    def __init__(self, settings):
        self.host = Host(settings["host"], settings["user"], settings["password"], settings.get("api_key"))
        self.name = settings["name"]
        # Seconds between two rounds.
        self.tick = settings["tick"]
        self.idle_after = settings["idle_after"]
        self.connectors = ControlIndex(self.host, CONNECTORS)
        self.jobs = ControlIndex(self.host, SYNC_JOBS)
        self.started = datetime.now(timezone.utc)
        self.running = {}
        self.stopping = asyncio.Event()
        # One part of the worker at a time writes what a connector says of itself.
        self.writing = asyncio.Lock()

    def say(self, *words):
        print(*words, flush=True)

    async def prepare(self):
        """What is looked at before anything is done."""
        version = (await self.host.send("GET", "/"))["version"]
        if int(version["number"].split(".")[0]) < 8:
            raise RuntimeError(f"the host is too old: {version['number']}")
        for index in (self.connectors, self.jobs):
            await index.prepare()
        license = (await self.host.send("GET", "/_license"))["license"]
        if license["status"] != "active":
            raise RuntimeError(f"the licence is {license['status']}")
        self.say("ready", version["number"])

    async def supported(self):
        """The connectors that this worker is for: of its type, or native ones, unless they are deleted."""
        is_native = {"bool": {"must": [{"term": {"is_native": True}}, {"terms": {"service_type": [SERVICE_TYPE]}}]}}
        query = {
            "bool": {
                "must_not": {"term": {"deleted": True}},
                "should": [is_native, {"bool": {"filter": {"terms": {"service_type": [SERVICE_TYPE]}}}}],
                "minimum_should_match": 1,
            }
        }
        return await self.connectors.find(query)

    async def look_after_connectors(self):
        for connector in await self.supported():
            for step in (populate, heartbeat, validate, schedule):
                try:
                    connector = await self.connectors.read(connector.id)
                    await step(self, connector)
                except Gone:
                    break

    async def take_jobs(self):
        ids = [connector.id for connector in await self.supported()]
        query = {
            "bool": {
                "must": [
                    {"terms": {"status": ["pending", "suspended"]}},
                    {"terms": {"connector.id": ids}},
                    {"terms": {"job_type": ["full", "incremental"]}},
                ]
            }
        }
        for job in await self.jobs.find(query, [{"created_at": {"order": "asc"}}]) if ids else []:
            busy = {execution.connector_id for execution, _ in self.running.values()}
            if job.get("connector.id") not in busy and not self.stopping.is_set():
                execution = Execution(self, job)
                self.running[job.id] = execution, asyncio.create_task(self.execute(execution))

    async def execute(self, execution):
        try:
            await execution.run()
        except Gone:
            self.say("ended", execution.id, "gone")
        except Exception:
            self.complain()
        finally:
            del self.running[execution.id]

    async def clean_up(self):
        await end_idle_jobs(self)
        await remove_orphans(self)

    async def repeat(self, work):
        """Does something again and again, until the worker stops."""
        while not self.stopping.is_set():
            try:
                await work()
            except Exception:
                self.complain()
            try:
                await asyncio.wait_for(self.stopping.wait(), self.tick)
            except asyncio.TimeoutError:
                pass

    def complain(self):
        self.say("unexpected:", json.dumps(traceback.format_exc()))

    async def run(self):
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stopping.set)
        await self.prepare()
        await asyncio.gather(*map(self.repeat, (self.look_after_connectors, self.take_jobs, self.clean_up)))
        # Suspended, to be taken up again by whoever comes next.
        tasks = [task for _, task in self.running.values()]
        for execution, _ in self.running.values():
            execution.end = execution.end or "suspended"
        await asyncio.gather(*tasks)
        await self.host.close()
        self.say("stopped")


async def main():
    await Worker(json.loads(sys.argv[1])).run()


asyncio.run(main())
