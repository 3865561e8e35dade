"""The backend behind every gateway. `/own/STATUS` is answered with that status, everything else with 200 or 201; each
answer carries `X-Backend`, so that whoever sees it knows that the gateway passed the call on.

    upstream.py PORT
"""

import asyncio
import sys

REASONS = {200: "OK", 201: "Created", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests"}


async def serve(reader, writer):
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, path, _ = head.split("\r\n", 1)[0].split(" ", 2)
            lengths = [int(line.split(":")[1]) for line in head.split("\r\n") if line.lower().startswith("content-length:")]
            if lengths:
                await reader.readexactly(lengths[0])
            parts = path.split("?")[0].split("/")
            status = int(parts[2]) if parts[1] == "own" else 201 if method == "POST" else 200
            body = b'{"from":"backend"}'
            reason = REASONS.get(status, "Status")
            answer = f"HTTP/1.1 {status} {reason}\r\nX-Backend: yes\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(answer.encode() + (b"" if method == "HEAD" else body))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()


asyncio.run(main())
