"""The control indices, in which connectors and their jobs are."""

from dataclasses import dataclass

from elasticsearch import ConflictError

CONNECTORS = ".elastic-connectors"
SYNC_JOBS = ".elastic-connectors-sync-jobs"
# What the aliases stand for.
VERSION = "-v1"
PAGE = 100
# Others may be faster more often on a busy machine.
TRIES = 10


@dataclass
class Document:
    """A document in the version that was read."""

    id: str
    seq_no: int
    primary_term: int
    source: dict

    @staticmethod
    def of(hit):
        return Document(hit["_id"], hit["_seq_no"], hit["_primary_term"], hit["_source"])

    def get(self, path):
        """A value by its path, or nothing."""
        value = self.source
        for name in path.split("."):
            value = (value or {}).get(name)
        return value


class ControlIndex:
    """One of the two indices."""

    def __init__(self, host, name):
        self.host = host
        self.name = name

    async def prepare(self):
        if not await self.host.exists(f"/{self.name}{VERSION}"):
            await self.host.send("PUT", f"/{self.name}{VERSION}")

    async def find(self, query, sort=None):
        """All documents that match, page by page."""
        await self.host.send("POST", f"/{self.name}/_refresh")
        found, total = [], None
        while total is None or len(found) < total:
            body = {"query": query, "from": len(found), "size": PAGE, "seq_no_primary_term": True}
            if sort:
                body["sort"] = sort
            answer = await self.host.send("POST", f"/{self.name}/_search", body, expand_wildcards="hidden")
            total = answer["hits"]["total"]["value"]
            hits = answer["hits"]["hits"]
            found += [Document.of(hit) for hit in hits]
            if not hits:
                break
        return found

    async def read(self, id):
        return Document.of(await self.host.send("GET", f"/{self.name}/_doc/{id}"))

    async def write(self, id, changes):
        """Whatever the version; answers what came of it."""
        return (await self.host.send("POST", f"/{self.name}/_update/{id}", {"doc": changes}))["result"]

    async def write_guarded(self, document, changes):
        """Only in the version that was read."""
        await self.host.send(
            "POST",
            f"/{self.name}/_update/{document.id}",
            {"doc": changes},
            if_seq_no=document.seq_no,
            if_primary_term=document.primary_term,
        )

    async def change(self, id, decide):
        """Changes that `decide` makes of the document, if any, decided on anew where somebody was faster."""
        for attempt in range(TRIES):
            document = await self.read(id)
            changes = decide(document)
            if not changes:
                return False
            try:
                await self.write_guarded(document, changes)
                return True
            except ConflictError:
                if attempt + 1 == TRIES:
                    raise
        return False

    async def delete(self, id):
        await self.host.send("DELETE", f"/{self.name}/_doc/{id}")
