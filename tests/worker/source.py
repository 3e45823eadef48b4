"""The source of documents: rows of a PostgreSQL."""

import asyncio
from datetime import datetime
from decimal import Decimal

import asyncpg

SERVICE_TYPE = "postgresql"
TABLES = ("customers", "orders")


def field(order, label, kind="str", value="", sensitive=False):
    return {
        "default_value": None,
        "depends_on": [],
        "display": "numeric" if kind == "int" else "textbox",
        "label": label,
        "options": [],
        "order": order,
        "required": True,
        "sensitive": sensitive,
        "tooltip": None,
        "type": kind,
        "ui_restrictions": [],
        "validations": [],
        "value": value,
    }


CONFIGURATION = {
    "host": field(1, "Host"),
    "port": field(2, "Port", "int"),
    "username": field(3, "Username"),
    "password": field(4, "Password", sensitive=True),
    "database": field(5, "Database"),
    "schema": field(6, "Schema"),
    "pause": field(7, "Milliseconds between rows", "int", 0),
}

FEATURES = {
    "document_level_security": {"enabled": False},
    "incremental_sync": {"enabled": True},
    "sync_rules": {"advanced": {"enabled": False}, "basic": {"enabled": True}},
}


def plain(value):
    """A value as JSON has it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


class Source:
    """The rows that a connector's configuration points at."""

    def __init__(self, configuration):
        self.values = {name: found["value"] for name, found in configuration.items()}
        self.connection = None
        # The latest change that was read of each table.
        self.cursor = {}

    async def __aenter__(self):
        values = self.values
        self.connection = await asyncpg.connect(
            host=values["host"],
            port=int(values["port"]),
            user=values["username"],
            password=values["password"],
            database=values["database"],
            server_settings={"application_name": values["schema"], "search_path": values["schema"]},
        )
        return self

    async def __aexit__(self, *_):
        # Not in order: the connection may be the reason of the end.
        self.connection.terminate()

    async def documents(self, cursor=None):
        """Id and document of each row; with a cursor only of those that have changed since."""
        self.cursor = dict(cursor or {})
        pause = int(self.values["pause"]) / 1000
        async with self.connection.transaction():
            for table in TABLES:
                since = self.cursor.get(table)
                condition = "where changed > $1" if since else ""
                arguments = [datetime.fromisoformat(since)] if since else []
                query = f"select * from {table} {condition} order by changed, id"
                async for row in self.connection.cursor(query, *arguments, prefetch=20):
                    document = {name: plain(value) for name, value in row.items()}
                    self.cursor[table] = document["changed"]
                    yield f"{table}-{row['id']}", {"table": table, **document}
                    await asyncio.sleep(pause)
