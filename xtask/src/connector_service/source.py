"""A data source for `cargo xtask connector-service`: as slow as wanted, failing, incremental, with permissions.

It is loaded by Elastic's connector service, which takes classes of anybody as data sources.
"""

import asyncio
import os

try:
    from connectors_sdk.source import BaseDataSource
except ImportError:
    # Before 9.3 the service and what it is built with are one package.
    from connectors.source import BaseDataSource


class Scripted(BaseDataSource):
    """Makes as many documents as its configuration says."""

    name = "Scripted"
    service_type = "scripted"
    incremental_sync_enabled = True

    @classmethod
    def get_default_configuration(cls):
        labels = {
            "count": "How many documents",
            "pause": "Milliseconds before each",
            "fail_after": "After how many it fails; 0 is never",
        }
        return {
            name: {"label": label, "order": order, "type": "int", "value": 0, "required": False}
            for order, (name, label) in enumerate(labels.items(), start=1)
        }

    async def ping(self):
        return True

    async def get_docs(self, filtering=None):
        # One line for each run, by which a job that two services carry out is told.
        with open(os.environ["SCRIPTED_RUNS"], "a") as runs:
            runs.write(f"{self.configuration['count']}\n")
        fail_after = self.configuration["fail_after"]
        for number in range(self.configuration["count"]):
            if fail_after and number >= fail_after:
                raise RuntimeError("the source is broken on purpose")
            await asyncio.sleep(self.configuration["pause"] / 1000)
            yield document(number), None
        self._sync_cursor = {"next": self.configuration["count"]}

    async def get_docs_incrementally(self, sync_cursor, filtering=None):
        first = (sync_cursor or {}).get("next", 0)
        for number in range(first, first + 5):
            yield document(number), None, "index"
        yield {"_id": "document-0"}, None, "delete"
        self._sync_cursor = {"next": first + 5}


class Permitted(Scripted):
    """Says who may read its documents."""

    name = "Permitted"
    service_type = "permitted"
    dls_enabled = True

    async def get_access_control(self):
        for number in range(3):
            parameters = {"access_control": [f"user:{number}"]}
            yield {
                "_id": f"user-{number}",
                "identity": {"user": f"user-{number}"},
                "query": {"template": {"params": parameters, "source": "{}"}},
            }


def document(number):
    return {"_id": f"document-{number}", "title": f"Document {number}", "number": number}
