"""The one host that a worker speaks to, through Elasticsearch's official client."""

from elasticsearch import AsyncElasticsearch, NotFoundError

JSON = "application/json"
LINES = "application/x-ndjson"


class Gone(Exception):
    """What a request is about is not there any more."""


class Host:
    """Requests with the media types, and the origin, that connector services have."""

    def __init__(self, url, user, password, api_key=None):
        self.client = AsyncElasticsearch(
            url,
            **({"api_key": api_key} if api_key else {"basic_auth": (user, password)}),
            headers={"X-elastic-product-origin": "connectors"},
            # What fails has to be seen.
            max_retries=0,
            request_timeout=30,
        )

    async def send(self, method, path, body=None, media_type=JSON, **parameters):
        """The body of the answer; the client makes Elasticsearch's own media types out of the usual ones."""
        headers = {"accept": JSON}
        if body is not None:
            headers["content-type"] = media_type
        try:
            answer = await self.client.perform_request(method, path, params=parameters, headers=headers, body=body)
        except NotFoundError as error:
            raise Gone(path) from error
        return answer.body

    async def exists(self, path):
        return bool(await self.send("HEAD", path))

    async def close(self):
        await self.client.close()
