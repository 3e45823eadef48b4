"""The content index of a job: what is in it, and what is written into it."""

import json

from elasticsearch import BadRequestError

from host import LINES

DEFAULT_PIPELINE = "search-default-ingestion"
# Small, so that a few hundred documents are several requests.
CHUNK = 16 * 1024
PAGE = 100


class ContentIndex:
    """Collects operations and sends them in chunks."""

    def __init__(self, host, name, pipeline):
        self.host = host
        self.name = name
        self.pipeline = pipeline or {}
        self.lines, self.size = [], 0
        self.indexed, self.deleted, self.volume = 0, 0, 0

    async def prepare(self):
        if not await self.host.send("GET", f"/{self.name}", ignore_unavailable="true"):
            try:
                await self.host.send("PUT", f"/{self.name}")
            except BadRequestError as error:
                # Another worker was faster.
                if error.error != "resource_already_exists_exception":
                    raise
        if not await self.host.exists(f"/{self.name}"):
            raise RuntimeError(f"the index {self.name} was made, but is not there")

    async def ids(self):
        """The ids of all documents that are there."""
        await self.host.send("POST", f"/{self.name}/_refresh")
        body = {"query": {"match_all": {}}, "_source": False, "size": PAGE}
        answer = await self.host.send("POST", f"/{self.name}/_search", body, scroll="5m")
        ids = set()
        while hits := answer["hits"]["hits"]:
            ids.update(hit["_id"] for hit in hits)
            body = {"scroll_id": answer["_scroll_id"], "scroll": "5m"}
            answer = await self.host.send("POST", "/_search/scroll", body)
        await self.host.send("DELETE", "/_search/scroll", {"scroll_id": [answer["_scroll_id"]]})
        return ids

    async def index(self, id, document):
        options = {
            "_extract_binary_content": self.pipeline.get("extract_binary_content", True),
            "_reduce_whitespace": self.pipeline.get("reduce_whitespace", True),
            "_run_ml_inference": self.pipeline.get("run_ml_inference", False),
        }
        text = json.dumps({**document, **options}, ensure_ascii=False)
        await self.add({"index": {"_index": self.name, "_id": id}}, text)

    async def delete(self, id):
        await self.add({"delete": {"_index": self.name, "_id": id}})

    async def add(self, *lines):
        for line in lines:
            self.lines.append(line if isinstance(line, str) else json.dumps(line))
            self.size += len(self.lines[-1].encode()) + 1
        if self.size >= CHUNK:
            await self.flush()

    async def flush(self):
        """Sends what is collected, and counts what was done."""
        if not self.lines:
            return
        body = ("\n".join(self.lines) + "\n").encode()
        self.lines, self.size = [], 0
        pipeline = self.pipeline.get("name") or DEFAULT_PIPELINE
        answer = await self.host.send("PUT", "/_bulk", body, LINES, pipeline=pipeline)
        failures = []
        for item in answer["items"]:
            [(verb, outcome)] = item.items()
            if outcome["status"] >= 300:
                failures.append(outcome)
            elif verb == "delete":
                self.deleted += 1
            else:
                self.indexed += 1
        if answer["errors"] or failures:
            raise RuntimeError(f"the content was not taken: {failures[:3]}")
        self.volume += len(body)

    async def count(self):
        await self.host.send("POST", f"/{self.name}/_refresh")
        return (await self.host.send("POST", f"/{self.name}/_count"))["count"]
